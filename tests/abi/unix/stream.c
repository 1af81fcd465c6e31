// SPDX-License-Identifier: MIT
/*
 * unix/stream: bytes through SOCK_STREAM, one after the other.
 *
 * Promise   bytes come out once and in order, however they were written; a full buffer refuses or makes wait, and what
 *           went in before is counted; the end of one side is the end of file, or a reset when it left bytes unread.
 * Linux     unix(7), send(2), recv(2), read(2), sendfile(2), splice(2).
 */
#include "tests/abi/unix/unix.h"

enum { BIG = 1 << 20, PIECE = 4096 };

static char big[BIG], got[BIG];

static void stream(int fd[2])
{
	new_pair(fd, SOCK_STREAM);
}

CASE(several_writes_are_one_read)
{
	int fd[2];

	stream(fd);
	put(fd[0], "ab");
	put(fd[0], "cd");
	put(fd[0], "ef");
	expect(fd[1], "abcdef");
	expect_nothing(fd[1]);
}

CASE(short_read_leaves_the_rest)
{
	int fd[2];
	char buf[8];

	stream(fd);
	put(fd[0], "abcdef");
	CHECK_EQ(sys(SYS_read, fd[1], buf, 2), 2);
	CHECK_MEM(buf, "ab", 2);
	CHECK_EQ(sys(SYS_read, fd[1], buf, 3), 3);
	CHECK_MEM(buf, "cde", 3);
	expect(fd[1], "f");
}

CASE(two_directions_do_not_meet)
{
	int fd[2];

	stream(fd);
	put(fd[0], "there");
	put(fd[1], "back");
	expect(fd[0], "back");
	expect(fd[1], "there");
	expect_nothing(fd[0]);
	expect_nothing(fd[1]);
}

CASE(empty_socket_answers_eagain_or_waits)
{
	int fd[2], pid;
	char c;

	stream(fd);
	CHECK_EQ(recv_from(fd[1], &c, 1, MSG_DONTWAIT), -EAGAIN);
	set_nonblocking(fd[1]);
	CHECK_EQ(sys(SYS_read, fd[1], &c, 1), -EAGAIN);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETFL, O_RDWR), 0);
	CHILD(pid)
		CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 1);
	tap_wait_blocked(pid);
	put(fd[0], "x");
	CHECK_EXIT(pid, 0);
}

CASE(full_buffer_takes_what_fits_and_then_nothing)
{
	int fd[2];
	long first, total;

	stream(fd);
	set_nonblocking(fd[0]);
	first = sys(SYS_write, fd[0], big, BIG);
	CHECK(first > 0 && first < BIG);
	CHECK_EQ(sys(SYS_write, fd[0], big, PIECE), -EAGAIN);
	CHECK_EQ(poll_now(fd[0]), 0);
	total = first;
	CHECK_EQ(drain(fd[1]), total);
	CHECK_EQ(poll_now(fd[0]), WRITABLE);
	CHECK(sys(SYS_write, fd[0], big, PIECE) == PIECE);
}

CASE(full_buffer_keeps_the_order_of_what_fits)
{
	int fd[2];
	long n, at = 0, part;

	stream(fd);
	set_nonblocking(fd[0]);
	tap_fill(big, BIG, 1);
	n = sys(SYS_write, fd[0], big, BIG);
	CHECK(n > 0);
	while ((part = recv_from(fd[1], got + at, 3001, MSG_DONTWAIT)) > 0)
		at += part;
	CHECK_EQ(at, n);
	CHECK(tap_is_filled(got, n, 1));
}

CASE(long_write_goes_on_until_all_is_out)
{
	int fd[2], pid;
	long at = 0, n;

	stream(fd);
	tap_fill(big, BIG, 2);
	CHILD(pid)
		CHECK_EQ(sys(SYS_write, fd[0], big, BIG), BIG);
	close_fd(fd[0]);
	while ((n = sys(SYS_read, fd[1], got + at, 7001)) > 0)
		at += n;
	CHECK_EQ(n, 0);
	CHECK_EQ(at, BIG);
	CHECK(tap_is_filled(got, BIG, 2));
	CHECK_EXIT(pid, 0);
}

CASE(dontwait_is_for_one_call)
{
	int fd[2], pid;

	stream(fd);
	CHECK(send_to(fd[0], big, BIG, MSG_DONTWAIT) < BIG);
	CHILD(pid)
		CHECK_EQ(sys(SYS_write, fd[0], big, PIECE), PIECE);
	tap_wait_blocked(pid);
	CHECK(drain(fd[1]) > 0);
	CHECK_EXIT(pid, 0);
}

CASE(close_is_the_end_behind_what_was_written)
{
	int fd[2];

	stream(fd);
	put(fd[0], "last");
	close_fd(fd[0]);
	CHECK_EQ(poll_now(fd[1]), READABLE | POLLHUP | POLLRDHUP | WRITABLE);
	expect(fd[1], "last");
	expect_answer(fd[1], 0);
	expect_answer(fd[1], 0);
	CHECK_EQ(option(fd[1], SO_ERROR), 0);
}

CASE(copy_of_the_descriptor_defers_the_end)
{
	int fd[2], other;

	stream(fd);
	other = sys(SYS_dup, fd[0]);
	close_fd(fd[0]);
	expect_nothing(fd[1]);
	put(other, "x");
	close_fd(other);
	expect(fd[1], "x");
	expect_answer(fd[1], 0);
}

CASE(write_to_a_closed_end_raises_sigpipe)
{
	int fd[2];

	handle(SIGPIPE, count_signal, 0);
	stream(fd);
	close_fd(fd[1]);
	CHECK_EQ(sys(SYS_write, fd[0], "x", 1), -EPIPE);
	CHECK_EQ(signals, 1);
	CHECK_EQ(send_to(fd[0], "x", 1, 0), -EPIPE);
	CHECK_EQ(signals, 2);
	CHECK_EQ(send_to(fd[0], "x", 1, MSG_NOSIGNAL), -EPIPE);
	CHECK_EQ(signals, 2);
}

CASE(write_of_nothing_to_a_closed_end_is_epipe_too)
{
	int fd[2];

	handle(SIGPIPE, count_signal, 0);
	stream(fd);
	close_fd(fd[1]);
	CHECK_EQ(sys(SYS_write, fd[0], "", 0), -EPIPE);
	CHECK_EQ(signals, 1);
}

CASE(sigpipe_kills_by_default)
{
	int fd[2], pid;

	stream(fd);
	close_fd(fd[1]);
	CHILD(pid)
		sys(SYS_write, fd[0], "x", 1);
	CHECK_EQ(reap(pid), KILLED(SIGPIPE));
}

CASE(close_with_unread_bytes_resets_the_other_end)
{
	int fd[2];

	stream(fd);
	put(fd[0], "never read");
	close_fd(fd[1]);
	CHECK_EQ(poll_now(fd[0]), READABLE | POLLERR | POLLHUP | POLLRDHUP | WRITABLE);
	expect_answer(fd[0], -ECONNRESET);
	expect_answer(fd[0], 0);
	CHECK_EQ(send_to(fd[0], "x", 1, MSG_NOSIGNAL), -EPIPE);
}

CASE(reset_comes_behind_what_is_there_to_read)
{
	int fd[2];

	stream(fd);
	put(fd[0], "never read");
	put(fd[1], "answer");
	close_fd(fd[1]);
	expect(fd[0], "answer");
	expect_answer(fd[0], -ECONNRESET);
	expect_answer(fd[0], 0);
}

CASE(reset_can_be_asked_for_once)
{
	int fd[2];

	stream(fd);
	put(fd[0], "never read");
	close_fd(fd[1]);
	CHECK_EQ(option(fd[0], SO_ERROR), ECONNRESET);
	CHECK_EQ(option(fd[0], SO_ERROR), 0);
	expect_answer(fd[0], 0);
}

CASE(write_to_a_reset_end_is_epipe_and_leaves_the_reset)
{
	int fd[2];

	stream(fd);
	put(fd[0], "never read");
	close_fd(fd[1]);
	CHECK_EQ(send_to(fd[0], "x", 1, MSG_NOSIGNAL), -EPIPE);
	expect_answer(fd[0], -ECONNRESET);
}

CASE(bytes_read_partly_still_reset)
{
	int fd[2];
	char buf[4];

	stream(fd);
	put(fd[0], "partly");
	CHECK_EQ(sys(SYS_read, fd[1], buf, 4), 4);
	close_fd(fd[1]);
	expect_answer(fd[0], -ECONNRESET);
}

CASE(zero_bytes_are_nothing)
{
	int fd[2];
	char c;

	stream(fd);
	CHECK_EQ(sys(SYS_write, fd[0], "", 0), 0);
	CHECK_EQ(send_to(fd[0], "", 0, 0), 0);
	expect_nothing(fd[1]);
	CHECK_EQ(sys(SYS_read, fd[1], &c, 0), 0);
	CHECK_EQ(recv_from(fd[1], &c, 0, MSG_DONTWAIT), -EAGAIN);
	put(fd[0], "x");
	CHECK_EQ(recv_from(fd[1], &c, 0, 0), 0);
	expect(fd[1], "x");
}

CASE(address_cannot_be_given_with_bytes)
{
	int fd[2];

	scratch();
	stream(fd);
	listener(SOCK_STREAM, "name", 1);
	CHECK_EQ(send_path(fd[0], "x", 1, 0, "name"), -EISCONN);
	CHECK_EQ(send_path(new_socket(SOCK_STREAM), "x", 1, 0, "name"), -EOPNOTSUPP);
	expect_nothing(fd[1]);
}

CASE(sender_with_a_name_is_told_to_recvfrom)
{
	struct sockaddr_un a;
	int server, client, conn, len = sizeof(a);
	char c;

	scratch();
	server = listener(SOCK_STREAM, "server", 1);
	client = bound(SOCK_STREAM, "client");
	CHECK_EQ(connect_path(client, "server"), 0);
	conn = accepted(server);
	put(client, "x");
	CHECK_EQ(sys(SYS_recvfrom, conn, &c, 1, 0, &a, &len), 1);
	CHECK_EQ(len, FAMILY_LEN + sizeof("client"));
	CHECK_STR(a.sun_path, "client");
	put(conn, "y");
	len = sizeof(a);
	CHECK_EQ(sys(SYS_recvfrom, client, &c, 1, 0, &a, &len), 1);
	CHECK_STR(a.sun_path, "server");
}

CASE(sender_without_a_name_is_told_as_nothing)
{
	struct sockaddr_un a;
	int fd[2], len = sizeof(a);
	char c;

	stream(fd);
	put(fd[0], "x");
	CHECK_EQ(sys(SYS_recvfrom, fd[1], &c, 1, 0, &a, &len), 1);
	CHECK_EQ(len, 0);
}

CASE(scattered_buffers_are_one_stream)
{
	int fd[2];
	char a[3] = "", b[3] = "", c[8] = "";
	struct iovec out[] = {{"ab", 2}, {"", 0}, {"cdefg", 5}}, in[] = {{a, 2}, {b, 0}, {b, 3}, {c, 8}};

	stream(fd);
	CHECK_EQ(sys(SYS_writev, fd[0], out, 3), 7);
	CHECK_EQ(sys(SYS_readv, fd[1], in, 4), 7);
	CHECK_MEM(a, "ab", 2);
	CHECK_MEM(b, "cde", 3);
	CHECK_MEM(c, "fg", 2);
}

CASE(one_write_can_be_read_by_two_sleepers)
{
	int fd[2], pid[2];

	stream(fd);
	for (int i = 0; i < 2; i++) {
		CHILD(pid[i]) {
			char c;

			CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 1);
		}
		tap_wait_blocked(pid[i]);
	}
	put(fd[0], "xy");
	CHECK_EXIT(pid[0], 0);
	CHECK_EXIT(pid[1], 0);
}

CASE(last_close_wakes_a_sleeping_reader)
{
	int fd[2], pid;

	stream(fd);
	CHILD(pid) {
		char c;

		close_fd(fd[0]);
		CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 0);
	}
	tap_wait_blocked(pid);
	close_fd(fd[0]);
	CHECK_EXIT(pid, 0);
}

/* What fills the buffer is unread, so the close resets; the sleeper is told of that first, without a signal. */
CASE(last_close_wakes_a_sleeping_writer_with_the_reset)
{
	int fd[2], pid;

	stream(fd);
	fill_up(fd[0], PIECE);
	CHILD(pid) {
		close_fd(fd[1]);
		handle(SIGPIPE, count_signal, 0);
		CHECK_EQ(sys(SYS_write, fd[0], "z", 1), -ECONNRESET);
		CHECK_EQ(signals, 0);
		CHECK_EQ(sys(SYS_write, fd[0], "z", 1), -EPIPE);
		CHECK_EQ(signals, 1);
		expect_answer(fd[0], 0);
	}
	tap_wait_blocked(pid);
	close_fd(fd[1]);
	CHECK_EXIT(pid, 0);
}

/* The signal is for a call that begins when there is nobody any more. */
CASE(shutdown_of_the_other_end_wakes_a_sleeping_writer)
{
	int fd[2], pid;

	stream(fd);
	fill_up(fd[0], PIECE);
	CHILD(pid) {
		handle(SIGPIPE, count_signal, 0);
		CHECK_EQ(sys(SYS_write, fd[0], "z", 1), -EPIPE);
		CHECK_EQ(signals, 0);
		CHECK_EQ(sys(SYS_write, fd[0], "z", 1), -EPIPE);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_shutdown, fd[1], SHUT_RD), 0);
	CHECK_EXIT(pid, 0);
}

CASE(close_in_a_long_write_gives_the_count)
{
	int fd[2], pid;

	stream(fd);
	CHILD(pid) {
		long n;

		close_fd(fd[1]);
		signal(SIGPIPE, SIG_IGN);
		n = sys(SYS_write, fd[0], big, BIG);
		CHECK(n > 0 && n < BIG);
		CHECK_EQ(sys(SYS_write, fd[0], big, 1), -EPIPE);
	}
	tap_wait_blocked(pid);
	close_fd(fd[1]);
	CHECK_EXIT(pid, 0);
}

CASE(signal_interrupts_a_sleeping_reader)
{
	static const int flags[] = {0, SA_RESTART};
	int fd[2], pid;

	FOR_EACH(flag, flags) {
		stream(fd);
		CHILD(pid) {
			char c;

			handle(SIGUSR1, count_signal, flag);
			CHECK_EQ(sys(SYS_read, fd[1], &c, 1), flag ? 1 : -EINTR);
			CHECK_EQ(signals, 1);
		}
		tap_wait_blocked(pid);
		CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
		if (flag) {
			sleep_ms(5);
			tap_wait_blocked(pid);
			put(fd[0], "x");
		}
		CHECK_EXIT(pid, 0);
	}
}

CASE(signal_in_a_long_write_gives_the_count)
{
	int fd[2], pid;

	stream(fd);
	CHILD(pid) {
		long n;

		handle(SIGUSR1, count_signal, SA_RESTART);
		n = sys(SYS_write, fd[0], big, BIG);
		CHECK(n > 0 && n < BIG);
		CHECK_EQ(asked(fd[1], SIOCINQ), n);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(signal_interrupts_a_write_that_moved_nothing)
{
	int fd[2], pid;

	stream(fd);
	fill_up(fd[0], PIECE);
	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		CHECK_EQ(sys(SYS_write, fd[0], big, PIECE), -EINTR);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(kill_ends_sleepers_on_both_sides)
{
	int fd[2], pid[2];

	stream(fd);
	CHILD(pid[0])
		sys(SYS_read, fd[0], got, 1);
	CHILD(pid[1])
		sys(SYS_write, fd[0], big, BIG);
	for (int i = 0; i < 2; i++) {
		tap_wait_blocked(pid[i]);
		end_child(pid[i]);
	}
}

CASE(ioctls_count_what_is_queued)
{
	int fd[2], listening;

	scratch();
	stream(fd);
	CHECK_EQ(asked(fd[1], SIOCINQ), 0);
	CHECK_EQ(asked(fd[0], SIOCOUTQ), 0);
	put(fd[0], "abc");
	put(fd[0], "de");
	CHECK_EQ(asked(fd[1], SIOCINQ), 5);
	CHECK_EQ(asked(fd[0], SIOCINQ), 0);
	CHECK(asked(fd[0], SIOCOUTQ) >= 5);
	CHECK_EQ(asked(fd[1], SIOCOUTQ), 0);
	CHECK_EQ(sys(SYS_read, fd[1], got, 4), 4);
	CHECK_EQ(asked(fd[1], SIOCINQ), 1);
	expect(fd[1], "e");
	CHECK_EQ(asked(fd[0], SIOCOUTQ), 0);
	listening = listener(SOCK_STREAM, "name", 1);
	CHECK_EQ(sys(SYS_ioctl, listening, SIOCINQ, got), -EINVAL);
	CHECK_EQ(sys(SYS_ioctl, fd[0], SIOCINQ, hole()), -EFAULT);
}

CASE(sendfile_goes_into_a_socket)
{
	int fd[2], file, pid;
	long at = 0, n;

	scratch();
	stream(fd);
	tap_fill(big, BIG, 3);
	file = sys(SYS_open, "file", O_CREAT | O_RDWR, 0600);
	CHECK_EQ(sys(SYS_write, file, big, BIG), BIG);
	CHECK_EQ(sys(SYS_lseek, file, 0, SEEK_SET), 0);
	CHILD(pid)
		for (long left = BIG; left > 0; left -= n)
			CHECK((n = sys(SYS_sendfile, fd[0], file, 0, left)) > 0);
	close_fd(fd[0]);
	while ((n = sys(SYS_read, fd[1], got + at, BIG - at)) > 0)
		at += n;
	CHECK_EQ(at, BIG);
	CHECK(tap_is_filled(got, BIG, 3));
	CHECK_EXIT(pid, 0);
}

static void needs_splice(void)
{
	if (sys(SYS_splice, -1, 0, -1, 0, 1, 0) == -ENOSYS)
		SKIP("no splice");
}

CASE(splice_goes_into_and_out_of_a_socket)
{
	int fd[2], in[2], out[2];

	needs_splice();
	stream(fd);
	new_pipe(in);
	new_pipe(out);
	put(in[1], "through both");
	CHECK_EQ(sys(SYS_splice, in[0], 0, fd[0], 0, PIECE, 0), 12);
	CHECK_EQ(sys(SYS_splice, fd[1], 0, out[1], 0, 7, 0), 7);
	CHECK_EQ(sys(SYS_read, out[0], got, PIECE), 7);
	CHECK_MEM(got, "through", 7);
	expect(fd[1], " both");
}

/* CVE-2023-4622: bytes appended to a queue that goes away. */
CASE(splice_into_a_socket_whose_other_end_closes)
{
	enum { ROUNDS = 100 };

	needs_splice();
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < ROUNDS; i++) {
		int fd[2], in[2], pid;

		stream(fd);
		new_pipe(in);
		put(in[1], "some bytes that get lost");
		CHILD(pid) {
			long n = 1;

			close_fd(fd[1]);
			while (n > 0)
				n = sys(SYS_splice, in[0], 0, fd[0], 0, 1, 0);
			CHECK(n == -EPIPE || n == -EAGAIN);
		}
		close_fd(fd[1]);
		CHECK_EXIT(pid, 0);
		close_fd(fd[0]);
		close_fd(in[0]);
		close_fd(in[1]);
	}
}
