// SPDX-License-Identifier: MIT
/*
 * model/sched: what the wait core and the futexes need of tasks, scheduler and timers: see model.h.
 *
 * Promise   schedule() returns when somebody has woken the task; a wake is one step. No time passes.
 */
#pragma once
#include "kernel/core/spinlock.h"
#include "kernel/lib/rbtree.h"

#define FOREVER UINT64_MAX

enum task_state { TASK_RUNNING, TASK_SLEEPING };
enum { TASK_WORK_SIGNAL = 1, TASK_WORK_KILL = 2 };

struct waiter;
struct rt_waiter;
struct mm;
struct timer {
	void (*fn)(struct timer *t);
};

struct task {
	struct model_task model;
	u32 state, work, wait_mode;
	struct waiter *waiter;
	/* for the futexes */
	struct { u8 rt, rt_priority; } se;
	struct { struct rb_root held; struct rt_waiter *blocked; bool closed; } pi;
	int tid;
	struct mm *mm;
	u64 restart_deadline_ns, timer_slack_ns;
	bool restart_valid, restart_always;
};

#define current container_of(model_current, struct task, model)
#define current_task current

static inline void schedule(void)
{
	struct task *t = current;
	while (t->state == TASK_SLEEPING)
		model_block();
}

static inline bool task_wake(struct task *t)
{
	model_step();
	if (t->state != TASK_SLEEPING)
		return false;
	t->state = TASK_RUNNING;
	model_unblock(&t->model);
	return true;
}

static inline bool task_wake_sync(struct task *t)
{
	return task_wake(t);
}

static inline u64 clock_now_ns(void) { return 0; }
static inline void timer_init(struct timer *t, void (*fn)(struct timer *)) { t->fn = fn; }
static inline void timer_start_within(struct timer *t, u64 deadline_ns, u64 slack_ns) {}
static inline bool timer_cancel_sync(struct timer *t) { return false; }
