// SPDX-License-Identifier: MIT
/*
 * lock: mutual exclusion for the library's shared structures.
 *
 * Promise   One atomic step when nobody else is there. Who has to wait sleeps.
 * How       0: free; 1: taken; 2: taken, and somebody may wait. Who has slept takes it as 2, because he cannot know
 *           whether he was the only one; that costs one needless wake at the end of a crowd.
 * Lifetime  after a fork() of one thread while another holds it, the child finds it taken for ever (see fork.c)
 */
#include "kernel/uapi/futex.h"
#include "user/libc/libc.h"

enum { FREE, TAKEN, CROWDED };

void __lock(int *lock)
{
	int expected = FREE;

	if (__atomic_compare_exchange_n(lock, &expected, TAKEN, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(lock, CROWDED, __ATOMIC_ACQUIRE) != FREE)
		sys_futex((unsigned *)lock, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, CROWDED, 0, NULL, 0);
}

void __unlock(int *lock)
{
	if (__atomic_exchange_n(lock, FREE, __ATOMIC_RELEASE) == CROWDED)
		sys_futex((unsigned *)lock, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 0, NULL, 0);
}
