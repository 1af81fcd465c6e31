// SPDX-License-Identifier: MIT
/*
 * rwlock: many readers or one writer.
 *
 * Promise   A thread that reads may read again, whoever waits: readers come before writers, as in glibc. The writer is
 *           told (EDEADLK) that he would wait for himself.
 * How       One word: the number of readers, or WRITER, and a bit while somebody may sleep. Who sets the word to zero
 *           wakes all, and they try again: with two kinds of waiters there is no telling whom one wake would find.
 * Linux     futex(2); pthread_rwlock_rdlock(3p), pthread_rwlock_wrlock(3p)
 */
#include "user/libc/thread.h"

#define SLEEPERS 0x80000000u
#define HELD 0x7fffffffu /* the mask of the number, */
#define WRITER HELD	 /* and its highest value */

/* Changes the word when it is still `old`; otherwise `old` is what it is now. */
static bool change(pthread_rwlock_t *l, unsigned *old, unsigned new)
{
	return __atomic_compare_exchange_n(&l->state, old, new, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static int try_to_read(pthread_rwlock_t *l)
{
	unsigned old = load(&l->state);

	do {
		if ((old & HELD) == WRITER)
			return EBUSY;
		if ((old & HELD) == WRITER - 1)
			return EAGAIN;
	} while (!change(l, &old, old + 1));
	return 0;
}

static int try_to_write(pthread_rwlock_t *l)
{
	unsigned old = load(&l->state);

	do {
		if (old & HELD)
			return EBUSY;
	} while (!change(l, &old, old | WRITER));
	__atomic_store_n(&l->writer, __thread_id(), __ATOMIC_RELAXED);
	return 0;
}

typedef int try_fn(pthread_rwlock_t *l);

static int lock(pthread_rwlock_t *l, try_fn *try, const struct timespec *deadline)
{
	int err;

	while ((err = try(l)) == EBUSY) {
		if (__atomic_load_n(&l->writer, __ATOMIC_RELAXED) == __thread_id())
			return EDEADLK;
		if (__check_deadline(CLOCK_REALTIME, deadline))
			return EINVAL;
		unsigned old = load(&l->state);
		if (!(old & HELD) || (!(old & SLEEPERS) && !change(l, &old, old | SLEEPERS)))
			continue;
		if (try == try_to_read && (old & HELD) != WRITER)
			continue;
		if (__futex_wait(&l->state, old | SLEEPERS, l->attr.shared, CLOCK_REALTIME, deadline) == -ETIMEDOUT)
			return ETIMEDOUT;
	}
	return err;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
	return lock(l, try_to_read, NULL);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *deadline)
{
	return lock(l, try_to_read, deadline);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
	return try_to_read(l);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
	return lock(l, try_to_write, NULL);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *deadline)
{
	return lock(l, try_to_write, deadline);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
	return try_to_write(l);
}

int pthread_rwlock_unlock(pthread_rwlock_t *l)
{
	unsigned old = load(&l->state), new;
	bool shared = l->attr.shared; /* whoever gets it may destroy it */

	if ((old & HELD) == WRITER)
		__atomic_store_n(&l->writer, 0, __ATOMIC_RELAXED);
	do {
		unsigned held = old & HELD;
		new = held == WRITER || held == 1 ? 0 : old - 1;
	} while (!change(l, &old, new));
	if (!new && (old & SLEEPERS))
		__futex_wake(&l->state, EVERYBODY, shared);
	return 0;
}

int pthread_rwlock_init(pthread_rwlock_t *l, const pthread_rwlockattr_t *attr)
{
	*l = (pthread_rwlock_t){ .attr = attr ? *attr : (pthread_rwlockattr_t){ 0 } };
	return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *l)
{
	(void)l;
	return 0;
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attr)
{
	*attr = (pthread_rwlockattr_t){ 0 };
	return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attr, int shared)
{
	if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
		return EINVAL;
	attr->shared = shared;
	return 0;
}

int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *attr, int *shared)
{
	*shared = attr->shared;
	return 0;
}
