// SPDX-License-Identifier: MIT
/*
 * barrier: threads wait for one another until there are enough of them.
 *
 * Promise   One of each round is told that it is the one (PTHREAD_BARRIER_SERIAL_THREAD); any number of rounds, and of
 *           threads. Whoever comes back may destroy the barrier: that waits until the others are out of it.
 * How       The number of the round and of those who have arrived are one 64-bit word, which changes in one step:
 *           otherwise a thread of the next round could arrive between the two changes that end this one. The lower
 *           half is the futex.
 * Linux     futex(2); pthread_barrier_wait(3p)
 */
#include "user/libc/thread.h"

#define ONE_ARRIVED (1ul << 32)
enum { ARRIVED_SHIFT = 32 };

int pthread_barrier_wait(pthread_barrier_t *b)
{
	bool shared = b->attr.shared, last;
	unsigned *number = (unsigned *)&b->round;

	__enter(&b->inside);
	unsigned long old = load(&b->round), new;
	do {
		last = (old >> ARRIVED_SHIFT) + 1 == b->count;
		new = last ? (unsigned)(old + 1) : old + ONE_ARRIVED;
	} while (!__atomic_compare_exchange_n(&b->round, &old, new, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	if (last)
		__futex_wake(number, EVERYBODY, shared);
	else
		while (load(number) == (unsigned)old)
			__futex_wait(number, (unsigned)old, shared, CLOCK_REALTIME, NULL);
	__leave(&b->inside, shared);
	return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

int pthread_barrier_init(pthread_barrier_t *b, const pthread_barrierattr_t *attr, unsigned count)
{
	if (count == 0 || count > INT_MAX)
		return EINVAL;
	*b = (pthread_barrier_t){ .count = count, .attr = attr ? *attr : (pthread_barrierattr_t){ 0 } };
	return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *b)
{
	__wait_until_left(&b->inside, b->attr.shared);
	return 0;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attr)
{
	*attr = (pthread_barrierattr_t){ 0 };
	return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_barrierattr_setpshared(pthread_barrierattr_t *attr, int shared)
{
	if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
		return EINVAL;
	attr->shared = shared;
	return 0;
}

int pthread_barrierattr_getpshared(const pthread_barrierattr_t *attr, int *shared)
{
	*shared = attr->shared;
	return 0;
}
