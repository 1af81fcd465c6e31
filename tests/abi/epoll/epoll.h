// SPDX-License-Identifier: MIT
/*
 * epoll.h: what the epoll tests share.
 *
 * Promise   helpers fail the case when what they do does not succeed; those that are asked for an answer give it
 */
#ifndef TESTS_ABI_EPOLL_EPOLL_H
#define TESTS_ABI_EPOLL_EPOLL_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include "tests/abi/abi.h"

enum { MANY = 16, LONG_MS = 5000, SHORT_MS = 50 };

static inline int new_set(void)
{
	long fd = sys(SYS_epoll_create1, 0);

	CHECK(fd >= 0);
	return fd;
}

static inline int new_counter(unsigned value)
{
	long fd = sys(SYS_eventfd2, value, O_NONBLOCK);

	CHECK(fd >= 0);
	return fd;
}

static inline long control(int ep, int op, int fd, unsigned events, unsigned long data)
{
	struct epoll_event ev = {.events = events, .data.u64 = data};

	return sys(SYS_epoll_ctl, ep, op, fd, &ev);
}

/* The descriptor is the item's data. */
static inline void watch(int ep, int fd, unsigned events)
{
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, events, fd), 0);
}

static inline void modify(int ep, int fd, unsigned events)
{
	CHECK_EQ(control(ep, EPOLL_CTL_MOD, fd, events, fd), 0);
}

static inline void unwatch(int ep, int fd)
{
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_DEL, fd, 0), 0);
}

/* What is there now: how many, the first in *ev. */
static inline long look(int ep, struct epoll_event *ev)
{
	struct epoll_event all[MANY];
	long n = sys(SYS_epoll_wait, ep, all, MANY, 0);

	if (n > 0 && ev)
		*ev = all[0];
	return n;
}

/* The events of the one item that is ready, which must be fd's; 0: none is. */
static inline unsigned look_at(int ep, int fd)
{
	struct epoll_event ev;
	long n = look(ep, &ev);

	if (n == 0)
		return 0;
	CHECK_EQ(n, 1);
	CHECK_EQ(ev.data.u64, fd);
	return ev.events;
}

static inline void tell(int fd)
{
	unsigned long one = 1;

	CHECK_EQ(sys(SYS_write, fd, &one, 8), 8);
}

static inline void take_all(int fd)
{
	unsigned long value;

	CHECK_EQ(sys(SYS_read, fd, &value, 8), 8);
}

/* A child that waits for one item of the set, and counts in *woken if it was told of one. */
static inline int start_waiter(int ep, volatile int *woken)
{
	int pid;

	CHILD(pid) {
		struct epoll_event ev;

		if (sys(SYS_epoll_wait, ep, &ev, 1, -1) == 1)
			__atomic_fetch_add(woken, 1, __ATOMIC_SEQ_CST);
	}
	tap_wait_blocked(pid);
	return pid;
}

/* So many of the waiters come to be told, and no more; the others end. */
static inline void expect_woken(const int *pids, int n, volatile int *woken, int want)
{
	for (int64_t limit = now_ms() + LONG_MS; *woken < want && now_ms() < limit;)
		sleep_ms(1);
	sleep_ms(SHORT_MS);
	CHECK_EQ(*woken, want);
	for (int i = 0; i < n; i++) {
		sys(SYS_kill, pids[i], SIGKILL);
		reap(pids[i]);
	}
}

static inline unsigned poll_now(int fd, unsigned events)
{
	struct pollfd p = {.fd = fd, .events = (short)events};

	sys(SYS_poll, &p, 1, 0);
	return p.revents;
}

#endif
