// SPDX-License-Identifier: MIT
/*
 * upcalls: the functions that the processor-specific code calls and the kernel (L7) defines.
 *
 * Promise   this is the whole of the upward arrow: arch -> kernel. Each line says in which context
 *           the call comes: T task context with interrupts on, I interrupt context (interrupts off).
 */
#pragma once
#include "arch/x86_64/regs.h"
#include "boot/bootinfo.h"
#include "kernel/lib/macros.h"

__noreturn void kernel_main(struct bootinfo *bi);	/* boot CPU, interrupts off, its own stack */
__noreturn void kernel_ap_main(unsigned cpu);		/* a started CPU, per-CPU area set, interrupts off */
void kernel_syscall(struct regs *r);			/* T: dispatch; the result goes to r->rax */
void kernel_exit_work(struct regs *r);			/* T: task->work was not 0 on the way to user mode */
void kernel_task_start(void);				/* first thing a new task runs: finishes the switch */
/* A CPU exception; `from_user` tells where it came from. Interrupts are as they were at the fault (on for
 * user faults). `address` is CR2 for page faults, DR6 for debug exceptions. Of faults in the kernel only
 * page faults come here: those at user addresses come from an instruction that the exception table
 * covers and are served, or ended by arch_fixup(); all others are a panic. */
void kernel_trap(struct regs *r, unsigned vector, u64 error, uaddr_t address, bool from_user);
void kernel_timer_interrupt(bool from_user);		/* I: the one-shot timer fired; what was running */
void kernel_resched_ipi(void);				/* I: another CPU asked for a look at the run queue */
void kernel_preempt(void);				/* I: interrupt return to kernel code that may be preempted */
phys_t kernel_alloc_table(void);			/* a zeroed page for a kernel page table; panics when out */
phys_t kernel_try_alloc_table(void);			/* the same, where 0 is an answer: no memory */
void kernel_free_table(phys_t table);
