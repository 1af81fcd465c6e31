// SPDX-License-Identifier: MIT
/*
 * posix/robust: mutexes whose owner dies.
 *
 * Promise   the next owner is told, whether he waits or comes later, whether a thread or a whole process has died;
 *           what is not made consistent is lost to all
 * Linux     pthread_mutexattr_setrobust(3), pthread_mutex_consistent(3), get_robust_list(2)
 */
#include "tests/abi/posix/posix.h"

enum { MANY = 30, WAITERS = 4, ROUNDS = 20, COUNTS = 100 };

static pthread_mutex_t m;
static int sleeper;

static void make(int type)
{
	make_mutex(&m, type, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE);
}

static void *lock_and_die(void *mutex)
{
	CHECK_EQ(pthread_mutex_lock(mutex), 0);
	return NULL;
}

CASE(next_owner_is_told)
{
	make(PTHREAD_MUTEX_NORMAL);
	join(start(lock_and_die, &m));
	CHECK_EQ(pthread_mutex_lock(&m), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_trylock(&m), EBUSY);
	CHECK_EQ(pthread_mutex_consistent(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
}

CASE(who_tries_is_told)
{
	struct timespec at = in_ms(CLOCK_REALTIME, LONG_MS);

	make(PTHREAD_MUTEX_NORMAL);
	join(start(lock_and_die, &m));
	CHECK_EQ(pthread_mutex_trylock(&m), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	join(start(lock_and_die, &m));
	CHECK_EQ(pthread_mutex_timedlock(&m, &at), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
}

CASE(left_inconsistent_it_is_lost)
{
	make(PTHREAD_MUTEX_NORMAL);
	join(start(lock_and_die, &m));
	CHECK_EQ(pthread_mutex_lock(&m), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_mutex_lock(&m), ENOTRECOVERABLE);
	CHECK_EQ(pthread_mutex_trylock(&m), ENOTRECOVERABLE);
	CHECK_EQ(pthread_mutex_destroy(&m), 0);
}

CASE(second_death_is_told_again)
{
	make(PTHREAD_MUTEX_NORMAL);
	for (int i = 0; i < 3; i++) {
		join(start(lock_and_die, &m));
		CHECK_EQ(pthread_mutex_lock(&m), EOWNERDEAD);
		CHECK_EQ(pthread_mutex_consistent(&m), 0);
		CHECK_EQ(pthread_mutex_unlock(&m), 0);
	}
}

static void *inherit_and_die(void *mutex)
{
	CHECK_EQ(pthread_mutex_lock(mutex), EOWNERDEAD);
	return NULL;
}

CASE(who_was_told_dies_too)
{
	make(PTHREAD_MUTEX_NORMAL);
	join(start(lock_and_die, &m));
	join(start(inherit_and_die, &m));
	join(start(inherit_and_die, &m));
	CHECK_EQ(pthread_mutex_lock(&m), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
}

CASE(only_the_new_owner_makes_it_consistent)
{
	make(PTHREAD_MUTEX_NORMAL);
	CHECK_EQ(pthread_mutex_consistent(&m), EINVAL);
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	CHECK_EQ(pthread_mutex_consistent(&m), EINVAL);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), EPERM);
}

static void *lock_twice_and_die(void *mutex)
{
	CHECK_EQ(pthread_mutex_lock(mutex), 0);
	CHECK_EQ(pthread_mutex_lock(mutex), 0);
	return NULL;
}

CASE(count_of_the_dead_is_forgotten)
{
	make(PTHREAD_MUTEX_RECURSIVE);
	join(start(lock_twice_and_die, &m));
	CHECK_EQ(pthread_mutex_lock(&m), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), EPERM);
}

static void *hold_until_posted(void *arg)
{
	sem_t *sem = arg;

	CHECK_EQ(pthread_mutex_lock(&m), 0);
	CHECK_EQ(sem_post(&sem[0]), 0);
	CHECK_EQ(sem_wait(&sem[1]), 0);
	return NULL;
}

static void *wait_for_it(void *number)
{
	int err;

	say_number(number);
	err = pthread_mutex_lock(&m);
	if (err == EOWNERDEAD)
		CHECK_EQ(pthread_mutex_consistent(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	return (void *)(long)err;
}

CASE(one_of_those_who_sleep_is_told)
{
	static sem_t sem[2];
	static int number[WAITERS];
	pthread_t owner, t[WAITERS];
	int told = 0;

	make(PTHREAD_MUTEX_NORMAL);
	CHECK_EQ(sem_init(&sem[0], 0, 0), 0);
	CHECK_EQ(sem_init(&sem[1], 0, 0), 0);
	owner = start(hold_until_posted, sem);
	CHECK_EQ(sem_wait(&sem[0]), 0);
	for (int i = 0; i < WAITERS; i++)
		t[i] = start(wait_for_it, &number[i]);
	for (int i = 0; i < WAITERS; i++)
		wait_asleep(&number[i]);
	CHECK_EQ(sem_post(&sem[1]), 0);
	for (int i = 0; i < WAITERS; i++)
		told += join(t[i]) == (void *)EOWNERDEAD;
	CHECK_EQ(told, 1);
	join(owner);
}

static void *wait_for_what_is_lost(void *number)
{
	say_number(number);
	return (void *)(long)pthread_mutex_lock(&m);
}

CASE(all_who_sleep_learn_that_it_is_lost)
{
	static int number[WAITERS];
	pthread_t t[WAITERS];

	not_with("glibc", "wakes one only");
	not_with("musl", "wakes one only");
	make(PTHREAD_MUTEX_NORMAL);
	join(start(lock_and_die, &m));
	CHECK_EQ(pthread_mutex_lock(&m), EOWNERDEAD);
	for (int i = 0; i < WAITERS; i++)
		t[i] = start(wait_for_what_is_lost, &number[i]);
	for (int i = 0; i < WAITERS; i++)
		wait_asleep(&number[i]);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(join(t[i]), ENOTRECOVERABLE);
}

struct many {
	pthread_mutex_t m[MANY];
};

static void *lock_many_and_die(void *arg)
{
	struct many *many = arg;

	for (int i = 0; i < MANY; i++)
		CHECK_EQ(pthread_mutex_lock(&many->m[i]), 0);
	for (int i = 0; i < MANY; i += 3)
		CHECK_EQ(pthread_mutex_unlock(&many->m[i]), 0);
	return NULL;
}

CASE(all_that_the_dead_held)
{
	static struct many many;

	for (int i = 0; i < MANY; i++)
		make_mutex(&many.m[i], PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE);
	join(start(lock_many_and_die, &many));
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(pthread_mutex_lock(&many.m[i]), i % 3 ? EOWNERDEAD : 0);
}

struct shared {
	pthread_mutex_t m;
	int count, check, deaths;
};

static struct shared *make_shared(void)
{
	struct shared *s = shared_page();

	make_mutex(&s->m, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_SHARED);
	return s;
}

CASE(process_dies)
{
	struct shared *s = make_shared();
	int pid;

	CHILD(pid) {
		pthread_mutex_lock(&s->m);
		_exit(3);
	}
	CHECK_EQ(reap(pid), EXITED(3));
	CHECK_EQ(pthread_mutex_lock(&s->m), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&s->m), 0);
	CHECK_EQ(pthread_mutex_unlock(&s->m), 0);
}

static void *wait_for_shared(void *arg)
{
	struct shared *s = arg;

	say_number(&sleeper);
	return (void *)(long)pthread_mutex_lock(&s->m);
}

CASE(process_is_killed_while_another_waits)
{
	struct shared *s = make_shared();
	pthread_t t;
	int pid;

	CHILD(pid) {
		pthread_mutex_lock(&s->m);
		s->count = 1;
		for (;;)
			sys(SYS_pause);
	}
	while (!__atomic_load_n(&s->count, __ATOMIC_ACQUIRE))
		sched_yield();
	t = start(wait_for_shared, s);
	wait_asleep(&sleeper);
	end_child(pid);
	CHECK_EQ(join(t), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_lock(&s->m), EOWNERDEAD);
}

/* Changes two numbers together, for ever. */
static void count_for_ever(struct shared *s)
{
	for (;;) {
		int err = pthread_mutex_lock(&s->m);
		if (err == EOWNERDEAD) {
			s->check = s->count;
			s->deaths++;
			pthread_mutex_consistent(&s->m);
		} else if (err || s->count != s->check) {
			_exit(1);
		}
		s->count++;
		s->check++;
		pthread_mutex_unlock(&s->m);
	}
}

CASE(killed_at_any_moment, .timeout = 60)
{
	struct shared *s = make_shared();
	int pid[2] = {0}, err;

	for (int round = 0; round < ROUNDS; round++) {
		int begin = __atomic_load_n(&s->count, __ATOMIC_RELAXED);
		for (int i = 0; i < 2; i++) {
			if (pid[i])
				continue;
			CHILD(pid[i]) {
				count_for_ever(s);
			}
		}
		while (__atomic_load_n(&s->count, __ATOMIC_RELAXED) - begin < COUNTS)
			sched_yield();
		end_child(pid[round % 2]);
		pid[round % 2] = 0;
	}
	end_child(pid[1 - (ROUNDS - 1) % 2]);
	err = pthread_mutex_lock(&s->m);
	CHECK(err == EOWNERDEAD || (err == 0 && s->count == s->check));
	tap_note("%d counts, told of %d deaths", s->count, s->deaths);
}
