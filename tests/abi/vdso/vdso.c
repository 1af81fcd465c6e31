// SPDX-License-Identifier: MIT
/*
 * vdso: the shared object that the kernel maps into every program, called function by function.
 *
 * Promise   it has the documented names; its clocks agree with the system calls and never go back, also
 *           from one CPU to another; what it does not know it refuses or leaves to the kernel.
 * Linux     vdso(7), clock_gettime(2), getcpu(2)
 */
#include <sched.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>
#include "tests/abi/abi.h"

enum { NS = 1000000000, COARSE_BEHIND_NS = 20000000, ROUNDS = 20000 };

void *__vdso_find(const char *name); /* of our C library */

typedef int gettime_fn(int clock, struct timespec *ts);
typedef long getcpu_fn(unsigned *cpu, unsigned *node, void *unused);

static int64_t of(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * NS + ts->tv_nsec;
}

static void *function(const char *name)
{
	void *fn = __vdso_find(name);

	if (!fn)
		tap_fail(__FILE__, __LINE__, "the vDSO has no %s", name);
	return fn;
}

static int64_t ask(gettime_fn *fn, int clock)
{
	struct timespec ts = { -1, -1 };

	CHECK_EQ(fn(clock, &ts), 0);
	CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < NS);
	return of(&ts);
}

static int by_system_call(int clock, struct timespec *ts)
{
	return (int)sys(SYS_clock_gettime, clock, ts);
}

CASE(is_mapped_and_has_the_names)
{
	static const char *const names[] = { "clock_gettime", "gettimeofday", "time", "getcpu", "clock_getres" };

	CHECK(getauxval(AT_SYSINFO_EHDR) != 0);
	CHECK_MEM((void *)getauxval(AT_SYSINFO_EHDR), "\177ELF", 4);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char prefixed[32] = "__vdso_";

		CHECK(function(strcat(prefixed, names[i])) == function(names[i]));
	}
}

CASE(clocks_agree_with_the_system_calls)
{
	static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_TAI };
	gettime_fn *fast = (gettime_fn *)function("__vdso_clock_gettime");

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		for (int round = 0; round < 100; round++) {
			int64_t before = ask(fast, clocks[i]), kernel = ask(by_system_call, clocks[i]);
			int64_t after = ask(fast, clocks[i]);

			CHECK(before <= kernel);
			CHECK(kernel <= after);
		}
}

CASE(coarse_clocks_are_not_far_behind)
{
	gettime_fn *fast = (gettime_fn *)function("__vdso_clock_gettime");
	int64_t exact = ask(fast, CLOCK_MONOTONIC), coarse = ask(fast, CLOCK_MONOTONIC_COARSE);

	CHECK(coarse > exact - COARSE_BEHIND_NS && coarse <= ask(fast, CLOCK_MONOTONIC));
	exact = ask(fast, CLOCK_REALTIME);
	coarse = ask(fast, CLOCK_REALTIME_COARSE);
	CHECK(coarse > exact - COARSE_BEHIND_NS && coarse <= ask(fast, CLOCK_REALTIME));
}

CASE(cpu_time_clocks_are_left_to_the_kernel)
{
	gettime_fn *fast = (gettime_fn *)function("__vdso_clock_gettime");
	int64_t before = ask(by_system_call, CLOCK_THREAD_CPUTIME_ID), between = ask(fast, CLOCK_THREAD_CPUTIME_ID);

	CHECK(before <= between && between <= ask(by_system_call, CLOCK_THREAD_CPUTIME_ID));
	CHECK(ask(fast, CLOCK_PROCESS_CPUTIME_ID) > 0);
}

CASE(clocks_that_do_not_exist_are_refused)
{
	/* not 16 to 23: auxiliary clocks, which a newer Linux may have */
	static const int clocks[] = { 10, 12, 15, 24, 31, 32, 33, 1000, INT32_MAX };
	gettime_fn *fast = (gettime_fn *)function("__vdso_clock_gettime");
	gettime_fn *resolution = (gettime_fn *)function("__vdso_clock_getres");
	struct timespec ts;

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		CHECK_EQ(fast(clocks[i], &ts), -EINVAL);
		CHECK_EQ(resolution(clocks[i], &ts), -EINVAL);
	}
}

CASE(resolutions_agree_with_the_system_calls)
{
	gettime_fn *resolution = (gettime_fn *)function("__vdso_clock_getres");

	for (int clock = 0; clock <= CLOCK_TAI; clock++) {
		struct timespec mine = { 1, 1 }, kernel = { 2, 2 };
		long err = sys(SYS_clock_getres, clock, &kernel);

		CHECK_EQ(resolution(clock, &mine), err);
		if (!err)
			CHECK_EQ(of(&mine), of(&kernel));
		CHECK_EQ(resolution(clock, NULL), err);
	}
}

CASE(old_functions_tell_the_same_time)
{
	int (*timeofday)(struct timeval *, struct timezone *) = (int (*)(struct timeval *, struct timezone *))
		function("__vdso_gettimeofday");
	long (*seconds)(long *) = (long (*)(long *))function("__vdso_time");
	struct timezone tz = { 7, 7 };
	struct timeval tv;
	long stored = 0;
	int64_t before = ask(by_system_call, CLOCK_REALTIME) / 1000;

	CHECK_EQ(timeofday(&tv, &tz), 0);
	CHECK((int64_t)tv.tv_sec * 1000000 + tv.tv_usec >= before);
	CHECK((int64_t)tv.tv_sec * 1000000 + tv.tv_usec <= ask(by_system_call, CLOCK_REALTIME) / 1000);
	CHECK_EQ(timeofday(NULL, &tz), 0);
	CHECK_EQ(tz.tz_dsttime, 0);
	/* time() may come from the coarse clock, which is a little behind */
	long now = seconds(&stored);
	CHECK_EQ(now, stored);
	CHECK(now >= before / 1000000 - 1 && now <= ask(by_system_call, CLOCK_REALTIME) / NS);
	CHECK(seconds(NULL) >= now);
}

CASE(getcpu_tells_where_it_runs)
{
	getcpu_fn *where = (getcpu_fn *)function("__vdso_getcpu");
	cpu_set_t may, one;
	unsigned cpu, node;

	CHECK_EQ(sched_getaffinity(0, sizeof(may), &may), 0);
	for (unsigned i = 0; i < 64; i++) {
		if (!CPU_ISSET(i, &may))
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
		cpu = node = ~0u;
		CHECK_EQ(where(&cpu, &node, NULL), 0);
		CHECK_EQ(cpu, i);
		CHECK(node < 64);
	}
	CHECK_EQ(where(NULL, NULL, NULL), 0);
}

CASE(time_never_goes_back_between_cpus)
{
	gettime_fn *fast = (gettime_fn *)function("__vdso_clock_gettime");
	cpu_set_t may, one;
	int64_t last = 0;

	CHECK_EQ(sched_getaffinity(0, sizeof(may), &may), 0);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned cpu = (unsigned)round / 100 % 64;

		if (round % 100 == 0 && CPU_ISSET(cpu, &may)) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
		}
		int64_t now = ask(round & 1 ? fast : by_system_call, CLOCK_MONOTONIC);
		CHECK(now >= last);
		last = now;
	}
}
