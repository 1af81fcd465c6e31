// SPDX-License-Identifier: MIT
/*
 * task: how a task first comes to run, and the user's segment bases.
 *
 * Promise   a task that has not run yet looks like one that arch_switch() left: seven words on its stack.
 *           The top of every task's stack is kept free for struct regs, so that a kernel thread can
 *           become a program.
 * Locks     none: the task is the caller's, or the current one
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/asm.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/preempt.h"
#include "kernel/lib/string.h"

/* As arch_switch() pushes them. */
struct switch_frame {
	u64 r15, r14, r13, r12, rbx, rbp, rip;
};

void kernel_thread_entry(void);
void forked_task_entry(void);
__noreturn void user_enter(struct regs *r);

struct regs *arch_user_regs(struct arch_task *a)
{
	return (struct regs *)a->stack_top - 1;
}

void arch_task_init_kernel(struct arch_task *a, void (*fn)(void *), void *arg)
{
	u64 top = ALIGN_DOWN((u64)arch_user_regs(a), 16); /* functions expect it so */
	struct switch_frame *frame = (struct switch_frame *)top - 1;
	*frame = (struct switch_frame){ .rip = (u64)kernel_thread_entry, .r12 = (u64)fn, .r13 = (u64)arg };
	a->sp = (u64)frame;
	a->live_cpu = 0;
}

void arch_task_init_fork(struct arch_task *a, const struct regs *parent)
{
	struct regs *r = arch_user_regs(a);
	struct switch_frame *frame = (struct switch_frame *)r - 1;
	*r = *parent;
	r->rax = 0;
	*frame = (struct switch_frame){ .rip = (u64)forked_task_entry };
	a->sp = (u64)frame;
	a->fs_base = arch_get_fs_base();
	a->gs_base = arch_get_gs_base();
	a->live_cpu = 0;
}

__noreturn void arch_enter_user(struct regs *r)
{
	struct regs *top = arch_user_regs(task_arch(current_task));
	memmove(top, r, sizeof(*top));
	user_enter(top);
}

/* The stored copy and the register change together: a switch in between would bring the old one back. */
static void set_base(u64 *stored, u32 msr, u64 base)
{
	u64 irq = irq_save();
	*stored = base;
	wrmsr(msr, base);
	irq_restore(irq);
}

void arch_set_fs_base(u64 base)
{
	set_base(&task_arch(current_task)->fs_base, MSR_FS_BASE, base);
}

/* While in the kernel, the user's base waits where SWAPGS finds it. */
void arch_set_gs_base(u64 base)
{
	set_base(&task_arch(current_task)->gs_base, MSR_KERNEL_GS_BASE, base);
}

u64 arch_get_fs_base(void)
{
	return rdmsr(MSR_FS_BASE);
}

u64 arch_get_gs_base(void)
{
	return rdmsr(MSR_KERNEL_GS_BASE);
}
