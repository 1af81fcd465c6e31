// SPDX-License-Identifier: MIT
/*
 * signal/step: sleeping on a clock that is set meanwhile.
 *
 * Promise   an absolute sleep on CLOCK_REALTIME ends when that clock shows the time, however it got there; a
 *           relative one, and one on another clock, does not notice.
 * Linux     clock_nanosleep(2) NOTES, clock_settime(2).
 */
#include "tests/abi/abi.h"

TAP_DANGEROUS("sets the clock forth and back");

enum { STEP_S = 1000 };

static void step(long seconds)
{
	struct timespec now;

	CHECK_EQ(sys(SYS_clock_gettime, CLOCK_REALTIME, &now), 0);
	now.tv_sec += seconds;
	CHECK_EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &now), 0);
}

CASE(absolute_sleep_follows_the_clock)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		struct timespec until;

		sys(SYS_clock_gettime, CLOCK_REALTIME, &until);
		until.tv_sec += STEP_S;
		CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &until, 0), 0);
	}
	tap_wait_blocked(pid);
	step(STEP_S);
	CHECK_EXIT(pid, 0);
	step(-STEP_S);
}

CASE(relative_sleep_does_not)
{
	int64_t start = now_ns(CLOCK_MONOTONIC);
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		struct timespec ts = {0, 80000000};

		CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_REALTIME, 0, &ts, 0), 0);
		CHECK(now_ns(CLOCK_MONOTONIC) - start >= 80000000);
	}
	tap_wait_blocked(pid);
	step(STEP_S);
	CHECK_EXIT(pid, 0);
	step(-STEP_S);
}
