// SPDX-License-Identifier: MIT
/*
 * cond: waiting, with a mutex given up meanwhile, until somebody says that things have changed.
 *
 * Promise   Whoever waits when pthread_cond_signal() is called: one of them goes on; pthread_cond_broadcast(): all.
 *           More may go on than that (spurious wake-ups). Nobody waiting: no system call. The variable may be destroyed
 *           as soon as all waiters have been let go, although they are not out of it yet (futex.c, __leave()).
 * How       A futex word that each signal changes. A waiter reads it before he unlocks the mutex; a signal between the
 *           unlock and the sleep makes the kernel refuse the sleep.
 * Lost      a waiter who sleeps through exactly 2^32 signals between reading the word and sleeping
 * Linux     futex(2); pthread_cond_wait(3p), pthread_condattr_setclock(3p)
 */
#include "user/libc/thread.h"

int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock,
	const struct timespec *deadline)
{
	bool shared = c->attr.shared;

	if (__check_deadline(clock, deadline))
		return EINVAL;
	pthread_testcancel();
	__enter(&c->waiters);
	unsigned sequence = load(&c->sequence);
	int err = pthread_mutex_unlock(m);
	if (err) {
		__leave(&c->waiters, shared);
		return err;
	}
	int woken = __futex_wait_cancelable(&c->sequence, sequence, shared, clock, deadline);
	__leave(&c->waiters, shared);
	err = pthread_mutex_lock(m);
	if (woken == -ECANCELED)
		__cancel_self();
	if (err)
		return err;
	return woken == -ETIMEDOUT ? ETIMEDOUT : 0;
}

int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *deadline)
{
	return pthread_cond_clockwait(c, m, c->attr.clock, deadline);
}

int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	return pthread_cond_clockwait(c, m, CLOCK_REALTIME, NULL);
}

static int wake(pthread_cond_t *c, int count)
{
	__atomic_add_fetch(&c->sequence, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&c->waiters, __ATOMIC_SEQ_CST))
		__futex_wake(&c->sequence, count, c->attr.shared);
	return 0;
}

int pthread_cond_signal(pthread_cond_t *c)
{
	return wake(c, 1);
}

int pthread_cond_broadcast(pthread_cond_t *c)
{
	return wake(c, EVERYBODY);
}

int pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr)
{
	*c = (pthread_cond_t){ .attr = attr ? *attr : (pthread_condattr_t){ 0 } };
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *c)
{
	__wait_until_left(&c->waiters, c->attr.shared);
	return 0;
}

int pthread_condattr_init(pthread_condattr_t *attr)
{
	*attr = (pthread_condattr_t){ .clock = CLOCK_REALTIME };
	return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
	if (__check_deadline(clock, NULL))
		return EINVAL;
	attr->clock = clock;
	return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock)
{
	*clock = attr->clock;
	return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared)
{
	if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
		return EINVAL;
	attr->shared = shared;
	return 0;
}

int pthread_condattr_getpshared(const pthread_condattr_t *attr, int *shared)
{
	*shared = attr->shared;
	return 0;
}
