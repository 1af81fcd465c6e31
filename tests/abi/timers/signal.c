// SPDX-License-Identifier: MIT
/*
 * timers/signal: what a timer's signal carries, and what becomes of expiries while it cannot be taken.
 *
 * Promise   one signal per timer is queued; the others are overruns, up to INT_MAX (CVE-2018-12896); a signal
 *           that is blocked or ignored makes no work.
 * Linux     timer_create(2), timer_getoverrun(2), sigaction(2). Before 6.13 a signal outlived its timer, and
 *           ignored ones were counted.
 */
#include "tests/abi/thread.h"
#include "tests/abi/timers/timers.h"

CASE(siginfo)
{
	int id;
	static const char zero[sizeof(struct siginfo)];
	const size_t end = offsetof(struct siginfo, si_value) + sizeof(union sigval);

	block(SIGRTMIN + 3);
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 3, 0x123456789abcdef0, 0, &id), 0);
	start_timer(id, 1, 0);
	take_signal(SIGRTMIN + 3);
	CHECK_EQ(seen.si_code, SI_TIMER);
	CHECK_EQ(seen.si_errno, 0);
	CHECK_EQ(seen.si_timerid, id);
	CHECK_EQ(seen.si_overrun, 0);
	CHECK_EQ((long)seen.si_ptr, 0x123456789abcdef0);
	CHECK_MEM((char *)&seen + end, zero, sizeof(seen) - end);
}

CASE(a_handler_gets_it)
{
	int id;

	handle_info(SIGUSR1, count_call, 0);
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 77, 0, &id), 0);
	block(SIGUSR1);
	start_timer(id, MS, MS);
	for (int i = 1; i <= 10; i++) {
		uint64_t none = 0;

		CHECK_EQ(sys(SYS_rt_sigsuspend, &none, KSIGSET), -EINTR);
		CHECK_EQ(calls, i);
		CHECK_EQ(seen.si_code, SI_TIMER);
		CHECK_EQ(seen.si_int, 77);
	}
}

CASE(sigev_thread_is_a_signal_to_the_kernel)
{
	int id;

	block(SIGUSR1);
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_THREAD, SIGUSR1, 5, 0, &id), 0);
	start_timer(id, 1, 0);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_int, 5);
}

CASE(default_actions)
{
	int pid, status;

	CHILD(pid) {
		start_timer(make_timer(CLOCK_MONOTONIC, SIGKILL), MS, 0);
		for (;;)
			sys(SYS_pause);
	}
	CHECK_KILLED(pid, SIGKILL);
	CHILD(pid) {
		start_timer(make_timer(CLOCK_REALTIME, SIGUSR2), MS, MS);
		for (;;)
			;
	}
	CHECK_KILLED(pid, SIGUSR2);
	CHILD(pid) {
		start_timer(make_timer(CLOCK_MONOTONIC, SIGSTOP), MS, 0);
		for (;;)
			sys(SYS_pause);
	}
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	CHECK(WIFSTOPPED(status));
	kill(pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(overruns_are_the_expiries_while_it_was_queued)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	int64_t start, before, after;

	block(SIGUSR1);
	start = now_ns(CLOCK_MONOTONIC);
	start_timer(id, 10 * MS, MS);
	wait_pending(SIGUSR1);
	sleep_ms(20);
	CHECK_EQ(sys(SYS_timer_getoverrun, id), 0);
	before = now_ns(CLOCK_MONOTONIC) - start;
	take_signal(SIGUSR1);
	after = now_ns(CLOCK_MONOTONIC) - start;
	CHECK(seen.si_overrun >= 20 - 1);
	CHECK(seen.si_overrun <= (after - 10 * MS) / MS);
	CHECK(before >= 30 * MS);
	CHECK_EQ(sys(SYS_timer_getoverrun, id), seen.si_overrun);
	start_timer(id, SEC, 0);
	CHECK_EQ(sys(SYS_timer_getoverrun, id), 0);
}

/* CVE-2018-12896: the count went round. */
CASE(overruns_stop_at_int_max)
{
	const int clocks[] = {CLOCK_REALTIME, CLOCK_TAI};

	block(SIGUSR1);
	for (unsigned i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		int id = make_timer(clocks[i], SIGUSR1);

		CHECK_EQ(set_timer(id, TIMER_ABSTIME, 1, 1), 0);
		take_signal(SIGUSR1);
		CHECK_EQ(seen.si_overrun, INT_MAX);
		CHECK_EQ(sys(SYS_timer_getoverrun, id), INT_MAX);
		delete_timer(id);
		(void)try_signal(SIGUSR1, 0); /* what an old Linux leaves behind */
	}
}

CASE(a_thousand_of_1_ns_cost_nothing_while_blocked)
{
	enum { TIMERS = 1000, CALLS = 20000 };
	int first = 0;
	int64_t start;

	block(SIGUSR1);
	signal(SIGUSR2, SIG_IGN);
	for (int i = 0; i < TIMERS; i++) {
		int id = make_timer(CLOCK_MONOTONIC, i % 2 ? SIGUSR2 : SIGUSR1);

		first = i ? first : id;
		start_timer(id, 1, 1);
	}
	start = now_ms();
	for (int i = 0; i < CALLS; i++)
		sys(SYS_getppid);
	CHECK(now_ms() - start < 5000);
	take_signal(SIGUSR1);
	CHECK(seen.si_overrun > 0);
	for (int i = 0; i < TIMERS; i++)
		delete_timer(first + i);
}

CASE(timers_that_share_a_signal_are_all_told)
{
	enum { TIMERS = 5 };
	int id[TIMERS];

	block(SIGUSR1);
	for (int i = 0; i < TIMERS; i++) {
		id[i] = make_timer(CLOCK_MONOTONIC, SIGUSR1);
		start_timer(id[i], 1, 0);
		while (timer_left(id[i]))
			;
	}
	sys(SYS_kill, getpid(), SIGUSR1); /* is pending already */
	for (int i = 0; i < TIMERS; i++) {
		CHECK(get_pending() & sigbit(SIGUSR1));
		take_signal(SIGUSR1);
		CHECK_EQ(seen.si_timerid, id[i]);
	}
	CHECK_EQ(get_pending(), 0);
	sys(SYS_kill, getpid(), SIGUSR1);
	start_timer(id[0], 1, 0);
	while (timer_left(id[0]))
		;
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_code, SI_USER);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_timerid, id[0]);
}

CASE(a_timer_set_anew_takes_its_signal_back)
{
	int id;

	NEEDS_LINUX(6, 13);
	id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	block(SIGUSR1);
	start_timer(id, 1, MS);
	wait_pending(SIGUSR1);
	start_timer(id, 500 * SEC, 0);
	CHECK_EQ(try_signal(SIGUSR1, 5 * MS), 0);
	start_timer(id, 1, 0);
	wait_pending(SIGUSR1);
	start_timer(id, 0, 0);
	CHECK_EQ(try_signal(SIGUSR1, 5 * MS), 0);
	CHECK_EQ(get_pending(), 0);
	start_timer(id, 1, 0);
	take_signal(SIGUSR1);
}

CASE(a_deleted_timer_takes_its_signal_back)
{
	int id, other;

	NEEDS_LINUX(6, 13);
	id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	other = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	block(SIGUSR1);
	start_timer(id, 1, MS);
	wait_pending(SIGUSR1);
	delete_timer(id);
	CHECK_EQ(try_signal(SIGUSR1, 5 * MS), 0);
	CHECK_EQ(get_pending(), 0);
	/* but not those of others */
	id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	start_timer(id, 1, MS);
	start_timer(other, 1, 0);
	while (timer_left(other))
		;
	delete_timer(id);
	take_signal(SIGUSR1);
	CHECK_EQ(seen.si_timerid, other);
	CHECK_EQ(try_signal(SIGUSR1, 5 * MS), 0);
}

CASE(an_ignored_series_goes_on_with_a_handler)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	signal(SIGUSR1, SIG_IGN);
	start_timer(id, MS, MS);
	sleep_ms(20);
	CHECK(timer_left(id) > 0);
	CHECK_EQ(get_pending(), 0);
	handle_info(SIGUSR1, count_call, 0);
	while (calls < 3)
		sleep_ms(1);
	CHECK_EQ(seen.si_timerid, id);
	start_timer(id, 0, 0);
}

CASE(an_ignored_series_counts_on)
{
	int id;

	NEEDS_LINUX(6, 13);
	id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	start_timer(id, MS, MS);
	sleep_ms(20);
	block(SIGUSR1);
	signal(SIGUSR1, SIG_DFL);
	CHECK_EQ(get_pending(), sigbit(SIGUSR1));
	take_signal(SIGUSR1);
	CHECK(seen.si_overrun >= 20 - 2);
}

CASE(ignored_once_is_lost)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	signal(SIGUSR1, SIG_IGN);
	start_timer(id, 1, 0);
	while (timer_left(id))
		;
	handle_info(SIGUSR1, count_call, 0);
	sleep_ms(5);
	CHECK_EQ(calls, 0);
	start_timer(id, 1, 0);
	while (!calls)
		;
	CHECK_EQ(seen.si_timerid, id);
}

CASE(ignoring_drops_the_queued_signal)
{
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	NEEDS_LINUX(6, 13);
	block(SIGUSR1);
	start_timer(id, 1, MS);
	wait_pending(SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	CHECK_EQ(get_pending(), 0);
	signal(SIGUSR1, SIG_DFL);
	CHECK_EQ(get_pending(), sigbit(SIGUSR1));
	take_signal(SIGUSR1);
	take_signal(SIGUSR1);
	/* stalled timers can be set and deleted */
	wait_pending(SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	start_timer(id, 500 * SEC, 0);
	CHECK(timer_left(id) > 400 * SEC);
	start_timer(id, 1, MS);
	wait_pending(SIGUSR1);
	unblock(SIGUSR1);
	sleep_ms(3);
	delete_timer(id);
	signal(SIGUSR1, SIG_DFL);
}

CASE(it_interrupts_a_sleep)
{
	struct timespec ts = {1000, 0};
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);

	handle_info(SIGUSR1, count_call, SA_RESTART);
	start_timer(id, 20 * MS, MS);
	CHECK_EQ(sys(SYS_nanosleep, &ts, &ts), -EINTR);
	CHECK(ts.tv_sec > 900);
	CHECK(calls > 0);
}

CASE(to_one_thread)
{
	int id, done;

	handle_info(SIGUSR1, count_call, 0);
	CHECK(start_thread(&done, wait_for_release, NULL) > 0);
	int tid = done;
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 9, tid, &id), 0);
	for (int i = 1; i <= 20; i++) {
		start_timer(id, 1, 0);
		while (calls < i)
			;
		CHECK_EQ(handler_tid, tid);
		CHECK_EQ(seen.si_int, 9);
	}
	released = 1;
	join_thread(&done);
}

static int leave_with_signal_pending(void *arg)
{
	block(SIGUSR1);
	*(volatile int *)arg = 1;
	wait_pending(SIGUSR1);
	return 0;
}

/* The timer stays, and tells nobody. */
CASE(to_a_thread_that_ended)
{
	int id, done;
	volatile int ready = 0;

	handle_info(SIGUSR1, count_call, 0);
	CHECK(start_thread(&done, leave_with_signal_pending, (void *)&ready) > 0);
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 9, done, &id), 0);
	while (!ready)
		sleep_ms(1);
	start_timer(id, 1, MS);
	join_thread(&done);
	sleep_ms(3);
	CHECK_EQ(timer_interval(id), MS);
	start_timer(id, 1, MS);
	sleep_ms(3);
	signal(SIGUSR1, SIG_IGN);
	handle_info(SIGUSR1, count_call, 0);
	CHECK_EQ(calls, 0);
	CHECK_EQ(get_pending(), 0);
	start_timer(id, 500 * SEC, 0);
	CHECK(timer_left(id) > 400 * SEC);
	delete_timer(id);
}
