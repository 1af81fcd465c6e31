// SPDX-License-Identifier: MIT
/*
 * timers/adjust: adjtimex and clock_adjtime: what is told, what may be set, and what the clocks do then.
 *
 * Promise   anybody may ask, CAP_SYS_TIME may set; values are kept within their limits and told back; CLOCK_REALTIME
 *           is moved by offsets and runs by frequency and tick, CLOCK_TAI is ahead of it.
 * Linux     adjtimex(2), clock_adjtime(2)
 */
#include <sys/timex.h>
#include "tests/abi/abi.h"

#ifndef CLOCK_TAI
enum { CLOCK_TAI = 11 };
#endif

enum { MS = 1000000, SS_READ = 0xa001, SINGLESHOT = 0x8001, SETOFFSET = 0x0100, TAI = 0x0080, OTHER_USER = 4321 };

static struct timex got;

static long adjust(unsigned modes)
{
	got.modes = modes;
	return sys(SYS_adjtimex, &got);
}

static long ask(void)
{
	memset(&got, 0, sizeof(got));
	return adjust(0);
}

/* Whatever a case has set is undone for the next one. */
static void calm(void)
{
	memset(&got, 0, sizeof(got));
	got.tick = 10000;
	got.status = STA_UNSYNC;
	CHECK(adjust(ADJ_FREQUENCY | ADJ_TICK | ADJ_STATUS) >= 0);
	memset(&got, 0, sizeof(got));
	CHECK(adjust(SINGLESHOT) >= 0);
}

static int64_t ahead_ns(int clock, int than)
{
	return now_ns(clock) - now_ns(than);
}

CASE(anybody_may_ask)
{
	int pid;

	CHILD(pid) {
		become(OTHER_USER);
		CHECK(ask() >= 0);
		CHECK_EQ(got.precision, 1);
		CHECK_EQ(got.tolerance, 500L << 16);
		CHECK(got.tick >= 9000 && got.tick <= 11000);
		CHECK(got.maxerror >= 0 && got.maxerror <= 16000000);
		memset(&got, 0, sizeof(got));
		CHECK(adjust(SS_READ) >= 0);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(the_answer_tells_whether_the_clock_is_synchronized)
{
	long r = ask();

	CHECK_EQ(r == TIME_ERROR, (got.status & (STA_UNSYNC | STA_CLOCKERR)) != 0);
}

CASE(the_time_is_told)
{
	int64_t before = now_ns(CLOCK_REALTIME);
	CHECK(ask() >= 0);
	int64_t after = now_ns(CLOCK_REALTIME), unit = got.status & STA_NANO ? 1 : 1000;
	int64_t told = got.time.tv_sec * 1000000000LL + got.time.tv_usec * unit;
	CHECK(told >= before - unit && told <= after);
}

CASE(clock_adjtime_knows_the_wall_clock)
{
	memset(&got, 0, sizeof(got));
	CHECK(sys(SYS_clock_adjtime, CLOCK_REALTIME, &got) >= 0);
	CHECK_EQ(got.precision, 1);
	for (int clock = CLOCK_MONOTONIC; clock <= 9; clock++) {
		memset(&got, 0, sizeof(got));
		CHECK_EQ(sys(SYS_clock_adjtime, clock, &got), -EOPNOTSUPP);
	}
	CHECK_EQ(sys(SYS_clock_adjtime, 10, &got), -EINVAL);
	CHECK_EQ(sys(SYS_clock_adjtime, 12, &got), -EINVAL);
	CHECK_EQ(sys(SYS_clock_adjtime, CLOCK_TAI, &got), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_clock_adjtime, -6, &got), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_clock_adjtime, -1, &got), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_clock_adjtime, -5, &got), -EINVAL); /* the device that descriptor 0 is not */
	CHECK_EQ(sys(SYS_clock_adjtime, -5, 0), -EFAULT);
}

CASE(bad_pointers)
{
	CHECK_EQ(sys(SYS_adjtimex, 0), -EFAULT);
	CHECK_EQ(sys(SYS_adjtimex, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_clock_adjtime, CLOCK_REALTIME, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_clock_adjtime, 99, hole()), -EFAULT);
}

/* adjtimex tells how things stand after an error, too; clock_adjtime does not. */
CASE(an_answer_that_cannot_be_written)
{
	int pid;

	CHILD(pid) {
		struct timex *page = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(become(OTHER_USER) || sys(SYS_getuid));
		page->modes = ADJ_TICK;
		CHECK_EQ(sys(SYS_mprotect, page, PAGE, PROT_READ), 0);
		CHECK_EQ(sys(SYS_adjtimex, page), -EFAULT);
		CHECK_EQ(sys(SYS_clock_adjtime, CLOCK_REALTIME, page), -EPERM);
		CHECK_EQ(sys(SYS_mprotect, page, PAGE, PROT_READ | PROT_WRITE), 0);
		page->modes = 0;
		CHECK_EQ(sys(SYS_mprotect, page, PAGE, PROT_READ), 0);
		CHECK_EQ(sys(SYS_clock_adjtime, CLOCK_REALTIME, page), -EFAULT);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(setting_needs_the_right)
{
	static const unsigned modes[] = {ADJ_OFFSET, ADJ_FREQUENCY, ADJ_MAXERROR, ADJ_STATUS, ADJ_TIMECONST, TAI,
		SETOFFSET, ADJ_MICRO, ADJ_NANO, ADJ_TICK, SINGLESHOT};
	int pid;

	CHILD(pid) {
		CHECK(become(OTHER_USER) || sys(SYS_getuid));
		for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
			memset(&got, 0, sizeof(got));
			got.tick = 1; /* the right comes first */
			CHECK_EQ(adjust(modes[i]), -EPERM);
		}
		CHECK_EQ(adjust(0x8000), -EINVAL); /* adjtime(3) without its offset */
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(values_that_are_refused)
{
	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.tick = 8999;
	CHECK_EQ(adjust(ADJ_TICK), -EINVAL);
	got.tick = 11001;
	CHECK_EQ(adjust(ADJ_TICK), -EINVAL);
	got.time.tv_usec = -1;
	CHECK_EQ(adjust(SETOFFSET), -EINVAL);
	got.time.tv_usec = 1000000;
	CHECK_EQ(adjust(SETOFFSET), -EINVAL);
	got.time.tv_usec = 1000000000;
	CHECK_EQ(adjust(SETOFFSET | ADJ_NANO), -EINVAL);
	got.freq = INT64_MAX / 65536000 + 1;
	CHECK_EQ(adjust(ADJ_FREQUENCY), -EINVAL);
	got.freq = -got.freq - 1;
	CHECK_EQ(adjust(ADJ_FREQUENCY), -EINVAL);
}

CASE(values_read_back_within_their_limits)
{
	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.freq = 1000L << 16;
	got.esterror = 77;
	got.maxerror = 99000000;
	got.constant = 3;
	CHECK(adjust(ADJ_FREQUENCY | ADJ_ESTERROR | ADJ_MAXERROR | ADJ_TIMECONST) >= 0);
	CHECK_EQ(got.freq, 500L << 16);
	CHECK_EQ(got.esterror, 77);
	CHECK_EQ(got.maxerror, 16000000);
	CHECK_EQ(got.constant, 7); /* four more for microseconds */
	CHECK(ask() >= 0);
	CHECK_EQ(got.freq, 500L << 16);
	CHECK_EQ(got.constant, 7);
	got.constant = 3;
	CHECK(adjust(ADJ_TIMECONST | ADJ_NANO) >= 0);
	CHECK_EQ(got.constant, 3);
	CHECK(got.status & STA_NANO);
	CHECK(adjust(ADJ_MICRO) >= 0);
	CHECK(!(got.status & STA_NANO));
	calm();
}

CASE(a_status_without_unsync_is_ok)
{
	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	CHECK_EQ(adjust(ADJ_STATUS | ADJ_MAXERROR), TIME_OK);
	CHECK_EQ(ask(), TIME_OK);
	CHECK(got.maxerror < 16000000);
	got.status = 0xff00 | STA_UNSYNC; /* the upper half is not for us to set */
	CHECK_EQ(adjust(ADJ_STATUS), TIME_ERROR);
	CHECK_EQ(got.status & 0xff00, 0);
	calm();
}

CASE(setting_the_clock_makes_it_unsynchronized)
{
	struct timespec ts;

	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	CHECK_EQ(adjust(ADJ_STATUS | ADJ_MAXERROR), TIME_OK);
	sys(SYS_clock_gettime, CLOCK_REALTIME, &ts);
	CHECK_EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &ts), 0);
	CHECK_EQ(ask(), TIME_ERROR);
	CHECK(got.status & STA_UNSYNC);
	CHECK_EQ(got.maxerror, 16000000);
}

CASE(setoffset_moves_the_clock_both_ways)
{
	NEEDS_MACHINE("sets the clock");
	int64_t before = ahead_ns(CLOCK_REALTIME, CLOCK_MONOTONIC);
	memset(&got, 0, sizeof(got));
	got.time.tv_sec = 100;
	got.time.tv_usec = 500000000;
	CHECK(adjust(SETOFFSET | ADJ_NANO) >= 0);
	int64_t moved = ahead_ns(CLOCK_REALTIME, CLOCK_MONOTONIC) - before;
	CHECK(moved > 100490 * (int64_t)MS && moved < 100510 * (int64_t)MS);
	memset(&got, 0, sizeof(got));
	got.time.tv_sec = -101;
	got.time.tv_usec = 500000;
	CHECK(adjust(SETOFFSET) >= 0);
	moved = ahead_ns(CLOCK_REALTIME, CLOCK_MONOTONIC) - before;
	CHECK(moved > -10 * MS && moved < 10 * MS);
	calm();
}

CASE(tai_is_ahead)
{
	struct timespec ts;

	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.constant = 37;
	CHECK(adjust(TAI) >= 0);
	CHECK_EQ(got.tai, 37);
	int64_t ahead = ahead_ns(CLOCK_TAI, CLOCK_REALTIME);
	CHECK(ahead > 36900 * (int64_t)MS && ahead < 37100 * (int64_t)MS);
	clock_gettime(CLOCK_TAI, &ts); /* the vDSO's answer is the same */
	CHECK(ts.tv_sec - now_ns(CLOCK_REALTIME) / 1000000000 >= 36);
	got.constant = -1; /* not a number of seconds: left as it is */
	CHECK(adjust(TAI) >= 0);
	CHECK_EQ(got.tai, 37);
	got.constant = 0;
	CHECK(adjust(TAI) >= 0);
	CHECK_EQ(got.tai, 0);
}

CASE(sleeping_until_a_time_of_tai)
{
	struct timespec ts;

	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.constant = 37;
	CHECK(adjust(TAI) >= 0);
	int64_t began = now_ms();
	sys(SYS_clock_gettime, CLOCK_TAI, &ts);
	ts.tv_nsec += 50 * MS;
	if (ts.tv_nsec >= 1000000000)
		ts.tv_nsec -= 1000000000, ts.tv_sec++;
	CHECK_EQ(sys(SYS_clock_nanosleep, CLOCK_TAI, 1, &ts, 0), 0);
	CHECK(now_ms() - began >= 49 && now_ms() - began < 5000);
	got.constant = 0;
	CHECK(adjust(TAI) >= 0);
}

CASE(a_timer_on_tai)
{
	struct itimerspec spec = {0};
	uint64_t count = 0;

	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.constant = 37;
	CHECK(adjust(TAI) >= 0);
	int fd = sys(SYS_timerfd_create, CLOCK_TAI, 0);
	CHECK_EQ(fd >= 0 || fd == -EINVAL, 1); /* Linux has no timerfd on it */
	if (fd >= 0) {
		sys(SYS_clock_gettime, CLOCK_TAI, &spec.it_value);
		spec.it_value.tv_sec -= 1;
		CHECK_EQ(sys(SYS_timerfd_settime, fd, 1, &spec, 0), 0);
		CHECK_EQ(sys(SYS_read, fd, &count, 8), 8);
	}
	int id;
	CHECK_EQ(sys(SYS_timer_create, CLOCK_TAI, 0, &id), 0);
	handle(SIGALRM, count_signal, 0);
	sys(SYS_clock_gettime, CLOCK_TAI, &spec.it_value);
	spec.it_value.tv_sec += 1;
	CHECK_EQ(sys(SYS_timer_settime, id, 1, &spec, 0), 0);
	sleep_ms(300);
	CHECK_EQ(signals, 0);
	while (!signals)
		sys(SYS_pause);
	CHECK_EQ(sys(SYS_timer_delete, id), 0);
	got.constant = 0;
	CHECK(adjust(TAI) >= 0);
}

/* By how much the wall clock goes ahead of the monotonic one in so many ms. */
static int64_t gained_ns(int ms, int than)
{
	int64_t before = ahead_ns(CLOCK_REALTIME, than);
	sleep_ms(ms);
	return ahead_ns(CLOCK_REALTIME, than) - before;
}

CASE(a_longer_tick_makes_the_clock_fast)
{
	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.tick = 11000; /* by a tenth */
	CHECK(adjust(ADJ_TICK) >= 0);
	CHECK_EQ(got.tick, 11000);
	int64_t gained = gained_ns(400, CLOCK_MONOTONIC_RAW);
	CHECK(gained > 25 * MS && gained < 400 * MS);
	calm();
	sleep_ms(50);
	gained = gained_ns(200, CLOCK_MONOTONIC_RAW);
	CHECK(gained > -5 * MS && gained < 5 * MS);
}

CASE(a_frequency_makes_it_slow)
{
	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.freq = -(500L << 16);
	CHECK(adjust(ADJ_FREQUENCY) >= 0);
	int64_t gained = gained_ns(1000, CLOCK_MONOTONIC_RAW);
	CHECK(gained < -100000 && gained > -50 * MS);
	calm();
}

CASE(adjtime_slews)
{
	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.offset = 100000; /* us */
	CHECK(adjust(SINGLESHOT) >= 0);
	CHECK_EQ(got.offset, 0); /* what was left of the one before */
	int64_t gained = gained_ns(1200, CLOCK_MONOTONIC_RAW);
	CHECK(gained > 100000 && gained < 50 * MS); /* 500 ppm */
	memset(&got, 0, sizeof(got));
	CHECK(adjust(SS_READ) >= 0);
	CHECK(got.offset > 0 && got.offset < 100000);
	calm();
	CHECK(got.offset > 0);
	memset(&got, 0, sizeof(got));
	CHECK(adjust(SS_READ) >= 0);
	CHECK_EQ(got.offset, 0);
}

CASE(the_loops_offset_needs_the_loop)
{
	NEEDS_MACHINE("sets the clock");
	memset(&got, 0, sizeof(got));
	got.offset = 1000;
	CHECK(adjust(ADJ_OFFSET) >= 0);
	CHECK_EQ(got.offset, 0);
	got.offset = 1000;
	got.status = STA_PLL | STA_UNSYNC;
	CHECK(adjust(ADJ_OFFSET | ADJ_STATUS) >= 0);
	CHECK(got.offset > 900 && got.offset <= 1000);
	calm();
}
