// SPDX-License-Identifier: MIT
/*
 * timers.h: what the cases about POSIX timers share.
 *
 * Promise   every timer is set in ns. take_signal() waits without a limit for a blocked signal, so that
 *           nothing depends on how fast the machine is; what came with it is in `seen`.
 * Linux     timer_create(2) and what it names
 */
#ifndef TESTS_ABI_TIMERS_TIMERS_H
#define TESTS_ABI_TIMERS_TIMERS_H

#include <limits.h>
#include "tests/abi/abi.h"

#define US 1000L
#define MS (1000 * US)
#define SEC (1000 * MS)

static struct siginfo seen;

static inline long make_timer_for(int clock, int how, int sig, long value, int tid, int *id)
{
	struct sigevent ev;

	memset(&ev, 0, sizeof(ev));
	ev.sigev_notify = how;
	ev.sigev_signo = sig;
	ev.sigev_value.sival_ptr = (void *)value;
	ev.sigev_notify_thread_id = tid;
	return sys(SYS_timer_create, clock, &ev, id);
}

/* A timer that sends `sig`; its id. */
static inline int make_timer(int clock, int sig)
{
	int id = -1;

	CHECK_EQ(make_timer_for(clock, SIGEV_SIGNAL, sig, 0, 0, &id), 0);
	return id;
}

static inline struct itimerspec its(long value, long interval)
{
	return (struct itimerspec){
		.it_value = {value / SEC, value % SEC}, .it_interval = {interval / SEC, interval % SEC}};
}

static inline long set_timer(int id, int flags, long value, long interval)
{
	struct itimerspec t = its(value, interval);

	return sys(SYS_timer_settime, id, flags, &t, 0);
}

/* Starts it, from now on. */
static inline void start_timer(int id, long value, long interval)
{
	CHECK_EQ(set_timer(id, 0, value, interval), 0);
}

static inline long ns_of(struct timespec ts)
{
	return ts.tv_sec * SEC + ts.tv_nsec;
}

static inline long timer_left(int id)
{
	struct itimerspec t;

	CHECK_EQ(sys(SYS_timer_gettime, id, &t), 0);
	return ns_of(t.it_value);
}

static inline long timer_interval(int id)
{
	struct itimerspec t;

	CHECK_EQ(sys(SYS_timer_gettime, id, &t), 0);
	return ns_of(t.it_interval);
}

static inline void delete_timer(int id)
{
	CHECK_EQ(sys(SYS_timer_delete, id), 0);
}

static inline void block(int sig)
{
	CHECK_EQ(set_mask(SIG_BLOCK, sigbit(sig)), 0);
}

static inline void unblock(int sig)
{
	CHECK_EQ(set_mask(SIG_UNBLOCK, sigbit(sig)), 0);
}

static inline void take_signal(int sig)
{
	uint64_t set = sigbit(sig);

	memset(&seen, 0x55, sizeof(seen));
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, &seen, 0, KSIGSET), sig);
}

/* The signal if it is there within the time, else 0. */
static inline int try_signal(int sig, long ns)
{
	uint64_t set = sigbit(sig);
	struct timespec limit = {ns / SEC, ns % SEC};
	long r;

	memset(&seen, 0x55, sizeof(seen));
	r = sys(SYS_rt_sigtimedwait, &set, &seen, &limit, KSIGSET);
	CHECK(r == sig || r == -EAGAIN);
	return r == sig ? sig : 0;
}

static inline void wait_pending(int sig)
{
	while (!(get_pending() & sigbit(sig)))
		sleep_ms(1);
}

/* Uses the processor until `clock` has gone on by so much. */
static inline void burn(int clock, long ns)
{
	for (int64_t end = now_ns(clock) + ns; now_ns(clock) < end;)
		;
}

/* The same, and on until a blocked signal is there: it comes with a tick, and on a machine whose host has too much to
 * do a tick can be later than the time that was burnt. */
static inline void burn_for_signal(int clock, long ns, int sig)
{
	burn(clock, ns);
	while (!(get_pending() & sigbit(sig)))
		;
}

static volatile int calls, handler_tid;

static inline void count_call(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	seen = *info;
	handler_tid = sys(SYS_gettid);
	calls++;
}

#endif
