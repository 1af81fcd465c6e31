// SPDX-License-Identifier: MIT
/*
 * sched_set: how tasks are scheduled, for those who may say so.
 *
 * Promise   a change takes effect at once, wherever the task is: running, waiting for a CPU, or asleep. Who may change
 *           what is the caller's business (kernel/proc/schedcalls.c).
 * Linux     sched(7)
 */
#pragma once
#include "kernel/core/task.h"

enum {
	NICE_MIN = -20, NICE_MAX = 19, RT_PRIORITY_MIN = 1, RT_PRIORITY_MAX = 99,
	SCHED_RT_ALL = -1,		 /* sched_rt_runtime_us: no throttle */
	SCHED_RR_SLICE_DEFAULT_MS = 100,
};
#define SCHED_SLICE_DEFAULT_NS 4000000ull
#define SCHED_SLICE_MIN_NS 100000ull /* sched_setattr(2): of the fair class */
#define SCHED_SLICE_MAX_NS 100000000ull

struct sched_settings {
	unsigned policy;
	int nice;
	int rt_priority; /* 0 but for SCHED_FIFO and SCHED_RR */
	bool reset_on_fork;
	u64 slice_ns;	 /* fair class */
};

static inline bool is_rt_policy(unsigned policy)
{
	return policy == 1 || policy == 2; /* SCHED_FIFO, SCHED_RR */
}

void sched_get(struct task *t, struct sched_settings *s); /* all of one moment */
void sched_set(struct task *t, const struct sched_settings *s);
void sched_set_nice(struct task *t, int nice);
void sched_inherit(struct task *child); /* from current: it has not run yet */
bool sched_update_priority(struct task *t); /* rt_mutex.c: what it inherits has changed; false: it makes no difference */
int sched_set_affinity(struct task *t, u64 mask); /* -EINVAL: no online CPU in it */
u64 sched_interval_ns(struct task *t);	/* sched_rr_get_interval(2) */
u64 sched_rt_run_ns(struct task *t);	/* CPU time since it last slept; 0: its policy is no real-time one */
int sched_priority_shown(struct task *t); /* as in /proc/PID/stat: what is in effect, less is more */

extern int sched_rt_runtime_us, sched_rt_period_us, sched_rr_slice_ms; /* [atomic] /proc/sys/kernel */
