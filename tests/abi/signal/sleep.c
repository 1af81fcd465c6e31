// SPDX-License-Identifier: MIT
/*
 * signal/sleep: nanosleep and clock_nanosleep, and what signals do to them.
 *
 * Promise   a sleep lasts at least as long as asked; a handler ends it with EINTR, whatever its flags, and
 *           the rest is told; without one it goes on, and being stopped does not stretch it. Absolute
 *           sleeps end at their time and tell no rest.
 * Linux     nanosleep(2), clock_nanosleep(2), restart_syscall(2), signal(7).
 */
#include "tests/abi/thread.h"

enum { LONG_MS = 60000, CLOCK_TAI_ID = 11, CLOCK_ALARM_ID = 8 };
enum { SEEN_MS = 1000 }; /* time enough to be seen asleep */

static volatile int calls;

static void count(int sig)
{
	(void)sig;
	calls++;
}

static struct timespec ms(long n)
{
	return (struct timespec){n / 1000, n % 1000 * 1000000};
}

static int64_t to_ns(struct timespec ts)
{
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

CASE(sleeps_at_least_so_long)
{
	static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI_ID};
	struct timespec ts = ms(4);

	int64_t start = now_ns(CLOCK_MONOTONIC);
	CHECK_EQ(sys(SYS_nanosleep, &ts, &ts), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 4000000);
	for (int i = 0; i < 4; i++) {
		start = now_ns(CLOCK_MONOTONIC);
		CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], 0, &ts, 0), 0);
		CHECK(now_ns(CLOCK_MONOTONIC) - start >= 4000000);
	}
	CHECK_EQ(to_ns(ts), 4000000);
}

CASE(absolute_sleep_ends_at_its_time)
{
	static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI_ID};

	for (int i = 0; i < 4; i++) {
		int64_t until = now_ns(clocks[i]) + 3000000;
		struct timespec ts = {until / 1000000000, until % 1000000000}, past = {1, 0};

		CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], TIMER_ABSTIME, &ts, 0), 0);
		CHECK(now_ns(clocks[i]) >= until);
		CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], TIMER_ABSTIME, &ts, 0), 0);
		CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], TIMER_ABSTIME, &past, (void *)8), 0);
	}
}

/* Only where a clock could wake the machine are there clocks that do. */
static bool is_without_alarm_clocks(void)
{
	struct timespec ts = {0, 1};

	return sys(SYS_clock_nanosleep, CLOCK_ALARM_ID, 0, &ts, 0) == -EOPNOTSUPP;
}

CASE(alarm_clocks_are_like_the_plain_ones)
{
	static const int clocks[] = {CLOCK_ALARM_ID, CLOCK_ALARM_ID + 1}, plain[] = {CLOCK_REALTIME, CLOCK_BOOTTIME};
	struct timespec ts = ms(4);
	int pid;

	if (is_without_alarm_clocks())
		SKIP("no clock that wakes the machine");
	for (int i = 0; i < 2; i++) {
		int64_t start = now_ns(CLOCK_MONOTONIC), until = now_ns(plain[i]) + 3000000;
		struct timespec at = {until / 1000000000, until % 1000000000};

		CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], TIMER_ABSTIME, &at, 0), 0);
		CHECK(now_ns(plain[i]) >= until);
		CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], 0, &ts, 0), 0);
		CHECK(now_ns(CLOCK_MONOTONIC) - start >= 7000000);
		CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], 2, &ts, 0), -EINVAL);
		CHILD(pid) {
			CHECK(become(NOBODY));
			CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], 0, &ts, 0), -EPERM);
			CHECK_EQ(sys(SYS_clock_nanosleep, clocks[i], 2, &ts, 0), -EINVAL);
		}
		CHECK_EXIT(pid, 0);
	}
}

CASE(bad_arguments)
{
	struct timespec ok = ms(1), bad[] = {{0, 1000000000}, {0, -1}, {-1, 0}};

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(sys(SYS_nanosleep, &bad[i], 0), -EINVAL);
		CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &bad[i], 0), -EINVAL);
	}
	CHECK_EQ(sys(SYS_nanosleep, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_clock_nanosleep, 10, 0, hole(), 0), -EINVAL);
	CHECK_EQ(sys(SYS_clock_nanosleep, 99, 0, &ok, 0), -EINVAL);
	CHECK_EQ(sys(SYS_clock_nanosleep, -1, 0, &ok, 0), -EINVAL);
	CHECK_EQ(sys(SYS_nanosleep, &ok, (void *)8), 0);
	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 6, &ok, 0), 0);
}

CASE(clocks_that_cannot_be_slept_on)
{
	struct timespec ok = ms(1);

	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ok, 0), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &ok, 0), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_REALTIME_COARSE, 0, &ok, 0), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC_COARSE, 0, hole(), 0), -EOPNOTSUPP);
}

/* Sends the signal when the child sleeps. */
static void poke(int pid, int sig)
{
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, sig), 0);
}

CASE(handler_ends_a_sleep_and_the_rest_is_told)
{
	int pid;

	for (int restart = 0; restart < 2; restart++) {
		CHILD(pid) {
			struct timespec ts = ms(LONG_MS), rest = {-1, -1};

			handle(SIGUSR1, count, restart ? SA_RESTART : 0);
			CHECK_EQ(sys(SYS_nanosleep, &ts, &rest), -EINTR);
			CHECK_EQ(calls, 1);
			CHECK(to_ns(rest) > 0 && to_ns(rest) < to_ns(ts));
			CHECK_EQ(to_ns(ts), LONG_MS * 1000000LL);
		}
		poke(pid, SIGUSR1);
		CHECK_EXIT(pid, 0);
	}
}

CASE(rest_goes_where_the_request_was)
{
	int pid;

	CHILD(pid) {
		struct timespec ts = ms(LONG_MS);

		handle(SIGUSR1, count, 0);
		CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_BOOTTIME, 0, &ts, &ts), -EINTR);
		CHECK(to_ns(ts) > 0 && to_ns(ts) < LONG_MS * 1000000LL);
	}
	poke(pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(rest_that_cannot_be_told_is_efault)
{
	int pid;

	CHILD(pid) {
		struct timespec ts = ms(LONG_MS);

		handle(SIGUSR1, count, 0);
		CHECK_EQ(sys(SYS_nanosleep, &ts, hole()), -EFAULT);
	}
	poke(pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(absolute_sleep_tells_no_rest)
{
	int pid;

	CHILD(pid) {
		int64_t until = now_ns(CLOCK_MONOTONIC) + LONG_MS * 1000000LL;
		struct timespec ts = {until / 1000000000, until % 1000000000}, rest = {-1, -1};

		handle(SIGUSR1, count, SA_RESTART);
		CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, &rest), -EINTR);
		CHECK_EQ(rest.tv_sec, -1);
	}
	poke(pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(signals_in_the_sleep_of_an_alarm_clock)
{
	int pid;

	if (is_without_alarm_clocks())
		SKIP("no clock that wakes the machine");
	for (int clock = CLOCK_ALARM_ID; clock <= CLOCK_ALARM_ID + 1; clock++) {
		CHILD(pid) {
			struct timespec ts = ms(LONG_MS), rest = {-1, -1};

			handle(SIGUSR1, count, SA_RESTART);
			CHECK_EQ(sys(SYS_clock_nanosleep, clock, 0, &ts, &rest), -EINTR);
			CHECK_EQ(calls, 1);
			CHECK(to_ns(rest) > 0 && to_ns(rest) < to_ns(ts));
		}
		poke(pid, SIGUSR1);
		CHECK_EXIT(pid, 0);
		CHILD(pid) {
			struct timespec ts = ms(SEEN_MS);
			int64_t start = now_ns(CLOCK_MONOTONIC);

			CHECK_EQ(sys(SYS_clock_nanosleep, clock, 0, &ts, &ts), 0);
			CHECK(now_ns(CLOCK_MONOTONIC) - start >= to_ns(ms(SEEN_MS)));
		}
		poke(pid, SIGSTOP);
		CHECK_EQ(sys(SYS_wait4, pid, 0, WUNTRACED, 0), pid);
		CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
		CHECK_EXIT(pid, 0);
	}
}

CASE(stop_and_continue_do_not_stretch_a_sleep)
{
	int pid, status;

	CHILD(pid) {
		struct timespec ts = ms(2 * SEEN_MS), rest = {-1, -1};
		int64_t start = now_ns(CLOCK_MONOTONIC);

		CHECK_EQ(sys(SYS_nanosleep, &ts, &rest), 0);
		int64_t took = now_ns(CLOCK_MONOTONIC) - start;

		CHECK(took >= to_ns(ts));
		CHECK(took < to_ns(ms(3 * SEEN_MS))); /* the stop was not added */
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGSTOP), 0);
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	sleep_ms(SEEN_MS * 3 / 2);
	CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
	CHECK_EXIT(pid, 0);
}

CASE(sleep_that_is_over_while_stopped_ends_at_once)
{
	int pid, status;

	CHILD(pid) {
		struct timespec ts = ms(SEEN_MS);

		CHECK_EQ(sys(SYS_nanosleep, &ts, 0), 0);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGSTOP), 0);
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	sleep_ms(SEEN_MS + 10);
	CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
	CHECK_EXIT(pid, 0);
}

CASE(handler_of_sigcont_ends_a_sleep)
{
	int pid, status;

	CHILD(pid) {
		struct timespec ts = ms(LONG_MS);

		handle(SIGCONT, count, SA_RESTART);
		CHECK_EQ(sys(SYS_nanosleep, &ts, 0), -EINTR);
		CHECK_EQ(calls, 1);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGSTOP), 0);
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
	CHECK_EXIT(pid, 0);
}

CASE(ignored_signals_do_not_end_a_sleep)
{
	int pid;

	CHILD(pid) {
		struct timespec ts = ms(SEEN_MS);

		signal(SIGUSR1, SIG_IGN);
		CHECK_EQ(sys(SYS_nanosleep, &ts, 0), 0);
	}
	tap_wait_blocked(pid);
	for (int i = 0; i < 5; i++) {
		sys(SYS_kill, pid, SIGUSR1);
		sys(SYS_kill, pid, SIGWINCH);
	}
	CHECK_EXIT(pid, 0);
}

CASE(nothing_to_restart_is_eintr)
{
	CHECK_EQ(sys(SYS_restart_syscall), -EINTR);
}

static volatile int stop_spinning;

static int spin(void *arg)
{
	while (!stop_spinning)
		;
	return arg != NULL;
}

CASE(sleep_on_the_time_that_the_process_computes)
{
	static int done;
	struct timespec ts = ms(15);
	int64_t start = now_ns(CLOCK_PROCESS_CPUTIME_ID);

	CHECK(start_thread(&done, spin, NULL) > 0);
	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &ts, 0), 0);
	int64_t used = now_ns(CLOCK_PROCESS_CPUTIME_ID) - start;

	stop_spinning = 1;
	join_thread(&done);
	CHECK(used >= 15000000);
	ts = (struct timespec){0, 1};
	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &ts, 0), 0);
}

CASE(profiling_timer_counts_all_time)
{
	struct itimerval every = {{0, 4000}, {0, 4000}}, off = {{0, 0}, {0, 0}}, left;
	int64_t end = now_ms() + 3000;

	handle(SIGPROF, count, 0);
	CHECK_EQ(sys(SYS_setitimer, ITIMER_PROF, &every, 0), 0);
	while (calls < 3 && now_ms() < end)
		for (int i = 0; i < 100; i++)
			sys(SYS_getppid);
	CHECK(calls >= 3);
	CHECK_EQ(sys(SYS_getitimer, ITIMER_PROF, &left), 0);
	CHECK_EQ(left.it_interval.tv_usec, 4000);
	CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_usec > 0);
	CHECK_EQ(sys(SYS_setitimer, ITIMER_PROF, &off, 0), 0);
	CHECK_EQ(sys(SYS_getitimer, ITIMER_PROF, &left), 0);
	CHECK_EQ(left.it_value.tv_sec | left.it_value.tv_usec, 0);
}

CASE(interval_begins_when_the_signal_is_taken)
{
	struct itimerval every = {{0, 2000}, {0, 2000}}, now;
	uint64_t set = sigbit(SIGALRM);

	set_mask(SIG_BLOCK, set);
	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, &every, 0), 0);
	sleep_ms(8);
	CHECK_EQ(sys(SYS_getitimer, ITIMER_REAL, &now), 0);
	CHECK_EQ(now.it_value.tv_usec, 0);
	CHECK_EQ(now.it_interval.tv_usec, 2000);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, 0, KSIGSET), SIGALRM);
	CHECK_EQ(sys(SYS_getitimer, ITIMER_REAL, &now), 0);
	CHECK(now.it_value.tv_usec > 0 && now.it_value.tv_usec <= 2000);
}

CASE(ignored_alarm_ends_the_series)
{
	struct itimerval every = {{0, 2000}, {0, 2000}}, now;

	signal(SIGALRM, SIG_IGN);
	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, &every, 0), 0);
	sleep_ms(6);
	handle(SIGALRM, count, 0);
	sleep_ms(6);
	CHECK_EQ(calls, 0);
	CHECK_EQ(sys(SYS_getitimer, ITIMER_REAL, &now), 0);
	CHECK_EQ(now.it_value.tv_usec, 0);
	CHECK_EQ(now.it_interval.tv_usec, 2000);
}

CASE(alarm_wakes_a_sleeper)
{
	struct itimerval soon = {{0, 0}, {0, 3000}};
	struct timespec ts = ms(LONG_MS);

	handle(SIGALRM, count, 0);
	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, &soon, 0), 0);
	CHECK_EQ(sys(SYS_nanosleep, &ts, 0), -EINTR);
	CHECK_EQ(calls, 1);
}

CASE(limit_of_cpu_time)
{
	struct { uint64_t cur, max; } limit = {1, 2};
	int pid;

	CHILD(pid) {
		CHECK_EQ(sys(SYS_prlimit64, 0, 0, &limit, 0), 0);
		handle(SIGXCPU, count, 0);
		while (calls < 1)
			;
		CHECK_EQ(sys(SYS_prlimit64, 0, 0, 0, &limit), 0);
		CHECK_EQ(limit.cur, 2);
		for (;;)
			;
	}
	CHECK_KILLED(pid, SIGKILL);
}
