// SPDX-License-Identifier: MIT
/*
 * timers/step: timers and a clock that is set.
 *
 * Promise   a timer for a time of day expires at that time of day, however the clock gets there; one that was
 *           set from now on does not notice, but for CLOCK_TAI.
 * Linux     timer_settime(2), clock_settime(2)
 */
#include "tests/abi/thread.h"
#include "tests/abi/timers/timers.h"

TAP_DANGEROUS("sets the clock");

#define HOUR (3600 * SEC)

static void step_clock(long by)
{
	long to = now_ns(CLOCK_REALTIME) + by;
	struct timespec ts = {to / SEC, to % SEC};

	CHECK_EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &ts), 0);
}

CASE(a_step_over_the_time_of_day)
{
	int id = make_timer(CLOCK_REALTIME, SIGUSR1), tai = make_timer(CLOCK_TAI, SIGUSR2);

	block(SIGUSR1);
	block(SIGUSR2);
	CHECK_EQ(set_timer(id, TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + HOUR, 2 * HOUR), 0);
	CHECK_EQ(set_timer(tai, TIMER_ABSTIME, now_ns(CLOCK_TAI) + HOUR, 0), 0);
	step_clock(6 * HOUR);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_timerid, id);
	CHECK_EQ(seen.si_overrun, 2);
	take_signal(SIGUSR2);
	CHECK(timer_left(id) > HOUR / 2 && timer_left(id) <= HOUR);
	step_clock(-6 * HOUR);
	CHECK(timer_left(id) > 6 * HOUR && timer_left(id) <= 7 * HOUR);
}

CASE(a_step_back)
{
	int id = make_timer(CLOCK_REALTIME, SIGUSR1);

	block(SIGUSR1);
	CHECK_EQ(set_timer(id, TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + 100 * MS, 0), 0);
	step_clock(-HOUR);
	CHECK(timer_left(id) > HOUR / 2);
	CHECK_EQ(try_signal(SIGUSR1, 200 * MS), 0);
	step_clock(HOUR);
	take_signal(SIGUSR1);
}

CASE(from_now_on_is_not_a_time_of_day)
{
	const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};

	block(SIGUSR1);
	for (int i = 0; i < 3; i++) {
		int id = make_timer(clocks[i], SIGUSR1);

		start_timer(id, HOUR, HOUR);
		step_clock(3 * HOUR);
		CHECK_EQ(try_signal(SIGUSR1, 5 * MS), 0);
		CHECK(timer_left(id) > HOUR / 2 && timer_left(id) <= HOUR);
		step_clock(-3 * HOUR);
		CHECK(timer_left(id) > HOUR / 2 && timer_left(id) <= HOUR);
		start_timer(id, 1, 0);
		take_signal(SIGUSR1);
	}
}

CASE(from_now_on_is_a_time_of_day_for_tai)
{
	int id = make_timer(CLOCK_TAI, SIGUSR1);

	block(SIGUSR1);
	start_timer(id, HOUR, HOUR);
	step_clock(3 * HOUR);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_overrun, 2);
	step_clock(-3 * HOUR);
	CHECK(timer_left(id) > 3 * HOUR);
}

CASE(deleted_timers_do_not_hear_of_it)
{
	for (int i = 0; i < 50; i++) {
		int id = make_timer(CLOCK_REALTIME, SIGUSR1);

		CHECK_EQ(set_timer(id, TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + HOUR, 0), 0);
		if (i % 2)
			start_timer(id, HOUR, 0);
		delete_timer(id);
		step_clock(2 * HOUR);
		step_clock(-2 * HOUR);
	}
}

static volatile int steps_end;

static int step_again_and_again(void *arg)
{
	(void)arg;
	while (!steps_end) {
		step_clock(2 * HOUR);
		step_clock(-2 * HOUR);
	}
	return 0;
}

/* Whatever the step meets, the timer is on time again when the clock rests. */
CASE(steps_while_it_is_set_and_taken)
{
	enum { TIMERS = 8 };
	int id[TIMERS], done;
	int64_t end = now_ms() + 800;

	block(SIGUSR1);
	for (int i = 0; i < TIMERS; i++)
		id[i] = make_timer(CLOCK_REALTIME, SIGUSR1);
	CHECK(start_thread(&done, step_again_and_again, NULL) > 0);
	for (int n = 0; now_ms() < end; n++) {
		long at = now_ns(CLOCK_REALTIME) + (n % 3 ? 50 * US : HOUR);

		CHECK_EQ(set_timer(id[n % TIMERS], TIMER_ABSTIME, at, n % 2 ? MS : 0), 0);
		(void)try_signal(SIGUSR1, n % 5 * 20 * US);
	}
	steps_end = 1;
	join_thread(&done);
	for (int i = 0; i < TIMERS; i++)
		start_timer(id[i], 0, 0);
	while (try_signal(SIGUSR1, 0))
		;
	for (int i = 0; i < TIMERS; i++) {
		CHECK_EQ(set_timer(id[i], TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + 2 * MS, 0), 0);
		take_signal(SIGUSR1);
		CHECK_EQ(seen.si_timerid, id[i]);
		delete_timer(id[i]);
	}
}
