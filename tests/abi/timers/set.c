// SPDX-License-Identifier: MIT
/*
 * timers/set: timer_settime and timer_gettime: when a timer expires, and what it says about that.
 *
 * Promise   never early; an interval keeps its rhythm; an armed timer never reads as 0, one that is not armed
 *           always does.
 * Linux     timer_settime(2)
 */
#include "tests/abi/timers/timers.h"

static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI};
enum { CLOCKS = sizeof(clocks) / sizeof(*clocks), LEN = sizeof(struct itimerspec) };

CASE(times_must_be_possible)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	const struct timespec bad[] = {{0, 1000000000}, {0, -1}, {-1, 0}, {LONG_MIN, 0}, {0, LONG_MAX}};

	start_timer(id, 500 * SEC, 0);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct itimerspec value = {.it_value = bad[i]}, interval = {.it_interval = bad[i]};

		CHECK_EQ(sys(SYS_timer_settime, id, 0, &value, 0), -EINVAL);
		CHECK_EQ(sys(SYS_timer_settime, id, 0, &interval, 0), -EINVAL);
		CHECK_EQ(sys(SYS_timer_settime, id, TIMER_ABSTIME, &value, 0), -EINVAL);
	}
	CHECK(timer_left(id) > 400 * SEC);
}

CASE(bad_pointers)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	struct itimerspec t = its(500 * SEC, 0);
	char *end = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_timer_settime, id, 0, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_timer_settime, id, 0, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_timer_settime, id, 0, end - LEN + 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_timer_settime, INT_MAX, 0, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_timer_gettime, id, 0), -EFAULT);
	CHECK_EQ(sys(SYS_timer_gettime, id, end - LEN + 1), -EFAULT);
	CHECK_EQ(sys(SYS_timer_gettime, INT_MAX, hole()), -EINVAL);
	CHECK_EQ(timer_left(id), 0);
	/* where the old value cannot go, the new one counts all the same */
	CHECK_EQ(sys(SYS_timer_settime, id, 0, &t, hole()), -EFAULT);
	CHECK(timer_left(id) > 400 * SEC);
}

CASE(old_value)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	struct itimerspec t = its(900 * SEC, 7 * SEC), old;

	memset(&old, 0x55, sizeof(old));
	CHECK_EQ(sys(SYS_timer_settime, id, 0, &t, &old), 0);
	CHECK_EQ(ns_of(old.it_value), 0);
	CHECK_EQ(ns_of(old.it_interval), 0);
	/* the same memory for both */
	CHECK_EQ(sys(SYS_timer_settime, id, 0, &t, &t), 0);
	CHECK(ns_of(t.it_value) > 800 * SEC && ns_of(t.it_value) <= 900 * SEC);
	CHECK_EQ(ns_of(t.it_interval), 7 * SEC);
}

CASE(reads_what_is_left)
{
	for (int i = 0; i < CLOCKS; i++) {
		int id = make_timer(clocks[i], SIGUSR1);
		long before;

		CHECK_EQ(timer_left(id), 0);
		CHECK_EQ(timer_interval(id), 0);
		start_timer(id, 1000 * SEC, 3 * SEC);
		before = timer_left(id);
		CHECK(before > 900 * SEC && before <= 1000 * SEC);
		CHECK(timer_left(id) < before);
		CHECK_EQ(timer_interval(id), 3 * SEC);
		CHECK_EQ(set_timer(id, TIMER_ABSTIME, now_ns(clocks[i]) + 500 * SEC, 0), 0);
		CHECK(timer_left(id) > 400 * SEC && timer_left(id) <= 500 * SEC);
		CHECK_EQ(timer_interval(id), 0);
	}
}

CASE(zero_disarms)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	block(SIGUSR1);
	start_timer(id, 20 * MS, 10 * SEC);
	start_timer(id, 0, 5 * SEC);
	CHECK_EQ(timer_left(id), 0);
	CHECK_EQ(timer_interval(id), 0);
	CHECK_EQ(try_signal(SIGUSR1, 50 * MS), 0);
	CHECK_EQ(set_timer(id, TIMER_ABSTIME, 0, 0), 0);
	CHECK_EQ(try_signal(SIGUSR1, 10 * MS), 0);
}

CASE(unknown_flags_are_not_looked_at)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	CHECK_EQ(set_timer(id, ~TIMER_ABSTIME, 500 * SEC, 0), 0);
	CHECK(timer_left(id) > 400 * SEC);
}

CASE(never_early)
{
	block(SIGUSR1);
	for (int i = 0; i < CLOCKS; i++) {
		int id = make_timer(clocks[i], SIGUSR1);
		int64_t start = now_ns(CLOCK_MONOTONIC), end = now_ns(clocks[i]) + 5 * MS;

		start_timer(id, 5 * MS, 0);
		take_signal(SIGUSR1);
		CHECK(now_ns(CLOCK_MONOTONIC) - start >= 5 * MS);
		CHECK(now_ns(clocks[i]) >= end);
		end = now_ns(clocks[i]) + 5 * MS;
		CHECK_EQ(set_timer(id, TIMER_ABSTIME, end, 0), 0);
		take_signal(SIGUSR1);
		CHECK(now_ns(clocks[i]) >= end);
		delete_timer(id);
	}
}

CASE(a_time_that_has_passed_expires_at_once)
{
	block(SIGUSR1);
	for (int i = 0; i < CLOCKS; i++) {
		int id = make_timer(clocks[i], SIGUSR1);

		CHECK_EQ(set_timer(id, TIMER_ABSTIME, 1, 0), 0);
		take_signal(SIGUSR1);
		CHECK_EQ(seen.si_timerid, id);
		CHECK_EQ(seen.si_overrun, 0);
	}
}

CASE(without_interval_it_expires_once)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	struct itimerspec t = its(0, 0);

	block(SIGUSR1);
	start_timer(id, MS, 0);
	wait_pending(SIGUSR1);
	CHECK_EQ(timer_left(id), 0);
	take_signal(SIGUSR1);
	CHECK_EQ(timer_left(id), 0);
	CHECK_EQ(try_signal(SIGUSR1, 10 * MS), 0);
	CHECK_EQ(sys(SYS_timer_settime, id, 0, &t, &t), 0);
	CHECK_EQ(ns_of(t.it_value), 0);
}

CASE(an_interval_keeps_its_rhythm)
{
	enum { TIMES = 20 };
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	int64_t start, passed = 0, after;

	block(SIGUSR1);
	start = now_ns(CLOCK_MONOTONIC);
	start_timer(id, 2 * MS, MS);
	for (int i = 0; i < TIMES; i++) {
		take_signal(SIGUSR1);
		passed += 1 + seen.si_overrun;
		after = now_ns(CLOCK_MONOTONIC);
		CHECK(after - start >= 2 * MS + (passed - 1) * MS);
		CHECK(timer_left(id) <= MS);
	}
}

CASE(a_queued_signal_does_not_stop_the_series)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	long left;

	block(SIGUSR1);
	start_timer(id, 1, 300 * SEC);
	wait_pending(SIGUSR1);
	left = timer_left(id);
	CHECK(left > 200 * SEC && left < 300 * SEC);
	take_signal(SIGUSR1);
	CHECK(timer_left(id) > 200 * SEC && timer_left(id) < left);
}

CASE(a_silent_timer_runs)
{
	int id;

	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_NONE, SIGKILL, 0, 0, &id), 0);
	start_timer(id, MS, 300 * SEC);
	sleep_ms(3);
	CHECK(timer_left(id) > 200 * SEC && timer_left(id) < 300 * SEC);
	start_timer(id, MS, 0);
	sleep_ms(3);
	CHECK_EQ(timer_left(id), 0);
	CHECK_EQ(set_timer(id, TIMER_ABSTIME, 1, 0), 0);
	CHECK_EQ(timer_left(id), 0);
	CHECK_EQ(sys(SYS_timer_getoverrun, id), 0);
}

CASE(as_long_as_can_be)
{
	struct itimerspec t = {.it_value = {LONG_MAX, 999999999}, .it_interval = {LONG_MAX, 0}};

	block(SIGUSR1);
	for (int i = 0; i < CLOCKS; i++) {
		int id = make_timer(clocks[i], SIGUSR1);

		CHECK_EQ(sys(SYS_timer_settime, id, 0, &t, 0), 0);
		CHECK(timer_left(id) > LONG_MAX / 10);
		CHECK_EQ(sys(SYS_timer_settime, id, TIMER_ABSTIME, &t, 0), 0);
		CHECK(timer_left(id) > LONG_MAX / 10);
		CHECK_EQ(set_timer(id, 0, 1, LONG_MAX), 0);
		take_signal(SIGUSR1);
		CHECK_EQ(seen.si_overrun, 0);
		CHECK(timer_left(id) > LONG_MAX / 10);
	}
	CHECK_EQ(try_signal(SIGUSR1, 5 * MS), 0);
}
