// SPDX-License-Identifier: MIT
/*
 * futex: waiting for a word in memory to change, which all of the thread functions are made of.
 *
 * Promise   A deadline is a time on a clock, never a duration, so that a wait that is begun again does not get longer.
 *           A deadline before the clock's zero has passed, which the kernel would refuse.
 * Lifetime  Who has been let go may destroy the object at once, although others still leave it. __leave() touches the
 *           object last by its one atomic step, and __wait_until_left() lets the destroyer wait for that.
 * Linux     futex(2)
 */
#include <time.h>
#include "user/libc/thread.h"

enum { NS_PER_S = 1000000000 };
#define DESTROYING 0x80000000u

long __cancelable_futex(unsigned *word, int op, unsigned value, unsigned long timeout, unsigned *word2, unsigned bits);
typedef long futex_fn(unsigned *, int, unsigned, unsigned long, unsigned *, unsigned);

static int wait_by(futex_fn *call, unsigned *word, unsigned value, bool shared, clockid_t clock,
	const struct timespec *deadline)
{
	int op = FUTEX_WAIT_BITSET | (shared ? 0 : FUTEX_PRIVATE_FLAG) |
		 (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);

	if (deadline && deadline->tv_sec < 0)
		return -ETIMEDOUT;
	return (int)call(word, op, value, (unsigned long)deadline, NULL, FUTEX_BITSET_MATCH_ANY);
}

int __futex_wait(unsigned *word, unsigned value, bool shared, clockid_t clock, const struct timespec *deadline)
{
	return wait_by(sys_futex, word, value, shared, clock, deadline);
}

int __futex_wait_cancelable(unsigned *word, unsigned value, bool shared, clockid_t clock,
	const struct timespec *deadline)
{
	int err = wait_by(__cancelable_futex, word, value, shared, clock, deadline);

	return err == -EINTR && __cancel_due() ? -ECANCELED : err;
}

void __futex_wake(unsigned *word, int count, bool shared)
{
	sys_futex(word, FUTEX_WAKE | (shared ? 0 : FUTEX_PRIVATE_FLAG), count, 0, NULL, 0);
}

int __check_deadline(clockid_t clock, const struct timespec *deadline)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	return deadline && (unsigned long)deadline->tv_nsec >= NS_PER_S ? EINVAL : 0;
}

void __enter(unsigned *inside)
{
	__atomic_add_fetch(inside, 1, __ATOMIC_SEQ_CST);
}

void __leave(unsigned *inside, bool shared)
{
	if (__atomic_sub_fetch(inside, 1, __ATOMIC_SEQ_CST) == DESTROYING)
		__futex_wake(inside, 1, shared);
}

void __wait_until_left(unsigned *inside, bool shared)
{
	unsigned now = __atomic_or_fetch(inside, DESTROYING, __ATOMIC_SEQ_CST);

	for (; now != DESTROYING; now = load(inside))
		__futex_wait(inside, now, shared, CLOCK_REALTIME, NULL);
}
