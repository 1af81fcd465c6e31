// SPDX-License-Identifier: MIT
/*
 * unix/oob: one urgent byte in a stream.
 *
 * Promise   the last byte of a send with MSG_OOB is the urgent one; it is taken by MSG_OOB only, a read ends before it,
 *           and the read that begins at it leaves it out; a newer one makes the older one an ordinary byte; its owner
 *           is told by SIGURG and POLLPRI, and SIOCATMARK says when all before it has been read.
 * Linux     send(2), recv(2), sockatmark(3), unix(7); the rules are those of 6.12 and later, where a mark whose
 *           byte was taken stays until it is read over.
 */
#include "tests/abi/unix/unix.h"

TAP_NEEDS_LINUX(6, 12);

static void urgent(int fd, const char *text)
{
	CHECK_EQ(send_to(fd, text, strlen(text), MSG_OOB), strlen(text));
}

static void expect_urgent(int fd, int flags, char want)
{
	char buf[8] = "";

	CHECK_EQ(recv_from(fd, buf, sizeof(buf), MSG_OOB | flags), 1);
	CHECK_EQ(buf[0], want);
}

static void expect_no_urgent(int fd)
{
	char c;

	CHECK_EQ(recv_from(fd, &c, 1, MSG_OOB), -EINVAL);
}

static void stream(int fd[2])
{
	new_pair(fd, SOCK_STREAM);
}

CASE(last_byte_is_the_urgent_one)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "abc");
	expect_urgent(fd[1], 0, 'c');
	expect(fd[1], "ab");
	expect_nothing(fd[1]);
}

CASE(read_ends_before_the_urgent_byte)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "abc");
	put(fd[0], "def");
	expect(fd[1], "ab");
	expect_urgent(fd[1], 0, 'c');
	expect(fd[1], "def");
}

CASE(read_that_begins_at_the_urgent_byte_leaves_it_out)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "abc");
	put(fd[0], "def");
	expect(fd[1], "ab");
	expect(fd[1], "def");
	expect_no_urgent(fd[1]);
}

CASE(urgent_byte_is_taken_once)
{
	int fd[2];

	stream(fd);
	expect_no_urgent(fd[1]);
	urgent(fd[0], "x");
	expect_urgent(fd[1], 0, 'x');
	expect_no_urgent(fd[1]);
	expect_nothing(fd[1]);
}

CASE(peek_leaves_the_urgent_byte)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "abc");
	expect_urgent(fd[1], MSG_PEEK, 'c');
	expect_urgent(fd[1], MSG_PEEK, 'c');
	expect_urgent(fd[1], 0, 'c');
	expect_no_urgent(fd[1]);
}

CASE(message_says_that_it_was_urgent)
{
	int fd[2];
	struct message m;

	stream(fd);
	urgent(fd[0], "x");
	empty_message(&m, 0);
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, MSG_OOB), 1);
	CHECK_EQ(m.h.msg_flags, MSG_OOB);
}

CASE(newer_urgent_byte_makes_the_older_one_ordinary)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "ab");
	urgent(fd[0], "cd");
	expect_urgent(fd[1], 0, 'd');
	expect(fd[1], "abc");
	expect_nothing(fd[1]);
}

CASE(peek_ends_before_the_urgent_byte_and_looks_over_it)
{
	int fd[2];
	char buf[8];

	stream(fd);
	urgent(fd[0], "ab");
	put(fd[0], "cd");
	CHECK_EQ(recv_from(fd[1], buf, sizeof(buf), MSG_PEEK), 1);
	CHECK_EQ(buf[0], 'a');
	expect(fd[1], "a");
	CHECK_EQ(recv_from(fd[1], buf, sizeof(buf), MSG_PEEK), 2);
	CHECK_MEM(buf, "cd", 2);
	expect_urgent(fd[1], 0, 'b');
	expect(fd[1], "cd");
}

CASE(inline_option_makes_it_an_ordinary_byte)
{
	int fd[2];

	stream(fd);
	CHECK_EQ(option(fd[1], SO_OOBINLINE), 0);
	CHECK_EQ(set_option(fd[1], SO_OOBINLINE, 1), 0);
	CHECK_EQ(option(fd[1], SO_OOBINLINE), 1);
	urgent(fd[0], "abc");
	put(fd[0], "def");
	expect_no_urgent(fd[1]);
	expect(fd[1], "ab");
	expect(fd[1], "cdef");
}

CASE(mark_is_reached_when_all_before_it_is_read)
{
	int fd[2];

	stream(fd);
	CHECK_EQ(asked(fd[1], SIOCATMARK), 0);
	urgent(fd[0], "abc");
	put(fd[0], "def");
	CHECK_EQ(asked(fd[1], SIOCATMARK), 0);
	expect(fd[1], "ab");
	CHECK_EQ(asked(fd[1], SIOCATMARK), 1);
	expect(fd[1], "def");
	CHECK_EQ(asked(fd[1], SIOCATMARK), 0);
}

CASE(mark_stays_when_its_byte_was_taken)
{
	int fd[2];
	char buf[8];

	stream(fd);
	urgent(fd[0], "abc");
	put(fd[0], "def");
	expect_urgent(fd[1], 0, 'c');
	CHECK_EQ(asked(fd[1], SIOCATMARK), 0);
	CHECK_EQ(sys(SYS_read, fd[1], buf, 1), 1);
	CHECK_EQ(asked(fd[1], SIOCATMARK), 0);
	expect(fd[1], "b");
	CHECK_EQ(asked(fd[1], SIOCATMARK), 1);
	expect(fd[1], "def");
}

CASE(urgent_byte_alone_is_nothing_to_read)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "x");
	CHECK_EQ(asked(fd[1], SIOCATMARK), 1);
	expect_nothing(fd[1]);
	expect_no_urgent(fd[1]);
	CHECK_EQ(asked(fd[1], SIOCATMARK), 0);
}

CASE(poll_tells_of_an_urgent_byte)
{
	int fd[2];

	stream(fd);
	CHECK_EQ(poll_now(fd[1]), WRITABLE);
	urgent(fd[0], "ab");
	CHECK_EQ(poll_now(fd[1]), WRITABLE | READABLE | POLLPRI);
	expect_urgent(fd[1], 0, 'b');
	CHECK_EQ(poll_now(fd[1]), WRITABLE | READABLE);
	expect(fd[1], "a");
}

CASE(owner_gets_sigurg)
{
	int fd[2];
	uint64_t set = sigbit(SIGURG);

	set_mask(SIG_BLOCK, set);
	stream(fd);
	urgent(fd[0], "x");
	CHECK_EQ(get_pending(), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETOWN, getpid()), 0);
	handle(SIGURG, count_signal, 0);
	urgent(fd[0], "y");
	CHECK_EQ(get_pending(), set);
	set_mask(SIG_UNBLOCK, set);
	CHECK_EQ(signals, 1);
	put(fd[0], "ordinary");
	CHECK_EQ(signals, 1);
}

CASE(sleeping_reader_is_not_given_the_urgent_byte)
{
	int fd[2], pid;

	stream(fd);
	CHILD(pid) {
		char buf[8];

		CHECK_EQ(sys(SYS_read, fd[1], buf, sizeof(buf)), 1);
		CHECK_EQ(buf[0], 'a');
	}
	tap_wait_blocked(pid);
	urgent(fd[0], "ab");
	CHECK_EXIT(pid, 0);
	expect_urgent(fd[1], 0, 'b');
}

CASE(urgent_byte_needs_a_stream_and_a_byte)
{
	static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};
	int fd[2];
	char c;

	FOR_EACH(type, types) {
		new_pair(fd, type);
		CHECK_EQ(send_to(fd[0], "x", 1, MSG_OOB), -EOPNOTSUPP);
		CHECK_EQ(recv_from(fd[1], &c, 1, MSG_OOB), -EOPNOTSUPP);
	}
	stream(fd);
	CHECK_EQ(send_to(fd[0], "", 0, MSG_OOB), -EOPNOTSUPP);
}

CASE(urgent_byte_to_a_closed_end)
{
	int fd[2];

	stream(fd);
	close_fd(fd[1]);
	CHECK_EQ(send_to(fd[0], "x", 1, MSG_OOB | MSG_NOSIGNAL), -EPIPE);
}

CASE(urgent_byte_is_there_after_the_end)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "ab");
	close_fd(fd[0]);
	expect(fd[1], "a");
	expect_urgent(fd[1], 0, 'b');
	expect_answer(fd[1], 0);
}

/* CVE-2025-38236, CVE-2024-36972: marks whose bytes were taken, one behind the other, and a queue that goes away. */
CASE(many_marks_in_a_row)
{
	int fd[2];

	stream(fd);
	for (int i = 0; i < 5; i++) {
		urgent(fd[0], "u");
		expect_urgent(fd[1], 0, 'u');
	}
	urgent(fd[0], "v");
	expect_nothing(fd[1]);
	put(fd[0], "after");
	expect(fd[1], "after");
	urgent(fd[0], "w");
	expect_urgent(fd[1], 0, 'w');
	urgent(fd[0], "left");
	close_fd(fd[1]);
	expect_answer(fd[0], -ECONNRESET);
}

CASE(only_an_urgent_byte_unread_at_close)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "u");
	close_fd(fd[1]);
	expect_answer(fd[0], -ECONNRESET);
	stream(fd);
	urgent(fd[0], "u");
	expect_urgent(fd[1], 0, 'u');
	close_fd(fd[1]);
	expect_answer(fd[0], 0);
}

CASE(bytes_to_read_do_not_count_the_taken_one)
{
	int fd[2];

	stream(fd);
	urgent(fd[0], "abc");
	put(fd[0], "de");
	CHECK_EQ(asked(fd[1], SIOCINQ), 5);
	expect_urgent(fd[1], 0, 'c');
	CHECK_EQ(asked(fd[1], SIOCINQ), 4);
}
