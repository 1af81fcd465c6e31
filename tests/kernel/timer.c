// SPDX-License-Identifier: MIT
/*
 * timer: in-kernel tests of the timer wheel and of sleeping with a deadline.
 */
#include "kernel/core/clock.h"
#include "kernel/core/ktest.h"
#include "kernel/core/sched.h"
#include "kernel/core/timer.h"
#include "kernel/lib/errno.h"

enum { TIMERS = 200, SPREAD_NS = 20000000, LATE_NS = 200000000 };

struct probe {
	struct timer timer;
	u64 deadline_ns, fired_ns;
	int order;
};

static struct probe probes[TIMERS];
static int fired; /* [atomic] */

static void note(struct timer *t)
{
	struct probe *p = container_of(t, struct probe, timer);
	p->fired_ns = clock_now_ns();
	p->order = __atomic_fetch_add(&fired, 1, __ATOMIC_SEQ_CST);
}

static void sleep_until_ns(u64 deadline_ns)
{
	struct waitq nothing;
	waitq_init(&nothing, WAIT_OTHER, NULL);
	wait_event(&nothing, 1, false, deadline_ns, WAIT_UNINTERRUPTIBLE);
}

KTEST(timers_fire_once_and_not_early)
{
	u64 now = clock_now_ns();
	fired = 0;
	for (unsigned i = 0; i < TIMERS; i++) {
		timer_init(&probes[i].timer, note);
		/* spread over all levels of the wheel, in no order */
		probes[i].deadline_ns = now + (u64)(i * 7919 % TIMERS) * (SPREAD_NS / TIMERS);
		probes[i].fired_ns = 0;
		timer_start(&probes[i].timer, probes[i].deadline_ns);
	}
	u64 limit = now + SPREAD_NS + LATE_NS;
	while (__atomic_load_n(&fired, __ATOMIC_SEQ_CST) < TIMERS && clock_now_ns() < limit)
		sleep_until_ns(clock_now_ns() + NSEC_PER_MSEC);
	KEXPECT_EQ(fired, TIMERS);
	for (unsigned i = 0; i < TIMERS; i++) {
		KEXPECT(probes[i].fired_ns >= probes[i].deadline_ns);
		KEXPECT(!timer_is_armed(&probes[i].timer));
	}
}

/* What may be late joins the next interrupt if that is near enough, and is never late for nothing. */
KTEST(slack_joins_an_interrupt)
{
	enum { FIRST, JOINS, TOO_EARLY, BEHIND, NR };
	const u64 late = NSEC_PER_MSEC;
	preempt_disable(); /* on one CPU's wheel, at one moment */
	u64 next = timer_next_deadline(), now = clock_now_ns();
	u64 at = min(next, now + 10 * NSEC_PER_MSEC);
	for (unsigned i = 0; i < NR; i++)
		timer_init(&probes[i].timer, note);
	timer_start(&probes[FIRST].timer, at);
	timer_start_within(&probes[JOINS].timer, at - late, late);
	timer_start_within(&probes[BEHIND].timer, at + late, UINT64_MAX);
	KEXPECT_EQ(probes[JOINS].timer.deadline_ns, at);
	KEXPECT_EQ(probes[BEHIND].timer.deadline_ns, at + late);
	timer_start_within(&probes[TOO_EARLY].timer, at - late - 1, late);
	KEXPECT_EQ(probes[TOO_EARLY].timer.deadline_ns, at - late - 1);
	preempt_enable();
	for (unsigned i = 0; i < NR; i++)
		timer_cancel_sync(&probes[i].timer);
}

KTEST(cancelled_timers_do_not_fire)
{
	u64 now = clock_now_ns();
	fired = 0;
	for (unsigned i = 0; i < TIMERS; i++) {
		timer_init(&probes[i].timer, note);
		timer_start(&probes[i].timer, now + SPREAD_NS + i);
	}
	unsigned cancelled = 0;
	for (unsigned i = 0; i < TIMERS; i += 2)
		cancelled += timer_cancel_sync(&probes[i].timer);
	sleep_until_ns(now + 2 * SPREAD_NS);
	KEXPECT_EQ(fired + cancelled, TIMERS);
	for (unsigned i = 0; i < TIMERS; i++)
		KEXPECT(!timer_cancel(&probes[i].timer));
}

KTEST(restarted_timer_keeps_the_last_deadline)
{
	struct probe p;
	u64 now = clock_now_ns();
	timer_init(&p.timer, note);
	p.fired_ns = 0;
	timer_start(&p.timer, now + NSEC_PER_SEC);
	timer_start(&p.timer, now + NSEC_PER_MSEC);
	sleep_until_ns(now + SPREAD_NS);
	KEXPECT(p.fired_ns >= now + NSEC_PER_MSEC);
	KEXPECT(!timer_cancel_sync(&p.timer));
}

/* One timer, which all processors start, beside others of the same wheels. */
enum { STARTERS = 4, STARTS = 20000, NEAR_NS = 20000 };
static struct timer shared;
static int starters_done; /* [atomic] */

static void shared_fires(struct timer *t)
{
	timer_start(t, clock_now_ns() + NEAR_NS);
}

static void starter_thread(void *arg)
{
	struct probe own;
	timer_init(&own.timer, note);
	for (unsigned i = 0; i < STARTS; i++) {
		timer_start(&shared, clock_now_ns() + i % 64 * NEAR_NS);
		timer_start(&own.timer, clock_now_ns() + NSEC_PER_SEC);
	}
	(void)timer_cancel_sync(&own.timer);
	__atomic_fetch_add(&starters_done, 1, __ATOMIC_SEQ_CST);
	sched_exit();
}

KTEST(a_timer_that_several_start_is_on_one_queue)
{
	timer_init(&shared, shared_fires);
	starters_done = 0;
	for (unsigned i = 0; i < STARTERS; i++)
		KASSERT(kthread_start("starter", starter_thread, NULL));
	KASSERT(ktest_becomes(&starters_done, STARTERS));
	while (timer_cancel_sync(&shared)) /* it starts itself */
		;
	KEXPECT(!timer_is_armed(&shared));
	sleep_until_ns(clock_now_ns() + NSEC_PER_MSEC); /* the wheels still turn */
}

KTEST(deadline_of_a_sleep_is_kept)
{
	struct waitq q;
	waitq_init(&q, WAIT_OTHER, NULL);
	u64 deadline = clock_now_ns() + 5 * NSEC_PER_MSEC;
	KEXPECT_EQ(wait_event(&q, 1, false, deadline, WAIT_UNINTERRUPTIBLE), -ETIMEDOUT);
	KEXPECT(clock_now_ns() >= deadline);
	KEXPECT(clock_now_ns() < deadline + LATE_NS);
}
