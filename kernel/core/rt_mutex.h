// SPDX-License-Identifier: MIT
/*
 * rt_mutex: locks whose owner inherits the priority of those who wait for it.
 *
 * Promise   an owner runs with the highest real-time priority among its own and those of all who wait, directly or
 *           through other owners, for locks that it holds; it falls back at once when such a lock is handed over, or
 *           a waiter leaves or becomes less important. Waiters stand in the order of what they have in effect,
 *           equals in the order in which they came. A task that would wait for itself is refused.
 * Locks     pi_lock (RANK_PI) guards all of it, for all locks and tasks: every function here wants it held. Whoever
 *           sleeps and wakes is the client's business, under the client's own lock.
 * Lifetime  a lock has an owner while it has waiters, and names it without a reference: a task that ends hands over
 *           what it holds, and is `closed` to new waiters from then on. A waiter is on the stack of its task.
 */
#pragma once
#include "kernel/core/task.h"

struct rt_waiter {
	struct rb_node node; /* [pi] among the lock's waiters */
	struct rt_mutex *lock; /* [pi] NULL: it does not wait */
	struct task *task;   /* [pi] */
	u8 priority;	     /* [pi] by which it stands there: the task's, in effect */
};

struct rt_mutex {
	struct task *owner;	/* [pi] */
	struct rb_root waiters; /* [pi] the most important first */
	struct rb_node held;	/* [pi] in the owner's pi.held, while there are waiters */
	u8 top;			/* [pi] by which it stands there: the first waiter's priority */
};

extern struct spinlock pi_lock;

static inline struct rt_waiter *rt_mutex_first(const struct rt_mutex *m) /* NULL: nobody waits */
{
	return rb_entry_or_null(rb_first(&m->waiters), struct rt_waiter, node);
}
/* t waits for m from now on; m has an owner. 0; -EDEADLK: t owns it, or owns what its owner waits for, and so on;
 * or the chain is longer than we follow. */
int rt_mutex_enqueue(struct rt_mutex *m, struct rt_waiter *w, struct task *t);
void rt_mutex_dequeue(struct rt_waiter *w); /* it waits no more */
void rt_mutex_hand_over(struct rt_mutex *m); /* the first waiter's task is the owner */

u8 rt_mutex_priority(const struct task *t); /* its own, and what it inherits */
void rt_mutex_propagate(struct task *t); /* its priority in effect has changed: those it waits for inherit that */
/* For diagnosis; takes pi_lock: the thread number of the owner of what t waits for, 0: none. */
int rt_mutex_releaser(struct task *t);
