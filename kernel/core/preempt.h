// SPDX-License-Identifier: MIT
/*
 * preempt: when the scheduler may take the CPU away from kernel code.
 *
 * Promise   between preempt_disable() and the matching preempt_enable() the task stays on this CPU and
 *           no other task runs on it; the last enable looks whether a switch is due. Interrupt
 *           handlers run with preemption disabled.
 */
#pragma once
#include "arch/x86_64/percpu.h"
#include "kernel/core/explore.h"
#include "kernel/lib/macros.h"

struct task;

DECLARE_PERCPU(unsigned, preempt_count);    /* nested disables; 0: may be preempted */
DECLARE_PERCPU(struct task *, current_task);

enum task_work {
	/* looked at on the way to user mode */
	TASK_WORK_RESCHED = 1u << 0, /* another task should run (entry.S knows this bit) */
	TASK_WORK_SIGNAL = 1u << 1,  /* a signal may be deliverable: ends interruptible sleeps */
	TASK_WORK_KILL = 1u << 2,    /* the task is to die: ends killable sleeps too */
	TASK_WORK_MASK = 1u << 3,    /* sigsuspend and its like: put the saved mask back */
	TASK_WORK_NOTIFY = 1u << 4,  /* rseq and other fix-ups after a switch */
	TASK_WORK_EXIT_MASK = 0xffff,
	/* looked at on the way into a system call */
	TASK_WORK_STRACE = 1u << 16,
	TASK_WORK_PTRACE = 1u << 17,
	TASK_WORK_ENTRY_MASK = 0x7fff0000,
	TASK_WORK_IRET = 1u << 31, /* leave by IRET with every register as in struct regs (entry.S) */
};

void preempt_schedule(void); /* core/sched.c: preemption has become possible and a switch is due */
bool preempt_is_due(void);   /* core/sched.c */

/* Is what runs here an interrupt handler, which no task asked for? Debug builds count. */
#ifdef DEBUG
DECLARE_PERCPU(unsigned, irq_depth);
static __always_inline void irq_enter(void)
{
	irq_depth++;
}
static __always_inline void irq_leave(void)
{
	irq_depth--;
}
#else
static __always_inline void irq_enter(void) {}
static __always_inline void irq_leave(void) {}
#endif

static __always_inline void preempt_disable(void)
{
	preempt_count++;
	barrier();
}

static __always_inline void preempt_enable_no_resched(void)
{
	barrier();
	preempt_count--;
}

static __always_inline void preempt_enable(void)
{
	barrier();
	/* `work` is the first word of struct task: see core/task.h, which asserts it */
	if (unlikely(--preempt_count == 0 &&
		    (READ_ONCE(*(u32 *)current_task) & TASK_WORK_RESCHED)))
		preempt_schedule();
	explore_point();
}
