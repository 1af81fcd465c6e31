// SPDX-License-Identifier: MIT
/*
 * sem: semaphores in memory.
 *
 * Promise   A post or a wait that need not sleep is one atomic step. Whoever has been let through may destroy the
 *           semaphore: the poster does not touch it any more.
 * How       Value and number of waiters are the halves of one word. A post adds one and learns in the same step whether
 *           somebody waits; if it read the number before or after, it could miss one, or read freed memory. The
 *           lower half is the futex.
 * Linux     futex(2); sem_post(3), sem_wait(3), sem_init(3), sem_overview(7); the named ones are in sem_named.c
 */
#include <semaphore.h>
#include "user/libc/thread.h"

#define ONE_WAITER (1ul << 32)
enum { SHARED = FUTEX_PRIVATE_FLAG }; /* glibc's programs turn this bit of the operation over */

static unsigned *value_of(sem_t *sem)
{
	return (unsigned *)&sem->data;
}

static bool change(sem_t *sem, unsigned long *old, unsigned long new)
{
	return __atomic_compare_exchange_n(&sem->data, old, new, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* Takes one of the value and `less` of the rest; false: it is zero. */
static bool take(sem_t *sem, unsigned long less)
{
	unsigned long old = load(&sem->data);

	do {
		if (!(unsigned)old)
			return false;
	} while (!change(sem, &old, old - 1 - less));
	return true;
}

int sem_trywait(sem_t *sem)
{
	return take(sem, 0) ? 0 : (int)ret(-EAGAIN);
}

int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *deadline)
{
	pthread_testcancel();
	if (take(sem, 0))
		return 0;
	if (__check_deadline(clock, deadline))
		return (int)ret(-EINVAL);
	__atomic_add_fetch(&sem->data, ONE_WAITER, __ATOMIC_SEQ_CST);
	while (!take(sem, ONE_WAITER)) {
		int err = __futex_wait_cancelable(value_of(sem), 0, sem->shared, clock, deadline);
		if (!err || err == -EAGAIN)
			continue;
		__atomic_sub_fetch(&sem->data, ONE_WAITER, __ATOMIC_SEQ_CST);
		if (err == -ECANCELED)
			__cancel_self();
		return (int)ret(err);
	}
	return 0;
}

int sem_timedwait(sem_t *sem, const struct timespec *deadline)
{
	return sem_clockwait(sem, CLOCK_REALTIME, deadline);
}

int sem_wait(sem_t *sem)
{
	return sem_clockwait(sem, CLOCK_REALTIME, NULL);
}

int sem_post(sem_t *sem)
{
	bool shared = sem->shared;
	unsigned long old = load(&sem->data);

	do {
		if ((unsigned)old == SEM_VALUE_MAX)
			return (int)ret(-EOVERFLOW);
	} while (!change(sem, &old, old + 1));
	if (old >= ONE_WAITER)
		__futex_wake(value_of(sem), 1, shared);
	return 0;
}

int sem_getvalue(sem_t *sem, int *value)
{
	*value = (int)load(value_of(sem));
	return 0;
}

int sem_init(sem_t *sem, int shared, unsigned value)
{
	if (value > SEM_VALUE_MAX)
		return (int)ret(-EINVAL);
	*sem = (sem_t){ .data = value, .shared = shared ? SHARED : 0 };
	return 0;
}

int sem_destroy(sem_t *sem)
{
	(void)sem;
	return 0;
}
