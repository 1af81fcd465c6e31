// SPDX-License-Identifier: MIT
/*
 * pair.h: a pseudo-terminal for a case, and what is seen at its two ends.
 *
 * Promise   expect() waits until the bytes are there and fails with what came instead; expect_none() gives what
 *           should not come a moment to come. On Linux a kernel thread carries bytes between the ends, so
 *           nothing may be taken to be there at once.
 */
#ifndef TESTS_ABI_TTY_PAIR_H
#define TESTS_ABI_TTY_PAIR_H

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include "tests/abi/abi.h"

enum { EXPECT_MS = 5000, NONE_MS = 40, SEEN_BYTES = 9000, CTRL_C = 3, CTRL_D = 4 };

struct pair {
	int m, s;
	char name[32];
};

static inline int new_master(int flags)
{
	long m = sys(SYS_open, "/dev/ptmx", O_RDWR | O_NOCTTY | flags);

	CHECK(m >= 0);
	return m;
}

static inline void name_of(int m, char *name, size_t size)
{
	unsigned n = ~0u;

	CHECK_EQ(sys(SYS_ioctl, m, TIOCGPTN, &n), 0);
	snprintf(name, size, "/dev/pts/%u", n);
}

static inline void unlock(int m)
{
	int zero = 0;

	CHECK_EQ(sys(SYS_ioctl, m, TIOCSPTLCK, &zero), 0);
}

static inline struct pair new_pair(void)
{
	struct pair p = {.m = new_master(0)};

	name_of(p.m, p.name, sizeof(p.name));
	unlock(p.m);
	p.s = sys(SYS_open, p.name, O_RDWR | O_NOCTTY);
	CHECK(p.s >= 0);
	return p;
}

static inline int revents(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT | POLLPRI};

	sys(SYS_poll, &p, 1, 0);
	return p.revents;
}

/* Waits until poll() tells one of these. */
static inline void wait_for(int fd, int events)
{
	struct pollfd p = {.fd = fd, .events = events};

	sys(SYS_poll, &p, 1, EXPECT_MS);
	if (!(p.revents & events))
		tap_fail(__FILE__, __LINE__, "poll never told %#x", events);
}

static inline const char *shown(const char *bytes, size_t n)
{
	static char text[2][400];
	static int turn;
	char *out = text[turn ^= 1];
	size_t at = 0;

	for (size_t i = 0; i < n && at < sizeof(text[0]) - 5; i++)
		at += snprintf(out + at, 5, bytes[i] > ' ' && bytes[i] < 127 ? "%c" : "<%02x>",
			(unsigned char)bytes[i]);
	out[at] = 0;
	return out;
}

/* The next bytes that fd gives are exactly these; more may follow. */
static inline void expect_bytes(int line, int fd, const char *want, size_t n)
{
	char got[SEEN_BYTES];
	size_t have = 0;

	for (int64_t end = now_ms() + EXPECT_MS; have < n && now_ms() < end;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		sys(SYS_poll, &p, 1, 100);
		if (!(p.revents & POLLIN))
			continue;
		long r = sys(SYS_read, fd, got + have, n - have);
		if (r <= 0)
			break;
		have += r;
	}
	if (have != n || memcmp(got, want, n) != 0)
		tap_fail(__FILE__, line, "read \"%s\", not \"%s\"", shown(got, have), shown(want, n));
}
#define expect(FD, TEXT) expect_bytes(__LINE__, FD, TEXT, sizeof(TEXT) - 1)

static inline void expect_nothing(int line, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char got[SEEN_BYTES];

	if (sys(SYS_poll, &p, 1, NONE_MS) == 0 || !(p.revents & POLLIN))
		return;
	long r = sys(SYS_read, fd, got, sizeof(got));
	if (r > 0)
		tap_fail(__FILE__, line, "read \"%s\", not nothing", shown(got, r));
}
#define expect_none(FD) expect_nothing(__LINE__, FD)

/* One read answers exactly these bytes. */
static inline void read_is_exactly(int line, int fd, const char *want, size_t n)
{
	char got[SEEN_BYTES];

	wait_for(fd, POLLIN);
	long r = sys(SYS_read, fd, got, sizeof(got));
	if (r != (long)n || memcmp(got, want, n) != 0)
		tap_fail(__FILE__, line, "read %ld: \"%s\", not \"%s\"", r, shown(got, r > 0 ? r : 0),
			shown(want, n));
}
#define read_is(FD, TEXT) read_is_exactly(__LINE__, FD, TEXT, sizeof(TEXT) - 1)

#define type(FD, TEXT) CHECK_EQ(sys(SYS_write, FD, TEXT, sizeof(TEXT) - 1), sizeof(TEXT) - 1)

/* Changes the modes of fd by a statement about t. */
#define MODES(FD, CHANGE) \
	do { \
		struct termios t; \
		CHECK_EQ(tcgetattr(FD, &t), 0); \
		CHANGE; \
		CHECK_EQ(tcsetattr(FD, TCSANOW, &t), 0); \
	} while (0)

static inline void make_raw(int fd, int min, int time)
{
	MODES(fd, {
		cfmakeraw(&t);
		t.c_cc[VMIN] = min;
		t.c_cc[VTIME] = time;
	});
}

/* In a child: a session of its own, whose controlling terminal this is. */
static inline void own(struct pair *p)
{
	CHECK(sys(SYS_setsid) > 0);
	CHECK_EQ(sys(SYS_ioctl, p->s, TIOCSCTTY, 0), 0);
}

static inline int foreground(int fd)
{
	int pgrp = -1;
	long r = sys(SYS_ioctl, fd, TIOCGPGRP, &pgrp);

	return r ? r : pgrp;
}

static inline long count_of(int fd, unsigned long what)
{
	int n = -1;
	long r = sys(SYS_ioctl, fd, what, &n);

	return r ? r : n;
}

#endif
