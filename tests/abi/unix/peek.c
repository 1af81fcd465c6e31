// SPDX-License-Identifier: MIT
/*
 * unix/peek: looking without taking, and how much a receiver waits for.
 *
 * Promise   MSG_PEEK changes nothing; SO_PEEK_OFF moves where it looks, and reads move that back; MSG_WAITALL and
 *           SO_RCVLOWAT make a reader wait for more bytes, and a signal or the end gives him what is there.
 * Linux     recv(2), socket(7).
 */
#include "tests/abi/unix/unix.h"

static void expect_peek(int fd, size_t size, const char *text)
{
	char buf[PAGE];

	CHECK_EQ(recv_from(fd, buf, size, MSG_PEEK | MSG_DONTWAIT), strlen(text));
	CHECK_MEM(buf, text, strlen(text));
}

static void expect_no_peek(int fd)
{
	char c;

	CHECK_EQ(recv_from(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT), -EAGAIN);
}

CASE(peek_changes_nothing)
{
	FOR_EACH(type, all_types) {
		int fd[2];

		new_pair(fd, type);
		put(fd[0], "abc");
		expect_peek(fd[1], 8, "abc");
		expect_peek(fd[1], 2, "ab");
		expect_peek(fd[1], 8, "abc");
		CHECK_EQ(asked(fd[1], SIOCINQ), 3);
		expect(fd[1], "abc");
		expect_no_peek(fd[1]);
	}
}

CASE(peek_sees_over_the_bounds_of_writes)
{
	int fd[2];

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "ab");
	put(fd[0], "cd");
	put(fd[0], "ef");
	expect_peek(fd[1], 5, "abcde");
	expect_peek(fd[1], 100, "abcdef");
	expect(fd[1], "abcdef");
}

CASE(peek_sees_one_packet)
{
	static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};

	FOR_EACH(type, types) {
		int fd[2];

		new_pair(fd, type);
		put(fd[0], "first");
		put(fd[0], "second");
		expect_peek(fd[1], 100, "first");
		expect_peek(fd[1], 100, "first");
		expect(fd[1], "first");
		expect_peek(fd[1], 100, "second");
	}
}

CASE(peek_waits_as_a_read_does)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	CHILD(pid) {
		char c;

		CHECK_EQ(recv_from(fd[1], &c, 1, MSG_PEEK), 1);
	}
	tap_wait_blocked(pid);
	put(fd[0], "x");
	CHECK_EXIT(pid, 0);
	expect(fd[1], "x");
}

CASE(peek_at_the_end_is_the_end)
{
	int fd[2];

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "x");
	close_fd(fd[0]);
	expect_peek(fd[1], 8, "x");
	expect(fd[1], "x");
	expect_peek(fd[1], 8, "");
	expect_peek(fd[1], 8, "");
}

CASE(peek_offset_is_off_at_first_and_can_be_set)
{
	FOR_EACH(type, all_types) {
		int fd = new_socket(type);

		CHECK_EQ(option(fd, SO_PEEK_OFF), -1);
		CHECK_EQ(set_option(fd, SO_PEEK_OFF, 3), 0);
		CHECK_EQ(option(fd, SO_PEEK_OFF), 3);
		CHECK_EQ(set_option(fd, SO_PEEK_OFF, -1), 0);
		CHECK_EQ(option(fd, SO_PEEK_OFF), -1);
	}
}

CASE(peek_offset_moves_with_what_was_seen)
{
	int fd[2];

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "abcd");
	put(fd[0], "efgh");
	CHECK_EQ(set_option(fd[1], SO_PEEK_OFF, 2), 0);
	expect_peek(fd[1], 1, "c");
	CHECK_EQ(option(fd[1], SO_PEEK_OFF), 3);
	expect_peek(fd[1], 3, "def");
	CHECK_EQ(option(fd[1], SO_PEEK_OFF), 6);
	expect_peek(fd[1], 8, "gh");
	expect_no_peek(fd[1]);
	put(fd[0], "ij");
	expect_peek(fd[1], 8, "ij");
	CHECK_EQ(set_option(fd[1], SO_PEEK_OFF, -1), 0);
	expect_peek(fd[1], 3, "abc");
}

CASE(reads_move_the_peek_offset_back)
{
	int fd[2];
	char buf[8];

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "abcdefgh");
	CHECK_EQ(set_option(fd[1], SO_PEEK_OFF, 4), 0);
	CHECK_EQ(sys(SYS_read, fd[1], buf, 3), 3);
	CHECK_EQ(option(fd[1], SO_PEEK_OFF), 1);
	expect_peek(fd[1], 2, "ef");
	CHECK_EQ(sys(SYS_read, fd[1], buf, 5), 5);
	CHECK_EQ(option(fd[1], SO_PEEK_OFF), 0);
	put(fd[0], "new");
	expect_peek(fd[1], 8, "new");
}

CASE(peek_behind_the_last_byte_waits_for_more)
{
	int fd[2], pid;

	NEEDS_LINUX(6, 12); /* Debian's 6.1 wakes up at the first byte of all */
	new_pair(fd, SOCK_STREAM);
	put(fd[0], "abc");
	CHECK_EQ(set_option(fd[1], SO_PEEK_OFF, 3), 0);
	expect_no_peek(fd[1]);
	CHILD(pid) {
		char c = 0;

		CHECK_EQ(recv_from(fd[1], &c, 1, MSG_PEEK), 1);
		CHECK_EQ(c, 'd');
	}
	tap_wait_blocked(pid);
	put(fd[0], "d");
	CHECK_EXIT(pid, 0);
	expect(fd[1], "abcd");
}

CASE(peek_offset_goes_into_and_over_datagrams)
{
	int fd[2];

	new_pair(fd, SOCK_DGRAM);
	put(fd[0], "abcd");
	put(fd[0], "efgh");
	CHECK_EQ(set_option(fd[1], SO_PEEK_OFF, 1), 0);
	expect_peek(fd[1], 2, "bc");
	expect_peek(fd[1], 8, "d");
	expect_peek(fd[1], 3, "efg");
	expect_peek(fd[1], 8, "h");
	expect_no_peek(fd[1]);
	expect(fd[1], "abcd");
	CHECK_EQ(option(fd[1], SO_PEEK_OFF), 4);
	expect(fd[1], "efgh");
	CHECK_EQ(option(fd[1], SO_PEEK_OFF), 0);
}

CASE(waitall_waits_for_the_whole_buffer)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	CHILD(pid) {
		char buf[6];

		CHECK_EQ(recv_from(fd[1], buf, 6, MSG_WAITALL), 6);
		CHECK_MEM(buf, "abcdef", 6);
	}
	tap_wait_blocked(pid);
	put(fd[0], "abc");
	tap_wait_blocked(pid);
	put(fd[0], "defgh");
	CHECK_EXIT(pid, 0);
	expect(fd[1], "gh");
}

CASE(waitall_ends_with_the_stream)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	CHILD(pid) {
		char buf[6];

		close_fd(fd[0]);
		CHECK_EQ(recv_from(fd[1], buf, 6, MSG_WAITALL), 3);
		CHECK_EQ(recv_from(fd[1], buf, 6, MSG_WAITALL), 0);
	}
	tap_wait_blocked(pid);
	put(fd[0], "abc");
	tap_wait_blocked(pid);
	close_fd(fd[0]);
	CHECK_EXIT(pid, 0);
}

CASE(signal_ends_waitall_with_what_is_there)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "abc");
	CHILD(pid) {
		char buf[6];

		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(recv_from(fd[1], buf, 6, MSG_WAITALL), 3);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(time_limit_ends_waitall_with_what_is_there)
{
	int fd[2];
	char buf[6];

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "abc");
	set_time_limit(fd[1], SO_RCVTIMEO, SHORT_MS);
	CHECK_EQ(recv_from(fd[1], buf, 6, MSG_WAITALL), 3);
	CHECK_EQ(recv_from(fd[1], buf, 6, MSG_WAITALL), -EAGAIN);
}

CASE(waitall_without_waiting_takes_what_is_there)
{
	int fd[2];
	char buf[6];

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "abc");
	CHECK_EQ(recv_from(fd[1], buf, 6, MSG_WAITALL | MSG_DONTWAIT), 3);
	CHECK_EQ(recv_from(fd[1], buf, 6, MSG_WAITALL | MSG_DONTWAIT), -EAGAIN);
}

CASE(waitall_is_for_one_packet)
{
	static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};

	FOR_EACH(type, types) {
		int fd[2];
		char buf[16];

		new_pair(fd, type);
		put(fd[0], "abc");
		put(fd[0], "def");
		CHECK_EQ(recv_from(fd[1], buf, sizeof(buf), MSG_WAITALL), 3);
	}
}

CASE(low_water_mark_is_what_a_read_waits_for)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(option(fd[1], SO_RCVLOWAT), 1);
	CHECK_EQ(set_option(fd[1], SO_RCVLOWAT, 4), 0);
	CHECK_EQ(option(fd[1], SO_RCVLOWAT), 4);
	put(fd[0], "ab");
	CHILD(pid) {
		char buf[16];

		CHECK_EQ(sys(SYS_read, fd[1], buf, sizeof(buf)), 5);
	}
	tap_wait_blocked(pid);
	put(fd[0], "c");
	tap_wait_blocked(pid);
	put(fd[0], "de");
	CHECK_EXIT(pid, 0);
}

CASE(low_water_mark_binds_neither_small_reads_nor_who_does_not_wait)
{
	int fd[2];
	char buf[16];

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(set_option(fd[1], SO_RCVLOWAT, 8), 0);
	put(fd[0], "abcd");
	CHECK(poll_now(fd[1]) & POLLIN);
	CHECK_EQ(sys(SYS_read, fd[1], buf, 2), 2);
	CHECK_EQ(recv_from(fd[1], buf, sizeof(buf), MSG_DONTWAIT), 2);
	CHECK_EQ(sys(SYS_close, fd[0]), 0);
	CHECK_EQ(sys(SYS_read, fd[1], buf, sizeof(buf)), 0);
}

CASE(low_water_mark_of_nothing_is_one)
{
	int fd = new_socket(SOCK_STREAM);

	CHECK_EQ(set_option(fd, SO_RCVLOWAT, 0), 0);
	CHECK_EQ(option(fd, SO_RCVLOWAT), 1);
	CHECK_EQ(set_option(fd, SO_RCVLOWAT, -1), 0);
	CHECK_EQ(option(fd, SO_RCVLOWAT), 0x7fffffff);
}

CASE(truncation_flag_cuts_no_stream)
{
	int fd[2];
	char buf[4] = "";

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "abcdef");
	CHECK_EQ(recv_from(fd[1], buf, 2, MSG_TRUNC), 2);
	CHECK_MEM(buf, "ab", 2);
	expect(fd[1], "cdef");
}
