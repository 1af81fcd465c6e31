// SPDX-License-Identifier: MIT
/*
 * timers/lives: who has a process's timers, and what happens to them when it changes or ends.
 *
 * Promise   all threads share them, a child of fork has none, a new program has none, and nothing is left
 *           of them: no signal, no memory, no charge. Threads that set or delete one timer at once, or while
 *           it expires, find it whole or not at all.
 * Linux     timer_create(2) "NOTES", fork(2), execve(2)
 */
#include "tests/abi/program.h"
#include "tests/abi/thread.h"
#include "tests/abi/timers/timers.h"

enum { RACE_MS = 600 };

CASE(fork_does_not_inherit)
{
	int pid, id, own;

	handle_info(SIGUSR1, count_call, 0);
	id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	start_timer(id, 500 * SEC, 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_timer_delete, id), -EINVAL);
		CHECK_EQ(sys(SYS_timer_getoverrun, id), -EINVAL);
		own = make_timer(CLOCK_MONOTONIC, SIGUSR1);
		CHECK_EQ(own, 0);
		start_timer(own, 1, 0);
		while (!calls)
			;
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(calls, 0);
	CHECK(timer_left(id) > 400 * SEC);
}

static void run_program(enum program which)
{
	char *argv[] = {"program", NULL}, *envp[] = {NULL};

	CHECK_EQ(sys(SYS_execve, "program", argv, envp), 0);
}

CASE(exec_takes_back_what_is_queued)
{
	int pid, fd[2];
	struct program_signals s;

	NEEDS_LINUX(6, 13);
	scratch();
	write_program("program", PROGRAM_SIGNALS);
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		siginfo_t info = {.si_code = SI_QUEUE};

		block(SIGUSR1);
		block(SIGUSR2);
		block(SIGRTMIN);
		start_timer(make_timer(CLOCK_MONOTONIC, SIGUSR1), 1, MS);
		start_timer(make_timer(CLOCK_MONOTONIC, SIGRTMIN), 1, 0);
		wait_pending(SIGUSR1);
		wait_pending(SIGRTMIN);
		sys(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info);
		sys(SYS_kill, getpid(), SIGUSR2);
		sys(SYS_dup2, fd[1], 1);
		run_program(PROGRAM_SIGNALS);
	}
	CHECK_EQ(sys(SYS_read, fd[0], &s, sizeof(s)), sizeof(s));
	CHECK_EXIT(pid, 0);
	CHECK_EQ(s.pending, sigbit(SIGUSR2) | sigbit(SIGRTMIN));
}

CASE(exec_deletes)
{
	int pid, ids[3];

	scratch();
	write_program("program", PROGRAM_SLEEP);
	CHILD(pid) {
		for (int clock = CLOCK_REALTIME; clock <= CLOCK_PROCESS_CPUTIME_ID; clock++) {
			ids[clock] = make_timer(clock, SIGUSR1);
			start_timer(ids[clock], 300 * MS, 100 * MS);
		}
		run_program(PROGRAM_SLEEP);
	}
	tap_wait_blocked(pid);
	sleep_ms(400);
	CHECK_EQ(task_state(pid), 'S');
	kill(pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(a_failed_exec_keeps_them)
{
	char *argv[] = {"none", NULL};
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	start_timer(id, 500 * SEC, 0);
	CHECK_EQ(sys(SYS_execve, "/none", argv, argv + 1), -ENOENT);
	CHECK(timer_left(id) > 400 * SEC);
}

static int make_one(void *arg)
{
	*(int *)arg = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	start_timer(*(int *)arg, 500 * SEC, 0);
	return 0;
}

CASE(threads_share_them)
{
	int done, id;

	CHECK(start_thread(&done, make_one, &id) > 0);
	join_thread(&done);
	CHECK(timer_left(id) > 400 * SEC);
	delete_timer(id);
}

CASE(an_end_with_armed_timers)
{
	enum { CHILDREN = 10, TIMERS = 100 };
	int pid;

	for (int i = 0; i < CHILDREN; i++) {
		CHILD(pid) {
			block(SIGUSR1);
			signal(SIGUSR2, SIG_IGN);
			for (int n = 0; n < TIMERS; n++) {
				int id = make_timer(n % 4, n % 8 < 4 ? SIGUSR1 : SIGUSR2);

				start_timer(id, n % 3 ? n * 10 * US : 500 * SEC, n % 5 ? 1 : 0);
			}
		}
		CHECK_EXIT(pid, 0);
	}
}

/* --- races: threads share one timer or one id --- */

static volatile int64_t race_end;
static int shared;
static int deleted, made;

static bool race_goes_on(void)
{
	return now_ms() < race_end;
}

static void race(int (*one)(void *), int (*two)(void *))
{
	int done[2];

	race_end = now_ms() + RACE_MS;
	CHECK(start_thread(&done[0], one, NULL) > 0);
	CHECK(start_thread(&done[1], two, NULL) > 0);
	join_thread(&done[0]);
	join_thread(&done[1]);
}

static int set_again_and_again(void *arg)
{
	(void)arg;
	for (long n = 0; race_goes_on(); n++) {
		struct itimerspec t = its(n % 7 ? n % 50 * US : 0, n % 3 ? 1 : 0), old;

		CHECK_EQ(sys(SYS_timer_settime, shared, n % 5 ? 0 : TIMER_ABSTIME, &t, &old), 0);
		CHECK(sys(SYS_timer_getoverrun, shared) >= 0);
		CHECK_EQ(sys(SYS_timer_gettime, shared, &old), 0);
	}
	return 0;
}

static void set_by_two(int clock)
{
	struct siginfo info;
	uint64_t set = sigbit(SIGUSR1);
	struct timespec none = {0, 0};

	shared = make_timer(clock, SIGUSR1);
	race(set_again_and_again, set_again_and_again);
	start_timer(shared, 0, 0);
	while (sys(SYS_rt_sigtimedwait, &set, &info, &none, KSIGSET) == SIGUSR1)
		CHECK_EQ(info.si_timerid, shared);
	start_timer(shared, 1, 0);
	burn_for_signal(CLOCK_THREAD_CPUTIME_ID, 20 * MS, SIGUSR1);
	take_signal(SIGUSR1);
	delete_timer(shared);
}

CASE(two_threads_set_one_timer)
{
	block(SIGUSR1);
	set_by_two(CLOCK_MONOTONIC);
	set_by_two(CLOCK_REALTIME);
	set_by_two(CLOCK_PROCESS_CPUTIME_ID);
}

static int take_all(void *arg)
{
	uint64_t set = sigbit(SIGUSR1);
	struct timespec ms = {0, MS};

	(void)arg;
	while (race_goes_on()) {
		struct siginfo info;
		long r = sys(SYS_rt_sigtimedwait, &set, &info, &ms, KSIGSET);

		CHECK(r == SIGUSR1 || r == -EAGAIN || r == -EINTR); /* woken for one that was taken back */
		CHECK(r < 0 || info.si_code == SI_TIMER);
	}
	return 0;
}

CASE(two_threads_set_while_signals_are_taken)
{
	block(SIGUSR1);
	shared = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	race(set_again_and_again, take_all);
	delete_timer(shared);
}

static int make_and_delete(void *arg)
{
	(void)arg;
	for (long n = 0; race_goes_on(); n++) {
		int id = make_timer(n % 4, SIGUSR1);

		start_timer(id, 1 + n % 20 * US, n % 2);
		for (long turns = n % 100; turns > 0; turns--)
			__atomic_signal_fence(__ATOMIC_SEQ_CST);
		delete_timer(id);
		made++;
	}
	return 0;
}

CASE(deleted_while_it_expires)
{
	block(SIGUSR1);
	race(make_and_delete, take_all);
	CHECK(made > 0);
}

static int delete_shared(void *arg)
{
	(void)arg;
	while (race_goes_on()) {
		long r = sys(SYS_timer_delete, __atomic_load_n(&shared, __ATOMIC_RELAXED));

		CHECK(r == 0 || r == -EINVAL);
		if (r == 0)
			__atomic_fetch_add(&deleted, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

static int make_shared(void *arg)
{
	(void)arg;
	for (; race_goes_on(); made++) {
		int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

		__atomic_store_n(&shared, id, __ATOMIC_RELAXED);
		set_timer(id, 0, 1, 1);
		if (sys(SYS_timer_delete, id) == 0)
			__atomic_fetch_add(&deleted, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

CASE(deleted_by_two_threads)
{
	block(SIGUSR1);
	shared = -1;
	race(make_shared, delete_shared);
	CHECK_EQ(deleted, made);
}
