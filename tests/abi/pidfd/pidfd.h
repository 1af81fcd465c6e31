// SPDX-License-Identifier: MIT
/*
 * pidfd.h: what the pidfd tests share.
 */
#ifndef TESTS_ABI_PIDFD_PIDFD_H
#define TESTS_ABI_PIDFD_PIDFD_H

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include "tests/abi/thread.h"

enum { LONG_MS = 5000, ENDED = POLLIN | POLLRDNORM };

static inline int open_pid(int pid, unsigned flags)
{
	long fd = sys(SYS_pidfd_open, pid, flags);

	CHECK(fd >= 0);
	return fd;
}

static inline unsigned poll_for(int fd, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLRDNORM | POLLOUT | POLLPRI};

	sys(SYS_poll, &p, 1, timeout_ms);
	return p.revents;
}

static inline long send_by(int fd, int sig, unsigned flags)
{
	return sys(SYS_pidfd_send_signal, fd, sig, 0, flags);
}

/* A child that sleeps until it is killed. */
static inline int sleeper(void)
{
	int pid;

	CHILD(pid) {
		for (;;)
			sys(SYS_pause);
	}
	return pid;
}

static inline void end(int pid)
{
	sys(SYS_kill, pid, SIGKILL);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

#endif
