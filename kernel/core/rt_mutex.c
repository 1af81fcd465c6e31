// SPDX-License-Identifier: MIT
/*
 * rt_mutex: inheritance of priorities along chains; see rt_mutex.h.
 *
 * A task waits for one lock at the most, and a lock has one owner, so whoever is followed from a task upwards is a
 * chain: waiter, lock, owner, what that waits for, and so on. What hangs below a task are trees. No wait is let in that
 * would close a chain to a circle, so every walk ends:
 *
 *	A waits for L1, owned by B, waits for L2, owned by C
 *	pi.blocked -> L1.owner ->   pi.blocked -> L2.owner ->   pi.blocked == NULL
 *
 * A change at A (it comes, it leaves, its priority changes) moves A's waiter within L1, then L1 within what B holds,
 * then gives B its new priority, and so on upwards, until a step changes nothing. One lock makes each change one
 * moment for everybody: there is no order of locks along a chain, and no walk that must look back whether what it left
 * behind is still so.
 *
 *	waiter comes                              owner ends (or hands over)
 *	pi_lock                                   pi_lock
 *	owner closed? refused                     closed; first waiter of each lock is the new owner
 *	waiter stands in the lock                 unlock
 *	unlock
 *
 *	Either the waiter sees `closed`, or the owner sees the waiter.
 *
 * Locks     pi_lock, inside it one run queue's at a time (sched_update_priority())
 */
#include "kernel/core/rt_mutex.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"
#include "kernel/core/trace.h"
#include "kernel/lib/errno.h"

enum { CHAIN_MAX = 1024 }; /* longer ones are refused: the walk is with interrupts off */

struct spinlock pi_lock = SPINLOCK_INIT(RANK_PI);

static bool waiter_before(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct rt_waiter, node)->priority > rb_entry(b, struct rt_waiter, node)->priority;
}

static bool lock_before(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct rt_mutex, held)->top > rb_entry(b, struct rt_mutex, held)->top;
}

u8 rt_mutex_priority(const struct task *t)
{
	struct rt_mutex *m = rb_entry_or_null(rb_first(&t->pi.held), struct rt_mutex, held);
	return m ? max(m->top, t->se.rt_priority) : t->se.rt_priority;
}

/* The place of m among what its owner holds. */
static void lock_settle(struct rt_mutex *m)
{
	struct rt_waiter *first = rt_mutex_first(m);
	if (rb_is_linked(&m->held)) {
		if (first && first->priority == m->top)
			return;
		rb_erase(&m->owner->pi.held, &m->held);
	}
	if (!first)
		return;
	m->top = first->priority;
	rb_insert(&m->owner->pi.held, &m->held, lock_before);
}

void rt_mutex_propagate(struct task *t)
{
	struct rt_waiter *w;
	assert_spin_held(&pi_lock);
	while ((w = t->pi.blocked) && w->priority != t->se.rt) {
		struct rt_mutex *m = w->lock;
		rb_erase(&m->waiters, &w->node);
		w->priority = t->se.rt;
		rb_insert(&m->waiters, &w->node, waiter_before);
		lock_settle(m);
		t = m->owner;
		if (!sched_update_priority(t))
			return;
	}
}

static void owner_changed(struct task *owner)
{
	if (sched_update_priority(owner))
		rt_mutex_propagate(owner);
}

static int check_chain(const struct task *owner, const struct task *t)
{
	for (unsigned n = 0; n < CHAIN_MAX; n++) {
		if (owner == t)
			return -EDEADLK;
		if (!owner->pi.blocked)
			return 0;
		owner = owner->pi.blocked->lock->owner;
	}
	return -EDEADLK;
}

int rt_mutex_enqueue(struct rt_mutex *m, struct rt_waiter *w, struct task *t)
{
	assert_spin_held(&pi_lock);
	int err = check_chain(m->owner, t);
	if (err)
		return err;
	*w = (struct rt_waiter){ .lock = m, .task = t, .priority = t->se.rt };
	t->pi.blocked = w;
	trace_event(TRACE_PI_OWNER, m->owner->tid, (u64)m);
	trace_event(TRACE_PI_WAIT, t->tid, (u64)m);
	rb_insert(&m->waiters, &w->node, waiter_before);
	lock_settle(m);
	owner_changed(m->owner);
	return 0;
}

void rt_mutex_dequeue(struct rt_waiter *w)
{
	assert_spin_held(&pi_lock);
	struct rt_mutex *m = take(w->lock);
	w->task->pi.blocked = NULL;
	trace_event(TRACE_PI_LEAVE, w->task->tid, (u64)m);
	rb_erase(&m->waiters, &w->node);
	lock_settle(m);
	owner_changed(m->owner);
}

void rt_mutex_hand_over(struct rt_mutex *m)
{
	struct rt_waiter *w = rt_mutex_first(m);
	struct task *old = m->owner;
	assert_spin_held(&pi_lock);
	rb_erase(&m->waiters, &w->node);
	rb_erase(&old->pi.held, &m->held);
	w->task->pi.blocked = NULL;
	w->lock = NULL;
	m->owner = w->task;
	trace_event(TRACE_PI_HAND, m->owner->tid, (u64)m);
	lock_settle(m);
	owner_changed(m->owner);
	owner_changed(old);
}

int rt_mutex_releaser(struct task *t)
{
	u64 irq = spin_lock_irqsave(&pi_lock);
	struct rt_waiter *w = t->pi.blocked;
	int tid = w ? w->lock->owner->tid : 0;
	spin_unlock_irqrestore(&pi_lock, irq);
	return tid;
}
