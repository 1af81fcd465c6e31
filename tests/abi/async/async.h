// SPDX-License-Identifier: MIT
/*
 * async.h: an open file that signals, and a handler that writes down what came.
 *
 * Promise   listen_to() makes the case's process the owner; told() is how many signals have come since it was asked
 *           last, and what the newest carried is in `seen`. A signal of one's own event is there when the call
 *           that caused it returns.
 */
#ifndef TESTS_ABI_ASYNC_ASYNC_H
#define TESTS_ABI_ASYNC_ASYNC_H

#include <poll.h>
#include <sys/ioctl.h>
#include "tests/abi/abi.h"

enum {
	RT = 35, /* a real-time signal that no library uses */
	GETOWNER_UIDS = 17, /* F_GETOWNER_UIDS */
	BAND_IN = POLLIN | POLLRDNORM, BAND_OUT = POLLOUT | POLLWRNORM | POLLWRBAND,
	CODE_IN = 1, CODE_OUT = 2, CODE_SIGIO = -5, CODE_KERNEL = 0x80,
};

static volatile struct {
	int count, sig, code, fd;
	long band;
} seen;

static void note_io(int sig, siginfo_t *info, void *context)
{
	(void)context;
	seen.count++;
	seen.sig = sig;
	seen.code = info->si_code;
	seen.band = info->si_band;
	seen.fd = info->si_fd;
}

static inline int told(void)
{
	int n = seen.count;

	seen.count = 0;
	return n;
}

/* Waits for a signal that another task causes. */
static inline int told_soon(void)
{
	for (int64_t end = now_ms() + 5000; !seen.count && now_ms() < end;)
		sleep_ms(1);
	return told();
}

static inline void note_signals(void)
{
	handle_info(SIGIO, note_io, SA_RESTART);
	handle_info(SIGUSR1, note_io, SA_RESTART);
	handle_info(RT, note_io, SA_RESTART);
}

static inline long get_flags(int fd)
{
	return sys(SYS_fcntl, fd, F_GETFL);
}

static inline long set_async(int fd, int on)
{
	long flags = get_flags(fd);

	return sys(SYS_fcntl, fd, F_SETFL, on ? flags | O_ASYNC : flags & ~O_ASYNC);
}

static inline long set_owner(int fd, int type, int pid)
{
	struct f_owner_ex ex = {type, pid};

	return sys(SYS_fcntl, fd, F_SETOWN_EX, &ex);
}

/* type << 24 | pid, to be compared with as much. */
#define OWNER(TYPE, PID) ((long)(TYPE) << 24 | (PID))
static inline long get_owner(int fd)
{
	struct f_owner_ex ex = {-1, -1};
	long r = sys(SYS_fcntl, fd, F_GETOWN_EX, &ex);

	return r ? r : OWNER(ex.type, ex.pid);
}

/* sig 0: SIGIO without details. */
static inline void listen_to(int fd, int sig)
{
	note_signals();
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETOWN, sys(SYS_getpid)), 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETSIG, sig), 0);
	CHECK_EQ(set_async(fd, 1), 0);
}

struct ends {
	int r, w;
};

static inline struct ends new_pipe(void)
{
	int fds[2];

	CHECK_EQ(sys(SYS_pipe2, fds, O_NONBLOCK), 0);
	return (struct ends){fds[0], fds[1]};
}

static inline void put(int fd, long n)
{
	static char bytes[PAGE * 16];

	CHECK_EQ(sys(SYS_write, fd, bytes, n), n);
}

static inline void get(int fd, long n)
{
	static char bytes[PAGE * 16];

	CHECK_EQ(sys(SYS_read, fd, bytes, n), n);
}

#endif
