// SPDX-License-Identifier: MIT
/*
 * facts/clock: the clocks as bare system calls, and the accounts of CPU time.
 *
 * Promise   every clock reads and has a resolution; CPU time clocks of others go by number; what cannot be
 *           set or does not exist is refused in Linux's order.
 * Linux     clock_gettime(2), clock_getres(2), gettimeofday(2), times(2), getrusage(2).
 */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

enum { PROF = 0, VIRT = 1, SCHED = 2, WRONG = 3, OF_THREAD = 4, NS = 1000000000 };

static int cpu_clock(int pid, int which)
{
	return (int)((unsigned)~pid << 3 | (unsigned)which);
}

static void burn(long ms)
{
	for (int64_t end = now_ns(2) + ms * 1000000; now_ns(2) < end;)
		;
}

CASE(all_clocks_read_and_have_a_resolution)
{
	static const int clocks[] = {0, 1, 2, 3, 4, 5, 6, 7, 11};

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		struct timespec ts = {-1, -1};

		CHECK_EQ(sys(SYS_clock_gettime, clocks[i], &ts), 0);
		CHECK(ts.tv_sec >= 0 && ts.tv_nsec >= 0 && ts.tv_nsec < NS);
		CHECK_EQ(sys(SYS_clock_getres, clocks[i], &ts), 0);
		CHECK_EQ(ts.tv_sec, 0);
		CHECK(ts.tv_nsec >= 1);
		CHECK_EQ(sys(SYS_clock_getres, clocks[i], 0), 0);
		CHECK_EQ(sys(SYS_clock_gettime, clocks[i], hole()), -EFAULT);
	}
}

CASE(clocks_that_do_not_exist)
{
	struct timespec ts;

	CHECK_EQ(sys(SYS_clock_gettime, 10, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_gettime, 17, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_gettime, 1 << 20, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_getres, 17, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_gettime, cpu_clock(0x3ffffff, SCHED), &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_getres, cpu_clock(0x3ffffff, SCHED), &ts), -EINVAL);
}

CASE(monotonic_clock_never_goes_back)
{
	int64_t last = 0;

	for (int i = 0; i < 1000; i++) {
		int64_t now = now_ns(CLOCK_MONOTONIC);

		CHECK(now >= last);
		last = now;
	}
}

CASE(cpu_time_of_the_process_and_the_thread)
{
	int64_t thread = now_ns(3), process = now_ns(2);

	burn(20);
	CHECK(now_ns(2) - process >= 20000000);
	CHECK(now_ns(3) - thread >= 19000000);
	thread = now_ns(3);
	CHECK(now_ns(2) >= thread);
	CHECK(now_ns(cpu_clock(0, SCHED)) >= process);
	CHECK(now_ns(cpu_clock(0, OF_THREAD | SCHED)) >= thread);
	CHECK(now_ns(cpu_clock(sys(SYS_getpid), SCHED)) >= process);
	CHECK(now_ns(cpu_clock(0, PROF)) > 0);
	CHECK(now_ns(cpu_clock(0, VIRT)) >= 0);
}

static int sleeper(void *arg)
{
	__atomic_store_n((int *)arg, (int)sys(SYS_gettid), __ATOMIC_SEQ_CST);
	sys(SYS_pause);
	return 0;
}

static int64_t us_of(struct timeval t)
{
	return t.tv_sec * 1000000ll + t.tv_usec;
}

static int burn_until_released(void *arg)
{
	(void)arg;
	while (!released)
		sys(SYS_getppid);
	return 0;
}

/* Ticks come in the middle of a look, the other thread runs, and the share of user time changes meanwhile. */
CASE(cpu_time_never_goes_back)
{
	static const int clocks[] = {CLOCK_THREAD_CPUTIME_ID, CLOCK_PROCESS_CPUTIME_ID};
	int64_t last[2] = {0}, user = 0, system = 0;
	struct rusage u;
	int done = 0;

	CHECK(start_thread(&done, burn_until_released, NULL) > 0);
	for (int64_t end = now_ms() + 600; now_ms() < end;) {
		for (int i = 0; i < 2; i++) {
			int64_t now = now_ns(clocks[i]);

			CHECK(now >= last[i]);
			last[i] = now;
		}
		CHECK_EQ(sys(SYS_getrusage, RUSAGE_SELF, &u), 0);
		CHECK(us_of(u.ru_utime) >= user && us_of(u.ru_stime) >= system);
		user = us_of(u.ru_utime);
		system = us_of(u.ru_stime);
	}
	released = 1;
	join_thread(&done);
}

CASE(cpu_time_of_others)
{
	struct timespec ts;
	int pid, *tid = shared_page();

	CHILD(pid) {
		start_simple(THREAD_FLAGS, sleeper, tid);
		for (;;)
			sys(SYS_pause);
	}
	while (!__atomic_load_n(tid, __ATOMIC_SEQ_CST))
		sleep_ms(1);
	CHECK_EQ(sys(SYS_clock_gettime, cpu_clock(pid, SCHED), &ts), 0);
	CHECK_EQ(sys(SYS_clock_getres, cpu_clock(pid, SCHED), &ts), 0);
	CHECK_EQ(ts.tv_nsec, 1);
	/* threads of others are nobody's business, and a thread is no process */
	CHECK_EQ(sys(SYS_clock_gettime, cpu_clock(*tid, OF_THREAD | SCHED), &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_gettime, cpu_clock(*tid, SCHED), &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_settime, cpu_clock(pid, SCHED), &ts), -EPERM);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sys(SYS_clock_gettime, cpu_clock(pid, SCHED), &ts), -EINVAL);
}

CASE(setting_a_clock_is_refused_in_order)
{
	struct timespec ts = {0, 0};
	struct timeval tv = {0, 2000000};
	int pid;

	CHECK_EQ(sys(SYS_clock_settime, CLOCK_MONOTONIC, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_settime, 7, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_settime, 17, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_clock_settime, CLOCK_REALTIME, hole()), -EFAULT);
	ts.tv_nsec = NS;
	CHECK_EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &ts), -EINVAL);
	ts = (struct timespec){-1, 0};
	CHECK_EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_settimeofday, &tv, 0), -EINVAL);
	CHECK_EQ(sys(SYS_settimeofday, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_settimeofday, 0, 0), 0);
	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		ts = (struct timespec){now_ns(0) / NS, 0};
		CHECK_EQ(sys(SYS_clock_settime, CLOCK_REALTIME, &ts), -EPERM);
		tv = (struct timeval){ts.tv_sec, 0};
		CHECK_EQ(sys(SYS_settimeofday, &tv, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(time_of_day)
{
	struct timeval tv;
	struct timezone tz = {77, 77};
	long t, stored = 0;

	CHECK_EQ(sys(SYS_gettimeofday, &tv, &tz), 0);
	CHECK(tv.tv_usec >= 0 && tv.tv_usec < 1000000);
	CHECK(tz.tz_minuteswest != 77);
	CHECK_EQ(sys(SYS_gettimeofday, 0, 0), 0);
	CHECK_EQ(sys(SYS_gettimeofday, hole(), 0), -EFAULT);
	t = sys(SYS_time, &stored);
	CHECK_EQ(t, stored);
	CHECK(t - tv.tv_sec <= 1);
	CHECK_EQ(sys(SYS_time, hole()), -EFAULT);
	CHECK(sys(SYS_time, 0) >= t);
}

CASE(times_counts_children_that_were_waited_for)
{
	struct tms before, after;
	int pid;

	CHECK(sys(SYS_times, &before) > 0 || sys(SYS_times, 0) != 0);
	CHILD(pid)
		burn(50);
	CHECK_EXIT(pid, 0);
	sys(SYS_times, &after);
	CHECK(after.tms_cutime + after.tms_cstime >= before.tms_cutime + before.tms_cstime + 4);
	CHECK_EQ(sys(SYS_times, hole()), -EFAULT);
}

CASE(rusage)
{
	struct rusage self, thread, children;
	int pid;

	CHILD(pid)
		burn(30);
	CHECK_EXIT(pid, 0);
	/* The part before the whole: what is counted in between must not make the part the larger one. */
	CHECK_EQ(sys(SYS_getrusage, 1 /* RUSAGE_THREAD */, &thread), 0);
	CHECK_EQ(sys(SYS_getrusage, RUSAGE_SELF, &self), 0);
	CHECK_EQ(sys(SYS_getrusage, RUSAGE_CHILDREN, &children), 0);
	CHECK_EQ(self.ru_maxrss, thread.ru_maxrss);
	CHECK(self.ru_minflt >= thread.ru_minflt);
	CHECK(children.ru_utime.tv_usec + children.ru_stime.tv_usec >= 29000 || children.ru_utime.tv_sec);
	CHECK_EQ(sys(SYS_getrusage, 2, &self), -EINVAL);
	CHECK_EQ(sys(SYS_getrusage, RUSAGE_SELF, hole()), -EFAULT);
}
