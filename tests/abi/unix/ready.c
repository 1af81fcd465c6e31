// SPDX-License-Identifier: MIT
/*
 * unix/ready: what select, poll, epoll and SIGIO say of sockets, and when.
 *
 * Promise   readiness is what the next call would find; each message and each read that makes room is one edge; a
 *           listener is readable while a connection waits; the owner of an O_ASYNC socket hears of each change
 * Linux     poll(2), epoll(7), fcntl(2) F_SETOWN, F_SETSIG, signal(7).
 */
#include <sys/epoll.h>
#include "tests/abi/unix/unix.h"

enum { PIECE = 1000 };

static int watching(int fd, unsigned events)
{
	int ep = sys(SYS_epoll_create1, 0);
	struct epoll_event ev = {.events = events, .data.u64 = fd};

	CHECK(ep >= 0);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, &ev), 0);
	return ep;
}

static unsigned told(int ep)
{
	struct epoll_event ev = {0};
	long n = sys(SYS_epoll_wait, ep, &ev, 1, 0);

	CHECK(n >= 0);
	return n ? ev.events : 0;
}

CASE(readable_while_something_is_there)
{
	FOR_EACH(type, all_types) {
		int fd[2];

		new_pair(fd, type);
		CHECK_EQ(poll_now(fd[1]), WRITABLE);
		put(fd[0], "a");
		put(fd[0], "b");
		CHECK_EQ(poll_now(fd[1]), READABLE | WRITABLE);
		CHECK_EQ(poll_now(fd[0]), WRITABLE);
		drain(fd[1]);
		CHECK_EQ(poll_now(fd[1]), WRITABLE);
	}
}

CASE(writable_means_that_a_piece_fits)
{
	int fd[2];
	char buf[PIECE];
	long left;

	new_pair(fd, SOCK_STREAM);
	left = fill_up(fd[0], PIECE);
	CHECK_EQ(poll_now(fd[0]), 0);
	for (; !(poll_now(fd[0]) & POLLOUT); left -= PIECE) {
		CHECK(left > 0);
		CHECK_EQ(sys(SYS_read, fd[1], buf, PIECE), PIECE);
	}
	CHECK_EQ(send_to(fd[0], buf, PIECE, MSG_DONTWAIT), PIECE);
}

CASE(writability_wakes_a_poll)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	fill_up(fd[0], PIECE);
	CHILD(pid)
		CHECK_EQ(poll_for(fd[0], POLLOUT, LONG_MS), POLLOUT);
	tap_wait_blocked(pid);
	drain(fd[1]);
	CHECK_EXIT(pid, 0);
}

CASE(writer_who_polls_first_never_waits)
{
	int fd[2], pid;
	char buf[PIECE];
	long n;

	new_pair(fd, SOCK_STREAM);
	CHILD(pid) {
		close_fd(fd[1]);
		set_nonblocking(fd[0]);
		for (int i = 0; i < 500; i++) {
			CHECK_EQ(poll_for(fd[0], POLLOUT, LONG_MS), POLLOUT);
			CHECK_EQ(sys(SYS_write, fd[0], buf, PIECE), PIECE);
		}
	}
	close_fd(fd[0]);
	while ((n = sys(SYS_read, fd[1], buf, sizeof(buf))) > 0)
		;
	CHECK_EQ(n, 0);
	CHECK_EXIT(pid, 0);
}

CASE(each_of_many_polls_is_woken_by_a_message)
{
	enum { MANY = 4 };
	int fd[2], pid[MANY];

	new_pair(fd, SOCK_DGRAM);
	for (int i = 0; i < MANY; i++) {
		CHILD(pid[i])
			CHECK_EQ(poll_for(fd[1], POLLIN, LONG_MS), POLLIN);
		tap_wait_blocked(pid[i]);
	}
	put(fd[0], "x");
	for (int i = 0; i < MANY; i++)
		CHECK_EXIT(pid[i], 0);
}

CASE(select_finds_sockets)
{
	int fd[2];
	uint64_t in[16], out[16];
	struct time_limit none = {0, 0};

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "x");
	memset(in, 0, sizeof(in));
	memset(out, 0, sizeof(out));
	in[0] = out[0] = 1ul << fd[0] | 1ul << fd[1];
	CHECK_EQ(sys(SYS_select, fd[1] + 1, in, out, 0, &none), 3);
	CHECK_EQ(in[0], 1ul << fd[1]);
	CHECK_EQ(out[0], 1ul << fd[0] | 1ul << fd[1]);
}

CASE(listener_is_readable_while_a_connection_waits)
{
	int server, ep, pid;

	scratch();
	server = listener(SOCK_STREAM, "name", 4);
	ep = watching(server, EPOLLIN);
	CHILD(pid)
		CHECK_EQ(poll_for(server, POLLIN, LONG_MS), POLLIN);
	tap_wait_blocked(pid);
	CHECK_EQ(told(ep), 0);
	connected(SOCK_STREAM, "name");
	CHECK_EXIT(pid, 0);
	CHECK_EQ(told(ep), EPOLLIN);
	accepted(server);
	CHECK_EQ(told(ep), 0);
}

CASE(level_is_told_as_long_as_it_lasts)
{
	int fd[2], ep;
	char c;

	new_pair(fd, SOCK_STREAM);
	ep = watching(fd[1], EPOLLIN);
	put(fd[0], "ab");
	CHECK_EQ(told(ep), EPOLLIN);
	CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 1);
	CHECK_EQ(told(ep), EPOLLIN);
	CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 1);
	CHECK_EQ(told(ep), 0);
}

CASE(each_message_is_an_edge)
{
	FOR_EACH(type, all_types) {
		int fd[2], ep;

		new_pair(fd, type);
		ep = watching(fd[1], EPOLLIN | EPOLLET);
		put(fd[0], "a");
		CHECK_EQ(told(ep), EPOLLIN);
		CHECK_EQ(told(ep), 0);
		put(fd[0], "b");
		CHECK_EQ(told(ep), EPOLLIN);
		CHECK_EQ(told(ep), 0);
	}
}

CASE(room_after_a_full_buffer_is_an_edge)
{
	int fd[2], ep;

	new_pair(fd, SOCK_STREAM);
	ep = watching(fd[0], EPOLLOUT | EPOLLET);
	CHECK_EQ(told(ep), EPOLLOUT);
	fill_up(fd[0], PIECE);
	CHECK_EQ(told(ep), 0);
	drain(fd[1]);
	CHECK_EQ(told(ep), EPOLLOUT);
	CHECK_EQ(told(ep), 0);
}

CASE(end_is_an_edge)
{
	int fd[2], ep;

	new_pair(fd, SOCK_STREAM);
	ep = watching(fd[1], EPOLLIN | EPOLLRDHUP | EPOLLET);
	close_fd(fd[0]);
	CHECK_EQ(told(ep), EPOLLIN | EPOLLRDHUP | EPOLLHUP);
	CHECK_EQ(told(ep), 0);
}

CASE(connection_is_an_edge_of_the_listener)
{
	int server, ep;

	scratch();
	server = listener(SOCK_STREAM, "name", 4);
	ep = watching(server, EPOLLIN | EPOLLET);
	connected(SOCK_STREAM, "name");
	CHECK_EQ(told(ep), EPOLLIN);
	CHECK_EQ(told(ep), 0);
	connected(SOCK_STREAM, "name");
	CHECK_EQ(told(ep), EPOLLIN);
}

CASE(one_shot_is_told_once_until_armed_again)
{
	int fd[2], ep;
	struct epoll_event ev = {.events = EPOLLIN | EPOLLONESHOT};

	new_pair(fd, SOCK_STREAM);
	ep = watching(fd[1], EPOLLIN | EPOLLONESHOT);
	put(fd[0], "a");
	CHECK_EQ(told(ep), EPOLLIN);
	put(fd[0], "b");
	CHECK_EQ(told(ep), 0);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_MOD, fd[1], &ev), 0);
	CHECK_EQ(told(ep), EPOLLIN);
}

CASE(full_partner_and_its_room_in_a_set)
{
	int server, fd = new_socket(SOCK_DGRAM | SOCK_NONBLOCK), ep;

	scratch();
	server = bound(SOCK_DGRAM, "server");
	CHECK_EQ(connect_path(fd, "server"), 0);
	ep = watching(fd, EPOLLOUT);
	while (send_to(fd, "x", 1, 0) == 1)
		;
	CHECK_EQ(told(ep), 0);
	drain(server);
	CHECK_EQ(told(ep), EPOLLOUT);
}

/* CVE-2013-7446: the set waits for room at a partner who ends. */
CASE(partners_that_come_and_go_under_a_set)
{
	enum { ROUNDS = 100 };
	int fd = new_socket(SOCK_DGRAM | SOCK_NONBLOCK), ep = watching(fd, EPOLLOUT);

	scratch();
	for (int i = 0; i < ROUNDS; i++) {
		int server = bound(SOCK_DGRAM, "server"), next;

		CHECK_EQ(connect_path(fd, "server"), 0);
		while (send_to(fd, "x", 1, 0) == 1)
			;
		CHECK_EQ(told(ep), 0);
		CHECK_EQ(sys(SYS_unlink, "server"), 0);
		next = bound(SOCK_DGRAM, "server");
		if (i % 2)
			CHECK_EQ(connect_path(fd, "server"), 0);
		close_fd(server);
		CHECK_EQ(told(ep), EPOLLOUT);
		close_fd(next);
		CHECK_EQ(told(ep), EPOLLOUT);
		CHECK_EQ(sys(SYS_unlink, "server"), 0);
	}
}

CASE(set_forgets_a_socket_with_its_last_descriptor)
{
	int fd[2], ep;

	new_pair(fd, SOCK_STREAM);
	ep = watching(fd[1], EPOLLIN);
	put(fd[0], "x");
	close_fd(fd[1]);
	CHECK_EQ(told(ep), 0);
}

static volatile int last_band, last_fd;

static void note_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	count_signal(sig);
	last_band = info->si_band;
	last_fd = info->si_fd;
}

static void own(int fd)
{
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETOWN, getpid()), 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETFL, O_RDWR | O_ASYNC), 0);
}

CASE(owner_gets_sigio_for_each_message)
{
	int fd[2];

	FOR_EACH(type, all_types) {
		signals = 0;
		handle(SIGIO, count_signal, 0);
		new_pair(fd, type);
		put(fd[0], "before");
		own(fd[1]);
		CHECK_EQ(signals, 0);
		put(fd[0], "a");
		CHECK_EQ(signals, 1);
		put(fd[0], "b");
		CHECK_EQ(signals, 2);
		CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETFL, O_RDWR), 0);
		put(fd[0], "c");
		CHECK_EQ(signals, 2);
	}
}

CASE(chosen_signal_tells_descriptor_and_band)
{
	int fd[2];

	handle_info(SIGRTMIN, note_signal, 0);
	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETSIG, SIGRTMIN), 0);
	own(fd[1]);
	put(fd[0], "x");
	CHECK_EQ(signals, 1);
	CHECK_EQ(last_fd, fd[1]);
	CHECK_EQ(last_band & POLLIN, POLLIN);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	CHECK_EQ(signals, 2);
}

CASE(owner_of_a_listener_hears_of_connections)
{
	int server;

	scratch();
	handle(SIGIO, count_signal, 0);
	server = listener(SOCK_STREAM, "name", 4);
	own(server);
	connected(SOCK_STREAM, "name");
	CHECK_EQ(signals, 1);
}

CASE(owner_hears_of_the_end)
{
	int fd[2];

	handle(SIGIO, count_signal, 0);
	new_pair(fd, SOCK_STREAM);
	own(fd[1]);
	close_fd(fd[0]);
	CHECK(signals >= 1);
}

CASE(owner_can_be_set_by_either_call)
{
	int fd[2], pid = getpid(), nobody = 0;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(asked(fd[0], SIOCGPGRP), 0);
	CHECK_EQ(sys(SYS_ioctl, fd[0], SIOCSPGRP, &pid), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETOWN), pid);
	CHECK_EQ(asked(fd[0], SIOCGPGRP), pid);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETOWN, pid), 0);
	CHECK_EQ(asked(fd[1], SIOCGPGRP), pid);
	CHECK_EQ(sys(SYS_ioctl, fd[0], SIOCSPGRP, &nobody), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETOWN), 0);
}
