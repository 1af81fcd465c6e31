// SPDX-License-Identifier: MIT
/*
 * posix_timer: timers that a process makes by the dozen, each with its clock and its signal.
 *
 * Promise   at most one signal per timer is queued, in an entry that came with the timer: an expiry needs no
 *           memory. The next interval begins when the signal is taken; what has passed meanwhile is counted.
 * Locks     legend as in process.h: [sighand] that of the owner; [tree+sighand] changed under both
 * Lifetime  a timer is in its owner's table until timer_delete(2), exec or the end of the last thread. Who takes
 *           it out, under the lock, frees it once its function cannot run.
 *
 *	posix_timer.c	the calls, the states, timers on clocks
 *	cpu_timer.c	timers on CPU time: driven by the tick
 *
 *	          settime                expiry                 taken, with an interval
 *	IDLE ---------------> ARMED ------------------> QUEUED -------------------------> ARMED
 *	                        |  the signal is ignored    | the signal becomes ignored, or its thread ends
 *	                        +-----------> STALLED <-----+
 *	                                         | the signal is no longer ignored: QUEUED
 *
 *	A timer without interval goes back to IDLE instead of ARMED or STALLED.
 */
#pragma once
#include "kernel/core/clock_timer.h"
#include "kernel/proc/cpuclock.h"
#include "kernel/proc/signal.h"

enum posix_timer_state { TIMER_IDLE, TIMER_ARMED, TIMER_QUEUED, TIMER_STALLED };

/* Whose CPU time a timer runs on. */
struct cpu_clock {
	struct process *process; /* [const] counted; NULL: the timer is not on CPU time */
	struct pid *thread;	 /* [const] counted; NULL: all of the process */
	unsigned which;		 /* [const] CPUCLOCK_PROF, VIRT, SCHED */
	struct list node;	 /* [tree+sighand] in process->cpu_timers: the tick is to look at it */
};

struct posix_timer {
	struct sigqueue entry;	    /* [sighand] of the signal; FIRST */
	struct sigpending *queue;   /* [sighand] what the entry is on: QUEUED */
	struct process *owner;	    /* [const] its table has the timer */
	struct notify notify;	    /* [const] */
	int id, clock;		    /* [const] */
	u8 state;		    /* [sighand] enum posix_timer_state */
	bool is_told;		    /* [atomic] the program knows its id: until then nobody finds it by that */
	int overrun;		    /* [sighand] of the signal taken last: timer_getoverrun(2) */
	u64 missed;		    /* [sighand] CPU time: expiries while the signal was queued */
	/* [sighand] its expires_ns is in the clock's time, CPU time too; not IDLE: the next expiry, or the one that was
	 * signalled. Started only where the timer is not on CPU time. */
	struct clock_timer on;
	s64 interval_ns;	    /* [sighand] 0: none */
	struct list stalled_node;   /* [sighand] in owner->stalled_timers: STALLED */
	struct cpu_clock cpu;
};

static inline bool posix_timer_is_cpu(const struct posix_timer *t)
{
	return t->cpu.process;
}

void posix_timer_init(void);
void posix_timers_end(void); /* of the current process: exec, or the last thread's end */

/* --- posix_timer.c, under the owner's sighand->lock --- */
void posix_timer_fire_locked(struct posix_timer *t); /* ARMED and due */

/* --- cpu_timer.c --- */
int cpu_timer_attach(struct posix_timer *t); /* by t->clock: -EINVAL: nobody has such a time */
void cpu_timer_detach(struct posix_timer *t); /* before it is freed */
/* Under proc_tree_lock and the owner's sighand->lock. */
int cpu_timer_now_locked(const struct posix_timer *t, s64 *now); /* -ESRCH: whoever it was is gone */
void cpu_timer_start_locked(struct posix_timer *t, s64 now);
void cpu_timer_stop_locked(struct posix_timer *t);
/* Under the owner's sighand->lock: the signal is being taken, which expiries have passed since the last tick? */
void cpu_timer_catch_up_locked(struct posix_timer *t);
/* Under proc_tree_lock alone: the tick hit t, whose process has used so much. */
void cpu_timers_tick_locked(struct task *t, const struct cpu_time *used);
