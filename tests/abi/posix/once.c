// SPDX-License-Identifier: MIT
/*
 * posix/once: what happens once, what each thread has for itself, what is done around a fork, and cancellation.
 *
 * Promise   pthread_once under contention and when its function is cancelled; keys, their destructors and their reuse;
 *           the order of pthread_atfork handlers; a thread is cancelled where it waits, not between, and tidies up
 * Linux     pthread_once(3p), pthread_key_create(3p), pthread_atfork(3), pthread_cancel(3), pthread_cleanup_push(3)
 */
#include "tests/abi/posix/posix.h"

enum { RIVALS = 8, ROUNDS = 60, KEYS = 60 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t together;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int calls, number, tidied;

static void count_call(void)
{
	sched_yield();
	calls++;
}

static void *do_once(void *arg)
{
	pthread_once_t *o = arg;

	pthread_barrier_wait(&together);
	CHECK_EQ(pthread_once(o, count_call), 0);
	CHECK(__atomic_load_n(&calls, __ATOMIC_SEQ_CST) > 0);
	return NULL;
}

CASE(once_among_many)
{
	pthread_t t[RIVALS];

	CHECK_EQ(pthread_barrier_init(&together, NULL, RIVALS), 0);
	for (int i = 0; i < RIVALS; i++)
		t[i] = start(do_once, &once);
	for (int i = 0; i < RIVALS; i++)
		join(t[i]);
	CHECK_EQ(pthread_once(&once, count_call), 0);
	CHECK_EQ(calls, 1);
}

static void be_cancelled(void)
{
	calls++;
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

static void *once_and_cancelled(void *arg)
{
	(void)arg;
	pthread_once(&once, be_cancelled);
	return NULL;
}

CASE(once_begun_anew_after_cancellation)
{
	CHECK_EQ(join(start(once_and_cancelled, NULL)), PTHREAD_CANCELED);
	CHECK_EQ(calls, 1);
	CHECK_EQ(pthread_once(&once, count_call), 0);
	CHECK_EQ(calls, 2);
	CHECK_EQ(pthread_once(&once, count_call), 0);
	CHECK_EQ(calls, 2);
}

static pthread_key_t key, other_key;
static int destroyed;

static void destroy(void *value)
{
	CHECK_EQ(value, 7);
	CHECK_EQ(pthread_getspecific(key), 0);
	destroyed++;
}

static void *set_value(void *arg)
{
	CHECK_EQ(pthread_getspecific(key), 0);
	CHECK_EQ(pthread_setspecific(key, arg), 0);
	CHECK_EQ(pthread_getspecific(key), (long)arg);
	return NULL;
}

CASE(values_are_the_threads_own)
{
	CHECK_EQ(pthread_key_create(&key, destroy), 0);
	CHECK_EQ(pthread_setspecific(key, (void *)1), 0);
	join(start(set_value, (void *)7));
	join(start(set_value, (void *)7));
	join(start(set_value, NULL));
	CHECK_EQ(destroyed, 2);
	CHECK_EQ(pthread_getspecific(key), 1);
	CHECK_EQ(pthread_key_delete(key), 0);
}

CASE(keys_that_are_none)
{
	not_with("musl", "does not look");
	CHECK_EQ(pthread_key_create(&key, destroy), 0);
	CHECK_EQ(pthread_key_delete(key), 0);
	CHECK_EQ(pthread_key_delete(key), EINVAL);
	CHECK_EQ(pthread_key_delete(1000000), EINVAL);
	CHECK_EQ(pthread_setspecific(1000000, &key), EINVAL);
}

static void set_again(void *value)
{
	destroyed++;
	if ((long)value < 3)
		pthread_setspecific(key, (char *)value + 1);
}

static void set_other(void *value)
{
	pthread_setspecific(key, value);
}

static void *set_other_value(void *arg)
{
	CHECK_EQ(pthread_setspecific(other_key, arg), 0);
	return NULL;
}

CASE(destructors_that_set_values)
{
	CHECK_EQ(pthread_key_create(&key, set_again), 0);
	CHECK_EQ(pthread_key_create(&other_key, set_other), 0);
	join(start(set_value, (void *)1));
	CHECK_EQ(destroyed, 3);
	join(start(set_other_value, (void *)3));
	CHECK_EQ(destroyed, 4);
	CHECK_EQ(pthread_key_delete(key), 0);
	CHECK_EQ(pthread_key_delete(other_key), 0);
}

CASE(new_key_has_no_old_value)
{
	for (int i = 0; i < ROUNDS; i++) {
		CHECK_EQ(pthread_key_create(&key, NULL), 0);
		CHECK_EQ(pthread_getspecific(key), 0);
		CHECK_EQ(pthread_setspecific(key, &key), 0);
		CHECK_EQ(pthread_key_delete(key), 0);
	}
}

CASE(many_keys)
{
	pthread_key_t keys[KEYS];

	for (long i = 0; i < KEYS; i++) {
		CHECK_EQ(pthread_key_create(&keys[i], NULL), 0);
		CHECK_EQ(pthread_setspecific(keys[i], (void *)i), 0);
	}
	for (long i = 0; i < KEYS; i++)
		CHECK_EQ(pthread_getspecific(keys[i]), i);
	for (int i = 0; i < KEYS; i++)
		CHECK_EQ(pthread_key_delete(keys[i]), 0);
}

static char order[16];

static void note(const char *what)
{
	strcat(order, what);
}

static void prepare_1(void) { note("a"); }
static void prepare_2(void) { note("b"); }
static void parent_1(void) { note("c"); }
static void parent_2(void) { note("d"); }
static void child_1(void) { note("e"); }
static void child_2(void) { note("f"); }

CASE(handlers_around_fork)
{
	int pid;

	CHECK_EQ(pthread_atfork(prepare_1, parent_1, child_1), 0);
	CHECK_EQ(pthread_atfork(NULL, NULL, NULL), 0);
	CHECK_EQ(pthread_atfork(prepare_2, parent_2, child_2), 0);
	CHILD(pid) {
		CHECK_STR(order, "baef");
	}
	CHECK_STR(order, "bacd");
	CHECK_EQ(reap(pid), EXITED(0));
}

static void tidy(void *arg)
{
	tidied = tidied * 10 + (int)(long)arg;
}

static void *test_for_ever(void *arg)
{
	say_number(arg);
	for (;;) {
		pthread_testcancel();
		sched_yield();
	}
	return NULL;
}

static void *tidy_up(void *arg)
{
	(void)arg;
	pthread_cleanup_push(tidy, (void *)1);
	pthread_cleanup_push(tidy, (void *)2);
	pthread_cleanup_push(tidy, (void *)3);
	pthread_cleanup_pop(1);
	test_for_ever(&number);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

CASE(cancelled_thread_tidies_up)
{
	pthread_t t = start(tidy_up, NULL);

	CHECK_EQ(pthread_cancel(t), 0);
	CHECK_EQ(join(t), PTHREAD_CANCELED);
	CHECK_EQ(tidied, 321);
}

static void *wait_for_sem(void *arg)
{
	static sem_t sem;

	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	say_number(arg);
	sem_wait(&sem);
	return NULL;
}

static void *join_for_ever(void *arg)
{
	static pthread_t t;

	t = start(wait_for_sem, &tidied);
	say_number(arg);
	pthread_join(t, NULL);
	return NULL;
}

static void unlock(void *arg)
{
	CHECK_EQ(pthread_mutex_unlock(arg), 0);
	tidied = 1;
}

static void *wait_for_cond(void *arg)
{
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	pthread_cleanup_push(unlock, &m);
	say_number(arg);
	for (;;)
		pthread_cond_wait(&c, &m);
	pthread_cleanup_pop(1);
	return NULL;
}

static void cancel_asleep(void *(*fn)(void *))
{
	pthread_t t;

	number = 0;
	t = start(fn, &number);
	wait_asleep(&number);
	CHECK_EQ(pthread_cancel(t), 0);
	CHECK_EQ(join(t), PTHREAD_CANCELED);
}

CASE(cancelled_in_a_semaphore)
{
	cancel_asleep(wait_for_sem);
}

CASE(cancelled_while_joining)
{
	cancel_asleep(join_for_ever);
}

CASE(cancelled_in_a_condition_owns_the_mutex)
{
	cancel_asleep(wait_for_cond);
	CHECK_EQ(tidied, 1);
	CHECK_EQ(pthread_mutex_trylock(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_cond_destroy(&c), 0);
}

CASE(cancelled_at_any_moment, .timeout = 60)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_t t = start(i % 2 ? wait_for_cond : wait_for_sem, &number);
		for (int j = i % 7; j > 0; j--)
			sched_yield();
		CHECK_EQ(pthread_cancel(t), 0);
		CHECK_EQ(join(t), PTHREAD_CANCELED);
	}
}

static void *refuse_and_allow(void *arg)
{
	int old;

	CHECK_EQ(pthread_setcancelstate(77, NULL), EINVAL);
	CHECK_EQ(pthread_setcanceltype(77, NULL), EINVAL);
	CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old), 0);
	CHECK_EQ(old, PTHREAD_CANCEL_ENABLE);
	CHECK_EQ(sem_post(&((sem_t *)arg)[0]), 0);
	CHECK_EQ(sem_wait(&((sem_t *)arg)[1]), 0);
	pthread_testcancel();
	tidied = 5;
	CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old), 0);
	CHECK_EQ(old, PTHREAD_CANCEL_DISABLE);
	pthread_testcancel();
	tidied = 6;
	return NULL;
}

CASE(cancellation_waits_until_it_is_allowed)
{
	sem_t sem[2];
	pthread_t t;

	CHECK_EQ(sem_init(&sem[0], 0, 0), 0);
	CHECK_EQ(sem_init(&sem[1], 0, 0), 0);
	t = start(refuse_and_allow, sem);
	CHECK_EQ(sem_wait(&sem[0]), 0);
	CHECK_EQ(pthread_cancel(t), 0);
	CHECK_EQ(sem_post(&sem[1]), 0);
	CHECK_EQ(join(t), PTHREAD_CANCELED);
	CHECK_EQ(tidied, 5);
}

static void *spin(void *arg)
{
	int old;

	CHECK_EQ(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old), 0);
	CHECK_EQ(old, PTHREAD_CANCEL_DEFERRED);
	say_number(arg);
	for (;;)
		;
	return NULL;
}

CASE(asynchronous_cancellation_needs_no_point)
{
	pthread_t t = start(spin, &number);

	while (!__atomic_load_n(&number, __ATOMIC_ACQUIRE))
		sched_yield();
	CHECK_EQ(pthread_cancel(t), 0);
	CHECK_EQ(join(t), PTHREAD_CANCELED);
}

static void *end_at_once(void *arg)
{
	return arg;
}

CASE(cancelling_who_has_ended)
{
	pthread_t t = start(end_at_once, (void *)4);

	while (number_of_threads() > 1)
		sched_yield();
	CHECK_EQ(pthread_cancel(t), 0);
	CHECK_EQ(join(t), 4);
}
