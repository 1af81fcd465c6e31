// SPDX-License-Identifier: MIT
/*
 * time: clocks, sleeping and timers.
 *
 * Promise   a clock is read through the vDSO where the kernel has one: no system call.
 * Linux     clock_gettime(2), vdso(7), nanosleep(2), timer_create(2)
 */
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "user/libc/libc.h"

enum { NS_PER_US = 1000 };

typedef long clock_gettime_fn(clockid_t, struct timespec *);

static clock_gettime_fn find_clock_gettime;
static clock_gettime_fn *clock_gettime_now = find_clock_gettime;

static long call_clock_gettime(clockid_t clock, struct timespec *ts)
{
	return sys_clock_gettime(clock, ts);
}

/* What the first call meets. */
static long find_clock_gettime(clockid_t clock, struct timespec *ts)
{
	clock_gettime_fn *fn = (clock_gettime_fn *)__vdso_find("__vdso_clock_gettime");

	clock_gettime_now = fn ? fn : call_clock_gettime;
	return clock_gettime_now(clock, ts);
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int err = (int)clock_gettime_now(clock, ts);

	return err ? (int)ret(err) : 0;
}

int gettimeofday(struct timeval *tv, void *tz)
{
	struct timespec ts;

	if (tz)
		*(struct timezone *)tz = (struct timezone){ 0 };
	if (clock_gettime(CLOCK_REALTIME, &ts))
		return -1;
	if (tv)
		*tv = (struct timeval){ ts.tv_sec, ts.tv_nsec / NS_PER_US };
	return 0;
}

time_t time(time_t *t)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_REALTIME, &ts);
	if (t)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

clock_t clock(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts))
		return -1;
	return ts.tv_sec * CLOCKS_PER_SEC + ts.tv_nsec / NS_PER_US;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *req, struct timespec *rem)
{
	return -sys_clock_nanosleep(clock, flags, req, rem);
}

/* SIGEV_THREAD wants a thread for each expiry, which this library does not make; the kernel would send a signal. */
int timer_create(clockid_t clock, struct sigevent *event, timer_t *id)
{
	if (event && event->sigev_notify == SIGEV_THREAD)
		return ret(-ENOTSUP);
	return ret(sys_timer_create(clock, event, id));
}

unsigned sleep(unsigned seconds)
{
	struct timespec ts = { .tv_sec = seconds };

	return nanosleep(&ts, &ts) ? ts.tv_sec + (ts.tv_nsec > 0) : 0;
}

int usleep(unsigned us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * NS_PER_US };

	return nanosleep(&ts, NULL);
}

double difftime(time_t a, time_t b)
{
	return a - b;
}

int timespec_get(struct timespec *ts, int base)
{
	return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, ts) == 0 ? base : 0;
}
