// SPDX-License-Identifier: MIT
/*
 * epoll/trigger: when an item is told: level-triggered, edge-triggered, once.
 *
 * Promise   level: as long as it is so; edge: once for each wake of the file; one shot: once until modified
 * Linux     epoll(7)
 */
#include "tests/abi/epoll/epoll.h"

CASE(level_is_told_as_long_as_it_holds)
{
	int ep = new_set(), fd = new_counter(1);

	watch(ep, fd, EPOLLIN);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(look_at(ep, fd), EPOLLIN);
	take_all(fd);
	CHECK_EQ(look_at(ep, fd), 0);
	tell(fd);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
}

CASE(what_was_so_before_the_add_is_told)
{
	int ep = new_set(), fd = new_counter(1);

	watch(ep, fd, EPOLLIN | EPOLLET);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(ep, fd), 0);
}

CASE(each_write_is_an_edge)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN | EPOLLET);
	CHECK_EQ(look_at(ep, fd), 0);
	for (int i = 0; i < 3; i++) {
		tell(fd);
		CHECK_EQ(look_at(ep, fd), EPOLLIN);
		CHECK_EQ(look_at(ep, fd), 0);
	}
}

CASE(two_writes_may_be_one_edge)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN | EPOLLET);
	tell(fd);
	tell(fd);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(ep, fd), 0);
}

CASE(an_edge_that_is_over_is_not_told)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN | EPOLLET);
	tell(fd);
	take_all(fd);
	CHECK_EQ(look_at(ep, fd), 0);
}

CASE(an_edge_tells_all_that_holds)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN | EPOLLOUT | EPOLLET);
	CHECK_EQ(look_at(ep, fd), EPOLLOUT);
	tell(fd);
	CHECK_EQ(look_at(ep, fd), EPOLLIN | EPOLLOUT);
}

CASE(pipe_edges_per_write)
{
	int ep = new_set(), fds[2];

	CHECK_EQ(sys(SYS_pipe2, fds, 0), 0);
	watch(ep, fds[0], EPOLLIN | EPOLLET);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(sys(SYS_write, fds[1], "x", 1), 1);
		CHECK_EQ(look_at(ep, fds[0]), EPOLLIN);
		CHECK_EQ(look_at(ep, fds[0]), 0);
	}
	sys(SYS_close, fds[1]);
	CHECK_EQ(look_at(ep, fds[0]), EPOLLIN | EPOLLHUP);
	CHECK_EQ(look_at(ep, fds[0]), 0);
}

CASE(a_full_pipe_becomes_writable)
{
	static char block[65536];
	int ep = new_set(), fds[2];

	CHECK_EQ(sys(SYS_pipe2, fds, O_NONBLOCK), 0);
	while (sys(SYS_write, fds[1], block, sizeof(block)) > 0)
		;
	watch(ep, fds[1], EPOLLOUT | EPOLLET);
	CHECK_EQ(look_at(ep, fds[1]), 0);
	while (sys(SYS_read, fds[0], block, sizeof(block)) > 0)
		;
	CHECK_EQ(look_at(ep, fds[1]), EPOLLOUT);
	CHECK_EQ(look_at(ep, fds[1]), 0);
}

CASE(modify_is_an_edge)
{
	int ep = new_set(), fd = new_counter(1);

	watch(ep, fd, EPOLLIN | EPOLLET);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(ep, fd), 0);
	modify(ep, fd, EPOLLIN | EPOLLET);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(ep, fd), 0);
}

CASE(modify_changes_what_is_wanted)
{
	int ep = new_set(), fd = new_counter(1);

	watch(ep, fd, EPOLLIN);
	modify(ep, fd, EPOLLOUT);
	CHECK_EQ(look_at(ep, fd), EPOLLOUT);
	modify(ep, fd, 0);
	CHECK_EQ(look_at(ep, fd), 0);
	modify(ep, fd, EPOLLIN | EPOLLOUT);
	CHECK_EQ(look_at(ep, fd), EPOLLIN | EPOLLOUT);
}

CASE(modify_from_edge_to_level_and_back)
{
	int ep = new_set(), fd = new_counter(1);

	watch(ep, fd, EPOLLIN | EPOLLET);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	modify(ep, fd, EPOLLIN);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	modify(ep, fd, EPOLLIN | EPOLLET);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(ep, fd), 0);
}

CASE(one_shot_is_told_once)
{
	int ep = new_set(), fd = new_counter(1);

	watch(ep, fd, EPOLLIN | EPOLLONESHOT);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(ep, fd), 0);
	tell(fd);
	CHECK_EQ(look_at(ep, fd), 0);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN, 0), -EEXIST);
	modify(ep, fd, EPOLLIN | EPOLLONESHOT);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(ep, fd), 0);
}

CASE(one_shot_that_was_told_hears_no_hang_up)
{
	int ep = new_set(), fds[2];

	CHECK_EQ(sys(SYS_pipe2, fds, 0), 0);
	watch(ep, fds[0], EPOLLIN | EPOLLONESHOT);
	CHECK_EQ(sys(SYS_write, fds[1], "x", 1), 1);
	CHECK_EQ(look_at(ep, fds[0]), EPOLLIN);
	sys(SYS_close, fds[1]);
	CHECK_EQ(look_at(ep, fds[0]), 0);
	modify(ep, fds[0], EPOLLONESHOT);
	CHECK_EQ(look_at(ep, fds[0]), EPOLLHUP);
}

CASE(one_shot_with_edge)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN | EPOLLET | EPOLLONESHOT);
	tell(fd);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	tell(fd);
	CHECK_EQ(look_at(ep, fd), 0);
	modify(ep, fd, EPOLLIN | EPOLLET | EPOLLONESHOT);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
}

CASE(events_that_are_not_wanted_are_no_edge)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLPRI | EPOLLET);
	tell(fd);
	CHECK_EQ(look_at(ep, fd), 0);
}

CASE(two_sets_hear_of_the_same_edge)
{
	int a = new_set(), b = new_set(), fd = new_counter(0);

	watch(a, fd, EPOLLIN | EPOLLET);
	watch(b, fd, EPOLLIN | EPOLLET);
	tell(fd);
	CHECK_EQ(look_at(a, fd), EPOLLIN);
	CHECK_EQ(look_at(b, fd), EPOLLIN);
	CHECK_EQ(look_at(a, fd), 0);
	CHECK_EQ(look_at(b, fd), 0);
}

CASE(items_take_turns)
{
	int ep = new_set(), fd[4];
	unsigned seen = 0;

	for (int i = 0; i < 4; i++) {
		fd[i] = new_counter(1);
		CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd[i], EPOLLIN, 1u << i), 0);
	}
	for (int i = 0; i < 4; i++) {
		struct epoll_event ev;

		CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 1);
		CHECK(!(seen & ev.data.u64));
		seen |= ev.data.u64;
	}
	CHECK_EQ(seen, 15);
}

CASE(more_are_ready_than_asked_for)
{
	int ep = new_set();
	struct epoll_event ev[3];

	for (int i = 0; i < 5; i++)
		watch(ep, new_counter(1), EPOLLIN | EPOLLET);
	CHECK_EQ(sys(SYS_epoll_wait, ep, ev, 3, 0), 3);
	CHECK_EQ(sys(SYS_epoll_wait, ep, ev, 3, 0), 2);
	CHECK_EQ(sys(SYS_epoll_wait, ep, ev, 3, 0), 0);
}
