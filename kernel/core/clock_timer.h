// SPDX-License-Identifier: MIT
/*
 * clock_timer: a timer on a clock that may be set.
 *
 * Promise   look() runs in interrupt context at or after the time, and soon after each step of the clock that the
 *           time belongs to; it may run too early or once too often, and finds out by clock_timer_is_due().
 * Locks     the owner has a lock (taken with interrupts off) for the fields marked [owner], under which he calls
 *           everything here but clock_timer_init() and clock_timer_end(); look() takes it.
 * Lifetime  in its owner's object; after clock_timer_end() look() neither runs nor will
 * Linux     POSIX: on CLOCK_REALTIME a time from now on does not move when the clock is set
 */
#pragma once
#include "kernel/core/clock.h"
#include "kernel/core/timer.h"

struct clock_timer {
	struct timer timer;	  /* [owner] started and cancelled under it */
	struct timer step_timer;  /* [clock_step_wq] looks when the clock has been set */
	struct wait_slot step;	  /* [owner] on clock_step_wq while the owner wants to hear of steps */
	bool follows_realtime;	  /* [owner] the time is a time of day: it moves when the clock is set */
	bool hears_steps;	  /* [owner] */
	bool has_heard;		  /* [owner] once at least: step_timer may have been started */
	s64 expires_ns;		  /* [owner] by clock_timer_now() */
	void (*look)(struct clock_timer *t); /* [const] */
};

void clock_timer_init(struct clock_timer *t, void (*look)(struct clock_timer *t));
/* The time of the next expiry, on one of the clocks of clock_read(); starts nothing. */
void clock_timer_set(struct clock_timer *t, int clock, bool is_absolute, s64 value_ns);
void clock_timer_hear_steps(struct clock_timer *t); /* until clock_timer_stop() */
void clock_timer_ignore_steps(struct clock_timer *t);
void clock_timer_start_realtime(struct clock_timer *t);
static inline void clock_timer_start(struct clock_timer *t) /* for expires_ns, whatever it was started for before */
{
	if (unlikely(t->follows_realtime))
		clock_timer_start_realtime(t);
	else
		timer_start(&t->timer, (u64)max(t->expires_ns, (s64)0));
}
static inline void clock_timer_stop(struct clock_timer *t)
{
	(void)timer_cancel(&t->timer);
	if (unlikely(t->hears_steps))
		clock_timer_ignore_steps(t);
}
void clock_timer_end(struct clock_timer *t); /* without the owner's lock; waits for look() */
static inline s64 clock_timer_now(const struct clock_timer *t)
{
	return t->follows_realtime ? realtime_now_ns() : (s64)clock_now_ns();
}
/* False: it is too early, and the timer has been started again. */
static inline bool clock_timer_is_due(struct clock_timer *t)
{
	if (likely(clock_timer_now(t) >= t->expires_ns))
		return true;
	clock_timer_start(t);
	return false;
}
/* The expiries at or before `now` but for the first, expires_ns <= now; expires_ns becomes the next one behind now. */
u64 clock_timer_advance(struct clock_timer *t, s64 interval_ns, s64 now);
