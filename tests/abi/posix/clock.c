// SPDX-License-Identifier: MIT
/*
 * posix/clock: waits with a deadline on a clock of the caller's choice, which musl does not have.
 *
 * Promise   the two clocks that can be waited for, and the error for others
 * Linux     pthread_mutex_clocklock(3p), pthread_cond_clockwait(3p), sem_clockwait(3)
 */
#include "tests/abi/posix/posix.h"

static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC};
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static sem_t sem;

static void *lock_until_late(void *arg)
{
	clockid_t clock = *(clockid_t *)arg;
	struct timespec at = in_ms(clock, SHORT_MS);

	CHECK_EQ(pthread_mutex_clocklock(&m, clock, &at), ETIMEDOUT);
	CHECK(now_ns(clock) >= at.tv_sec * 1000000000LL + at.tv_nsec);
	return NULL;
}

CASE(mutex)
{
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	for (int i = 0; i < 2; i++)
		join(start(lock_until_late, (void *)&clocks[i]));
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
}

CASE(condition)
{
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	for (int i = 0; i < 2; i++) {
		struct timespec at = in_ms(clocks[i], SHORT_MS);
		int err;

		while ((err = pthread_cond_clockwait(&c, &m, clocks[i], &at)) == 0)
			;
		CHECK_EQ(err, ETIMEDOUT);
		CHECK(now_ns(clocks[i]) >= at.tv_sec * 1000000000LL + at.tv_nsec);
		CHECK_EQ(pthread_cond_clockwait(&c, &m, CLOCK_PROCESS_CPUTIME_ID, &at), EINVAL);
	}
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
}

CASE(semaphore)
{
	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	for (int i = 0; i < 2; i++) {
		struct timespec at = in_ms(clocks[i], SHORT_MS);

		CHECK_ERR(sem_clockwait(&sem, clocks[i], &at), ETIMEDOUT);
		CHECK(now_ns(clocks[i]) >= at.tv_sec * 1000000000LL + at.tv_nsec);
		CHECK_ERR(sem_clockwait(&sem, CLOCK_PROCESS_CPUTIME_ID, &at), EINVAL);
	}
}
