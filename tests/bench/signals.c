// SPDX-License-Identifier: MIT
/*
 * signals: rows about signals, timers that signal, and sleep.
 *
 * Promise   as in bench.c
 * Linux     signal(7), timer_create(2), clock_nanosleep(2)
 */
#define _GNU_SOURCE 1
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "kernel/uapi/ksigaction.h"
#include "tests/bench/bench.h"

enum { ONE_HOUR = 3600, NAP_NS = 1000000, SECOND_NS = 1000000000 };

/* --- signals --- */

static long signal_install(long n)
{
	struct ksigaction act = { .mask = 0 }, old = { .mask = 0 };
	long wrong = 0;

	raw(SYS_rt_sigaction, SIGUSR2, 0, (long)&act, sizeof(ksigset_t));
	long start = now();
	for (long i = 0; i < n; i++) {
		act.mask = (unsigned long)i << 1 & 0x7e;
		wrong += raw(SYS_rt_sigaction, SIGUSR2, (long)&act, 0, sizeof(ksigset_t)) != 0;
	}
	long took = now() - start;
	raw(SYS_rt_sigaction, SIGUSR2, 0, (long)&old, sizeof(ksigset_t));
	return wrong || old.mask != act.mask ? bad("it is not installed") : took;
}

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	signals += sig == SIGUSR1;
}

static long signal_self(long n)
{
	struct sigaction act = { .sa_handler = count_signal };
	pid_t pid = getpid();

	sigaction(SIGUSR1, &act, NULL);
	signals = 0;
	long start = now();
	for (long i = 0; i < n; i++)
		raw(SYS_kill, pid, SIGUSR1, 0, 0);
	long took = now() - start;
	return signals == n ? took : bad("%d signals", (int)signals);
}

static void block(int how, int sig)
{
	ksigset_t set = 1ul << (sig - 1);

	raw(SYS_rt_sigprocmask, how, (long)&set, 0, sizeof(set));
}

/* Waits for `sig`, which is blocked; was it from that process? */
static bool take_signal(int sig, pid_t from)
{
	ksigset_t set = 1ul << (sig - 1);
	siginfo_t info;

	return raw(SYS_rt_sigtimedwait, (long)&set, (long)&info, 0, sizeof(set)) == sig && info.si_pid == from;
}

static long kill_ping_pong(long n)
{
	pid_t parent = getpid();

	block(SIG_BLOCK, SIGUSR1);
	pid_t pid = fork();
	if (pid == 0) {
		for (long i = 0; i < n + 1; i++)
			if (!take_signal(SIGUSR1, parent) || raw(SYS_kill, parent, SIGUSR1, 0, 0) != 0)
				_exit(1);
		_exit(EXIT_STATUS);
	}
	long start = 0, wrong = 0;
	for (long i = 0; i < n + 1; i++) {
		if (i == 1) /* the first trip waits for the child to start */
			start = now();
		wrong += raw(SYS_kill, pid, SIGUSR1, 0, 0) != 0 || !take_signal(SIGUSR1, pid);
	}
	long took = now() - start;
	block(SIG_UNBLOCK, SIGUSR1);
	return ended_with(pid, EXIT_STATUS) && !wrong ? took : bad("%ld signals are wrong", wrong);
}

/* One with a value, queued and taken. */
static long queue_signal(long n)
{
	const int sig = SIGRTMIN;
	ksigset_t set = 1ul << (sig - 1);
	siginfo_t info = { .si_code = SI_QUEUE }, got;
	pid_t pid = getpid();
	long wrong = 0;

	info.si_pid = pid;
	block(SIG_BLOCK, sig);
	long start = now();
	for (long i = 0; i < n; i++) {
		info.si_value.sival_int = (int)i;
		wrong += raw(SYS_rt_sigqueueinfo, pid, sig, (long)&info, 0) != 0 ||
			raw(SYS_rt_sigtimedwait, (long)&set, (long)&got, 0, sizeof(set)) != sig ||
			got.si_value.sival_int != (int)i;
	}
	long took = now() - start;
	block(SIG_UNBLOCK, sig);
	return wrong ? bad("%ld signals are wrong", wrong) : took;
}

/* --- timers and sleep --- */

/* A timer made, set, and deleted before it expires. */
static long timer_life(long n)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec later = { .it_value = { .tv_sec = ONE_HOUR } };
	long start = now(), wrong = 0;
	int id;

	for (long i = 0; i < n; i++)
		wrong += raw(SYS_timer_create, CLOCK_MONOTONIC, (long)&event, (long)&id, 0) != 0 ||
			raw(SYS_timer_settime, id, 0, (long)&later, 0) != 0 || raw(SYS_timer_delete, id, 0, 0, 0) != 0;
	long took = now() - start;
	return wrong ? bad("%ld turns are wrong", wrong) : took;
}

/* How late a sleep ends that may have no slack. */
static long sleep_error(long n)
{
	struct timespec at, woken;
	long late = 0;

	prctl(PR_SET_TIMERSLACK, 1);
	(void)now();
	for (long i = 0; i < n; i++) {
		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec += NAP_NS;
		if (at.tv_nsec >= SECOND_NS) {
			at.tv_sec++;
			at.tv_nsec -= SECOND_NS;
		}
		if (raw(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, (long)&at, 0) != 0)
			return bad("sleep");
		clock_gettime(CLOCK_MONOTONIC, &woken);
		long error = (woken.tv_sec - at.tv_sec) * SECOND_NS + woken.tv_nsec - at.tv_nsec;
		if (error < 0)
			return bad("%ld ns early", -error);
		late += error;
	}
	(void)now();
	prctl(PR_SET_TIMERSLACK, 0);
	return late;
}

/* The signal is waited for, so one operation is an expiry with all that it causes. */
static long timer_signal(long n)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec at_once = { .it_value = { .tv_nsec = 1 } };
	ksigset_t set = 1ul << (SIGUSR1 - 1);
	long taken = 0;
	int id;

	raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, sizeof(set));
	if (raw(SYS_timer_create, CLOCK_MONOTONIC, (long)&event, (long)&id, 0))
		return bad("no timer");
	long start = now();
	for (long i = 0; i < n; i++) {
		raw(SYS_timer_settime, id, 0, (long)&at_once, 0);
		taken += raw(SYS_rt_sigtimedwait, (long)&set, 0, 0, sizeof(set)) == SIGUSR1;
	}
	long took = now() - start;
	raw(SYS_timer_delete, id, 0, 0, 0);
	raw(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&set, 0, sizeof(set));
	return taken == n ? took : bad("%ld signals", taken);
}

const struct bench signal_benches[] = {
	{ "signal-install", 1000, signal_install, NULL },
	{ "signal-self", 500, signal_self, NULL },
	{ "kill-ping-pong", 500, kill_ping_pong, NULL },
	{ "signal-queue", 500, queue_signal, NULL },
	{ "timer-life", 500, timer_life, NULL },
	{ "timer-signal", 500, timer_signal, NULL },
	{ "nanosleep-error", 50, sleep_error, NULL },
	{ 0 },
};
