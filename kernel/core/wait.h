// SPDX-License-Identifier: MIT
/*
 * wait: the one way to sleep until something happens.
 *
 * Promise   a waiter that armed before it tested the condition is not missed by a waker that changed the
 *           condition before it called wake(). Of exclusive slots one wake fires one (per call); the
 *           others stay asleep, and a waiter that leaves with a fired slot passes the wake on: no wake
 *           is lost to a signal or a time-out. Deadlines are absolute monotonic ns.
 * Locks     waitq.lock (RANK_WAITQ) guards the slot list; taken with interrupts off. wake() may be called
 *           from interrupts and under any lock of lesser rank. No wake holds two queues' locks (only who moves
 *           a slot does, see wait_move_locked()): what it sets off at another queue (an epoll set's) is put on a
 *           wake_list, and done when the lock has been dropped, by the same wake, with interrupts off: a loop,
 *           however deep sets are nested.
 * Lifetime  a waiter and its slots live on the sleeper's stack (or, with a callback, in a longer-lived
 *           object, e.g. an epoll item); a slot never outlives its queue: waitq_destroy() detaches. Who removes a
 *           slot that somebody else's waitq_destroy() may detach has the queue's memory for a grace period.
 *
 *     waiter                              waker
 *     wait_add()  (slot on the list)      change the condition
 *     full barrier                        full barrier
 *     test the condition                  look at the list, fire slots
 *
 * Use       blocking file operations: file_retry() in fs/file.c. Conditions: wait_event(). Everything
 *           else: the verbs below.
 */
#pragma once
#include "kernel/core/explore.h"
#include "kernel/core/spinlock.h"
#include "kernel/lib/list.h"

struct task;
struct strbuf;
struct wake_list;

/* What a queue is for: shown as wchan and, later, in the wait graph. */
enum wait_kind {
	WAIT_OTHER, WAIT_PIPE, WAIT_FIFO, WAIT_EVENTFD, WAIT_TTY, WAIT_CHILD, WAIT_SLEEP, WAIT_SIGNAL,
	WAIT_MUTEX, WAIT_FUTEX, WAIT_POLL, WAIT_VFORK, WAIT_KTHREAD, WAIT_PAGE, WAIT_FILELOCK, WAIT_INOTIFY,
	WAIT_EPOLL, WAIT_TIMERFD, WAIT_PIDFD, WAIT_RWLOCK, WAIT_UNIX,
	WAIT_KINDS,
};
extern const char *const wait_kind_names[WAIT_KINDS];

struct waitq {
	struct spinlock lock;
	struct list slots;   /* [lock] non-exclusive ones first */
	u8 kind;	     /* [const] enum wait_kind */
	bool destroyed;	     /* [lock] */
	const void *object;  /* [const] what it lives in, for diagnosis */
};

#define WAITQ_INIT_OF(q, k, o)                                                                     \
	{ .lock = SPINLOCK_INIT(RANK_WAITQ), .slots = LIST_INIT((q).slots), .kind = (k), .object = (o) }
#define WAITQ_INIT(q, k) WAITQ_INIT_OF(q, k, NULL)

struct waiter {
	struct task *task;
	u32 fired;	 /* [atomic] some slot fired since wait_rearm() */
	struct waitq *on; /* [owner] the first queue it was added to, for diagnosis */
};

enum wait_flags { WAIT_SHARED = 0, WAIT_EXCLUSIVE = 1 };

/* What a wake still has to do at other queues. A relay is in a longer-lived object; while it is queued, its memory
 * stays for a grace period at least. */
struct wake_relay {
	struct wake_relay *next; /* [the list's owner] */
	bool queued;		 /* [atomic] on some CPU's list: until run() takes it off with wake_relay_take() */
	void (*run)(struct wake_relay *r, struct wake_list *list); /* [const] interrupts off, no queue's lock held */
};
struct wake_list { /* on the waker's stack; all but `first` is undefined while there is none */
	struct wake_relay *first, *last;
	bool is_sync; /* the waker is about to sleep itself */
};

struct wait_slot {
	struct list node;	/* [queue] */
	struct waitq *q;	/* [queue] NULL: detached */
	struct waiter *waiter;	/* [const] NULL when `callback` is used */
	u32 mask;		/* [atomic] events that fire it; who changes it looks at the condition afterwards */
	u32 seen;		/* [queue] events that fired it */
	u8 flags;		/* [const] enum wait_flags */
	bool fired;		/* [queue] */
	long result;		/* [queue] hand-off: set by the waker before firing */
	/* [const] instead of waking a task: runs under the queue's lock, must only note and put relays on the list.
	 * False: it had no use for an exclusive wake, which goes on to the next slot. */
	bool (*callback)(struct wait_slot *slot, u32 events, struct wake_list *list);
};

enum wait_mode {
	WAIT_INTERRUPTIBLE,   /* any signal ends it: -ERESTART */
	WAIT_KILLABLE,	      /* only a fatal one */
	WAIT_UNINTERRUPTIBLE,
};

void waitq_init(struct waitq *q, enum wait_kind kind, const void *object);
/* Detaches the slots that are left, firing them with POLLHUP|POLLFREE. */
void waitq_destroy(struct waitq *q);

void wait_begin(struct waiter *w); /* for the current task */
void wait_add(struct waiter *w, struct wait_slot *slot, struct waitq *q, u32 mask, enum wait_flags flags);
/* For owners of a queue who hand something over (futex, semop): q->lock is held by the caller, interrupts
 * off. The slot goes in front of `before` (&q->slots: to the end); firing takes it off the queue and wakes its task. */
void wait_add_locked(struct waiter *w, struct wait_slot *slot, struct waitq *q, struct list *before);
void wait_fire_locked(struct wait_slot *slot, long result);
void wait_remove_locked(struct wait_slot *slot); /* one that has not been fired leaves */
/* To another queue, whose lock is held, too (spin_lock_pair); neither is ever destroyed. */
void wait_move_locked(struct wait_slot *slot, struct waitq *to, struct list *before);
/* A slot without a sleeper: `callback` runs at each wake that matches, until wait_remove(). */
void wait_add_callback(struct wait_slot *slot, struct waitq *q, u32 mask, enum wait_flags flags,
	bool (*callback)(struct wait_slot *, u32, struct wake_list *));
/* Forget what fired so far; then test the condition again, then wait_sleep(). */
void wait_rearm(struct waiter *w);
/* The same for a waiter with one exclusive slot: one that has fired is passed over by later wakes until then. The
 * slot comes last: a wake in between must not leave it marked as fired while the waiter has forgotten that, or it
 * would be passed over for ever (the symptom: a task asleep in a free mutex). A wake that still passes it over came
 * after a change that the test, behind the barrier, sees. */
static inline void wait_rearm_slot(struct waiter *w, struct wait_slot *slot)
{
	if (explore_breaks(EXPLORE_REARM)) {
		WRITE_ONCE(slot->fired, false);
		DELAY_POINT("rearm");
		WRITE_ONCE(w->fired, 0);
		return;
	}
	WRITE_ONCE(w->fired, 0);
	DELAY_POINT("rearm");
	__atomic_store_n(&slot->fired, false, __ATOMIC_SEQ_CST);
}
/* 0 fired | -ETIMEDOUT | -ERESTART */
int wait_sleep(struct waiter *w, u64 deadline_ns, enum wait_mode mode);
bool wait_remove(struct wait_slot *slot); /* true if it fired */
/* wait_remove() for a waiter that leaves: an exclusive slot that fired hands its wake to the next. */
void wait_remove_pass(struct wait_slot *slot);

void wake(struct waitq *q, u32 events);	     /* all shared slots, one exclusive slot */
void wake_sync(struct waitq *q, u32 events); /* the same; the caller is about to sleep itself */
void wake_all(struct waitq *q, u32 events);  /* exclusive ones too */
/* For owners who guard something else by the queue's lock: it is held, interrupts off; the list is run after it. */
void wake_locked(struct waitq *q, u32 events, struct wake_list *list);
void wake_next_locked(struct waitq *q, u32 events); /* one exclusive slot alone: the shared ones know already */
void wake_list_add(struct wake_list *list, struct wake_relay *r);
void wake_list_run(struct wake_list *list); /* interrupts off, no queue's lock held */
void waitq_unlock_run_slow(struct waitq *q, u64 irq, struct wake_list *list);
/* Drops the queue's lock and runs the list. */
static inline void waitq_unlock_run(struct waitq *q, u64 irq, struct wake_list *list)
{
	if (likely(!list->first))
		spin_unlock_irqrestore(&q->lock, irq);
	else
		waitq_unlock_run_slow(q, irq, list);
}
static inline void wake_relay_take(struct wake_relay *r) /* from now on it may be put on a list again */
{
	/* sees what the wakes did that found it queued */
	(void)__atomic_exchange_n(&r->queued, false, __ATOMIC_SEQ_CST);
}
/* For a waker that served one waiter itself: wakes just that one, if it has not left its queue yet. The caller holds
 * a lock without which the waiter cannot leave. The wake is like wake_sync()'s. */
void wake_slot_sync(struct wait_slot *slot, u32 events);
static inline bool waitq_is_idle(struct waitq *q) /* nobody listens; after a full barrier */
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return list_is_empty(&q->slots);
}

/* Sleeps until `condition` holds: 0, -ETIMEDOUT or -ERESTART. `q` must be woken after each change. */
#define wait_event(queue, event_mask, condition, deadline, mode)                                   \
	({                                                                                         \
		struct waiter w_;                                                                  \
		struct wait_slot slot_;                                                            \
		int err_ = 0;                                                                      \
		if (!(condition)) {                                                                \
			wait_begin(&w_);                                                           \
			wait_add(&w_, &slot_, (queue), (event_mask), WAIT_SHARED);                 \
			for (;;) {                                                                 \
				wait_rearm(&w_);                                                   \
				if (condition)                                                     \
					break;                                                     \
				err_ = wait_sleep(&w_, (deadline), (mode));                        \
				if (err_) {                                                        \
					if (condition)                                             \
						err_ = 0;                                          \
					break;                                                     \
				}                                                                  \
			}                                                                          \
			wait_remove(&slot_);                                                       \
		}                                                                                  \
		err_;                                                                              \
	})
