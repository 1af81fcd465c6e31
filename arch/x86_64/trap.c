// SPDX-License-Identifier: MIT
/*
 * trap: from vectors to the kernel's upcalls, and the last look before user mode.
 *
 * Promise   user faults go to kernel_trap() with interrupts on. Of the kernel's own faults only those at
 *           user addresses, from instructions in the exception table, go there; the others are mended
 *           by that table or are a panic: a wild pointer cannot hide behind a page that happens to be
 *           mapped by the process. Interrupts go to irq_dispatch() with preemption disabled.
 * Locks     none
 * Linux     cs, ss and the system flags of a returning task are always the right ones, whatever a signal
 *           frame or a tracer says; a rip that is not canonical is a general protection fault of the task
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/asm.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/preempt.h"

#define ASSERT_REGS(member, number)                                                                \
	_Static_assert(offsetof(struct regs, member) == (number), "asm.h: " #member)
ASSERT_REGS(r15, REGS_R15);
ASSERT_REGS(r11, REGS_R11);
ASSERT_REGS(rax, REGS_RAX);
ASSERT_REGS(rdi, REGS_RDI);
ASSERT_REGS(orig_rax, REGS_ORIG_RAX);
ASSERT_REGS(rip, REGS_RIP);
ASSERT_REGS(rflags, REGS_RFLAGS);
ASSERT_REGS(rsp, REGS_RSP);
_Static_assert(sizeof(struct regs) == REGS_BYTES, "asm.h");

/* What user mode may have set: arithmetic flags, TF, DF, NT, RF, AC, ID. */
#define USER_FLAGS 0x255dd5ul
#define FLAGS_ALWAYS_ONE 0x2ul
#define DR6_IDLE 0xffff0ff0ul
#define DR7_IDLE 0x400ul
#define CANONICAL_HOLE 0x0000800000000000ul /* start of the addresses that do not exist */

static const char *const names[NR_EXCEPTIONS] = {
	[VECTOR_DE] = "division error", [VECTOR_DB] = "debug exception", [VECTOR_BP] = "breakpoint",
	[4] = "overflow", [5] = "bound range", [VECTOR_UD] = "invalid instruction",
	[VECTOR_NM] = "no FPU", [VECTOR_DF] = "double fault", [10] = "invalid TSS",
	[11] = "segment not present", [12] = "stack segment fault", [VECTOR_GP] = "general protection fault",
	[VECTOR_PF] = "page fault", [VECTOR_MF] = "x87 error", [VECTOR_AC] = "alignment check",
	[VECTOR_MC] = "machine check", [VECTOR_XM] = "SIMD error", [21] = "control protection fault",
};

static inline u64 read_cr2(void)
{
	u64 v;
	__asm__ volatile("movq %%cr2, %0" : "=r"(v));
	return v;
}

/* Why a debug exception came; ready for the next. */
static u64 take_dr6(void)
{
	u64 v;
	__asm__ volatile("movq %%dr6, %0" : "=r"(v));
	__asm__ volatile("movq %0, %%dr6" ::"r"(DR6_IDLE));
	return v ^ DR6_IDLE;
}

static inline bool is_user_address(u64 va)
{
	return va < CANONICAL_HOLE;
}

/* --- entry.S calls these --- */

void exception_from_user(struct regs *r, unsigned vector, u64 error);
void exception_from_kernel(struct regs *r, unsigned vector, u64 error);
void interrupt_from_user(struct regs *r, unsigned vector);
void interrupt_from_kernel(struct regs *r, unsigned vector);
void exit_to_user(struct regs *r);
void double_fault(struct regs *r, u64 error);
void machine_check(struct regs *r, u64 error);
void debug_in_kernel(struct regs *r, u64 error);

void exception_from_user(struct regs *r, unsigned vector, u64 error)
{
	u64 address = vector == VECTOR_PF ? read_cr2() : vector == VECTOR_DB ? take_dr6() : 0;
	irq_enable();
	kernel_trap(r, vector, error, address, true);
}

static void page_fault_in_kernel(struct regs *r, u64 error)
{
	u64 address = read_cr2();
	if (likely(is_user_address(address) && arch_has_fixup(r))) {
		irq_restore(r->rflags);
		kernel_trap(r, VECTOR_PF, error, address, false);
		return;
	}
	if (arch_fixup(r))
		return;
	panic_regs(r, "the kernel %s address %016lx%s (error %lx)",
		error & 16 ? "jumped to" : error & 2 ? "wrote to" : "read from", address,
		address < PAGE_SIZE ? ", a null pointer" : is_user_address(address) ? ", user memory" : "", error);
}

void exception_from_kernel(struct regs *r, unsigned vector, u64 error)
{
	if (vector == VECTOR_PF) {
		page_fault_in_kernel(r, error);
		return;
	}
	if (!arch_fixup(r))
		panic_regs(r, "%s in the kernel (vector %u, error %lx)", names[vector] ? names[vector] : "exception",
			vector, error);
}

void interrupt_from_user(struct regs *r, unsigned vector)
{
	preempt_count++;
	irq_enter();
	irq_dispatch(r, vector);
	irq_leave();
	preempt_count--;
}

void interrupt_from_kernel(struct regs *r, unsigned vector)
{
	preempt_count++;
	irq_enter();
	irq_dispatch(r, vector);
	irq_leave();
	if (--preempt_count == 0 && READ_ONCE(*(u32 *)current_task) & TASK_WORK_RESCHED)
		kernel_preempt();
}

/* The slow way to user mode; interrupts are off on entry and on return. */
void exit_to_user(struct regs *r)
{
	u32 *work = (u32 *)current_task;
	for (;;) {
		while (READ_ONCE(*work) & TASK_WORK_EXIT_MASK) {
			irq_enable();
			kernel_exit_work(r);
			irq_disable();
		}
		if (likely(is_user_address(r->rip) || r->rip >= DIRECT_BASE))
			break;
		irq_enable();
		kernel_trap(r, VECTOR_GP, 0, 0, true);
		irq_disable();
	}
	if (READ_ONCE(*work) & TASK_WORK_IRET)
		__atomic_fetch_and(work, ~(u32)TASK_WORK_IRET, __ATOMIC_RELAXED);
	r->cs = USER_CS;
	r->ss = USER_DS;
	r->rflags = (r->rflags & USER_FLAGS) | RFLAGS_IF | FLAGS_ALWAYS_ONE;
}

/* --- on their own stacks --- */

void double_fault(struct regs *r, u64 error)
{
	u64 address = read_cr2();
	/* The fault that could not be delivered was a push just below the stack. */
	if (address - (r->rsp - PAGE_SIZE) < 2 * PAGE_SIZE && !arch_kernel_va_is_mapped(address))
		panic_regs(r, "kernel stack overflow: rsp %016lx, page fault at %016lx", r->rsp, address);
	panic_regs(r, "double fault (last page fault at %016lx)", address);
}

void machine_check(struct regs *r, u64 error)
{
	panic_regs(r, "machine check: the hardware reports an error that cannot be mended");
}

/* Nobody sets breakpoints in the kernel; what user mode prepared for itself must not stop it either. */
void debug_in_kernel(struct regs *r, u64 error)
{
	take_dr6();
	__asm__ volatile("movq %0, %%dr7" ::"r"(DR7_IDLE));
	r->rflags &= ~(u64)RFLAGS_TF;
}
