// SPDX-License-Identifier: MIT
/*
 * timer: one queue of deadlines per CPU, for sleep time-outs, timerfd, POSIX timers and alarms.
 *
 * Promise   fn(timer) runs once, in interrupt context, at or after deadline_ns (monotonic). Arming and
 *           disarming cost O(1): most timers are disarmed before they fire. No tick runs. Several may start
 *           one timer at once: it is on one queue then, with the deadline of one of them.
 * Locks     the per-CPU queue's (RANK_TIMERQ), not held while fn runs. fn may wake, send signals,
 *           queue work and re-arm its own timer; it must not sleep.
 * Lifetime  the timer lives in its owner's object; timer_cancel_sync() returns when fn is not running
 *           and will not run, after which the owner may free it
 */
#pragma once
#include "kernel/lib/list.h"

struct timer {
	struct list node;	      /* [queue] */
	u64 deadline_ns;	      /* [queue] */
	void (*fn)(struct timer *t); /* [const] */
	/* [atomic; changes to and from -1 under a queue's lock] the queue it is on, -1: not armed */
	s16 cpu;
	u8 level, bucket;	      /* [queue] where on the wheel */
};

void timer_init(struct timer *t, void (*fn)(struct timer *));
/* (Re)arms; may be called from interrupts. It may be late by slack_ns where that spares an interrupt. */
void timer_start_within(struct timer *t, u64 deadline_ns, u64 slack_ns);
static inline void timer_start(struct timer *t, u64 deadline_ns)
{
	timer_start_within(t, deadline_ns, 0);
}
bool timer_cancel_sync(struct timer *t);	     /* waits for a running fn; not from fn itself */
static inline bool timer_is_armed(const struct timer *t)
{
	return __atomic_load_n(&t->cpu, __ATOMIC_ACQUIRE) >= 0;
}
bool timer_cancel_armed(struct timer *t);
static inline bool timer_cancel(struct timer *t) /* true: it was armed and will not run */
{
	return timer_is_armed(t) && timer_cancel_armed(t);
}
void timer_queue_init(void);	   /* boot CPU, once */
void timer_run_expired(void);	   /* the timer interrupt */
u64 timer_next_deadline(void);	   /* of this CPU; FOREVER if none */
