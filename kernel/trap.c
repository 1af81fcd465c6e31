// SPDX-License-Identifier: MIT
/*
 * trap: what exceptions, timer interrupts and the way out to user mode mean.
 *
 * Promise   an exception of a program becomes the signal that signal(7) and sigaction(2) name for it; one
 *           of the kernel is mended by the exception table (user copies) or is a panic (arch/x86_64/trap.c).
 *           A page fault on user memory is served first, whoever caused it.
 * Locks     none here. A kernel fault on user memory with page faults disabled, or under a spinlock, goes
 *           straight to the exception table.
 * Blocking  page faults may sleep, with interrupts on
 * Linux     sigaction(2) si_code, "The Intel SDM, volume 3, 6.15" for vectors
 */
#include "arch/x86_64/upcalls.h"
#include "kernel/core/panic.h"
#include "kernel/core/sched.h"
#include "kernel/core/trace.h"
#include "kernel/core/upcalls.h"
#include "kernel/proc/signal.h"
#include "kernel/uapi/signal.h"
#include "mm/mm.h"

enum vector_number {
	DIVIDE = 0, DEBUG_TRAP = 1, BREAKPOINT = 3, OVERFLOW = 4, BOUND = 5, INVALID_OPCODE = 6, NO_SEGMENT = 11,
	STACK_SEGMENT = 12, GENERAL_PROTECTION = 13, PAGE_FAULT = 14, X87_ERROR = 16, ALIGNMENT = 17, SIMD_ERROR = 19,
};

/* x87 and SSE report the same six conditions, one bit each, in this order of importance. */
static int fpe_code(unsigned conditions)
{
	enum { INVALID = 1, DENORMAL = 2, ZERO_DIVIDE = 4, OVERFLOWED = 8, UNDERFLOWED = 16, INEXACT = 32 };
	if (conditions & INVALID)
		return FPE_FLTINV;
	if (conditions & ZERO_DIVIDE)
		return FPE_FLTDIV;
	if (conditions & OVERFLOWED)
		return FPE_FLTOVF;
	if (conditions & (UNDERFLOWED | DENORMAL))
		return FPE_FLTUND;
	return conditions & INEXACT ? FPE_FLTRES : FPE_FLTUNK;
}

static unsigned x87_conditions(void)
{
	u16 status, control;
	__asm__ volatile("fnstsw %0; fnstcw %1" : "=m"(status), "=m"(control));
	return status & ~control & 0x3f;
}

static unsigned simd_conditions(void)
{
	enum { MASKS_SHIFT = 7 };
	u32 mxcsr;
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	return mxcsr & ~(mxcsr >> MASKS_SHIFT) & 0x3f;
}

static int debug_code(u64 status)
{
	enum { SINGLE_STEP = 1 << 14 };
	return status & SINGLE_STEP ? TRAP_TRACE : TRAP_HWBKPT;
}

/* `status`: DR6 of a debug exception. */
static void user_exception(struct regs *r, unsigned vector, u64 status)
{
	switch (vector) {
	case DIVIDE: signal_fault(SIGFPE, FPE_INTDIV, r->rip); break;
	case DEBUG_TRAP: signal_fault(SIGTRAP, debug_code(status), r->rip); break;
	case BREAKPOINT: signal_fault(SIGTRAP, SI_KERNEL, 0); break;
	case INVALID_OPCODE: signal_fault(SIGILL, ILL_ILLOPN, r->rip); break;
	case X87_ERROR: signal_fault(SIGFPE, fpe_code(x87_conditions()), r->rip); break;
	case SIMD_ERROR: signal_fault(SIGFPE, fpe_code(simd_conditions()), r->rip); break;
	case ALIGNMENT: signal_fault(SIGBUS, BUS_ADRALN, 0); break;
	case NO_SEGMENT: case STACK_SEGMENT: signal_fault(SIGBUS, SI_KERNEL, 0); break;
	default: signal_fault(SIGSEGV, SI_KERNEL, 0); break; /* #GP, #OF, #BR and what cannot come from user mode */
	}
}

/* 0: served; else the signal and its code are set. */
static int serve_fault(uaddr_t address, u64 error, int *sig, int *code)
{
	struct mm *mm = current->mm;
	trace_event(TRACE_FAULT, address, error);
	*sig = SIGSEGV;
	*code = SEGV_MAPERR;
	if (unlikely(!mm))
		return -1;
	return mm_fault(mm, address, error, sig, code);
}

/* For the signal frame. */
static void note_trap(unsigned vector, u64 error, uaddr_t address)
{
	current->trap_nr = vector;
	current->trap_error = error;
	current->trap_address = address;
}

static void user_page_fault(u64 error, uaddr_t address)
{
	int sig, code;
	if (likely(serve_fault(address, error, &sig, &code) == 0))
		return;
	note_trap(PAGE_FAULT, error, address);
	signal_fault(sig, code, address);
}

/* A user copy of the kernel's: the access is tried again, or fails. */
static void kernel_page_fault(struct regs *r, u64 error, uaddr_t address)
{
	int sig, code;
	bool may_sleep = !current->pagefaults_disabled && preempt_count == 0 && (r->rflags & RFLAGS_IF);
	/* A task that is being killed leaves the copy instead of faulting for ever. */
	if (may_sleep && !(current->work & TASK_WORK_KILL) &&
		serve_fault(address, error | FAULT_USER, &sig, &code) == 0)
		return;
	if (!arch_fixup(r))
		panic_regs(r, "page fault at %#lx, error %#lx", address, error);
}

void kernel_trap(struct regs *r, unsigned vector, u64 error, uaddr_t address, bool from_user)
{
	trace_event(TRACE_TRAP, vector, r->rip);
	if (likely(vector == PAGE_FAULT && from_user)) {
		user_page_fault(error, address);
	} else if (vector == PAGE_FAULT) {
		kernel_page_fault(r, error, address);
	} else {
		note_trap(vector, error, current->trap_address);
		user_exception(r, vector, address);
	}
}

/* --- interrupts --- */

void kernel_timer_interrupt(bool from_user)
{
	sched_timer_interrupt(from_user);
}

void kernel_resched_ipi(void)
{
	/* The sender has set the flag that the way out looks at. */
}

void kernel_preempt(void)
{
	sched_preempt_from_irq();
}

/* --- on the way to user mode --- */

void kernel_exit_work(struct regs *r)
{
	u32 work = READ_ONCE(current->work);
	if (work & TASK_WORK_RESCHED)
		schedule();
	if (work & (TASK_WORK_SIGNAL | TASK_WORK_KILL | TASK_WORK_MASK))
		signal_exit_work(r);
	if (work & TASK_WORK_NOTIFY)
		rseq_exit_work(r);
}

void kernel_task_start(void)
{
	sched_finish_switch();
	preempt_enable_no_resched();
	irq_enable();
	fork_child_start();
}
