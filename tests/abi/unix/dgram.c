// SPDX-License-Identifier: MIT
/*
 * unix/dgram: messages with bounds and senders, between sockets that may have many partners.
 *
 * Promise   a datagram arrives whole, once, in order, with its sender's name, or not at all; a full receiver holds up
 *           whoever sends to it, and them only; a partner that is gone is told once to who was connected to it.
 * Linux     unix(7), send(2), recv(2), connect(2).
 */
#include "tests/abi/unix/unix.h"

static void dgrams(int fd[2])
{
	new_pair(fd, SOCK_DGRAM);
}

/* Sends until the receiver's queue is full, in messages of one byte; how many went. */
static int fill_queue(int fd, const char *path)
{
	int n = 0;
	long r;

	while ((r = path ? send_path(fd, "q", 1, MSG_DONTWAIT, path) : send_to(fd, "q", 1, MSG_DONTWAIT)) == 1)
		n++;
	CHECK_EQ(r, -EAGAIN);
	return n;
}

CASE(each_message_is_one_read)
{
	int fd[2];

	dgrams(fd);
	put(fd[0], "one");
	put(fd[0], "three");
	put(fd[0], "two");
	expect(fd[1], "one");
	expect(fd[1], "three");
	expect(fd[1], "two");
	expect_nothing(fd[1]);
}

CASE(short_read_loses_the_rest)
{
	int fd[2];
	struct message m;
	char buf[8] = "";

	dgrams(fd);
	put(fd[0], "first one");
	put(fd[0], "second");
	CHECK_EQ(sys(SYS_read, fd[1], buf, 3), 3);
	CHECK_MEM(buf, "fir", 4);
	empty_message(&m, 0);
	m.iov.iov_len = 2;
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 2);
	CHECK_EQ(m.h.msg_flags, MSG_TRUNC);
	expect_nothing(fd[1]);
}

CASE(truncation_flag_gives_the_real_length)
{
	static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};

	FOR_EACH(type, types) {
		int fd[2];
		char buf[4];

		new_pair(fd, type);
		put(fd[0], "0123456789");
		CHECK_EQ(recv_from(fd[1], buf, 4, MSG_TRUNC | MSG_PEEK), 10);
		CHECK_EQ(recv_from(fd[1], 0, 0, MSG_TRUNC | MSG_PEEK), 10);
		CHECK_EQ(recv_from(fd[1], buf, 4, MSG_TRUNC), 10);
		CHECK_MEM(buf, "0123", 4);
		expect_nothing(fd[1]);
	}
}

CASE(message_of_nothing_is_a_message)
{
	int fd[2];

	dgrams(fd);
	CHECK_EQ(send_to(fd[0], "", 0, 0), 0);
	CHECK_EQ(poll_now(fd[1]), READABLE | WRITABLE);
	CHECK_EQ(asked(fd[1], SIOCINQ), 0);
	expect_answer(fd[1], 0);
	expect_nothing(fd[1]);
	CHECK_EQ(sys(SYS_write, fd[0], "", 0), 0);
	put(fd[0], "x");
	expect_answer(fd[1], 0);
	expect(fd[1], "x");
}

CASE(read_of_nothing_leaves_the_message_but_recv_takes_it)
{
	int fd[2];
	char c;

	dgrams(fd);
	put(fd[0], "one");
	CHECK_EQ(sys(SYS_read, fd[1], &c, 0), 0);
	CHECK_EQ(asked(fd[1], SIOCINQ), 3);
	CHECK_EQ(recv_from(fd[1], &c, 0, 0), 0);
	expect_nothing(fd[1]);
}

CASE(message_larger_than_the_buffer_is_refused_whole)
{
	static char bytes[MORE_THAN_FITS];
	int fd[2];

	dgrams(fd);
	CHECK_EQ(send_to(fd[0], bytes, sizeof(bytes), 0), -EMSGSIZE);
	CHECK_EQ(send_to(fd[0], bytes, sizeof(bytes), MSG_DONTWAIT), -EMSGSIZE);
	expect_nothing(fd[1]);
	CHECK_EQ(send_to(fd[0], bytes, 64 * 1024, MSG_DONTWAIT), 64 * 1024);
	CHECK_EQ(recv_from(fd[1], bytes, sizeof(bytes), 0), 64 * 1024);
}

CASE(scattered_buffers_are_one_message)
{
	int fd[2];
	char a[2], b[8];
	struct iovec out[] = {{"ab", 2}, {"cde", 3}}, in[] = {{a, 2}, {b, 8}};

	dgrams(fd);
	CHECK_EQ(sys(SYS_writev, fd[0], out, 2), 5);
	CHECK_EQ(sys(SYS_readv, fd[1], in, 2), 5);
	CHECK_MEM(b, "cde", 3);
}

CASE(many_senders_are_told_apart)
{
	int server, named, other;
	struct sockaddr_un a;
	int len = sizeof(a);
	char c;

	scratch();
	server = bound(SOCK_DGRAM, "server");
	named = bound(SOCK_DGRAM, "named");
	other = new_socket(SOCK_DGRAM);
	CHECK_EQ(send_path(named, "n", 1, 0, "server"), 1);
	CHECK_EQ(send_path(other, "o", 1, 0, "server"), 1);
	CHECK_EQ(sys(SYS_recvfrom, server, &c, 1, 0, &a, &len), 1);
	CHECK_EQ(c, 'n');
	CHECK_EQ(len, FAMILY_LEN + sizeof("named"));
	CHECK_EQ(sys(SYS_sendto, server, "answer", 6, 0, &a, len), 6);
	expect(named, "answer");
	len = sizeof(a);
	CHECK_EQ(sys(SYS_recvfrom, server, &c, 1, 0, &a, &len), 1);
	CHECK_EQ(c, 'o');
	CHECK_EQ(len, 0);
}

CASE(name_of_the_sender_is_cut_to_the_buffer)
{
	int server, named, len = 5;
	char c, buf[8];

	scratch();
	server = bound(SOCK_DGRAM, "server");
	named = bound(SOCK_DGRAM, "sender");
	CHECK_EQ(send_path(named, "x", 1, 0, "server"), 1);
	memset(buf, '-', sizeof(buf));
	CHECK_EQ(sys(SYS_recvfrom, server, &c, 1, 0, buf, &len), 1);
	CHECK_EQ(len, FAMILY_LEN + sizeof("sender"));
	CHECK_MEM(buf + FAMILY_LEN, "sen---", 6);
}

CASE(name_is_told_after_the_sender_has_ended)
{
	int server, client, len;
	struct sockaddr_un a;
	char c;

	scratch();
	server = bound(SOCK_DGRAM, "server");
	client = bound(SOCK_DGRAM, "client");
	CHECK_EQ(send_path(client, "y", 1, 0, "server"), 1);
	close_fd(client);
	CHECK_EQ(sys(SYS_unlink, "client"), 0);
	len = sizeof(a);
	CHECK_EQ(sys(SYS_recvfrom, server, &c, 1, 0, &a, &len), 1);
	CHECK_STR(a.sun_path, "client");
}

CASE(connected_socket_hears_its_partner_only)
{
	int a, b, stranger;

	scratch();
	a = bound(SOCK_DGRAM, "a");
	b = bound(SOCK_DGRAM, "b");
	stranger = bound(SOCK_DGRAM, "c");
	CHECK_EQ(connect_path(a, "b"), 0);
	CHECK_EQ(send_path(stranger, "x", 1, 0, "a"), -EPERM);
	CHECK_EQ(connect_path(stranger, "a"), -EPERM);
	CHECK_EQ(send_path(b, "y", 1, 0, "a"), 1);
	expect(a, "y");
	put(a, "z");
	expect(b, "z");
	CHECK_EQ(send_path(stranger, "w", 1, 0, "b"), 1);
	expect(b, "w");
}

CASE(what_was_queued_before_connect_stays)
{
	int a, stranger;

	scratch();
	a = bound(SOCK_DGRAM, "a");
	bound(SOCK_DGRAM, "b");
	stranger = new_socket(SOCK_DGRAM);
	CHECK_EQ(send_path(stranger, "early", 5, 0, "a"), 5);
	CHECK_EQ(connect_path(a, "b"), 0);
	expect(a, "early");
}

CASE(connected_socket_may_send_elsewhere)
{
	int a = new_socket(SOCK_DGRAM), b, c;

	scratch();
	b = bound(SOCK_DGRAM, "b");
	c = bound(SOCK_DGRAM, "c");
	CHECK_EQ(connect_path(a, "b"), 0);
	CHECK_EQ(send_path(a, "aside", 5, 0, "c"), 5);
	put(a, "ahead");
	expect(c, "aside");
	expect(b, "ahead");
}

CASE(second_connect_changes_the_partner)
{
	struct sockaddr_un a;
	int fd = new_socket(SOCK_DGRAM), b, c, len = sizeof(a);

	scratch();
	b = bound(SOCK_DGRAM, "b");
	c = bound(SOCK_DGRAM, "c");
	CHECK_EQ(connect_path(fd, "b"), 0);
	CHECK_EQ(connect_path(fd, "c"), 0);
	CHECK_EQ(sys(SYS_getpeername, fd, &a, &len), 0);
	CHECK_STR(a.sun_path, "c");
	put(fd, "x");
	expect(c, "x");
	expect_nothing(b);
	CHECK_EQ(connect_path(fd, "nowhere"), -ENOENT);
	put(fd, "still");
	expect(c, "still");
}

CASE(connect_to_nothing_ends_a_partnership)
{
	struct sockaddr_un a = {.sun_family = AF_UNSPEC};
	int fd = new_socket(SOCK_DGRAM), len = sizeof(a), pair[2];

	scratch();
	bound(SOCK_DGRAM, "b");
	CHECK_EQ(connect_path(fd, "b"), 0);
	CHECK_EQ(sys(SYS_connect, fd, &a, FAMILY_LEN), 0);
	CHECK_EQ(sys(SYS_getpeername, fd, &a, &len), -ENOTCONN);
	CHECK_EQ(send_to(fd, "x", 1, 0), -ENOTCONN);
	a.sun_family = AF_UNSPEC;
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_DGRAM), &a, FAMILY_LEN), 0);
	FOR_EACH(type, connecting_types)
		CHECK_EQ(sys(SYS_connect, new_socket(type), &a, sizeof(a)), -EINVAL);
	dgrams(pair);
	CHECK_EQ(sys(SYS_connect, pair[0], &a, FAMILY_LEN), 0);
	CHECK_EQ(send_to(pair[0], "x", 1, 0), -ENOTCONN);
}

/* What came of the old partner is dropped, and he is told by a reset. */
CASE(leaving_a_partner_drops_what_he_sent)
{
	struct sockaddr_un none = {.sun_family = AF_UNSPEC};
	int pair[2];

	dgrams(pair);
	put(pair[1], "unread");
	CHECK_EQ(sys(SYS_connect, pair[0], &none, FAMILY_LEN), 0);
	expect_nothing(pair[0]);
	expect_answer(pair[1], -ECONNRESET);
	expect_nothing(pair[1]);
}

CASE(socket_may_be_its_own_partner)
{
	int fd;

	scratch();
	fd = bound(SOCK_DGRAM, "self");
	CHECK_EQ(connect_path(fd, "self"), 0);
	put(fd, "to myself");
	expect(fd, "to myself");
}

CASE(partner_that_is_gone_refuses)
{
	int fd = new_socket(SOCK_DGRAM), server;

	scratch();
	server = bound(SOCK_DGRAM, "server");
	CHECK_EQ(connect_path(fd, "server"), 0);
	close_fd(server);
	CHECK_EQ(send_to(fd, "x", 1, 0), -ECONNREFUSED);
	CHECK_EQ(send_to(fd, "x", 1, 0), -ENOTCONN);
	CHECK_EQ(send_path(fd, "x", 1, 0, "server"), -ECONNREFUSED);
	bound(SOCK_DGRAM, "second");
	CHECK_EQ(connect_path(fd, "second"), 0);
	put(fd, "x");
}

CASE(partner_of_a_pair_that_is_gone_refuses)
{
	int fd[2];

	dgrams(fd);
	put(fd[1], "last");
	close_fd(fd[1]);
	expect(fd[0], "last");
	expect_nothing(fd[0]);
	CHECK_EQ(send_to(fd[0], "x", 1, 0), -ECONNREFUSED);
	CHECK_EQ(send_to(fd[0], "x", 1, 0), -ENOTCONN);
}

/* Unread messages of a partner who goes: Linux says so by the reset, once. */
CASE(partner_that_leaves_messages_unread)
{
	int fd[2];

	dgrams(fd);
	put(fd[0], "unread");
	close_fd(fd[1]);
	CHECK_EQ(option(fd[0], SO_ERROR), 0);
	expect_nothing(fd[0]);
	CHECK_EQ(send_to(fd[0], "x", 1, 0), -ECONNREFUSED);
}

CASE(full_receiver_refuses_or_makes_wait)
{
	int server, client = new_socket(SOCK_DGRAM), n, pid;

	scratch();
	server = bound(SOCK_DGRAM, "server");
	n = fill_queue(client, "server");
	CHECK(n > 0);
	CHILD(pid)
		CHECK_EQ(send_path(new_socket(SOCK_DGRAM), "w", 1, 0, "server"), 1);
	tap_wait_blocked(pid);
	expect(server, "q");
	CHECK_EXIT(pid, 0);
	for (int i = 1; i < n; i++)
		expect(server, "q");
	expect(server, "w");
	expect_nothing(server);
}

CASE(full_receiver_is_not_writable_for_who_is_connected_to_it)
{
	int server, fd = new_socket(SOCK_DGRAM), other = new_socket(SOCK_DGRAM);

	scratch();
	server = bound(SOCK_DGRAM, "server");
	CHECK_EQ(connect_path(fd, "server"), 0);
	fill_queue(fd, NULL);
	CHECK_EQ(poll_now(fd), 0);
	CHECK_EQ(poll_now(other), WRITABLE);
	drain(server);
	CHECK_EQ(poll_now(fd), WRITABLE);
}

CASE(poll_wakes_when_a_full_receiver_reads)
{
	int server, fd = new_socket(SOCK_DGRAM), pid;

	scratch();
	server = bound(SOCK_DGRAM, "server");
	CHECK_EQ(connect_path(fd, "server"), 0);
	fill_queue(fd, NULL);
	CHILD(pid)
		CHECK_EQ(poll_for(fd, POLLOUT, LONG_MS), POLLOUT);
	tap_wait_blocked(pid);
	drain(server);
	CHECK_EXIT(pid, 0);
}

CASE(end_of_a_full_receiver_wakes_who_waits)
{
	int server, fd = new_socket(SOCK_DGRAM), pid[2];

	scratch();
	server = bound(SOCK_DGRAM, "server");
	CHECK_EQ(connect_path(fd, "server"), 0);
	fill_queue(fd, NULL);
	CHILD(pid[0]) {
		close_fd(server);
		_exit(answer(send_to(fd, "x", 1, 0)));
	}
	CHILD(pid[1]) {
		close_fd(server);
		CHECK_EQ(poll_for(fd, POLLOUT, LONG_MS), POLLOUT);
	}
	tap_wait_blocked(pid[0]);
	tap_wait_blocked(pid[1]);
	close_fd(server);
	CHECK_EXIT(pid[0], ECONNREFUSED);
	CHECK_EXIT(pid[1], 0);
}

CASE(signal_and_time_limit_end_a_waiting_sender)
{
	int fd = new_socket(SOCK_DGRAM), pid;

	scratch();
	bound(SOCK_DGRAM, "server");
	fill_queue(fd, "server");
	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		_exit(answer(send_path(fd, "x", 1, 0, "server")));
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, EINTR);
	set_time_limit(fd, SO_SNDTIMEO, SHORT_MS);
	CHECK_EQ(send_path(fd, "x", 1, 0, "server"), -EAGAIN);
}

CASE(receiver_waits_and_is_woken_by_one_message)
{
	int fd[2], pid[2];

	dgrams(fd);
	for (int i = 0; i < 2; i++) {
		CHILD(pid[i]) {
			char c;

			CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 1);
		}
		tap_wait_blocked(pid[i]);
	}
	put(fd[0], "x");
	put(fd[0], "y");
	CHECK_EXIT(pid[0], 0);
	CHECK_EXIT(pid[1], 0);
	expect_nothing(fd[1]);
}

CASE(shutdown_ends_sending_and_receiving)
{
	int fd[2], stranger;
	char c;

	scratch();
	dgrams(fd);
	put(fd[0], "before");
	CHECK_EQ(sys(SYS_shutdown, fd[1], SHUT_RD), 0);
	CHECK_EQ(send_to(fd[0], "x", 1, MSG_NOSIGNAL), -EPIPE);
	expect(fd[1], "before");
	CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 0);
	CHECK_EQ(recv_from(fd[1], &c, 1, MSG_DONTWAIT), -EAGAIN);
	stranger = bound(SOCK_DGRAM, "name");
	CHECK_EQ(sys(SYS_shutdown, stranger, SHUT_RD), 0);
	CHECK_EQ(send_path(new_socket(SOCK_DGRAM), "x", 1, MSG_NOSIGNAL, "name"), -EPIPE);
}

CASE(ioctl_counts_the_first_message)
{
	int fd[2];

	dgrams(fd);
	put(fd[0], "abc");
	put(fd[0], "de");
	CHECK_EQ(asked(fd[1], SIOCINQ), 3);
	CHECK(asked(fd[0], SIOCOUTQ) > 0);
	expect(fd[1], "abc");
	CHECK_EQ(asked(fd[1], SIOCINQ), 2);
	expect(fd[1], "de");
	CHECK_EQ(asked(fd[1], SIOCINQ), 0);
	CHECK_EQ(asked(fd[0], SIOCOUTQ), 0);
}

/* CVE-2013-7446: who polls for a partner's space must survive that partner. */
CASE(reconnect_and_end_of_partners_under_a_poll)
{
	enum { ROUNDS = 200 };
	int fd = new_socket(SOCK_DGRAM | SOCK_NONBLOCK), pid, go[2];

	scratch();
	new_pipe(go);
	CHILD(pid) {
		struct pollfd p[2] = {{fd, POLLOUT, 0}, {go[0], POLLIN, 0}};

		close_fd(go[1]);
		while (!p[1].revents)
			CHECK(sys(SYS_poll, p, 2, LONG_MS) > 0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		int server = bound(SOCK_DGRAM, "server");

		CHECK_EQ(connect_path(fd, "server"), 0);
		fill_queue(fd, NULL);
		close_fd(server);
		CHECK_EQ(sys(SYS_unlink, "server"), 0);
		CHECK_EQ(send_to(fd, "x", 1, 0), -ECONNREFUSED);
	}
	close_fd(go[1]);
	CHECK_EXIT(pid, 0);
}
