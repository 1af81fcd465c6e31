// SPDX-License-Identifier: MIT
/*
 * model/spinlock: the kernel's spinlocks for code that runs in the model: see model.h.
 *
 * Promise   mutual exclusion among the model's tasks; a step before each acquisition and after each release.
 */
#pragma once
#include "kernel/core/lockrank.h"
#include "kernel/lib/cleanup.h"
#include "tests/unit/model/model.h"

struct spinlock {
	bool is_held;
	u8 rank, subrank;
};

#define SPINLOCK_INIT(r) { .rank = (r) }
#define assert_spin_held(l) EXPECT((l)->is_held)

static inline void lockrank_acquire(const void *l, unsigned r, unsigned s, const void *pc) {}
static inline void lockrank_release(const void *l, unsigned r) {}
static inline void lockrank_assert_may_sleep(void) {}
static inline void preempt_disable(void) {}
static inline void preempt_enable(void) {}
static inline u64 irq_save(void) { return 0; }
static inline void irq_restore(u64 flags) {}

static inline void spin_init(struct spinlock *l, enum lock_rank rank)
{
	*l = (struct spinlock)SPINLOCK_INIT(rank);
}

static inline void spin_lock(struct spinlock *l)
{
	do
		model_step();
	while (l->is_held);
	l->is_held = true;
}

static inline void spin_unlock(struct spinlock *l)
{
	l->is_held = false;
	model_step();
}

static inline u64 spin_lock_irqsave(struct spinlock *l)
{
	spin_lock(l);
	return 0;
}

static inline void spin_unlock_irqrestore(struct spinlock *l, u64 flags)
{
	spin_unlock(l);
}

static inline void spin_lock_pair(struct spinlock *a, struct spinlock *b)
{
	spin_lock(a < b ? a : b);
	spin_lock(a < b ? b : a);
}

DEFINE_GUARD(spin, struct spinlock, spin_lock, spin_unlock);
