// SPDX-License-Identifier: MIT
/*
 * sched_internal: what sched.c and sched_task.c share.
 *
 * Locks     struct rq: everything under its lock unless marked
 */
#pragma once
#include "kernel/core/explore.h"
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"

enum {
	NICE_0_WEIGHT = 1024,
	IDLE_WEIGHT = 3,		/* SCHED_IDLE: less than nice 19, sched(7) */
	TICK_NS = 4000000,		/* of a busy CPU: as Linux with HZ=250 */
	SLICE_NS = 4000000,		/* what a task gets while others wait */
	WAKEUP_GRANULARITY_NS = 1000000, /* a woken task must be this far behind to preempt at once */
};

struct rq {
	struct spinlock lock;
	unsigned cpu;		/* [const] */
	struct task *curr, *idle, *prev;
	struct rb_root fair;	/* runnable tasks but the running one */
	u64 min_vruntime;	/* grows */
	u32 nr_running;		/* with the running one; not counting idle */
	bool tick_user;		/* [this CPU] the tick interrupted user mode */
	u64 clock_ns;		/* last look at the clock */
	u64 idle_ns, busy_ns, nr_switches;
	u64 user_samples, system_samples; /* ticks that found a task at work */
	struct timer tick;
};

struct rq *rq_of(unsigned cpu);
struct rq *task_rq_lock(struct task *t); /* interrupts are off: the queue it belongs to, locked */
extern u64 idle_cpus;

static inline u64 online_cpu_mask(void)
{
	return nr_cpus >= 64 ? UINT64_MAX : (1ull << nr_cpus) - 1;
}

/* True if another CPU has more than it can run: an idle one should pull before it halts. */
bool work_waits_elsewhere(struct rq *rq);
void migrate_running(struct task *t); /* the task runs where it must not: moves it away, waits */
void load_average_sample(u64 now_ns); /* from ticks: the exponential averages of /proc/loadavg */
void sched_tick(struct timer *timer);
