// SPDX-License-Identifier: MIT
/*
 * timerfd.h: what the timerfd tests share.
 */
#ifndef TESTS_ABI_TIMERFD_TIMERFD_H
#define TESTS_ABI_TIMERFD_TIMERFD_H

#include <poll.h>
#include <sys/timerfd.h>
#include "tests/abi/abi.h"

#define SEC 1000000000l
#define MS 1000000l
#define HOUR (3600 * SEC)

static inline struct timespec ts_of(long ns)
{
	return (struct timespec){ns / SEC, ns % SEC};
}

static inline long ns_of(struct timespec ts)
{
	return ts.tv_sec * SEC + ts.tv_nsec;
}

static inline int new_timer(int clock)
{
	long fd = sys(SYS_timerfd_create, clock, O_NONBLOCK);

	CHECK(fd >= 0);
	return fd;
}

static inline long set_timer(int fd, int flags, long value, long interval)
{
	struct itimerspec v = {ts_of(interval), ts_of(value)};

	return sys(SYS_timerfd_settime, fd, flags, &v, 0);
}

static inline long time_left(int fd)
{
	struct itimerspec v;

	CHECK_EQ(sys(SYS_timerfd_gettime, fd, &v), 0);
	return ns_of(v.it_value);
}

/* The count, or the negative errno. */
static inline long take(int fd)
{
	long ticks = 0, n = sys(SYS_read, fd, &ticks, 8);

	return n == 8 ? ticks : n;
}

static inline int readable(int fd, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT | POLLPRI};
	long n = sys(SYS_poll, &p, 1, timeout_ms);

	CHECK(n == 0 || p.revents == POLLIN);
	return n;
}

#endif
