// SPDX-License-Identifier: MIT
/*
 * timers/cpu: timers on the processor time of a process or a thread.
 *
 * Promise   they expire when so much has been used, not when so much has passed; whoever ends is no longer
 *           worked for (CVE-2025-38352).
 * Linux     timer_create(2), clock_getcpuclockid(3)
 */
#include "tests/abi/thread.h"
#include "tests/abi/timers/timers.h"

enum { CPU_VIRT = 1, CPU_SCHED = 2, CPU_THREAD = 4 };

static int cpu_clock(int pid, int kind)
{
	return (int)(~(unsigned)pid << 3 | kind);
}

static void expires_with_use_of(int clock)
{
	int id = make_timer(clock, SIGUSR1);
	int64_t start = now_ns(clock);

	start_timer(id, 30 * MS, 0);
	CHECK(timer_left(id) > 0 && timer_left(id) <= 30 * MS);
	CHECK_EQ(try_signal(SIGUSR1, 60 * MS), 0);
	while (!(get_pending() & sigbit(SIGUSR1)))
		;
	CHECK(now_ns(clock) - start >= 30 * MS);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_code, SI_TIMER);
	CHECK_EQ(seen.si_timerid, id);
	CHECK_EQ(seen.si_overrun, 0);
	CHECK_EQ(timer_left(id), 0);
	burn(clock, 50 * MS);
	CHECK_EQ(get_pending(), 0);
}

CASE(expires_with_the_process_time)
{
	block(SIGUSR1);
	expires_with_use_of(CLOCK_PROCESS_CPUTIME_ID);
	expires_with_use_of(cpu_clock(0, CPU_SCHED));
	expires_with_use_of(cpu_clock(getpid(), CPU_SCHED));
}

CASE(expires_with_the_thread_time)
{
	block(SIGUSR1);
	expires_with_use_of(CLOCK_THREAD_CPUTIME_ID);
	expires_with_use_of(cpu_clock(0, CPU_SCHED | CPU_THREAD));
	expires_with_use_of(cpu_clock(sys(SYS_gettid), CPU_SCHED | CPU_THREAD));
}

CASE(user_time_alone)
{
	int id = make_timer(cpu_clock(0, CPU_VIRT), SIGUSR1);

	block(SIGUSR1);
	start_timer(id, 20 * MS, 0);
	while (!(get_pending() & sigbit(SIGUSR1)))
		for (volatile int i = 0; i < 100000; i++)
			;
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_timerid, id);
}

CASE(a_time_that_was_used_expires_at_once)
{
	block(SIGUSR1);
	for (int clock = CLOCK_PROCESS_CPUTIME_ID; clock <= CLOCK_THREAD_CPUTIME_ID; clock++) {
		int id = make_timer(clock, SIGUSR1);

		CHECK_EQ(set_timer(id, TIMER_ABSTIME, 1, 0), 0);
		CHECK_EQ(get_pending(), sigbit(SIGUSR1));
		CHECK_EQ(timer_left(id), 0);
		take_signal(SIGUSR1);
		CHECK_EQ(seen.si_timerid, id);
	}
}

CASE(intervals_and_overruns)
{
	const int clock = CLOCK_PROCESS_CPUTIME_ID;
	int id = make_timer(clock, SIGUSR1);
	int64_t start = now_ns(clock), passed = 0;

	block(SIGUSR1);
	start_timer(id, 20 * MS, 10 * MS);
	CHECK_EQ(timer_interval(id), 10 * MS);
	for (int i = 0; i < 3; i++) {
		burn_for_signal(clock, 20 * MS, SIGUSR1);
		burn(clock, 120 * MS); /* a few ticks more, also where they come late */
		take_signal(SIGUSR1);
		passed += 1 + seen.si_overrun;
		CHECK(seen.si_overrun >= 1);
		CHECK_EQ(sys(SYS_timer_getoverrun, id), seen.si_overrun);
		CHECK(timer_left(id) > 0 && timer_left(id) <= 10 * MS);
	}
	CHECK(20 * MS + (passed - 1) * 10 * MS <= now_ns(clock) - start);
}

/* Not only as many as ticks have seen: as many as have passed. */
CASE(overruns_are_those_of_the_moment)
{
	for (int clock = CLOCK_PROCESS_CPUTIME_ID; clock <= CLOCK_THREAD_CPUTIME_ID; clock++) {
		const int64_t interval = MS;
		int id = make_timer(clock, SIGUSR1);

		block(SIGUSR1);
		int64_t before = now_ns(clock);
		start_timer(id, interval, interval);
		int64_t after = now_ns(clock);
		burn_for_signal(clock, interval, SIGUSR1);
		for (int i = 0; i < 5; i++) {
			burn(clock, 30 * MS + i * MS / 3);
			int64_t least = (now_ns(clock) - after) / interval;
			take_signal(SIGUSR1);
			int64_t most = (now_ns(clock) - before) / interval;
			int64_t told = seen.si_overrun + 1;
			CHECK(told >= least - 1 && told <= most);
			before += told * interval;
			after += told * interval;
			burn_for_signal(clock, interval, SIGUSR1);
		}
		CHECK_EQ(sys(SYS_timer_delete, id), 0);
	}
}

CASE(one_ns)
{
	for (int clock = CLOCK_PROCESS_CPUTIME_ID; clock <= CLOCK_THREAD_CPUTIME_ID; clock++) {
		int id = make_timer(clock, SIGUSR1);

		block(SIGUSR1);
		start_timer(id, 1, 1);
		burn_for_signal(clock, 40 * MS, SIGUSR1);
		take_signal(SIGUSR1);
		CHECK(seen.si_overrun > MS);
		start_timer(id, 0, 0);
		calls = 0;
		handle_info(SIGUSR1, count_call, 0);
		unblock(SIGUSR1);
		start_timer(id, 1, 1);
		while (calls < 3)
			;
		delete_timer(id);
	}
}

CASE(silent)
{
	int id;

	NEEDS_LINUX(6, 12); /* before, its interval was not looked at */
	CHECK_EQ(make_timer_for(CLOCK_THREAD_CPUTIME_ID, SIGEV_NONE, 0, 0, 0, &id), 0);
	start_timer(id, MS, 300 * SEC);
	burn(CLOCK_THREAD_CPUTIME_ID, 30 * MS);
	CHECK(timer_left(id) > 200 * SEC && timer_left(id) < 300 * SEC);
	start_timer(id, MS, 0);
	burn(CLOCK_THREAD_CPUTIME_ID, 30 * MS);
	CHECK_EQ(timer_left(id), 0);
}

static volatile int leave;
static int thread_timer;

static int burn_until_told(void *arg)
{
	CHECK_EQ(make_timer_for(CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1, 0, 0, &thread_timer), 0);
	*(volatile int *)arg = 1;
	while (!leave)
		;
	return 0;
}

CASE(a_thread_pays_for_itself_alone)
{
	int done;
	volatile int ready = 0;
	int mine = make_timer(CLOCK_THREAD_CPUTIME_ID, SIGUSR2);

	block(SIGUSR1);
	block(SIGUSR2);
	CHECK(start_thread(&done, burn_until_told, (void *)&ready) > 0);
	while (!ready)
		sleep_ms(1);
	start_timer(mine, 3000 * MS, 0);
	start_timer(thread_timer, 30 * MS, 30 * MS);
	take_signal(SIGUSR1);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_timerid, thread_timer);
	CHECK_EQ(get_pending() & sigbit(SIGUSR2), 0);
	leave = 1;
	join_thread(&done);
	/* the timer outlives what it watched, and is good for nothing */
	for (int64_t end = now_ms() + 5000; timer_left(thread_timer) && now_ms() < end;)
		sleep_ms(1);
	CHECK_EQ(timer_left(thread_timer), 0);
	CHECK_EQ(set_timer(thread_timer, 0, MS, 0), -ESRCH);
	CHECK_EQ(set_timer(thread_timer, 0, 0, 0), -ESRCH);
	delete_timer(thread_timer);
}

CASE(whose_time_can_be_watched)
{
	int id, pid;

	CHILD(pid) {
		sys(SYS_pause);
	}
	CHECK_EQ(make_timer_for(cpu_clock(pid, CPU_SCHED | CPU_THREAD), SIGEV_SIGNAL, SIGUSR1, 0, 0, &id), -EINVAL);
	CHECK_EQ(make_timer_for(cpu_clock(pid, CPU_SCHED), SIGEV_SIGNAL, SIGUSR1, 0, 0, &id), 0);
	kill(pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(timer_left(id), 0);
	CHECK_EQ(set_timer(id, 0, MS, 0), -ESRCH);
	CHECK_EQ(make_timer_for(cpu_clock(pid, CPU_SCHED), SIGEV_SIGNAL, SIGUSR1, 0, 0, &id), -EINVAL);
}

CASE(the_time_of_a_child)
{
	int id, pid;

	block(SIGUSR1);
	CHILD(pid) {
		for (;;)
			;
	}
	CHECK_EQ(make_timer_for(cpu_clock(pid, CPU_SCHED), SIGEV_SIGNAL, SIGUSR1, 42, 0, &id), 0);
	start_timer(id, 30 * MS, 20 * MS);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_int, 42);
	CHECK(now_ns(cpu_clock(pid, CPU_SCHED)) >= 30 * MS);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_timerid, id);
	kill(pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	delete_timer(id);
}

static int use_up(void *arg)
{
	int id;

	(void)arg;
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(make_timer_for(i ? CLOCK_THREAD_CPUTIME_ID : CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL,
			SIGRTMIN, 0, 0, &id), 0);
		start_timer(id, i == 1 ? 1 : MS, i == 1 ? 1 : MS);
	}
	burn(CLOCK_MONOTONIC, 2 * MS);
	return 0;
}

/* CVE-2025-38352: the tick worked on timers of a task that was ending while they were deleted. */
CASE(an_end_in_the_middle, .timeout = 60)
{
	enum { ROUNDS = 40, THREADS = 4 };
	int pid, id, done[THREADS];
	int64_t end = now_ms() + 8000;

	for (int i = 0; i < ROUNDS && now_ms() < end; i++) {
		CHILD(pid) {
			block(SIGRTMIN);
			for (int t = 0; t < THREADS; t++)
				CHECK(start_thread(&done[t], use_up, NULL) > 0);
			use_up(NULL);
			if (i % 2) /* the last thread takes the timers along, else they are taken while threads run */
				sys(SYS_exit, 0);
		}
		/* another process's timer on all of this */
		if (make_timer_for(cpu_clock(pid, CPU_SCHED), SIGEV_SIGNAL, SIGRTMIN, 0, 0, &id) == 0) {
			block(SIGRTMIN);
			set_timer(id, 0, MS, MS);
		}
		CHECK_EXIT(pid, 0);
		delete_timer(id);
	}
}
