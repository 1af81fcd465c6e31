// SPDX-License-Identifier: MIT
/*
 * timers/create: timer_create, timer_delete: clocks, events, ids, and what a timer costs.
 *
 * Promise   an event is checked before anything is kept of it (CVE-2017-18344); a call that fails leaves no
 *           timer and no charge.
 * Linux     timer_create(2), sigevent(7), getrlimit(2) RLIMIT_SIGPENDING
 */
#include <sys/resource.h>
#include "tests/abi/thread.h"
#include "tests/abi/timers/timers.h"

enum { UNUSED_USER = 54321, CPU_THREAD = 4, CPU_SCHED = 2, CPU_DEVICE = 3 };

static long create_default(int clock)
{
	int id;

	return sys(SYS_timer_create, clock, 0, &id);
}

CASE(clocks_that_have_timers)
{
	const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI,
		CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};

	for (unsigned i = 0; i < sizeof(clocks) / sizeof(*clocks); i++)
		CHECK_EQ(create_default(clocks[i]), 0);
}

CASE(clocks_that_have_none)
{
	const int without[] = {CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
		(int)(~0u << 3 | CPU_DEVICE)};
	const int unknown[] = {10, 12, 13, 99, INT_MAX, (int)(~0u << 3 | CPU_THREAD | CPU_DEVICE), -1,
		(int)(~4194305u << 3 | CPU_SCHED), INT_MIN};

	for (unsigned i = 0; i < sizeof(without) / sizeof(*without); i++)
		CHECK_EQ(create_default(without[i]), -EOPNOTSUPP);
	for (unsigned i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		CHECK_EQ(create_default(unknown[i]), -EINVAL);
}

CASE(alarm_clocks_need_the_permission)
{
	int pid;

	NEEDS_ROOT();
	if (create_default(CLOCK_BOOTTIME_ALARM) == -EOPNOTSUPP)
		SKIP("no clock here can wake the machine");
	CHECK_EQ(create_default(CLOCK_REALTIME_ALARM), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(create_default(CLOCK_REALTIME_ALARM), -EPERM);
		CHECK_EQ(create_default(CLOCK_BOOTTIME_ALARM), -EPERM);
		CHECK_EQ(create_default(CLOCK_BOOTTIME), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(alarm_clocks_run)
{
	int id, sent;

	NEEDS_ROOT();
	block(SIGALRM);
	for (int clock = CLOCK_REALTIME_ALARM; clock <= CLOCK_BOOTTIME_ALARM; clock++) {
		if (sys(SYS_timer_create, clock, 0, &id) == -EOPNOTSUPP)
			SKIP("no clock here can wake the machine");
		start_timer(id, 1, 0);
		take_signal(SIGALRM);
		CHECK_EQ(seen.si_timerid, id);
		CHECK_EQ(set_timer(id, TIMER_ABSTIME, 1, 0), 0);
		sent = try_signal(SIGALRM, SEC);
		CHECK_EQ(sent, SIGALRM);
	}
}

CASE(ids_begin_at_0_and_come_back_late)
{
	int pid;

	CHILD(pid) {
		for (int i = 0; i < 3; i++)
			CHECK_EQ(make_timer(CLOCK_MONOTONIC, SIGUSR1), i);
		delete_timer(2);
		delete_timer(0);
		CHECK_EQ(make_timer(CLOCK_MONOTONIC, SIGUSR1), 3);
	}
	CHECK_EXIT(pid, 0);
}

CASE(no_event_means_sigalrm_with_the_id)
{
	int first, id;

	block(SIGALRM);
	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, 0, &first), 0);
	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, 0, &id), 0);
	CHECK_EQ(id, first + 1);
	start_timer(id, 1, 0);
	take_signal(SIGALRM);
	CHECK_EQ(seen.si_code, SI_TIMER);
	CHECK_EQ(seen.si_timerid, id);
	CHECK_EQ((long)seen.si_ptr, id);
}

/* CVE-2017-18344: a way to notify that nobody knows was kept, and later used as an index. */
CASE(unknown_ways_to_notify)
{
	int id, tid = sys(SYS_gettid);

	for (int how = -2; how < 70; how++) {
		bool is_known = how == SIGEV_SIGNAL || how == SIGEV_NONE || how == SIGEV_THREAD ||
				how == SIGEV_THREAD_ID;
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, how, SIGUSR1, 0, tid, &id), is_known ? 0 : -EINVAL);
	}
	for (int bit = 3; bit < 32; bit++)
		for (int low = 0; low < 8; low++)
			CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, 1 << bit | low, SIGUSR1, 0, tid, &id), -EINVAL);
}

CASE(signal_numbers)
{
	const int bad[] = {0, -1, 65, 1000, INT_MIN, INT_MAX};
	int id;

	for (int sig = 1; sig <= 64; sig++) {
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_SIGNAL, sig, 0, 0, &id), 0);
		delete_timer(id);
	}
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_SIGNAL, bad[i], 0, 0, &id), -EINVAL);
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_THREAD, bad[i], 0, 0, &id), -EINVAL);
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_NONE, bad[i], 0, 0, &id), 0);
	}
}

CASE(a_thread_to_signal_is_one_of_ours)
{
	int id, done, pid;
	const int not_ours[] = {0, -1, 1, getppid(), INT_MAX};

	CHECK(start_thread(&done, wait_for_release, NULL) > 0);
	int tid = done;
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 0, tid, &id), 0);
	CHILD(pid) {
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 0, tid, &id), -EINVAL);
	}
	CHECK_EXIT(pid, 0);
	released = 1;
	join_thread(&done);
	while (make_timer_for(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 0, tid, &id) == 0)
		sleep_ms(1); /* its number goes a little later than its word */
	for (unsigned i = 0; i < sizeof(not_ours) / sizeof(*not_ours); i++)
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 0, not_ours[i], &id), -EINVAL);
}

CASE(bad_pointers)
{
	int id;
	char *end = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, hole(), &id), -EFAULT);
	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, end - sizeof(struct sigevent) + 1, &id), -EFAULT);
	CHECK_EQ(sys(SYS_timer_create, 99, hole(), &id), -EFAULT);
	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, 0, end - sizeof(int) + 1), -EFAULT);
	CHECK_EQ(sys(SYS_timer_create, 99, 0, hole()), -EINVAL);
	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, 0, end - sizeof(int)), 0);
}

CASE(bad_ids)
{
	struct itimerspec t = its(SEC, 0);
	int id = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	const int bad[] = {-1, INT_MIN, INT_MAX, 123456, id};

	delete_timer(id);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK_EQ(sys(SYS_timer_settime, bad[i], 0, &t, 0), -EINVAL);
		CHECK_EQ(sys(SYS_timer_gettime, bad[i], &t), -EINVAL);
		CHECK_EQ(sys(SYS_timer_gettime, bad[i], 0), -EINVAL);
		CHECK_EQ(sys(SYS_timer_getoverrun, bad[i]), -EINVAL);
		CHECK_EQ(sys(SYS_timer_delete, bad[i]), -EINVAL);
	}
}

static void limit_pending(long n)
{
	struct rlimit limit = {n, n};

	CHECK_EQ(sys(SYS_setrlimit, RLIMIT_SIGPENDING, &limit), 0);
}

static void timers_within_limit(void)
{
	int id[3], more;

	for (int i = 0; i < 100; i++)
		CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, 0, 0), -EFAULT);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, 77, SIGUSR1, 0, 0, &more), -EINVAL);
	for (int i = 0; i < 3; i++)
		id[i] = make_timer(CLOCK_MONOTONIC, SIGUSR1);
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0, 0, &more), -EAGAIN);
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, 0, &more), -EAGAIN);
	delete_timer(id[1]);
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, 0, &more), 0);
	CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0, 0, &more), -EAGAIN);
}

CASE(timers_count_as_queued_signals)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(UNUSED_USER));
		limit_pending(3);
		timers_within_limit();
	}
	CHECK_EXIT(pid, 0);
}

CASE(an_expiry_needs_no_room_in_the_queue)
{
	int pid, id;

	NEEDS_ROOT();
	CHILD(pid) {
		siginfo_t info = {.si_code = SI_QUEUE};

		CHECK(become(UNUSED_USER));
		limit_pending(1);
		block(SIGRTMIN);
		block(SIGRTMIN + 1);
		id = make_timer(CLOCK_MONOTONIC, SIGRTMIN);
		CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN + 1, &info), -EAGAIN);
		start_timer(id, 1, 0);
		take_signal(SIGRTMIN);
		CHECK_EQ(seen.si_timerid, id);
		delete_timer(id);
		CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN + 1, &info), 0);
		CHECK_EQ(make_timer_for(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0, 0, &id), -EAGAIN);
	}
	CHECK_EXIT(pid, 0);
}

CASE(many, .timeout = 30)
{
	enum { MANY = 1000, STEP = 7 };
	int first = -1;

	for (int i = 0; i < MANY; i++) {
		int id = make_timer(i % 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME, SIGUSR1);

		first = i ? first : id;
		CHECK_EQ(id, first + i);
		start_timer(id, 1000 * SEC + i, 0);
	}
	for (int i = 0; i < MANY; i++)
		delete_timer(first + i * STEP % MANY);
	CHECK_EQ(sys(SYS_timer_delete, first), -EINVAL);
}
