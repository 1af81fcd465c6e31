// SPDX-License-Identifier: MIT
/*
 * unix/shutdown: ending one direction or both, and what poll says of each end then.
 *
 * Promise   SHUT_WR is the end of file over there, after what was written; SHUT_RD refuses what comes from then on;
 *           sleepers on either side are woken; nothing else of the connection changes.
 * Linux     shutdown(2), poll(2), unix(7).
 */
#include <sys/epoll.h>
#include "tests/abi/unix/unix.h"

static void stream(int fd[2])
{
	new_pair(fd, SOCK_STREAM);
}

CASE(how_must_be_one_of_three)
{
	int fd[2];

	stream(fd);
	CHECK_EQ(sys(SYS_shutdown, fd[0], 3), -EINVAL);
	CHECK_EQ(sys(SYS_shutdown, fd[0], -1), -EINVAL);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_RDWR), 0);
}

CASE(unconnected_socket_can_be_shut_down)
{
	FOR_EACH(type, all_types)
		CHECK_EQ(sys(SYS_shutdown, new_socket(type), SHUT_RDWR), 0);
}

CASE(writing_side)
{
	FOR_EACH(type, connecting_types) {
		int fd[2];

		new_pair(fd, type);
		put(fd[0], "last");
		CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
		CHECK_EQ(send_to(fd[0], "x", 1, MSG_NOSIGNAL), -EPIPE);
		expect(fd[1], "last");
		expect_answer(fd[1], 0);
		put(fd[1], "answer");
		expect(fd[0], "answer");
		expect_nothing(fd[0]);
	}
}

CASE(writing_side_raises_sigpipe_on_itself)
{
	int fd[2];

	handle(SIGPIPE, count_signal, 0);
	stream(fd);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	CHECK_EQ(sys(SYS_write, fd[0], "x", 1), -EPIPE);
	CHECK_EQ(signals, 1);
}

CASE(reading_side)
{
	FOR_EACH(type, connecting_types) {
		int fd[2];

		new_pair(fd, type);
		put(fd[1], "before");
		CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_RD), 0);
		CHECK_EQ(send_to(fd[1], "x", 1, MSG_NOSIGNAL), -EPIPE);
		expect(fd[0], "before");
		expect_answer(fd[0], 0);
		put(fd[0], "still");
		expect(fd[1], "still");
		expect_nothing(fd[1]);
	}
}

CASE(both_sides)
{
	FOR_EACH(type, connecting_types) {
		int fd[2];

		new_pair(fd, type);
		put(fd[0], "one");
		put(fd[1], "two");
		CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_RDWR), 0);
		expect(fd[0], "two");
		expect(fd[1], "one");
		expect_answer(fd[0], 0);
		expect_answer(fd[1], 0);
		CHECK_EQ(send_to(fd[0], "x", 1, MSG_NOSIGNAL), -EPIPE);
		CHECK_EQ(send_to(fd[1], "x", 1, MSG_NOSIGNAL), -EPIPE);
		CHECK_EQ(option(fd[0], SO_ERROR), 0);
	}
}

CASE(poll_after_each_way)
{
	static const struct {
		int how;
		unsigned here, there;
	} ways[] = {
		{SHUT_WR, 0, READABLE | POLLRDHUP},
		{SHUT_RD, READABLE | POLLRDHUP, 0},
		{SHUT_RDWR, READABLE | POLLRDHUP | POLLHUP, READABLE | POLLRDHUP | POLLHUP},
	};

	FOR_EACH(type, connecting_types)
		for (int i = 0; i < 3; i++) {
			int fd[2];

			new_pair(fd, type);
			CHECK_EQ(sys(SYS_shutdown, fd[0], ways[i].how), 0);
			CHECK_EQ(poll_now(fd[0]), ways[i].here | WRITABLE);
			CHECK_EQ(poll_now(fd[1]), ways[i].there | WRITABLE);
		}
}

CASE(both_ends_shut_their_writing_sides)
{
	int fd[2];

	stream(fd);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	CHECK_EQ(sys(SYS_shutdown, fd[1], SHUT_WR), 0);
	CHECK_EQ(poll_now(fd[0]), READABLE | POLLRDHUP | POLLHUP | WRITABLE);
	CHECK_EQ(poll_now(fd[1]), READABLE | POLLRDHUP | POLLHUP | WRITABLE);
	expect_answer(fd[0], 0);
	expect_answer(fd[1], 0);
}

CASE(datagram_socket_shuts_only_itself)
{
	int fd, other = new_socket(SOCK_DGRAM);

	scratch();
	fd = bound(SOCK_DGRAM, "name");
	CHECK_EQ(connect_path(other, "name"), 0);
	CHECK_EQ(sys(SYS_shutdown, other, SHUT_WR), 0);
	CHECK_EQ(send_to(other, "x", 1, MSG_NOSIGNAL), -EPIPE);
	CHECK_EQ(poll_now(other), WRITABLE);
	CHECK_EQ(poll_now(fd), WRITABLE);
	CHECK_EQ(send_path(new_socket(SOCK_DGRAM), "y", 1, 0, "name"), 1);
	expect(fd, "y");
	CHECK_EQ(sys(SYS_shutdown, fd, SHUT_RDWR), 0);
	CHECK_EQ(poll_now(fd), READABLE | POLLRDHUP | POLLHUP | WRITABLE);
}

CASE(sleeping_reader_is_woken_from_either_end)
{
	for (int end = 0; end < 2; end++) {
		int fd[2], pid;

		stream(fd);
		CHILD(pid) {
			char c;

			CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 0);
		}
		tap_wait_blocked(pid);
		CHECK_EQ(sys(SYS_shutdown, fd[end], end ? SHUT_WR : SHUT_RD), 0);
		CHECK_EXIT(pid, 0);
	}
}

CASE(sleeping_writer_is_woken_by_its_own_shutdown)
{
	int fd[2], pid;

	stream(fd);
	fill_up(fd[0], PAGE);
	CHILD(pid) {
		signal(SIGPIPE, SIG_IGN);
		CHECK_EQ(sys(SYS_write, fd[0], "x", 1), -EPIPE);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	CHECK_EXIT(pid, 0);
}

CASE(sleeping_poll_is_woken)
{
	static const struct {
		int how;
		unsigned ask, want;
	} ways[] = {
		{SHUT_WR, POLLIN, POLLIN}, {SHUT_WR, POLLRDHUP, POLLRDHUP},
		{SHUT_RDWR, 0, POLLHUP}, {SHUT_RDWR, POLLRDHUP, POLLRDHUP | POLLHUP},
	};

	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int fd[2], pid;

		stream(fd);
		CHILD(pid)
			CHECK_EQ(poll_for(fd[1], ways[i].ask, LONG_MS), ways[i].want);
		tap_wait_blocked(pid);
		CHECK_EQ(sys(SYS_shutdown, fd[0], ways[i].how), 0);
		CHECK_EXIT(pid, 0);
	}
}

CASE(epoll_tells_the_same)
{
	int fd[2], ep = sys(SYS_epoll_create1, 0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP};

	stream(fd);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd[1], &ev), 0);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 0);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 1);
	CHECK_EQ(ev.events, EPOLLIN | EPOLLRDHUP);
	close_fd(fd[0]);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 1);
	CHECK_EQ(ev.events, EPOLLIN | EPOLLRDHUP | EPOLLHUP);
}

CASE(shutdown_counts_for_all_processes_that_share_the_socket)
{
	int fd[2], pid;

	stream(fd);
	CHILD(pid)
		CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(send_to(fd[0], "x", 1, MSG_NOSIGNAL), -EPIPE);
	expect_answer(fd[1], 0);
}

CASE(shutdown_does_not_reset_what_is_unread)
{
	int fd[2];

	stream(fd);
	put(fd[0], "unread");
	CHECK_EQ(sys(SYS_shutdown, fd[1], SHUT_RDWR), 0);
	expect_answer(fd[0], 0);
	CHECK_EQ(option(fd[0], SO_ERROR), 0);
	expect(fd[1], "unread");
}
