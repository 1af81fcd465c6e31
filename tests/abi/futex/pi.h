// SPDX-License-Identifier: MIT
/*
 * pi.h: priority-inheriting locks: calls, and threads that hold or want them.
 *
 * Promise   a holder that start_holder() gave back has the lock and sleeps until let_go(); want() gives a thread that
 *           sleeps in FUTEX_LOCK_PI
 * Linux     futex(2)
 */
#ifndef TESTS_ABI_FUTEX_PI_H
#define TESTS_ABI_FUTEX_PI_H

#include "tests/abi/futex/futex.h"

#define TID_MASK 0x3fffffffu
enum { NO_TID = 4190000 };

static inline uint32_t my_tid(void)
{
	return (uint32_t)sys(SYS_gettid);
}

static inline long lock_pi(volatile uint32_t *word)
{
	return sys(SYS_futex, word, LOCK_PI | PRIVATE, 0, 0);
}

static inline long trylock_pi(volatile uint32_t *word)
{
	return sys(SYS_futex, word, TRYLOCK_PI | PRIVATE, 0, 0);
}

static inline long unlock_pi(volatile uint32_t *word)
{
	return sys(SYS_futex, word, UNLOCK_PI | PRIVATE, 0, 0);
}

/* As a thread library does: only what is contended enters the kernel. */
static inline void lock_fast(volatile uint32_t *word)
{
	uint32_t none = 0;

	if (!__atomic_compare_exchange_n(word, &none, my_tid(), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		CHECK_EQ(lock_pi(word), 0);
	CHECK_EQ(*word & TID_MASK, my_tid());
}

static inline void unlock_fast(volatile uint32_t *word)
{
	uint32_t mine = my_tid();

	if (!__atomic_compare_exchange_n(word, &mine, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		CHECK_EQ(unlock_pi(word), 0);
}

struct holder {
	volatile uint32_t *word;
	long pid;
	int done;
	volatile int has, go;
	volatile long result;
};

static inline int holder_run(void *arg)
{
	struct holder *h = arg;

	h->result = lock_pi(h->word);
	h->has = 1;
	sys(SYS_futex, &h->has, WAKE | PRIVATE, 1);
	while (!h->go)
		sys(SYS_futex, &h->go, WAIT | PRIVATE, 0, 0);
	if (h->result == 0 && h->go == 1)
		CHECK_EQ(unlock_pi(h->word), 0);
	return 0;
}

static inline void let_go(struct holder *h)
{
	h->go = 1;
	sys(SYS_futex, &h->go, WAKE | PRIVATE, 1);
	join_thread(&h->done);
}

static inline void start_holder(struct holder *h, volatile uint32_t *word)
{
	*h = (struct holder){.word = word};
	h->pid = start_thread(&h->done, holder_run, h);
	while (!h->has)
		sys(SYS_futex, &h->has, WAIT | PRIVATE, 0, 0);
	CHECK_EQ(h->result, 0);
}

/* The same, asleep before it has the lock. */
static inline void start_wanting(struct holder *h, volatile uint32_t *word)
{
	*h = (struct holder){.word = word};
	h->pid = start_thread(&h->done, holder_run, h);
	wait_state(h->pid, 'S');
	CHECK_EQ(h->has, 0);
}

static inline void wait_has(struct holder *h)
{
	while (!h->has)
		sys(SYS_futex, &h->has, WAIT | PRIVATE, 0, 0);
}

#endif
