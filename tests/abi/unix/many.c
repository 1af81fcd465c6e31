// SPDX-License-Identifier: MIT
/*
 * unix/many: several messages in one call: sendmmsg and recvmmsg.
 *
 * Promise   the answer is how many messages moved; an error behind the first is kept for the next call, or dropped,
 *           but never hides those that moved; each message has its length and its flags.
 * Linux     sendmmsg(2), recvmmsg(2); CVE-2016-7117.
 */
#include "tests/abi/unix/unix.h"

enum { MESSAGES = 5, TEXT = 16, IOV_LIMIT = 1024 };

struct batch {
	struct mmsghdr h[MESSAGES];
	struct iovec iov[MESSAGES];
	char text[MESSAGES][TEXT];
};

/* To be filled, or, with texts "0", "10", "210" ..., to be sent. */
static void prepare(struct batch *b, int send)
{
	memset(b, 0, sizeof(*b));
	for (int i = 0; i < MESSAGES; i++) {
		b->iov[i].iov_base = b->text[i];
		b->iov[i].iov_len = send ? i + 1 : TEXT;
		b->h[i].msg_hdr.msg_iov = &b->iov[i];
		b->h[i].msg_hdr.msg_iovlen = 1;
		for (int j = 0; send && j <= i; j++)
			b->text[i][j] = '0' + i - j;
	}
}

static long send_batch(int fd, struct batch *b, int n, int flags)
{
	return sys(SYS_sendmmsg, fd, b->h, n, flags);
}

static long receive_batch(int fd, struct batch *b, int n, int flags, const struct timespec *limit)
{
	return sys(SYS_recvmmsg, fd, b->h, n, flags, limit);
}

CASE(several_messages_by_one_call_each)
{
	static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};

	FOR_EACH(type, types) {
		int fd[2];
		struct batch out, in;

		new_pair(fd, type);
		prepare(&out, 1);
		prepare(&in, 0);
		CHECK_EQ(send_batch(fd[0], &out, MESSAGES, 0), MESSAGES);
		CHECK_EQ(receive_batch(fd[1], &in, MESSAGES, 0, 0), MESSAGES);
		for (int i = 0; i < MESSAGES; i++) {
			CHECK_EQ(out.h[i].msg_len, i + 1);
			CHECK_EQ(in.h[i].msg_len, i + 1);
			CHECK_MEM(in.text[i], out.text[i], TEXT);
		}
	}
}

CASE(stream_gives_one_read_to_each)
{
	int fd[2];
	struct batch b;

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "0123456789abcdefXYZ");
	prepare(&b, 0);
	CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, MSG_DONTWAIT, 0), 2);
	CHECK_EQ(b.h[0].msg_len, 16);
	CHECK_EQ(b.h[1].msg_len, 3);
}

CASE(no_message_is_no_work)
{
	int fd[2];
	struct batch b;

	new_pair(fd, SOCK_DGRAM);
	prepare(&b, 1);
	CHECK_EQ(send_batch(fd[0], &b, 0, 0), 0);
	CHECK_EQ(receive_batch(fd[1], &b, 0, 0, 0), 0);
}

CASE(what_is_there_is_enough_for_who_does_not_wait)
{
	int fd[2];
	struct batch b;

	new_pair(fd, SOCK_DGRAM);
	prepare(&b, 0);
	CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, MSG_DONTWAIT, 0), -EAGAIN);
	put(fd[0], "one");
	put(fd[0], "two");
	CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, MSG_DONTWAIT, 0), 2);
}

CASE(others_wait_for_all)
{
	int fd[2], pid;

	new_pair(fd, SOCK_DGRAM);
	CHILD(pid) {
		struct batch b;

		prepare(&b, 0);
		CHECK_EQ(receive_batch(fd[1], &b, 2, 0, 0), 2);
	}
	tap_wait_blocked(pid);
	put(fd[0], "one");
	tap_wait_blocked(pid);
	put(fd[0], "two");
	CHECK_EXIT(pid, 0);
}

CASE(wait_for_one_is_for_one)
{
	int fd[2], pid;

	new_pair(fd, SOCK_DGRAM);
	CHILD(pid) {
		struct batch b;

		prepare(&b, 0);
		CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, MSG_WAITFORONE, 0), 1);
	}
	tap_wait_blocked(pid);
	put(fd[0], "one");
	CHECK_EXIT(pid, 0);
	for (int i = 0; i < 3; i++)
		put(fd[0], "x");
	CHILD(pid) {
		struct batch b;

		prepare(&b, 0);
		CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, MSG_WAITFORONE, 0), 3);
	}
	CHECK_EXIT(pid, 0);
}

/* The limit is looked at when a message has come, not while one is waited for. */
CASE(time_limit_is_looked_at_behind_each_message)
{
	int fd[2];
	struct batch b;
	struct timespec none = {0, 0}, minute = {60, 0};

	new_pair(fd, SOCK_DGRAM);
	for (int i = 0; i < 3; i++)
		put(fd[0], "x");
	prepare(&b, 0);
	CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, 0, &none), 1);
	CHECK_EQ(receive_batch(fd[1], &b, 2, 0, &minute), 2);
	CHECK(minute.tv_sec < 60 || minute.tv_nsec == 0);
	CHECK(minute.tv_sec >= 50);
}

CASE(bad_time_limits)
{
	int fd[2];
	struct batch b;
	struct timespec bad[] = {{0, 1000000000}, {0, -1}, {-1, 0}};

	new_pair(fd, SOCK_DGRAM);
	put(fd[0], "kept");
	prepare(&b, 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, 0, &bad[i]), -EINVAL);
	CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, 0, hole()), -EFAULT);
	expect(fd[1], "kept");
}

CASE(signal_behind_a_message_gives_the_count)
{
	int fd[2], pid;

	new_pair(fd, SOCK_DGRAM);
	put(fd[0], "one");
	CHILD(pid) {
		struct batch b;

		handle(SIGUSR1, count_signal, 0);
		prepare(&b, 0);
		CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, 0, 0), 1);
		CHECK_EQ(b.h[0].msg_len, 3);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(signal_before_any_message_interrupts)
{
	int fd[2], pid;

	new_pair(fd, SOCK_DGRAM);
	CHILD(pid) {
		struct batch b;

		handle(SIGUSR1, count_signal, 0);
		prepare(&b, 0);
		CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, 0, 0), -EINTR);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(bad_buffer_of_a_later_message_gives_the_count)
{
	int fd[2];
	struct batch b;

	new_pair(fd, SOCK_DGRAM);
	for (int i = 0; i < 3; i++)
		put(fd[0], "abc");
	prepare(&b, 0);
	b.iov[1].iov_base = hole();
	CHECK_EQ(receive_batch(fd[1], &b, MESSAGES, MSG_DONTWAIT, 0), 1);
	CHECK_EQ(b.h[0].msg_len, 3);
	prepare(&b, 1);
	b.iov[2].iov_base = hole();
	CHECK_EQ(send_batch(fd[0], &b, MESSAGES, 0), 2);
	CHECK_EQ(send_batch(fd[0], (struct batch *)&b.h[2], 1, 0), -EFAULT);
}

CASE(closed_descriptor_in_a_later_message_gives_the_count)
{
	int fd[2];
	struct batch b;
	struct message bad;
	int closed = -1;

	new_pair(fd, SOCK_DGRAM);
	prepare(&b, 1);
	message_of(&bad, "x");
	add_control(&bad, SCM_RIGHTS, &closed, sizeof(closed));
	b.h[1].msg_hdr = bad.h;
	CHECK_EQ(send_batch(fd[0], &b, MESSAGES, 0), 1);
	expect(fd[1], "0");
	expect_nothing(fd[1]);
}

CASE(full_partner_gives_the_count)
{
	int fd[2];
	struct batch b;
	long n = 0, part;

	new_pair(fd, SOCK_DGRAM);
	prepare(&b, 1);
	while ((part = send_batch(fd[0], &b, MESSAGES, MSG_DONTWAIT)) > 0)
		n += part;
	CHECK_EQ(part, -EAGAIN);
	for (; n > 0; n--)
		CHECK(recv_from(fd[1], b.text, TEXT, MSG_DONTWAIT) > 0);
	expect_nothing(fd[1]);
}

CASE(partner_that_is_gone)
{
	int fd[2];
	struct batch b;

	new_pair(fd, SOCK_STREAM);
	close_fd(fd[1]);
	prepare(&b, 1);
	CHECK_EQ(send_batch(fd[0], &b, MESSAGES, MSG_NOSIGNAL), -EPIPE);
	CHECK_EQ(receive_batch(fd[0], &b, 1, 0, 0), 1);
	CHECK_EQ(b.h[0].msg_len, 0);
}

CASE(bad_pointers_of_the_messages)
{
	int fd[2];
	struct batch b;

	new_pair(fd, SOCK_DGRAM);
	put(fd[0], "x");
	CHECK_EQ(sys(SYS_recvmmsg, fd[1], hole(), 1, MSG_DONTWAIT, 0), -EFAULT);
	CHECK_EQ(sys(SYS_sendmmsg, fd[1], hole(), 1, 0), -EFAULT);
	prepare(&b, 0);
	b.h[0].msg_hdr.msg_iovlen = IOV_LIMIT + 1;
	CHECK_EQ(receive_batch(fd[1], &b, 1, MSG_DONTWAIT, 0), -EMSGSIZE);
	CHECK_EQ(send_batch(fd[1], &b, 1, 0), -EMSGSIZE);
}

CASE(more_messages_than_a_call_takes)
{
	static struct mmsghdr many[2 * IOV_LIMIT];
	static struct iovec nothing;
	int fd[2], n = 0;

	new_pair(fd, SOCK_STREAM);
	for (int i = 0; i < 2 * IOV_LIMIT; i++) {
		many[i].msg_hdr.msg_iov = &nothing;
		many[i].msg_hdr.msg_iovlen = 1;
	}
	n = sys(SYS_sendmmsg, fd[0], many, 2 * IOV_LIMIT, 0);
	CHECK_EQ(n, IOV_LIMIT);
}

CASE(each_message_has_control_and_flags_of_its_own)
{
	int fd[2], zero = 0, got;
	struct batch b;
	struct message sent, received;

	new_pair(fd, SOCK_SEQPACKET);
	put(fd[0], "longer than that");
	message_of(&sent, "f");
	add_control(&sent, SCM_RIGHTS, &zero, sizeof(zero));
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &sent.h, 0), 1);
	prepare(&b, 0);
	b.iov[0].iov_len = 4;
	empty_message(&received, sizeof(received.control));
	b.h[1].msg_hdr = received.h;
	CHECK_EQ(receive_batch(fd[1], &b, 2, 0, 0), 2);
	CHECK_EQ(b.h[0].msg_hdr.msg_flags, MSG_TRUNC);
	CHECK_EQ(b.h[1].msg_hdr.msg_flags, 0);
	received.h = b.h[1].msg_hdr;
	CHECK_EQ(fds_in(&received, &got), 1);
}
