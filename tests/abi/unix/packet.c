// SPDX-License-Identifier: MIT
/*
 * unix/packet: SOCK_SEQPACKET, packets over a connection.
 *
 * Promise   bounds as of datagrams, a connection, its end and its reset as of streams
 * Linux     unix(7), recv(2), send(2).
 */
#include "tests/abi/unix/unix.h"

static void packets(int fd[2])
{
	new_pair(fd, SOCK_SEQPACKET);
}

CASE(each_packet_is_one_read)
{
	int fd[2];

	packets(fd);
	put(fd[0], "one");
	put(fd[0], "two");
	expect(fd[1], "one");
	expect(fd[1], "two");
	expect_nothing(fd[1]);
}

CASE(short_read_loses_the_rest)
{
	int fd[2];
	struct message m;

	packets(fd);
	put(fd[0], "first");
	put(fd[0], "second");
	empty_message(&m, 0);
	m.iov.iov_len = 2;
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 2);
	CHECK_EQ(m.h.msg_flags, MSG_TRUNC);
	expect(fd[1], "second");
}

/* Nothing of a record's end is told: each packet is a record. */
CASE(end_of_record_may_be_asked_for_and_is_not_told)
{
	int fd[2];
	struct message m;

	packets(fd);
	CHECK_EQ(send_to(fd[0], "abc", 3, MSG_EOR), 3);
	CHECK_EQ(receive(fd[1], &m, 0), 3);
	CHECK_EQ(m.h.msg_flags, 0);
}

CASE(packet_of_nothing_looks_like_the_end_but_is_none)
{
	int fd[2];

	packets(fd);
	CHECK_EQ(send_to(fd[0], "", 0, 0), 0);
	put(fd[0], "more");
	CHECK(poll_now(fd[1]) & POLLIN);
	expect_answer(fd[1], 0);
	expect(fd[1], "more");
}

CASE(packet_larger_than_the_buffer_is_refused_whole)
{
	static char bytes[MORE_THAN_FITS];
	int fd[2];

	packets(fd);
	CHECK_EQ(send_to(fd[0], bytes, sizeof(bytes), 0), -EMSGSIZE);
	expect_nothing(fd[1]);
}

CASE(address_with_a_packet_is_ignored)
{
	int fd[2];

	scratch();
	packets(fd);
	CHECK_EQ(send_path(fd[0], "x", 1, 0, "nowhere"), 1);
	expect(fd[1], "x");
}

CASE(close_is_the_end_behind_what_was_sent)
{
	int fd[2];

	packets(fd);
	put(fd[0], "last");
	close_fd(fd[0]);
	CHECK_EQ(poll_now(fd[1]) & ~WRITABLE, READABLE | POLLHUP | POLLRDHUP);
	expect(fd[1], "last");
	expect_answer(fd[1], 0);
	CHECK_EQ(send_to(fd[1], "x", 1, MSG_NOSIGNAL), -EPIPE);
}

/* Unlike a stream: the error is all. */
CASE(write_to_a_closed_end_raises_no_signal)
{
	int fd[2];

	handle(SIGPIPE, count_signal, 0);
	packets(fd);
	close_fd(fd[1]);
	CHECK_EQ(sys(SYS_write, fd[0], "x", 1), -EPIPE);
	CHECK_EQ(send_to(fd[0], "x", 1, 0), -EPIPE);
	CHECK_EQ(signals, 0);
}

CASE(close_with_unread_packets_resets_the_other_end)
{
	int fd[2];

	packets(fd);
	put(fd[0], "never read");
	close_fd(fd[1]);
	CHECK(poll_now(fd[0]) & POLLERR);
	expect_answer(fd[0], -ECONNRESET);
	expect_answer(fd[0], 0);
}

CASE(full_queue_takes_whole_packets_and_then_none)
{
	enum { PACKET = 1000 };
	char buf[2 * PACKET];
	int fd[2];
	long total, n, read = 0;

	packets(fd);
	total = fill_up(fd[0], PACKET);
	CHECK(total > 0 && total % PACKET == 0);
	CHECK_EQ(poll_now(fd[0]) & POLLOUT, 0);
	while ((n = recv_from(fd[1], buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		CHECK_EQ(n, PACKET);
		read += n;
	}
	CHECK_EQ(read, total);
	CHECK(poll_now(fd[0]) & POLLOUT);
}

CASE(full_queue_makes_a_sender_wait)
{
	int fd[2], pid;

	packets(fd);
	fill_up(fd[0], 1000);
	CHILD(pid)
		CHECK_EQ(sys(SYS_write, fd[0], "w", 1), 1);
	tap_wait_blocked(pid);
	CHECK(drain(fd[1]) > 0);
	CHECK_EXIT(pid, 0);
}

CASE(end_wakes_a_sleeping_reader)
{
	int fd[2], pid;

	packets(fd);
	CHILD(pid) {
		char c;

		close_fd(fd[0]);
		CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 0);
	}
	tap_wait_blocked(pid);
	close_fd(fd[0]);
	CHECK_EXIT(pid, 0);
}

CASE(all_bytes_of_all_packets_are_counted)
{
	int fd[2];

	packets(fd);
	put(fd[0], "abc");
	put(fd[0], "de");
	CHECK_EQ(asked(fd[1], SIOCINQ), 5);
	expect(fd[1], "abc");
	CHECK_EQ(asked(fd[1], SIOCINQ), 2);
}

CASE(connection_by_a_path)
{
	int server, client, conn;

	scratch();
	server = listener(SOCK_SEQPACKET, "name", 1);
	client = connected(SOCK_SEQPACKET, "name");
	put(client, "one");
	put(client, "two");
	conn = accepted(server);
	expect(conn, "one");
	expect(conn, "two");
	put(conn, "answer");
	expect(client, "answer");
}
