// SPDX-License-Identifier: MIT
/*
 * epoll/exclusive: EPOLLEXCLUSIVE: of many sets that watch a file one wakes up.
 *
 * Promise   at least one set with a waiter is woken, and not all of them
 * Linux     epoll_ctl(2)
 */
#include "tests/abi/epoll/epoll.h"

enum { SETS = 6 };

CASE(only_when_added_and_with_few_flags)
{
	int ep = new_set(), fd = new_counter(0);

	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 0), -EINVAL);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLPRI, 0), -EINVAL);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDHUP, 0), -EINVAL);
	watch(ep, fd, EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLET | EPOLLEXCLUSIVE);
	CHECK_EQ(control(ep, EPOLL_CTL_MOD, fd, EPOLLIN, 0), -EINVAL);
	CHECK_EQ(control(ep, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE, 0), -EINVAL);
	unwatch(ep, fd);
	watch(ep, fd, EPOLLIN);
	CHECK_EQ(control(ep, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE, 0), -EINVAL);
}

/* One write wakes so many of SETS waiters with a set of their own. */
static void one_write_wakes(unsigned events, int want)
{
	volatile int *woken = shared_page();
	int fd = new_counter(0), pids[SETS];

	for (int i = 0; i < SETS; i++) {
		int ep = new_set();

		watch(ep, fd, EPOLLIN | events);
		pids[i] = start_waiter(ep, woken);
	}
	tell(fd);
	expect_woken(pids, SETS, woken, want);
}

CASE(without_it_all_sets_wake)
{
	one_write_wakes(0, SETS);
}

CASE(with_it_one_does)
{
	one_write_wakes(EPOLLEXCLUSIVE, 1);
}

CASE(sets_without_waiters_do_not_use_up_the_wake)
{
	int fd = new_counter(0), idle[SETS], ep, pid;

	for (int i = 0; i < SETS; i++)
		watch(idle[i] = new_set(), fd, EPOLLIN | EPOLLEXCLUSIVE);
	watch(ep = new_set(), fd, EPOLLIN | EPOLLEXCLUSIVE);
	CHILD(pid) {
		struct epoll_event ev;

		CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, LONG_MS), 1);
	}
	tap_wait_blocked(pid);
	tell(fd);
	CHECK_EQ(reap(pid), 0);
	for (int i = 0; i < SETS; i++)
		CHECK_EQ(look_at(idle[i], fd), EPOLLIN);
}

/* Who is woken does not run yet: nothing else runs on the processor. */
CASE(a_second_write_is_for_another_set)
{
	NEEDS_ROOT();
	volatile int *woken = shared_page();
	int fd = sys(SYS_eventfd2, 0, EFD_SEMAPHORE), pids[SETS];
	unsigned long first = 1;

	CHECK_EQ(sys(SYS_sched_setaffinity, 0, sizeof(first), &first), 0);
	for (int i = 0; i < SETS; i++) {
		int ep = new_set();

		watch(ep, fd, EPOLLIN | EPOLLEXCLUSIVE);
		pids[i] = start_waiter(ep, woken);
	}
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, 1 /* SCHED_FIFO */, &(int){1}), 0);
	tell(fd);
	tell(fd);
	tell(fd);
	CHECK_EQ(*woken, 0);
	expect_woken(pids, SETS, woken, 3);
}

CASE(others_wake_beside_it)
{
	int fd = new_counter(0), plain = new_set(), exclusive = new_set();

	watch(exclusive, fd, EPOLLIN | EPOLLET | EPOLLEXCLUSIVE);
	watch(plain, fd, EPOLLIN | EPOLLET);
	tell(fd);
	CHECK_EQ(look_at(plain, fd), EPOLLIN);
	CHECK_EQ(look_at(exclusive, fd), EPOLLIN);
}

CASE(it_works_again_and_again)
{
	int fd = new_counter(0), ep = new_set(), pid;

	watch(ep, fd, EPOLLIN | EPOLLET | EPOLLEXCLUSIVE);
	for (int i = 0; i < 5; i++) {
		CHILD(pid) {
			struct epoll_event ev;

			CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, LONG_MS), 1);
		}
		tap_wait_blocked(pid);
		tell(fd);
		CHECK_EQ(reap(pid), 0);
	}
}
