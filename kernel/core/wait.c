// SPDX-License-Identifier: MIT
/*
 * wait: the wait core's few functions; the theory is in wait.h.
 *
 * Locks     a queue's lock is held while slots are fired, and task_wake() takes a run queue's lock inside
 *           it (RANK_WAITQ < RANK_RUNQ): so a waiter cannot leave, and its stack not vanish, while a waker
 *           still looks at it. wait_remove() takes the queue's lock for the same reason.
 * Blocking  wait_sleep() only
 */
#include "kernel/core/wait.h"
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/poll.h"

const char *const wait_kind_names[WAIT_KINDS] = {
	[WAIT_OTHER] = "wait", [WAIT_PIPE] = "pipe", [WAIT_FIFO] = "fifo_open", [WAIT_EVENTFD] = "eventfd",
	[WAIT_TTY] = "tty", [WAIT_CHILD] = "wait4", [WAIT_SLEEP] = "nanosleep", [WAIT_SIGNAL] = "signal",
	[WAIT_MUTEX] = "mutex", [WAIT_FUTEX] = "futex", [WAIT_POLL] = "poll", [WAIT_VFORK] = "vfork",
	[WAIT_KTHREAD] = "kthread", [WAIT_PAGE] = "page", [WAIT_FILELOCK] = "flock",
	[WAIT_INOTIFY] = "inotify", [WAIT_EPOLL] = "epoll", [WAIT_TIMERFD] = "timerfd", [WAIT_PIDFD] = "pidfd",
	[WAIT_RWLOCK] = "rwlock", [WAIT_UNIX] = "unix",
};

void waitq_init(struct waitq *q, enum wait_kind kind, const void *object)
{
	spin_init(&q->lock, RANK_WAITQ);
	list_init(&q->slots);
	q->kind = kind;
	q->destroyed = false;
	q->object = object;
}

void wait_begin(struct waiter *w)
{
	w->task = current;
	w->fired = 0;
	w->on = NULL;
}

static __always_inline void slot_fill(struct wait_slot *slot, struct waitq *q, u32 mask, enum wait_flags flags)
{
	slot->q = q;
	slot->mask = mask;
	slot->seen = 0;
	slot->flags = flags;
	slot->fired = false;
	slot->result = 0;
}

static __always_inline void slot_link(struct wait_slot *slot, struct waitq *q, u32 mask, enum wait_flags flags)
{
	slot_fill(slot, q, mask, flags);
	u64 irq = spin_lock_irqsave(&q->lock);
	if (flags & WAIT_EXCLUSIVE)
		list_add_tail(&q->slots, &slot->node);
	else
		list_add(&q->slots, &slot->node);
	spin_unlock_irqrestore(&q->lock, irq);
	/* The condition is tested after this: the waker's side is in waitq_is_idle(). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void wait_add(struct waiter *w, struct wait_slot *slot, struct waitq *q, u32 mask, enum wait_flags flags)
{
	slot->waiter = w;
	slot->callback = NULL;
	if (!w->on)
		w->on = q;
	slot_link(slot, q, mask, flags);
}

void wait_add_callback(struct wait_slot *slot, struct waitq *q, u32 mask, enum wait_flags flags,
	bool (*callback)(struct wait_slot *, u32, struct wake_list *))
{
	slot->waiter = NULL;
	slot->callback = callback;
	slot_link(slot, q, mask, flags);
}

void wait_rearm(struct waiter *w)
{
	__atomic_store_n(&w->fired, 0, __ATOMIC_SEQ_CST);
}

/* It is off its queue by now, or at another. */
static __noinline bool remove_elsewhere(struct wait_slot *slot, struct waitq *was, u64 irq)
{
	spin_unlock_irqrestore(&was->lock, irq);
	return wait_remove(slot);
}

bool wait_remove(struct wait_slot *slot)
{
	/* A destroyed queue detaches its slots and waits for nobody: q turns NULL under its lock. Interrupts off
	 * keep the memory of one that is being destroyed. */
	u64 irq = irq_save();
	struct waitq *q = __atomic_load_n(&slot->q, __ATOMIC_ACQUIRE);
	if (q) {
		spin_lock(&q->lock);
		if (unlikely(slot->q != q))
			return remove_elsewhere(slot, q, irq);
		list_del(&slot->node);
		slot->q = NULL;
		spin_unlock_irqrestore(&q->lock, irq);
	} else {
		irq_restore(irq);
	}
	return slot->fired;
}

enum wake_how { WAKE_PLAIN = 0, WAKE_SYNC = 1, WAKE_EXCLUSIVE_ONLY = 2 };

static void wake_queue(struct waitq *q, u32 events, unsigned nr_exclusive, enum wake_how how);

void wait_remove_pass(struct wait_slot *slot)
{
	struct waitq *q = slot->q;
	u32 mask = slot->mask;
	if (wait_remove(slot) && q && !explore_breaks(EXPLORE_BATON))
		wake_queue(q, mask, 1, WAKE_PLAIN);
}

/* Fires one slot; the queue's lock is held. True: a wake was used. */
static __always_inline bool slot_fire(struct wait_slot *slot, u32 events, enum wake_how how, struct wake_list *list)
{
	if (unlikely(slot->callback))
		return slot->callback(slot, events, list);
	slot->seen |= events;
	slot->fired = true;
	struct waiter *w = slot->waiter;
	__atomic_store_n(&w->fired, 1, __ATOMIC_SEQ_CST);
	if (how & WAKE_SYNC)
		task_wake_sync(w->task);
	else
		task_wake(w->task);
	return true;
}

void wait_add_locked(struct waiter *w, struct wait_slot *slot, struct waitq *q, struct list *before)
{
	assert_spin_held(&q->lock);
	slot->waiter = w;
	slot->callback = NULL;
	slot_fill(slot, q, 0, WAIT_EXCLUSIVE);
	if (!w->on)
		w->on = q;
	list_add_before(before, &slot->node);
}

void wait_remove_locked(struct wait_slot *slot)
{
	assert_spin_held(&slot->q->lock);
	list_del(&slot->node);
	slot->q = NULL;
}

void wait_fire_locked(struct wait_slot *slot, long result)
{
	assert_spin_held(&slot->q->lock);
	list_del(&slot->node);
	slot->result = result;
	(void)slot_fire(slot, 1, WAKE_PLAIN, NULL); /* hand-overs are to tasks: no callback */
	/* From here on the waiter may return without the lock: see wait_remove(). */
	__atomic_store_n(&slot->q, NULL, __ATOMIC_RELEASE);
}

void wait_move_locked(struct wait_slot *slot, struct waitq *to, struct list *before)
{
	assert_spin_held(&slot->q->lock);
	assert_spin_held(&to->lock);
	list_del(&slot->node);
	list_add_before(before, &slot->node);
	if (slot->waiter->on == slot->q)
		WRITE_ONCE(slot->waiter->on, to);
	__atomic_store_n(&slot->q, to, __ATOMIC_RELEASE); /* wait_remove() looks for it there */
}

static __always_inline void fire_matching(struct waitq *q, u32 events, unsigned nr_exclusive, enum wake_how how,
	struct wake_list *list)
{
	struct wait_slot *slot, *next;
	list_for_each_safe(slot, next, &q->slots, node) {
		if (!(READ_ONCE(slot->mask) & events))
			continue;
		bool exclusive = slot->flags & WAIT_EXCLUSIVE;
		/* One that was fired already has a wake to use; this one is for somebody else. */
		if (exclusive ? slot->fired : how & WAKE_EXCLUSIVE_ONLY)
			continue;
		bool used = slot_fire(slot, events, how, list);
		if (exclusive && used && --nr_exclusive == 0)
			break;
	}
}

static void wake_queue(struct waitq *q, u32 events, unsigned nr_exclusive, enum wake_how how)
{
	if (waitq_is_idle(q))
		return;
	struct wake_list list;
	list.first = NULL;
	u64 irq = spin_lock_irqsave(&q->lock);
	fire_matching(q, events, nr_exclusive, how & WAKE_SYNC, &list);
	if (likely(!list.first)) {
		spin_unlock_irqrestore(&q->lock, irq);
		return;
	}
	list.is_sync = how & WAKE_SYNC;
	waitq_unlock_run_slow(q, irq, &list);
}

void wake(struct waitq *q, u32 events)
{
	wake_queue(q, events, 1, WAKE_PLAIN);
}

void wake_sync(struct waitq *q, u32 events)
{
	wake_queue(q, events, 1, WAKE_SYNC);
}

void wake_all(struct waitq *q, u32 events)
{
	wake_queue(q, events, UINT32_MAX, WAKE_PLAIN);
}

void wake_locked(struct waitq *q, u32 events, struct wake_list *list)
{
	assert_spin_held(&q->lock);
	if (!list_is_empty(&q->slots))
		fire_matching(q, events, 1, list->is_sync ? WAKE_SYNC : WAKE_PLAIN, list);
}

void wake_next_locked(struct waitq *q, u32 events)
{
	assert_spin_held(&q->lock);
	fire_matching(q, events, 1, WAKE_EXCLUSIVE_ONLY, NULL);
}

void wake_slot_sync(struct wait_slot *slot, u32 events)
{
	struct waitq *q = __atomic_load_n(&slot->q, __ATOMIC_ACQUIRE);
	if (!q)
		return;
	u64 irq = spin_lock_irqsave(&q->lock);
	if (slot->q)
		(void)slot_fire(slot, events, WAKE_SYNC, NULL); /* a task: no callback */
	spin_unlock_irqrestore(&q->lock, irq);
}

void waitq_destroy(struct waitq *q)
{
	struct wake_list list;
	list.first = NULL;
	u64 irq = spin_lock_irqsave(&q->lock);
	q->destroyed = true;
	list.is_sync = false;
	while (!list_is_empty(&q->slots)) {
		struct wait_slot *slot = list_first(&q->slots, struct wait_slot, node);
		list_del(&slot->node);
		(void)slot_fire(slot, POLLHUP | POLLFREE, WAKE_PLAIN, &list);
		__atomic_store_n(&slot->q, NULL, __ATOMIC_RELEASE);
	}
	waitq_unlock_run(q, irq, &list);
}

/* --- what a wake does at other queues --- */

void wake_list_add(struct wake_list *list, struct wake_relay *r)
{
	if (__atomic_exchange_n(&r->queued, true, __ATOMIC_SEQ_CST))
		return; /* whoever has it on his list has yet to look at what it is about */
	r->next = NULL;
	if (list->first)
		list->last->next = r;
	else
		list->first = r;
	list->last = r;
}

void wake_list_run(struct wake_list *list)
{
	struct wake_relay *r;
	while ((r = list->first)) {
		list->first = r->next; /* once it has run, r may be on another list, or gone */
		r->run(r, list);
	}
}

void waitq_unlock_run_slow(struct waitq *q, u64 irq, struct wake_list *list)
{
	preempt_disable(); /* across the moment without lock: the relays' memory stays */
	spin_unlock(&q->lock);
	wake_list_run(list);
	irq_restore(irq);
	preempt_enable();
}

struct sleep_timer {
	struct timer timer;
	struct task *task;
	bool expired; /* [atomic] */
};

static void sleep_timer_fire(struct timer *t)
{
	struct sleep_timer *s = container_of(t, struct sleep_timer, timer);
	__atomic_store_n(&s->expired, true, __ATOMIC_SEQ_CST);
	task_wake(s->task);
}

static bool sleep_is_interrupted(enum wait_mode mode)
{
	u32 bits = mode == WAIT_INTERRUPTIBLE ? TASK_WORK_SIGNAL | TASK_WORK_KILL :
		   mode == WAIT_KILLABLE      ? TASK_WORK_KILL :
						0;
	return READ_ONCE(current->work) & bits;
}

/* Sleeps until fired, interrupted, or *expired (NULL: no time limit). */
static int sleep_until(struct waiter *w, const bool *expired, enum wait_mode mode)
{
	struct task *t = current;
	t->wait_mode = mode;
	WRITE_ONCE(t->waiter, w);
	int err = 0;
	for (;;) {
		__atomic_store_n(&t->state, TASK_SLEEPING, __ATOMIC_SEQ_CST);
		DELAY_POINT("sleep");
		if (READ_ONCE(w->fired))
			break;
		if (expired && READ_ONCE(*expired)) {
			err = -ETIMEDOUT;
			break;
		}
		if (sleep_is_interrupted(mode)) {
			err = -ERESTART;
			break;
		}
		schedule();
	}
	__atomic_store_n(&t->state, TASK_RUNNING, __ATOMIC_RELAXED);
	WRITE_ONCE(t->waiter, NULL);
	DELAY_POINT("leave");
	return err;
}

int wait_sleep(struct waiter *w, u64 deadline_ns, enum wait_mode mode)
{
	lockrank_assert_may_sleep();
	if (READ_ONCE(w->fired))
		return 0;
	if (deadline_ns == FOREVER)
		return sleep_until(w, NULL, mode);
	if (deadline_ns <= clock_now_ns())
		return sleep_is_interrupted(mode) ? -ERESTART : -ETIMEDOUT;
	struct sleep_timer s = { .task = current };
	timer_init(&s.timer, sleep_timer_fire);
	timer_start_within(&s.timer, deadline_ns, mode == WAIT_UNINTERRUPTIBLE ? 0 : current->timer_slack_ns);
	int err = sleep_until(w, &s.expired, mode);
	timer_cancel_sync(&s.timer);
	return err;
}
