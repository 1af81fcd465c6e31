// SPDX-License-Identifier: MIT
/*
 * lock: mutual exclusion for the library's shared structures.
 *
 * Promise   only for threads that clone() made by hand: it spins, giving the CPU away.
 */
#include <sched.h>
#include "user/libc/libc.h"

void __lock(int *lock)
{
	while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

void __unlock(int *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}
