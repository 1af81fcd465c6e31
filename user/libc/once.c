// SPDX-License-Identifier: MIT
/*
 * once: a function that is called by whoever comes first, and waited for by all.
 *
 * Promise   when pthread_once() returns, the function has. If its thread ends inside, another begins it anew.
 * Linux     futex(2); pthread_once(3p)
 */
#include "user/libc/thread.h"

enum { NOT_CALLED = PTHREAD_ONCE_INIT, RUNNING, WAITED_FOR, DONE };

static void settle(pthread_once_t *once, unsigned state)
{
	if (__atomic_exchange_n(once, state, __ATOMIC_ACQ_REL) == WAITED_FOR)
		__futex_wake(once, EVERYBODY, false);
}

static void forget(void *once)
{
	settle(once, NOT_CALLED);
}

static bool change(pthread_once_t *once, unsigned *old, unsigned new)
{
	return __atomic_compare_exchange_n(once, old, new, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE);
}

int pthread_once(pthread_once_t *once, void (*fn)(void))
{
	for (;;) {
		unsigned state = load(once);
		if (state == DONE)
			return 0;
		if (state == NOT_CALLED && change(once, &state, RUNNING)) {
			pthread_cleanup_push(forget, once);
			fn();
			pthread_cleanup_pop(false);
			settle(once, DONE);
			return 0;
		}
		if (state == WAITED_FOR || (state == RUNNING && change(once, &state, WAITED_FOR)))
			__futex_wait(once, WAITED_FOR, false, CLOCK_REALTIME, NULL);
	}
}
