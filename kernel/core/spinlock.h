// SPDX-License-Identifier: MIT
/*
 * spinlock: short critical sections between CPUs, and the preemption count that goes with them.
 *
 * Promise   ticket order, so no CPU starves. Holding one disables preemption. Locks that interrupt
 *           handlers take are taken with the _irqsave forms everywhere.
 * Locks     each lock has a rank (lockrank.h), part of its initialiser
 * Blocking  never while one is held; debug builds panic
 */
#pragma once
#include "arch/x86_64/arch.h"
#include "kernel/core/lockrank.h"
#include "kernel/core/preempt.h"
#include "kernel/lib/cleanup.h"

struct spinlock {
	u16 next, owner; /* [atomic] tickets: the next to give out, the one being served */
	u8 rank;	 /* [const] enum lock_rank */
	u8 subrank;	 /* [const] orders locks of one rank, outermost 0 */
	u16 holder_cpu;	 /* [this lock] CPU number + 1, for assert_spin_held(): debug builds alone keep it */
};

#define SPINLOCK_INIT(r) { .rank = (r) }

static inline void spin_init(struct spinlock *l, enum lock_rank rank)
{
	*l = (struct spinlock)SPINLOCK_INIT(rank);
}

#ifdef DEBUG_LOCKS
void lockrank_acquire(const void *lock, unsigned rank, unsigned subrank, const void *pc);
void lockrank_release(const void *lock, unsigned rank);
void lockrank_assert_may_sleep(void);	   /* no spinlock held, interrupts on */
void lockrank_assert_may_touch_user(void); /* no rank >= RANK_MM held */
void lockrank_assert_held(bool held, const char *what);
void lockrank_print(void *task);	   /* the locks a task holds (NULL: current), for panics */
#define assert_spin_held(l) lockrank_assert_held((l)->holder_cpu == cpu_id() + 1, #l)
static __always_inline void spin_note_holder_(struct spinlock *l, u16 holder)
{
	l->holder_cpu = holder;
}
#else
static inline void lockrank_acquire(const void *l, unsigned r, unsigned s, const void *pc) {}
static inline void lockrank_release(const void *l, unsigned r) {}
static inline void lockrank_assert_may_sleep(void) {}
static inline void lockrank_assert_may_touch_user(void) {}
static inline void lockrank_print(void *task) {}
#define assert_spin_held(l) ((void)(l))
static __always_inline void spin_note_holder_(struct spinlock *l, u16 holder) {}
#endif

static __always_inline void spin_acquire_(struct spinlock *l)
{
	u16 mine = __atomic_fetch_add(&l->next, 1, __ATOMIC_ACQUIRE);
	while (unlikely(__atomic_load_n(&l->owner, __ATOMIC_ACQUIRE) != mine))
		cpu_relax();
	spin_note_holder_(l, (u16)(cpu_id() + 1));
}

static __always_inline void spin_release_(struct spinlock *l)
{
	spin_note_holder_(l, 0);
	release_increment(&l->owner);
}

static inline void spin_lock(struct spinlock *l)
{
	preempt_disable();
	lockrank_acquire(l, l->rank, l->subrank, __builtin_return_address(0));
	spin_acquire_(l);
}

static inline void spin_unlock(struct spinlock *l)
{
	spin_release_(l);
	lockrank_release(l, l->rank);
	preempt_enable();
}

static inline bool spin_trylock(struct spinlock *l)
{
	preempt_disable();
	u16 owner = __atomic_load_n(&l->owner, __ATOMIC_RELAXED);
	u16 expected = owner;
	if (__atomic_compare_exchange_n(&l->next, &expected, (u16)(owner + 1), false, __ATOMIC_ACQUIRE,
		    __ATOMIC_RELAXED)) {
		spin_note_holder_(l, (u16)(cpu_id() + 1));
		lockrank_acquire(l, RANK_NONE, 0, __builtin_return_address(0));
		return true;
	}
	preempt_enable();
	return false;
}

/* Answers the flags for spin_unlock_irqrestore(). */
static inline u64 spin_lock_irqsave(struct spinlock *l)
{
	u64 flags = irq_save();
	spin_lock(l);
	return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *l, u64 flags)
{
	spin_release_(l);
	lockrank_release(l, l->rank);
	irq_restore(flags);
	preempt_enable();
}

/* Two locks of one rank, in the order of their addresses. */
static inline void spin_lock_pair(struct spinlock *a, struct spinlock *b)
{
	struct spinlock *first = a < b ? a : b, *second = a < b ? b : a;
	spin_lock(first);
	preempt_disable();
	lockrank_acquire(second, second->rank, 255, __builtin_return_address(0));
	spin_acquire_(second);
}

DEFINE_GUARD(spin, struct spinlock, spin_lock, spin_unlock);
