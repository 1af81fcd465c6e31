// SPDX-License-Identifier: MIT
/*
 * sched_internal: what sched.c, sched_rt.c, sched_set.c and sched_task.c share.
 *
 * Locks     struct rq: everything under its lock unless marked; functions that take a struct rq want it held
 */
#pragma once
#include "kernel/core/explore.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"
#include "kernel/lib/errno.h"

enum {
	NICE_0_WEIGHT = 1024,
	RT_WEIGHT = 0,			/* no weight at all: real-time, charged by rt_charge() */
	IDLE_WEIGHT = 3,		/* SCHED_IDLE: less than nice 19, sched(7) */
	RT_PRIORITIES = 100,		/* 1 to 99; 0 is the fair class */
	TICK_NS = 4000000,		/* of a busy CPU: as Linux with HZ=250 */
	WAKEUP_GRANULARITY_NS = 1000000, /* a woken task must be this far behind to preempt at once */
};

/* The real-time tasks that wait for a CPU, not the one that runs. */
struct rt_queue {
	u64 bits[2];		/* priorities whose list is not empty: bit (priority % 64) of word (priority / 64) */
	struct list list[RT_PRIORITIES];
	u32 nr;
	u64 ran_ns, period_end_ns; /* what real-time tasks ran here in the period that ends then */
};

struct rq {
	struct spinlock lock;
	unsigned cpu;		/* [const] */
	struct task *curr, *idle, *prev;
	struct rb_root fair;	/* runnable tasks but the running one, without the real-time ones */
	u64 min_vruntime;	/* grows */
	u32 nr_running;		/* with the running one; not counting idle */
	bool tick_user;		/* [this CPU] the tick interrupted user mode */
	bool look_again;	/* [this CPU] before it halts: it has just become idle, or a queue was locked */
	u64 clock_ns;		/* last look at the clock */
	u64 idle_ns, busy_ns, nr_switches;
	struct time_split times; /* of busy_ns */
	struct timer tick;
	struct rt_queue rt;
};

struct rq *rq_of(unsigned cpu);
struct rq *task_rq_lock(struct task *t); /* interrupts are off: the queue it belongs to, locked */
extern u64 idle_cpus;
extern u64 rt_waiting; /* [atomic] a bit per CPU on which real-time tasks wait */

static inline u64 online_cpu_mask(void)
{
	return nr_cpus >= 64 ? UINT64_MAX : (1ull << nr_cpus) - 1;
}

void migrate_running(struct task *t); /* the task runs where it must not: moves it away, waits */
void load_average_sample(u64 now_ns); /* from ticks: the exponential averages of /proc/loadavg */
void sched_tick(struct timer *timer);
void sched_charge_current(struct rq *rq); /* the running task, for the time since the last look */
void rq_resched(struct rq *rq);		  /* that CPU should look at its queue again */
void sched_enqueue(struct rq *rq, struct task *t);
void sched_dequeue(struct rq *rq, struct task *t);
void sched_activate(struct rq *rq, struct task *t); /* it became runnable, here */

/* sched_rt.c */
void rt_queue_init(struct rt_queue *q);
void rt_enqueue(struct rq *rq, struct task *t); /* the running one in front, one that woke up behind its equals */
void rt_enqueue_first(struct rq *rq, struct task *t);
void rt_enqueue_last(struct rq *rq, struct task *t);
void rt_dequeue(struct rq *rq, struct task *t);
/* The next one, off the queue; NULL: it is a fair one's turn. *look_again: another queue could not be looked into. */
struct task *rt_pick(struct rq *rq, bool *look_again);
void rt_check_preempt(struct rq *rq, struct task *t); /* t has come to wait here; it or the running one is real-time */
unsigned rt_select_cpu(struct task *t);
void rt_charge(struct rq *rq, struct task *t, u64 ran_ns);
void rt_begin(struct task *t);			      /* its slice and its run begin */
void rt_tick(struct rq *rq);
