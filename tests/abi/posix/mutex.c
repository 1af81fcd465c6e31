// SPDX-License-Identifier: MIT
/*
 * posix/mutex: mutexes of the four kinds, and read-write locks.
 *
 * Promise   exclusion under contention, what each kind answers to its owner and to others, deadlines, mutexes in
 *           memory shared by processes
 * Linux     pthread_mutex_lock(3p), pthread_mutex_timedlock(3p), pthread_rwlock_rdlock(3p)
 */
#include "tests/abi/posix/posix.h"

enum { RIVALS = 8, TURNS = 600, READERS = 5 };

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;

struct rivalry {
	pthread_mutex_t *m;
	long sum;
};

static void *take_turns(void *arg)
{
	struct rivalry *r = arg;

	for (int i = 0; i < TURNS; i++) {
		CHECK_EQ(pthread_mutex_lock(r->m), 0);
		long was = *(volatile long *)&r->sum;
		if (i % 64 == 0)
			sched_yield();
		*(volatile long *)&r->sum = was + 1;
		CHECK_EQ(pthread_mutex_unlock(r->m), 0);
	}
	return NULL;
}

static void contend(pthread_mutex_t *m)
{
	struct rivalry r = {.m = m};
	pthread_t t[RIVALS];

	for (int i = 0; i < RIVALS; i++)
		t[i] = start(take_turns, &r);
	for (int i = 0; i < RIVALS; i++)
		join(t[i]);
	CHECK_EQ(r.sum, RIVALS * TURNS);
	CHECK_EQ(pthread_mutex_destroy(m), 0);
}

CASE(one_at_a_time, .timeout = 40)
{
	contend(&plain);
}

CASE(one_at_a_time_of_each_kind, .timeout = 90)
{
	static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK};
	pthread_mutex_t m;

	for (int i = 0; i < 3; i++)
		contend(make_mutex(&m, types[i], PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE));
}

CASE(one_at_a_time_robust_and_shared, .timeout = 60)
{
	pthread_mutex_t m;

	contend(make_mutex(&m, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE));
	contend(make_mutex(&m, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_SHARED));
}

static void *try_it(void *m)
{
	int err = pthread_mutex_trylock(m);

	if (!err)
		CHECK_EQ(pthread_mutex_unlock(m), 0);
	return (void *)(long)err;
}

static void *unlock_it(void *m)
{
	return (void *)(long)pthread_mutex_unlock(m);
}

CASE(try_does_not_wait)
{
	CHECK_EQ(join(start(try_it, &plain)), 0);
	CHECK_EQ(pthread_mutex_lock(&plain), 0);
	CHECK_EQ(pthread_mutex_trylock(&plain), EBUSY);
	CHECK_EQ(join(start(try_it, &plain)), EBUSY);
	CHECK_EQ(pthread_mutex_unlock(&plain), 0);
	CHECK_EQ(join(start(try_it, &plain)), 0);
}

CASE(recursive_counts)
{
	pthread_mutex_t m;

	make_mutex(&m, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
	for (int i = 0; i < 10; i++)
		CHECK_EQ(i % 2 ? pthread_mutex_trylock(&m) : pthread_mutex_lock(&m), 0);
	for (int i = 0; i < 10; i++) {
		CHECK_EQ(join(start(try_it, &m)), EBUSY);
		CHECK_EQ(join(start(unlock_it, &m)), EPERM);
		CHECK_EQ(pthread_mutex_unlock(&m), 0);
	}
	CHECK_EQ(join(start(try_it, &m)), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), EPERM);
}

CASE(error_checking_refuses)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, LONG_MS);
	pthread_mutex_t m;

	make_mutex(&m, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
	CHECK_EQ(pthread_mutex_unlock(&m), EPERM);
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	CHECK_EQ(pthread_mutex_lock(&m), EDEADLK);
	CHECK_EQ(pthread_mutex_timedlock(&m, &soon), EDEADLK);
	CHECK_EQ(pthread_mutex_trylock(&m), EBUSY);
	CHECK_EQ(join(start(unlock_it, &m)), EPERM);
	CHECK_EQ(join(start(try_it, &m)), EBUSY);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(join(start(try_it, &m)), 0);
}

static void *time_out(void *m)
{
	struct timespec at = in_ms(CLOCK_REALTIME, SHORT_MS), past = {0}, wrong = {.tv_nsec = 1000000000};
	int64_t begin = now_ns(CLOCK_REALTIME);

	CHECK_EQ(pthread_mutex_timedlock(m, &at), ETIMEDOUT);
	CHECK(now_ns(CLOCK_REALTIME) - begin >= SHORT_MS * NS_PER_MS);
	CHECK_EQ(pthread_mutex_timedlock(m, &past), ETIMEDOUT);
	past.tv_sec = -1;
	CHECK_EQ(pthread_mutex_timedlock(m, &past), ETIMEDOUT);
	CHECK_EQ(pthread_mutex_timedlock(m, &wrong), EINVAL);
	return NULL;
}

CASE(waiting_with_a_deadline)
{
	struct timespec past = {0};

	CHECK_EQ(pthread_mutex_timedlock(&plain, &past), 0);
	join(start(time_out, &plain));
	CHECK_EQ(pthread_mutex_unlock(&plain), 0);
	CHECK_EQ(join(start(try_it, &plain)), 0);
}

static int sleeper;

static void *lock_in_time(void *m)
{
	struct timespec at = in_ms(CLOCK_REALTIME, LONG_MS);

	say_number(&sleeper);
	CHECK_EQ(pthread_mutex_timedlock(m, &at), 0);
	CHECK_EQ(pthread_mutex_unlock(m), 0);
	return NULL;
}

CASE(unlock_wakes_who_has_a_deadline)
{
	pthread_t t;

	CHECK_EQ(pthread_mutex_lock(&plain), 0);
	t = start(lock_in_time, &plain);
	wait_asleep(&sleeper);
	CHECK_EQ(pthread_mutex_unlock(&plain), 0);
	join(t);
}

CASE(signals_do_not_end_the_wait)
{
	pthread_t t;

	handle(SIGUSR1, count_signal, 0);
	CHECK_EQ(pthread_mutex_lock(&plain), 0);
	sleeper = 0;
	t = start(lock_in_time, &plain);
	for (int i = 0; i < 5; i++) {
		wait_asleep(&sleeper);
		CHECK_EQ(pthread_kill(t, SIGUSR1), 0);
		while (signals <= i)
			sched_yield();
	}
	CHECK_EQ(pthread_mutex_unlock(&plain), 0);
	join(t);
	CHECK_EQ(signals, 5);
}

CASE(busy_ones_are_not_destroyed)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	not_with("musl", "does not look");
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	CHECK_EQ(pthread_mutex_destroy(&m), EBUSY);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_mutex_destroy(&m), 0);
}

CASE(kinds_are_checked)
{
	pthread_mutexattr_t attr;
	int value;

	CHECK_EQ(pthread_mutexattr_init(&attr), 0);
	CHECK_EQ(pthread_mutexattr_gettype(&attr, &value), 0);
	CHECK_EQ(value, PTHREAD_MUTEX_DEFAULT);
	CHECK_EQ(pthread_mutexattr_settype(&attr, 99), EINVAL);
	CHECK_EQ(pthread_mutexattr_setrobust(&attr, 99), EINVAL);
	CHECK_EQ(pthread_mutexattr_setpshared(&attr, 99), EINVAL);
	CHECK_EQ(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST), 0);
	CHECK_EQ(pthread_mutexattr_getrobust(&attr, &value), 0);
	CHECK_EQ(value, PTHREAD_MUTEX_ROBUST);
	CHECK_EQ(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED), 0);
	CHECK_EQ(pthread_mutexattr_getpshared(&attr, &value), 0);
	CHECK_EQ(value, PTHREAD_PROCESS_SHARED);
	CHECK_EQ(pthread_mutexattr_destroy(&attr), 0);
}

CASE(shared_between_processes, .timeout = 40)
{
	struct shared {
		pthread_mutex_t m;
		struct rivalry r;
	} *s = shared_page();
	int pid[RIVALS / 2];

	make_mutex(&s->m, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_SHARED);
	s->r.m = &s->m;
	for (int i = 0; i < RIVALS / 2; i++)
		CHILD(pid[i]) {
			take_turns(&s->r);
		}
	for (int i = 0; i < RIVALS / 2; i++)
		CHECK_EQ(reap(pid[i]), EXITED(0));
	CHECK_EQ(s->r.sum, RIVALS / 2 * TURNS);
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;

static void *try_to_read(void *arg)
{
	int err = pthread_rwlock_tryrdlock(&rw);

	(void)arg;
	if (!err)
		CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	return (void *)(long)err;
}

static void *try_to_write(void *arg)
{
	int err = pthread_rwlock_trywrlock(&rw);

	(void)arg;
	if (!err)
		CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	return (void *)(long)err;
}

CASE(rw_readers_share_and_exclude_writers)
{
	CHECK_EQ(pthread_rwlock_rdlock(&rw), 0);
	CHECK_EQ(pthread_rwlock_rdlock(&rw), 0);
	CHECK_EQ(join(start(try_to_read, NULL)), 0);
	CHECK_EQ(join(start(try_to_write, NULL)), EBUSY);
	CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	CHECK_EQ(join(start(try_to_write, NULL)), EBUSY);
	CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	CHECK_EQ(join(start(try_to_write, NULL)), 0);
}

CASE(rw_writer_excludes_all)
{
	CHECK_EQ(pthread_rwlock_wrlock(&rw), 0);
	CHECK_EQ(join(start(try_to_read, NULL)), EBUSY);
	CHECK_EQ(join(start(try_to_write, NULL)), EBUSY);
	CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	CHECK_EQ(join(start(try_to_read, NULL)), 0);
}

static void *rw_times_out(void *arg)
{
	struct timespec at = in_ms(CLOCK_REALTIME, SHORT_MS), wrong = {.tv_nsec = -1};

	(void)arg;
	CHECK_EQ(pthread_rwlock_timedrdlock(&rw, &at), ETIMEDOUT);
	CHECK_EQ(pthread_rwlock_timedwrlock(&rw, &at), ETIMEDOUT);
	CHECK_EQ(pthread_rwlock_timedwrlock(&rw, &wrong), EINVAL);
	return NULL;
}

CASE(rw_waiting_with_a_deadline)
{
	CHECK_EQ(pthread_rwlock_wrlock(&rw), 0);
	join(start(rw_times_out, NULL));
	CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	CHECK_EQ(join(start(try_to_write, NULL)), 0);
}

static int woken[READERS];

static void *read_once(void *number)
{
	say_number(number);
	CHECK_EQ(pthread_rwlock_rdlock(&rw), 0);
	CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	return NULL;
}

CASE(rw_end_of_writing_wakes_all_readers)
{
	pthread_t t[READERS];

	CHECK_EQ(pthread_rwlock_wrlock(&rw), 0);
	for (int i = 0; i < READERS; i++)
		t[i] = start(read_once, &woken[i]);
	for (int i = 0; i < READERS; i++)
		wait_asleep(&woken[i]);
	CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	for (int i = 0; i < READERS; i++)
		join(t[i]);
}

static long first, second;

static void *read_or_write(void *arg)
{
	for (int i = 0; i < TURNS; i++) {
		if ((i + (long)arg) % 4 == 0) {
			CHECK_EQ(pthread_rwlock_wrlock(&rw), 0);
			first++;
			if (i % 64 == 0)
				sched_yield();
			second++;
		} else {
			CHECK_EQ(pthread_rwlock_rdlock(&rw), 0);
			CHECK_EQ(first, second);
		}
		CHECK_EQ(pthread_rwlock_unlock(&rw), 0);
	}
	return NULL;
}

CASE(rw_under_contention, .timeout = 60)
{
	pthread_t t[RIVALS];

	for (long i = 0; i < RIVALS; i++)
		t[i] = start(read_or_write, (void *)i);
	for (int i = 0; i < RIVALS; i++)
		join(t[i]);
	CHECK_EQ(first, RIVALS * TURNS / 4);
	CHECK_EQ(second, first);
	CHECK_EQ(pthread_rwlock_destroy(&rw), 0);
}
