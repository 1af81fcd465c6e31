// SPDX-License-Identifier: MIT
/*
 * futex/pi_inherit: what priority inheritance is for.
 *
 * Promise   an owner runs with the priority of the most important one that waits, through chains of locks, from the
 *           moment that somebody waits until the lock is handed over or the waiter gives up or changes; who waits
 *           gets a lock by priority
 * Linux     futex(2), sched(7); priorities in effect as proc_pid_stat(5) shows them
 */
#include "tests/abi/futex/pi.h"
#include <sys/resource.h>

enum { FIFO = 1, OTHER = 0, STAT_PRIORITY = 18, NR_LOCKS = 8, NR_THREADS = 16, RT_LIMIT_US = 3000000 };

static uint32_t locks[NR_LOCKS + 1];

static void set_fifo(int tid, int priority)
{
	CHECK_EQ(sys(SYS_sched_setscheduler, tid, priority ? FIFO : OTHER, &priority), 0);
}

/* The case's thread is the most important one; no thread of it loops for long. */
static void begin(void)
{
	struct rlimit limit = {RT_LIMIT_US, RT_LIMIT_US};

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setrlimit, RLIMIT_RTTIME, &limit), 0);
	set_fifo(0, 90);
}

/* 0: fair, else the real-time priority in effect. */
static int in_effect(int tid)
{
	char path[64], text[512], *p;
	long shown;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	p = strrchr(text, ')') + 2;
	for (int field = 3; field < STAT_PRIORITY; field++)
		p = strchr(p, ' ') + 1;
	shown = strtol(p, NULL, 10);
	return shown < 0 ? -1 - (int)shown : 0;
}

/* A thread of that priority that takes `holds` and then `wants`, if they are named, and then waits to be let go. */
struct member {
	uint32_t *holds, *wants;
	int priority;
	struct timespec *limit;
	long pid;
	int done;
	volatile int ready, has, go;
	volatile long result;
	volatile int *order;
	int rank;
};

static int member_run(void *arg)
{
	struct member *m = arg;

	set_fifo(0, m->priority);
	if (m->holds)
		CHECK_EQ(lock_pi(m->holds), 0);
	m->ready = 1;
	if (m->wants)
		m->result = sys(SYS_futex, m->wants, LOCK_PI | PRIVATE, 0, m->limit);
	if (m->order)
		m->rank = __atomic_fetch_add(m->order, 1, __ATOMIC_SEQ_CST);
	m->has = 1;
	while (!m->go)
		sys(SYS_futex, &m->go, WAIT | PRIVATE, 0, 0);
	if (m->wants && m->result == 0)
		CHECK_EQ(unlock_pi(m->wants), 0);
	if (m->holds)
		CHECK_EQ(unlock_pi(m->holds), 0);
	return 0;
}

static void start_member(struct member *m, uint32_t *holds, uint32_t *wants, int priority)
{
	m->holds = holds;
	m->wants = wants;
	m->priority = priority;
	m->pid = start_thread(&m->done, member_run, m);
	while (!m->ready)
		sleep_ms(1);
	wait_state(m->pid, 'S');
	if (wants)
		while (!(*(volatile uint32_t *)wants & WAITERS))
			sleep_ms(1);
}

static void release_member(struct member *m)
{
	m->go = 1;
	sys(SYS_futex, &m->go, WAKE | PRIVATE, 1);
}

static void end_member(struct member *m)
{
	release_member(m);
	join_thread(&m->done);
}

static void wait_for_effect(long tid, int priority)
{
	for (int64_t end = now_ms() + STATE_WAIT_MS; now_ms() < end; sleep_ms(1))
		if (in_effect(tid) == priority)
			return;
	CHECK_EQ(in_effect(tid), priority);
}

CASE(one_lock)
{
	struct member low = {0}, high = {0};

	begin();
	start_member(&low, &locks[0], NULL, 0);
	CHECK_EQ(in_effect(low.pid), 0);
	start_member(&high, NULL, &locks[0], 40);
	CHECK_EQ(in_effect(low.pid), 40);
	CHECK_EQ(sys(SYS_sched_getscheduler, low.pid), OTHER);
	end_member(&low);
	while (!high.has)
		sleep_ms(1);
	CHECK_EQ(high.result, 0);
	end_member(&high);
	CHECK_EQ(locks[0], 0);
}

CASE(the_owner_falls_back_at_once)
{
	struct member low = {0}, high = {0};

	begin();
	start_member(&low, &locks[0], NULL, 5);
	start_member(&high, NULL, &locks[0], 40);
	CHECK_EQ(in_effect(low.pid), 40);
	release_member(&low);
	join_thread(&low.done);
	while (!high.has)
		sleep_ms(1);
	CHECK_EQ(in_effect(high.pid), 40);
	end_member(&high);
}

CASE(less_important_waiters_change_nothing)
{
	struct member owner = {0}, waiter = {0};

	begin();
	start_member(&owner, &locks[0], NULL, 50);
	start_member(&waiter, NULL, &locks[0], 10);
	CHECK_EQ(in_effect(owner.pid), 50);
	end_member(&owner);
	end_member(&waiter);
}

CASE(the_most_important_of_several)
{
	struct member owner = {0}, waiter[3] = {{0}};

	begin();
	start_member(&owner, &locks[0], NULL, 1);
	start_member(&waiter[0], NULL, &locks[0], 10);
	CHECK_EQ(in_effect(owner.pid), 10);
	start_member(&waiter[1], NULL, &locks[0], 30);
	CHECK_EQ(in_effect(owner.pid), 30);
	start_member(&waiter[2], NULL, &locks[0], 20);
	CHECK_EQ(in_effect(owner.pid), 30);
	end_member(&owner);
	for (int i = 0; i < 3; i++)
		release_member(&waiter[i]);
	for (int i = 0; i < 3; i++)
		join_thread(&waiter[i].done);
	CHECK_EQ(locks[0], 0);
}

CASE(two_locks_of_one_owner)
{
	struct member owner = {0}, a = {0}, b = {0};

	begin();
	locks[1] = 0;
	owner.wants = &locks[1]; /* free: it gets both */
	owner.holds = &locks[0];
	owner.pid = start_thread(&owner.done, member_run, &owner);
	while (!owner.has)
		sleep_ms(1);
	start_member(&a, NULL, &locks[0], 20);
	start_member(&b, NULL, &locks[1], 30);
	CHECK_EQ(in_effect(owner.pid), 30);
	release_member(&owner); /* gives up the second one first */
	join_thread(&owner.done);
	end_member(&a);
	end_member(&b);
}

CASE(a_time_out_takes_it_back)
{
	struct timespec at = in_ms(CLOCK_REALTIME, 300);
	struct member owner = {0}, a = {0}, b = {.limit = &at};

	begin();
	start_member(&owner, &locks[0], NULL, 1);
	start_member(&a, NULL, &locks[0], 10);
	start_member(&b, NULL, &locks[0], 30);
	CHECK_EQ(in_effect(owner.pid), 30);
	while (!b.has)
		sleep_ms(1);
	CHECK_EQ(b.result, -ETIMEDOUT);
	CHECK_EQ(in_effect(owner.pid), 10);
	end_member(&b);
	end_member(&owner);
	end_member(&a);
}

CASE(a_changed_priority_is_inherited)
{
	struct member owner = {0}, waiter = {0};

	begin();
	start_member(&owner, &locks[0], NULL, 0);
	start_member(&waiter, NULL, &locks[0], 0);
	CHECK_EQ(in_effect(owner.pid), 0);
	set_fifo(waiter.pid, 25);
	CHECK_EQ(in_effect(owner.pid), 25);
	set_fifo(waiter.pid, 60);
	CHECK_EQ(in_effect(owner.pid), 60);
	set_fifo(owner.pid, 30);
	CHECK_EQ(in_effect(owner.pid), 60);
	set_fifo(waiter.pid, 5);
	CHECK_EQ(in_effect(owner.pid), 30);
	set_fifo(waiter.pid, 40);
	set_fifo(owner.pid, 0);
	CHECK_EQ(in_effect(owner.pid), 40);
	set_fifo(waiter.pid, 0);
	CHECK_EQ(in_effect(owner.pid), 0);
	end_member(&owner);
	end_member(&waiter);
}

/* Lock i is held by member i, who waits for lock i - 1. */
CASE(a_chain)
{
	struct member m[NR_LOCKS] = {{0}}, high = {0};

	begin();
	for (int i = 0; i < NR_LOCKS; i++)
		start_member(&m[i], &locks[i], i ? &locks[i - 1] : NULL, 0);
	start_member(&high, NULL, &locks[NR_LOCKS - 1], 70);
	for (int i = 0; i < NR_LOCKS; i++)
		CHECK_EQ(in_effect(m[i].pid), 70);
	set_fifo(high.pid, 30);
	for (int i = 0; i < NR_LOCKS; i++)
		CHECK_EQ(in_effect(m[i].pid), 30);
	set_fifo(m[3].pid, 50);
	for (int i = 0; i < NR_LOCKS; i++)
		CHECK_EQ(in_effect(m[i].pid), i <= 3 ? 50 : 30);
	set_fifo(m[3].pid, 0);
	for (int i = 0; i < NR_LOCKS; i++)
		CHECK_EQ(in_effect(m[i].pid), 30);
	for (int i = 0; i < NR_LOCKS; i++)
		release_member(&m[i]);
	release_member(&high);
	for (int i = 0; i < NR_LOCKS; i++)
		join_thread(&m[i].done);
	join_thread(&high.done);
	for (int i = 0; i < NR_LOCKS; i++)
		CHECK_EQ(locks[i], 0);
}

/* What is in the middle of a chain gives up. */
CASE(a_chain_breaks)
{
	struct timespec at = in_ms(CLOCK_REALTIME, 400);
	struct member a = {0}, b = {.limit = &at}, c = {0};

	begin();
	start_member(&a, &locks[0], NULL, 0);
	start_member(&b, &locks[1], &locks[0], 0);
	start_member(&c, NULL, &locks[1], 33);
	CHECK_EQ(in_effect(a.pid), 33);
	while (!b.has)
		sleep_ms(1);
	CHECK_EQ(b.result, -ETIMEDOUT);
	CHECK_EQ(in_effect(a.pid), 0);
	CHECK_EQ(in_effect(b.pid), 33);
	end_member(&b);
	end_member(&a);
	end_member(&c);
}

CASE(a_signal_keeps_it)
{
	struct member owner = {0}, waiter = {0};

	begin();
	handle(SIGUSR1, count_signal, 0);
	start_member(&owner, &locks[0], NULL, 0);
	start_member(&waiter, NULL, &locks[0], 44);
	signals = 0;
	CHECK_EQ(sys(SYS_tgkill, getpid(), waiter.pid, SIGUSR1), 0);
	while (!signals)
		sleep_ms(1);
	wait_state(waiter.pid, 'S');
	wait_for_effect(owner.pid, 44);
	end_member(&owner);
	end_member(&waiter);
}

CASE(children_do_not_inherit_it)
{
	struct member waiter = {0};
	int pid;

	NEEDS_ROOT();
	CHECK_EQ(lock_pi(&locks[0]), 0);
	start_member(&waiter, NULL, &locks[0], 44);
	CHECK_EQ(in_effect(my_tid()), 44);
	CHILD(pid)
	{
		CHECK_EQ(sys(SYS_sched_getscheduler, 0), OTHER);
		CHECK_EQ(in_effect(my_tid()), 0);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(unlock_pi(&locks[0]), 0);
	CHECK_EQ(in_effect(my_tid()), 0);
	end_member(&waiter);
}

static uint32_t cond;

static int wait_requeue(void *arg)
{
	struct member *m = arg;

	set_fifo(0, m->priority);
	m->ready = 1;
	m->result = sys(SYS_futex, &cond, WAIT_REQUEUE_PI | PRIVATE, 0, 0, &locks[0]);
	m->rank = __atomic_fetch_add(m->order, 1, __ATOMIC_SEQ_CST);
	m->has = 1;
	if (m->result == 0)
		CHECK_EQ(unlock_pi(&locks[0]), 0);
	return 0;
}

/* Moved waiters count for the owner of the lock that they are moved to, and get it by priority. */
CASE(moved_waiters)
{
	static const int priority[4] = {20, 60, 40, 50}, rank[4] = {3, 0, 2, 1};
	volatile int order = 0;
	struct member owner = {0}, m[4] = {{0}};

	begin();
	start_member(&owner, &locks[0], NULL, 0);
	for (int i = 0; i < 4; i++) {
		m[i].priority = priority[i];
		m[i].order = &order;
		m[i].pid = start_thread(&m[i].done, wait_requeue, &m[i]);
		while (!m[i].ready)
			sleep_ms(1);
		wait_state(m[i].pid, 'S');
	}
	CHECK_EQ(sys(SYS_futex, &cond, CMP_REQUEUE_PI | PRIVATE, 1, 0, &locks[0], 0), 1);
	CHECK_EQ(in_effect(owner.pid), 60);
	CHECK_EQ(sys(SYS_futex, &cond, CMP_REQUEUE_PI | PRIVATE, 1, ALL_OF_THEM, &locks[0], 0), 3);
	CHECK_EQ(in_effect(owner.pid), 60);
	end_member(&owner);
	for (int i = 0; i < 4; i++) {
		join_thread(&m[i].done);
		CHECK_EQ(m[i].result, 0);
		CHECK_EQ(m[i].rank, rank[i]);
	}
	CHECK_EQ(locks[0], 0);
}

/* Who is the most important one when the lock becomes free gets it, not who was it when it came. */
CASE(handed_over_by_priority)
{
	static const int priority[5] = {10, 30, 0, 20, 40};
	volatile int order = 0;
	struct member owner = {0}, m[5] = {{0}};

	begin();
	start_member(&owner, &locks[0], NULL, 0);
	for (int i = 0; i < 5; i++) {
		m[i].order = &order;
		start_member(&m[i], NULL, &locks[0], priority[i]);
		release_member(&m[i]);
	}
	set_fifo(m[2].pid, 50); /* the last one becomes the first */
	set_fifo(m[4].pid, 5);	/* and the first the last */
	end_member(&owner);
	for (int i = 0; i < 5; i++)
		join_thread(&m[i].done);
	CHECK_EQ(m[2].rank, 0);
	CHECK_EQ(m[1].rank, 1);
	CHECK_EQ(m[3].rank, 2);
	CHECK_EQ(m[0].rank, 3);
	CHECK_EQ(m[4].rank, 4);
}

/* --- plain futexes --- */

static int plain_wait(void *arg)
{
	struct member *m = arg;

	set_fifo(0, m->priority);
	m->ready = 1;
	m->result = sys(SYS_futex, &cond, WAIT | PRIVATE, 0, 0);
	m->has = 1;
	return 0;
}

CASE(plain_waiters_are_woken_by_priority)
{
	static const int priority[6] = {0, 10, 30, 0, 10, 20}, expected[6] = {2, 5, 1, 4, 0, 3};
	struct member m[6] = {{0}};

	begin();
	for (int i = 0; i < 6; i++) {
		m[i].priority = priority[i];
		m[i].pid = start_thread(&m[i].done, plain_wait, &m[i]);
		while (!m[i].ready)
			sleep_ms(1);
		wait_state(m[i].pid, 'S');
	}
	for (int i = 0; i < 6; i++) {
		CHECK_EQ(wake_private(&cond, 1), 1);
		join_thread(&m[expected[i]].done);
		for (int later = i + 1; later < 6; later++)
			CHECK_EQ(m[expected[later]].has, 0);
	}
}

/* --- inversion --- */

static volatile int low_has, stop_middle, high_done;

static void pin_here(void)
{
	unsigned long mask = 1;

	CHECK_EQ(sys(SYS_sched_setaffinity, 0, sizeof(mask), &mask), 0);
}

static int low_run(void *arg)
{
	(void)arg;
	pin_here();
	CHECK_EQ(lock_pi(&locks[0]), 0);
	set_fifo(0, 10);
	low_has = 1;
	for (volatile int i = 0; i < 2000000; i++)
		;
	CHECK_EQ(unlock_pi(&locks[0]), 0);
	return 0;
}

static int middle_run(void *arg)
{
	int64_t end = now_ms() + 1500;

	(void)arg;
	pin_here();
	set_fifo(0, 20);
	while (!high_done && now_ms() < end)
		;
	return high_done ? 0 : 1;
}

static int high_run(void *arg)
{
	struct member *m = arg;

	pin_here();
	set_fifo(0, 30);
	CHECK_EQ(lock_pi(&locks[0]), 0);
	high_done = 1;
	m->has = 1;
	CHECK_EQ(unlock_pi(&locks[0]), 0);
	return 0;
}

/* On one processor: a loop of middle importance does not keep the owner from giving the lock to the most important. */
CASE(inversion_is_bounded, .timeout = 20)
{
	int low, middle, high;
	struct member m = {0};
	int64_t start;

	begin();
	pin_here();
	CHECK(start_thread(&low, low_run, NULL) > 0);
	while (!low_has)
		sleep_ms(1);
	CHECK(start_thread(&high, high_run, &m) > 0);
	start = now_ms();
	CHECK(start_thread(&middle, middle_run, NULL) > 0);
	join_thread(&high);
	join_thread(&middle);
	join_thread(&low);
	CHECK_EQ(m.has, 1);
	CHECK(now_ms() - start < 1400);
	CHECK_EQ(locks[0], 0);
}

/* --- chains at random --- */

static volatile int holders[NR_LOCKS], violations, takes, contended;

static unsigned below(unsigned *state, unsigned n)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % n;
}

/* Takes an ascending run of locks, sleeps with them now and then, and gives them up: no circle can come up. */
static int climb(void *arg)
{
	unsigned state = (unsigned)(long)arg * 2654435761u;

	for (int round = 0; round < 60; round++) {
		int first = below(&state, NR_LOCKS), n = 1 + below(&state, NR_LOCKS - first);

		if (round % 8 == 0)
			set_fifo(0, 1 + below(&state, 60));
		for (int i = first; i < first + n; i++) {
			struct timespec at = in_ms(CLOCK_REALTIME, 1 + below(&state, 3));
			long r;

			contended += *(volatile uint32_t *)&locks[i] != 0;
			r = below(&state, 4) ? lock_pi(&locks[i]) :
					       sys(SYS_futex, &locks[i], LOCK_PI | PRIVATE, 0, &at);

			if (r == -ETIMEDOUT) {
				n = i - first;
				break;
			}
			CHECK_EQ(r, 0);
			CHECK_EQ(locks[i] & TID_MASK, my_tid());
			if (__atomic_fetch_add(&holders[i], 1, __ATOMIC_SEQ_CST))
				violations++;
			takes++;
		}
		if (below(&state, 8) == 0)
			sleep_ms(1);
		for (int i = first + n - 1; i >= first; i--) {
			__atomic_fetch_sub(&holders[i], 1, __ATOMIC_SEQ_CST);
			CHECK_EQ(unlock_pi(&locks[i]), 0);
		}
	}
	set_fifo(0, 0);
	return 0;
}

CASE(sixteen_threads_and_eight_locks, .timeout = 60)
{
	int done[NR_THREADS];

	begin();
	for (int i = 0; i < NR_THREADS; i++)
		CHECK(start_thread(&done[i], climb, (void *)(long)(i + 1)) > 0);
	for (int i = 0; i < NR_THREADS; i++)
		join_thread(&done[i]);
	CHECK_EQ(violations, 0);
	CHECK(takes > NR_THREADS);
	CHECK(contended > NR_THREADS);
	for (int i = 0; i < NR_LOCKS; i++)
		CHECK_EQ(locks[i] & ~WAITERS, 0);
}

/* All sixteen wait at random places of a chain of eight; the locks go up from the bottom, and at each step the most
 * important one of those who wait, and of those who wait behind them, is the next. */
CASE(the_most_important_is_always_next, .timeout = 60)
{
	for (unsigned seed = 1; seed <= 6; seed++) {
		struct member base[NR_LOCKS] = {{0}}, m[NR_THREADS] = {{0}};
		volatile int order[NR_LOCKS] = {0};
		int at[NR_THREADS];
		unsigned rng = seed;

		begin();
		for (int i = 0; i < NR_LOCKS; i++)
			start_member(&base[i], &locks[i], NULL, 0);
		for (int i = 0; i < NR_THREADS; i++) {
			at[i] = below(&rng, NR_LOCKS);
			m[i].order = &order[at[i]];
			start_member(&m[i], NULL, &locks[at[i]], 1 + below(&rng, 80));
			release_member(&m[i]);
		}
		for (int i = 0; i < NR_LOCKS; i++) {
			int top = 0;

			for (int j = 0; j < NR_THREADS; j++)
				if (at[j] == i && m[j].priority > top)
					top = m[j].priority;
			CHECK_EQ(in_effect(base[i].pid), top);
		}
		for (int i = 0; i < NR_LOCKS; i++)
			end_member(&base[i]);
		for (int i = 0; i < NR_THREADS; i++)
			join_thread(&m[i].done);
		for (int i = 0; i < NR_THREADS; i++)
			for (int j = 0; j < NR_THREADS; j++)
				if (at[i] == at[j] && m[i].priority > m[j].priority)
					CHECK(m[i].rank < m[j].rank);
	}
}
