// SPDX-License-Identifier: MIT
/*
 * clock_timer: a timer on a clock that may be set; the contract is in clock_timer.h.
 *
 * Locks     clock_step_wq's inside the owner's. The owner's cannot be taken inside clock_step_wq's, so at a step
 *           `timer` is out of reach: a second one, which nobody else starts, looks at once.
 *
 *	owner						setting the clock
 *	put the slot on clock_step_wq			change the clock
 *	full barrier					full barrier
 *	read the clock, start the timer			fire the slots: step_timer looks, under the owner's lock
 */
#include "kernel/core/clock_timer.h"
#include "kernel/uapi/poll.h"

static void expired(struct timer *timer)
{
	struct clock_timer *t = container_of(timer, struct clock_timer, timer);
	t->look(t);
}

static void step_noticed(struct timer *timer)
{
	struct clock_timer *t = container_of(timer, struct clock_timer, step_timer);
	t->look(t);
}

static bool clock_stepped(struct wait_slot *slot, u32 events, struct wake_list *list)
{
	timer_start(&container_of(slot, struct clock_timer, step)->step_timer, clock_now_ns());
	return true;
}

void clock_timer_init(struct clock_timer *t, void (*look)(struct clock_timer *t))
{
	timer_init(&t->timer, expired);
	timer_init(&t->step_timer, step_noticed);
	t->follows_realtime = false;
	t->hears_steps = t->has_heard = false;
	t->expires_ns = 0;
	t->look = look;
}

/* A time from now on is one of the machine on CLOCK_REALTIME alone, as POSIX wants it. */
static bool is_time_of_day(int clock, bool is_absolute)
{
	return clock == CLOCK_TAI || clock == CLOCK_REALTIME_ALARM || (clock == CLOCK_REALTIME && is_absolute);
}

void clock_timer_set(struct clock_timer *t, int clock, bool is_absolute, s64 value_ns)
{
	t->follows_realtime = is_time_of_day(clock, is_absolute);
	if (is_absolute && clock == CLOCK_TAI)
		value_ns -= clock_tai() * (s64)NSEC_PER_SEC;
	t->expires_ns = is_absolute ? value_ns : time_add_saturating(clock_timer_now(t), value_ns);
}

void clock_timer_hear_steps(struct clock_timer *t)
{
	if (t->hears_steps)
		return;
	t->hears_steps = t->has_heard = true;
	wait_add_callback(&t->step, &clock_step_wq, POLLIN, WAIT_SHARED, clock_stepped);
}

void clock_timer_ignore_steps(struct clock_timer *t)
{
	(void)wait_remove(&t->step);
	t->hears_steps = false;
}

void clock_timer_start_realtime(struct clock_timer *t)
{
	u64 deadline;
	clock_timer_hear_steps(t);
	(void)clock_to_deadline(CLOCK_REALTIME, t->expires_ns, &deadline);
	timer_start(&t->timer, deadline);
}

void clock_timer_end(struct clock_timer *t)
{
	if (unlikely(t->has_heard))
		(void)timer_cancel_sync(&t->step_timer);
	(void)timer_cancel_sync(&t->timer);
}

u64 clock_timer_advance(struct clock_timer *t, s64 interval_ns, s64 now)
{
	u64 passed = (u64)(now - t->expires_ns) / (u64)interval_ns;
	t->expires_ns = time_add_saturating(t->expires_ns + (s64)passed * interval_ns, interval_ns);
	return passed;
}
