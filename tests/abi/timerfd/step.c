// SPDX-License-Identifier: MIT
/*
 * timerfd/step: timers and a clock that is set.
 *
 * Promise   a time of day stays one, a time from now on does not move; with TFD_TIMER_CANCEL_ON_SET a read
 *           tells once that the clock was set
 * Linux     timerfd_create(2)
 */
#include <sys/ioctl.h>
#include "tests/abi/timerfd/timerfd.h"

TAP_DANGEROUS("sets the clock");

enum { LONG_MS = 5000 };
#define CANCEL (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)

static void step_clock(long by)
{
	struct timespec ts = ts_of(now_ns(CLOCK_REALTIME) + by);

	CHECK_EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &ts), 0);
}

CASE(a_step_over_the_time_of_day)
{
	int fd = new_timer(CLOCK_REALTIME);

	CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + HOUR, 2 * HOUR), 0);
	step_clock(6 * HOUR);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(take(fd), 3);
	CHECK(time_left(fd) > HOUR / 2 && time_left(fd) <= HOUR);
	step_clock(-6 * HOUR);
	CHECK(time_left(fd) > 6 * HOUR && time_left(fd) <= 7 * HOUR);
}

CASE(a_step_back_between_expiry_and_read)
{
	int fd = new_timer(CLOCK_REALTIME);

	CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, now_ns(CLOCK_REALTIME), HOUR), 0);
	CHECK(readable(fd, LONG_MS));
	step_clock(-3 * HOUR);
	CHECK_EQ(take(fd), -EAGAIN); /* taken back */
	CHECK(time_left(fd) > 2 * HOUR);
	step_clock(3 * HOUR);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(take(fd), 1);
}

CASE(a_read_that_may_wait_answers_nothing)
{
	int fd = sys(SYS_timerfd_create, CLOCK_REALTIME, 0);

	CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, now_ns(CLOCK_REALTIME), HOUR), 0);
	CHECK(readable(fd, LONG_MS));
	step_clock(-3 * HOUR);
	CHECK_EQ(take(fd), 0);
	CHECK_EQ(readable(fd, 0), 0);
	step_clock(3 * HOUR);
}

CASE(from_now_on_is_not_a_time_of_day)
{
	const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};

	for (int i = 0; i < 3; i++) {
		int fd = new_timer(clocks[i]);

		CHECK_EQ(set_timer(fd, 0, HOUR, 0), 0);
		step_clock(2 * HOUR);
		CHECK_EQ(readable(fd, 20), 0);
		step_clock(-2 * HOUR);
		CHECK(time_left(fd) > HOUR / 2 && time_left(fd) <= HOUR);
	}
}

CASE(a_monotonic_time_is_not_a_time_of_day)
{
	int fd = new_timer(CLOCK_MONOTONIC);

	CHECK_EQ(set_timer(fd, CANCEL, now_ns(CLOCK_MONOTONIC) + HOUR, 0), 0);
	step_clock(2 * HOUR);
	CHECK_EQ(readable(fd, 20), 0);
	CHECK_EQ(take(fd), -EAGAIN);
	step_clock(-2 * HOUR);
}

CASE(a_step_cancels)
{
	int fd = new_timer(CLOCK_REALTIME);

	CHECK_EQ(set_timer(fd, CANCEL, now_ns(CLOCK_REALTIME) + 100 * HOUR, 0), 0);
	CHECK_EQ(readable(fd, 0), 0);
	step_clock(HOUR);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(take(fd), -ECANCELED);
	CHECK_EQ(take(fd), -EAGAIN);
	CHECK_EQ(readable(fd, 0), 0);
	step_clock(-HOUR);
	CHECK_EQ(take(fd), -ECANCELED);
	CHECK(time_left(fd) > 99 * HOUR);
}

CASE(a_step_without_the_flag_does_not)
{
	int fd = new_timer(CLOCK_REALTIME);

	CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + 100 * HOUR, 0), 0);
	step_clock(HOUR);
	CHECK_EQ(take(fd), -EAGAIN);
	CHECK_EQ(set_timer(fd, TFD_TIMER_CANCEL_ON_SET, 100 * HOUR, 0), 0);
	step_clock(-HOUR);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(a_step_before_the_setting_does_not_count)
{
	int fd = new_timer(CLOCK_REALTIME);

	step_clock(HOUR);
	CHECK_EQ(set_timer(fd, CANCEL, now_ns(CLOCK_REALTIME) + 100 * HOUR, 0), 0);
	CHECK_EQ(take(fd), -EAGAIN);
	step_clock(-HOUR);
}

CASE(a_setting_tells_of_a_step_that_was_not_read)
{
	int fd = new_timer(CLOCK_REALTIME);

	CHECK_EQ(set_timer(fd, CANCEL, now_ns(CLOCK_REALTIME) + 100 * HOUR, 0), 0);
	step_clock(HOUR);
	CHECK_EQ(set_timer(fd, CANCEL, now_ns(CLOCK_REALTIME) + 50 * HOUR, 0), -ECANCELED);
	CHECK(time_left(fd) > 49 * HOUR && time_left(fd) <= 50 * HOUR);
	CHECK_EQ(take(fd), -EAGAIN);
	step_clock(-HOUR);
}

CASE(a_step_wakes_a_reader)
{
	int fd = sys(SYS_timerfd_create, CLOCK_REALTIME, 0), pid;

	CHECK_EQ(set_timer(fd, CANCEL, now_ns(CLOCK_REALTIME) + 100 * HOUR, 0), 0);
	CHILD(pid) {
		CHECK_EQ(take(fd), -ECANCELED);
	}
	tap_wait_blocked(pid);
	step_clock(HOUR);
	CHECK_EQ(reap(pid), 0);
	step_clock(-HOUR);
}

CASE(a_step_after_the_expiry)
{
	int fd = new_timer(CLOCK_REALTIME);
	uint64_t ticks = 3;

	CHECK_EQ(set_timer(fd, CANCEL, 1, 0), 0);
	CHECK(readable(fd, LONG_MS));
	step_clock(HOUR);
	CHECK_EQ(sys(SYS_ioctl, fd, TFD_IOC_SET_TICKS, &ticks), -ECANCELED);
	step_clock(-HOUR);
	CHECK_EQ(take(fd), -ECANCELED);
}

CASE(many_timers_hear_of_it)
{
	int fd[100];

	for (int i = 0; i < 100; i++) {
		fd[i] = new_timer(CLOCK_REALTIME);
		CHECK_EQ(set_timer(fd[i], i % 2 ? CANCEL : TFD_TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + HOUR, 0), 0);
	}
	step_clock(2 * HOUR);
	for (int i = 0; i < 100; i++) {
		CHECK(readable(fd[i], LONG_MS));
		CHECK_EQ(take(fd[i]), i % 2 ? -ECANCELED : 1);
	}
	step_clock(-2 * HOUR);
}
