// SPDX-License-Identifier: MIT
/*
 * rcu: look-ups without locks, frees when no reader can be left.
 *
 * Promise   what a reader found between rcu_read_lock() and rcu_read_unlock() is not freed before the
 *           unlock, if its owner frees it with rcu_free() or rcu_defer() after unlinking it.
 * Locks     readers only disable preemption; they must not sleep. rcu_defer() may be called anywhere,
 *           callbacks run in a kernel thread and may take any lock, but should not sleep for long.
 * Blocking  rcu_synchronize() sleeps for a grace period; rcu_barrier() until all callbacks queued so
 *           far have run.
 */
#pragma once
#include "kernel/core/preempt.h"

struct rcu_head {
	struct rcu_head *next;
	void (*fn)(struct rcu_head *);
};

static __always_inline void rcu_read_lock(void)
{
	preempt_disable();
}
static __always_inline void rcu_read_unlock(void)
{
	preempt_enable();
}
#define rcu_load(p) __atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_publish(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)

void rcu_defer(struct rcu_head *head, void (*fn)(struct rcu_head *));
void rcu_synchronize(void);
void rcu_barrier(void);
void rcu_init(void);	      /* starts the grace-period thread */
void rcu_note_quiescent(void); /* the scheduler: this CPU passed a point without readers */
