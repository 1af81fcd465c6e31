// SPDX-License-Identifier: MIT
/*
 * posix/cond: condition variables and barriers.
 *
 * Promise   a signal lets one go on, a broadcast all; deadlines on both clocks; nothing is lost under load; variables
 *           and barriers that are destroyed as soon as that is allowed
 * Linux     pthread_cond_wait(3p), pthread_cond_timedwait(3p), pthread_barrier_wait(3p), pthread_barrier_destroy(3p)
 */
#include "tests/abi/posix/posix.h"

enum { WAITERS = 6, MANY = 100, ITEMS = 2000, ROUNDS = 60, PARTIES = 5 };

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int tickets, passed, number[MANY];

static void *wait_for_ticket(void *arg)
{
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	say_number(arg);
	while (!tickets)
		CHECK_EQ(pthread_cond_wait(&c, &m), 0);
	tickets--;
	passed++;
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	return NULL;
}

static void start_all(pthread_t *t, int count)
{
	for (int i = 0; i < count; i++)
		t[i] = start(wait_for_ticket, &number[i]);
	for (int i = 0; i < count; i++)
		wait_asleep(&number[i]);
}

CASE(nobody_waits)
{
	CHECK_EQ(pthread_cond_signal(&c), 0);
	CHECK_EQ(pthread_cond_broadcast(&c), 0);
	CHECK_EQ(pthread_cond_destroy(&c), 0);
}

CASE(signal_lets_one_go)
{
	pthread_t t[WAITERS];

	start_all(t, WAITERS);
	for (int i = 1; i <= WAITERS; i++) {
		CHECK_EQ(pthread_mutex_lock(&m), 0);
		CHECK_EQ(passed, i - 1);
		tickets++;
		CHECK_EQ(pthread_cond_signal(&c), 0);
		CHECK_EQ(pthread_mutex_unlock(&m), 0);
		while (__atomic_load_n(&passed, __ATOMIC_ACQUIRE) < i)
			sched_yield();
	}
	for (int i = 0; i < WAITERS; i++)
		join(t[i]);
}

CASE(broadcast_lets_all_go, .timeout = 40)
{
	pthread_t t[MANY];

	start_all(t, MANY);
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	tickets = MANY;
	CHECK_EQ(pthread_cond_broadcast(&c), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	for (int i = 0; i < MANY; i++)
		join(t[i]);
	CHECK_EQ(passed, MANY);
	CHECK_EQ(pthread_cond_destroy(&c), 0);
}

CASE(signal_without_the_mutex)
{
	pthread_t t[1];

	start_all(t, 1);
	__atomic_store_n(&tickets, 1, __ATOMIC_SEQ_CST);
	CHECK_EQ(pthread_cond_signal(&c), 0);
	join(t[0]);
}

static void wait_until_late(pthread_cond_t *cond, clockid_t clock)
{
	struct timespec at = in_ms(clock, SHORT_MS), past = {.tv_sec = -1}, wrong = {.tv_nsec = 1000000000};
	int err;

	CHECK_EQ(pthread_mutex_lock(&m), 0);
	while ((err = pthread_cond_timedwait(cond, &m, &at)) == 0)
		;
	CHECK_EQ(err, ETIMEDOUT);
	CHECK(now_ns(clock) >= at.tv_sec * 1000000000LL + at.tv_nsec);
	CHECK_EQ(pthread_cond_timedwait(cond, &m, &past), ETIMEDOUT);
	CHECK_EQ(pthread_cond_timedwait(cond, &m, &wrong), EINVAL);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
}

CASE(deadline)
{
	wait_until_late(&c, CLOCK_REALTIME);
}

CASE(deadline_on_the_monotonic_clock)
{
	pthread_condattr_t attr;
	pthread_cond_t other;
	clockid_t clock;

	CHECK_EQ(pthread_condattr_init(&attr), 0);
	CHECK_EQ(pthread_condattr_setclock(&attr, CLOCK_PROCESS_CPUTIME_ID), EINVAL);
	CHECK_EQ(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), 0);
	CHECK_EQ(pthread_condattr_getclock(&attr, &clock), 0);
	CHECK_EQ(clock, CLOCK_MONOTONIC);
	CHECK_EQ(pthread_cond_init(&other, &attr), 0);
	wait_until_late(&other, CLOCK_MONOTONIC);
	CHECK_EQ(pthread_cond_destroy(&other), 0);
	CHECK_EQ(pthread_condattr_destroy(&attr), 0);
}

static void *wait_with_deadline(void *arg)
{
	struct timespec at = in_ms(CLOCK_REALTIME, LONG_MS);

	CHECK_EQ(pthread_mutex_lock(&m), 0);
	say_number(arg);
	while (!tickets)
		CHECK_EQ(pthread_cond_timedwait(&c, &m, &at), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	return NULL;
}

CASE(signals_do_not_end_the_wait)
{
	pthread_t t;

	handle(SIGUSR1, count_signal, 0);
	t = start(wait_with_deadline, &number[0]);
	for (int i = 0; i < 5; i++) {
		wait_asleep(&number[0]);
		CHECK_EQ(pthread_kill(t, SIGUSR1), 0);
		while (signals <= i)
			sched_yield();
	}
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	tickets = 1;
	CHECK_EQ(pthread_cond_broadcast(&c), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	join(t);
}

/* One place, filled and emptied in turn by several on each side. */
static int full, produced, consumed;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;

static void *produce(void *arg)
{
	(void)arg;
	for (int i = 0; i < ITEMS / 2; i++) {
		CHECK_EQ(pthread_mutex_lock(&m), 0);
		while (full)
			CHECK_EQ(pthread_cond_wait(&change, &m), 0);
		full = 1;
		produced++;
		CHECK_EQ(pthread_cond_signal(&c), 0);
		CHECK_EQ(pthread_mutex_unlock(&m), 0);
	}
	return NULL;
}

static void *consume(void *arg)
{
	(void)arg;
	for (int i = 0; i < ITEMS / 2; i++) {
		CHECK_EQ(pthread_mutex_lock(&m), 0);
		while (!full)
			CHECK_EQ(pthread_cond_wait(&c, &m), 0);
		full = 0;
		consumed++;
		CHECK_EQ(pthread_mutex_unlock(&m), 0);
		CHECK_EQ(pthread_cond_signal(&change), 0);
	}
	return NULL;
}

CASE(nothing_is_lost, .timeout = 90)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		t[i] = start(i % 2 ? produce : consume, NULL);
	for (int i = 0; i < 4; i++)
		join(t[i]);
	CHECK_EQ(produced, ITEMS);
	CHECK_EQ(consumed, ITEMS);
}

/* The one who waits frees the variable as soon as he has seen the change. */
struct order {
	pthread_mutex_t m;
	pthread_cond_t c;
	int done;
};

static void *do_order(void *arg)
{
	struct order *o = arg;

	CHECK_EQ(pthread_mutex_lock(&o->m), 0);
	o->done = 1;
	CHECK_EQ(pthread_cond_broadcast(&o->c), 0);
	CHECK_EQ(pthread_mutex_unlock(&o->m), 0);
	return NULL;
}

static void *await_order(void *arg)
{
	struct order *o = arg;

	CHECK_EQ(pthread_mutex_lock(&o->m), 0);
	while (!o->done)
		CHECK_EQ(pthread_cond_wait(&o->c, &o->m), 0);
	CHECK_EQ(pthread_mutex_unlock(&o->m), 0);
	return NULL;
}

CASE(destroyed_at_once, .timeout = 60)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct order *o = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		pthread_t t[3];

		pthread_mutex_init(&o->m, NULL);
		pthread_cond_init(&o->c, NULL);
		t[0] = start(await_order, o);
		t[1] = start(await_order, o);
		t[2] = start(do_order, o);
		CHECK_EQ(pthread_mutex_lock(&o->m), 0);
		while (!o->done)
			CHECK_EQ(pthread_cond_wait(&o->c, &o->m), 0);
		CHECK_EQ(pthread_cond_broadcast(&o->c), 0);
		CHECK_EQ(pthread_mutex_unlock(&o->m), 0);
		for (int j = 0; j < 3; j++)
			join(t[j]);
		CHECK_EQ(pthread_cond_destroy(&o->c), 0);
		CHECK_EQ(munmap(o, PAGE), 0);
	}
}

CASE(shared_between_processes)
{
	struct order *o = shared_page();
	pthread_condattr_t attr;
	int pid;

	make_mutex(&o->m, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_SHARED);
	CHECK_EQ(pthread_condattr_init(&attr), 0);
	CHECK_EQ(pthread_condattr_setpshared(&attr, 77), EINVAL);
	CHECK_EQ(pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED), 0);
	CHECK_EQ(pthread_cond_init(&o->c, &attr), 0);
	CHILD(pid) {
		await_order(o);
	}
	tap_wait_blocked(pid);
	do_order(o);
	CHECK_EQ(reap(pid), EXITED(0));
}

static pthread_barrier_t *barrier;
static int serial[ROUNDS], arrived[ROUNDS];

static void *many_rounds(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		__atomic_add_fetch(&arrived[i], 1, __ATOMIC_SEQ_CST);
		int r = pthread_barrier_wait(barrier);
		CHECK_EQ(__atomic_load_n(&arrived[i], __ATOMIC_SEQ_CST), PARTIES);
		if (r == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&serial[i], 1, __ATOMIC_SEQ_CST);
		else
			CHECK_EQ(r, 0);
	}
	return NULL;
}

CASE(barrier_rounds, .timeout = 40)
{
	pthread_barrier_t b;
	pthread_t t[PARTIES];

	barrier = &b;
	CHECK_EQ(pthread_barrier_init(&b, NULL, PARTIES), 0);
	for (int i = 0; i < PARTIES; i++)
		t[i] = start(many_rounds, NULL);
	for (int i = 0; i < PARTIES; i++)
		join(t[i]);
	for (int i = 0; i < ROUNDS; i++)
		CHECK_EQ(serial[i], 1);
	CHECK_EQ(pthread_barrier_destroy(&b), 0);
}

CASE(barrier_of_one)
{
	pthread_barrier_t b;

	CHECK_EQ(pthread_barrier_init(&b, NULL, 0), EINVAL);
	CHECK_EQ(pthread_barrier_init(&b, NULL, 1), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_barrier_wait(&b), PTHREAD_BARRIER_SERIAL_THREAD);
	CHECK_EQ(pthread_barrier_destroy(&b), 0);
}

static void *meet_and_destroy(void *arg)
{
	pthread_barrier_t *b = arg;

	if (pthread_barrier_wait(b) == PTHREAD_BARRIER_SERIAL_THREAD) {
		CHECK_EQ(pthread_barrier_destroy(b), 0);
		CHECK_EQ(munmap(b, PAGE), 0);
	}
	return NULL;
}

CASE(barrier_is_destroyed_by_who_comes_out, .timeout = 60)
{
	pthread_t t[PARTIES];

	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_t *b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK_EQ(pthread_barrier_init(b, NULL, PARTIES), 0);
		for (int j = 0; j < PARTIES; j++)
			t[j] = start(meet_and_destroy, b);
		for (int j = 0; j < PARTIES; j++)
			join(t[j]);
	}
}

CASE(barrier_between_processes)
{
	pthread_barrierattr_t attr;
	int pid[PARTIES], serials = 0;

	barrier = shared_page();
	CHECK_EQ(pthread_barrierattr_init(&attr), 0);
	CHECK_EQ(pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED), 0);
	CHECK_EQ(pthread_barrier_init(barrier, &attr, PARTIES), 0);
	for (int i = 0; i < PARTIES; i++)
		CHILD(pid[i]) {
			_exit(pthread_barrier_wait(barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
		}
	for (int i = 0; i < PARTIES; i++)
		serials += reap(pid[i]) == EXITED(1);
	CHECK_EQ(serials, 1);
}
