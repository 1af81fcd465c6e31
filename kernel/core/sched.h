// SPDX-License-Identifier: MIT
/*
 * sched: which task runs where.
 *
 * Promise   the real-time task of the highest priority runs first. While there is none a runnable task of nice n gets
 *           CPU time in proportion to its weight, and a woken one waits at most about one slice. Idle CPUs halt
 *           without a tick and are woken by an IPI when work comes; a task moves only to CPUs in its affinity
 *           mask. Theory in sched.c and sched_rt.c; settings are changed through sched_set.h.
 * Locks     one run queue lock per CPU (RANK_RUNQ), innermost but for diagnosis
 */
#pragma once
#include "kernel/core/task.h"

/* A new task with a kernel stack, not running: state TASK_SLEEPING, one reference for the caller. NULL: no memory. */
struct task *task_alloc(const char *comm);
/* Makes a task from task_alloc() runnable for the first time. */
void sched_start(struct task *t);
/* A kernel thread; it runs at once. NULL: no memory. Not counted for the caller. */
struct task *kthread_start(const char *comm, void (*fn)(void *), void *arg);
/* The current task is over: switches away for good. Its "alive" reference is dropped by the next task. */
__noreturn void sched_exit(void);

void schedule(void); /* gives the CPU away if the state is not TASK_RUNNING or a switch is due */
void sched_preempt_from_irq(void); /* interrupt return to kernel code that may be preempted */
void sched_yield_current(void);
void sched_explore_switch(void); /* core/explore.c: gives the CPU to whom it has chosen */
/* Wakes a task that sleeps or is stopped in one of `states` (a bit each, 1 << enum task_state). */
bool task_wake(struct task *t);
bool task_wake_sync(struct task *t);
/* Ends the sleep of a task whose wait_mode permits: after TASK_WORK_SIGNAL or _KILL was set. */
void task_interrupt(struct task *t);
/* A look at the flags soon, wherever it runs: sets the bits and sends an IPI if it runs elsewhere. */
void task_kick(struct task *t, u32 work_bits);
/* Stops here (state TASK_STOPPED) while *stopped, or until a kill; who clears *stopped calls sched_continue(). */
void sched_stop_current(const bool *stopped);
void sched_continue(struct task *t);

u64 task_cpu_ns(struct task *t);		  /* total run time, also of a running task */
void task_cpu_split(struct task *t, u64 *user_ns, u64 *system_ns); /* the same in two parts; none goes back */
u64 cpu_idle_ns(unsigned cpu);
void cpu_busy_split(unsigned cpu, u64 *user_ns, u64 *system_ns); /* its busy time, likewise */
u64 sched_nr_switches(void);
unsigned sched_nr_running(void);
void sched_load_average(u32 avg[3]); /* fixed point, 11 bits of fraction, as getloadavg's */

void sched_early_init(void);		/* first of all: `current` exists, nothing else */
void sched_init(void);			/* boot CPU: its run queue; `current` becomes the boot task */
void sched_init_cpu(unsigned cpu);	/* run queue and idle task of another CPU, before it starts */
__noreturn void sched_idle_loop(void);	/* what a CPU does when nothing else runs */
void sched_finish_switch(void);		/* kernel_task_start(): first thing a new task does */
void sched_timer_interrupt(bool from_user); /* kernel_timer_interrupt() */
/* What a sleeping task waits for, as of one moment. The object is an address to compare, not to follow. */
struct task_wait {
	enum wait_kind kind;
	enum wait_mode mode;
	const void *object;
	int releaser; /* the thread that can end it, where the kernel knows; 0 */
};
bool task_wait_look(struct task *t, struct task_wait *w); /* false: it does not sleep, or on nothing in particular */
void debug_show_tasks(void);		/* every task and what it waits for, to the log */
