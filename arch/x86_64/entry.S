// SPDX-License-Identifier: MIT
/*
 * entry: every way into the kernel and out of it, and the switch from one task to another.
 *
 * Promise   C code sees the interrupted registers as struct regs: for entries from user mode right below
 *           the top of the task's kernel stack. C runs with the kernel's %gs base, DF and AC clear. The
 *           way to user mode looks at task->work with interrupts off, so that nothing gets in between.
 * Locks     none; interrupts are off but where said
 *
 *   syscall_entry    SYSCALL: saves the registers, calls kernel_syscall(), leaves by SYSRET. The
 *                    registers that C preserves are saved (fork, signals and tracers read them) but
 *                    not loaded again. Whoever changes saved registers sets TASK_WORK_IRET, and leaves
 *                    by IRET, which takes any register file; a changed rip alone is noticed here.
 *   vector_stubs     exceptions and interrupts, on the current kernel stack
 *   entry_nmi ...    what can come between any two instructions, also before SWAPGS or on a user stack:
 *                    on stacks of their own (IST), and with no belief about %gs. The base is read and
 *                    put back by MSR; the right one lies right above the registers on each such
 *                    stack. A value of the user's may look like any of ours: CPU 0's base is 0.
 *   arch_switch      callee-saved registers and the stack; a user task's FPU state and segment bases.
 *                    Saving is eager, loading is left out when only kernel threads ran in between.
 *
 * IRET to user mode does not fault: exit_to_user() in trap.c has made sure that rip is canonical, and the
 * selectors are constants. An NMI handler must not fault either: the IRET of that fault would let the
 * next NMI in, onto the same stack.
 */
#include "arch/x86_64/asm.h"

/* task->work as in core/preempt.h: what the way out must not overlook */
#define WORK_ON_EXIT 0x8000ffff
#define ERRNO_ENOSYS 38

.macro SAVE_BELOW_RDI
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %rax
	SAVE_BELOW_RAX
.endm

.macro SAVE_BELOW_RAX
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
.endm

.macro LOAD_ALL_AND_IRET
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rax
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	addq $8, %rsp /* orig_rax */
	iretq
.endm

	.section .text.entry, "ax"

/* --- system calls --- */

	.balign 64
	.globl syscall_entry
syscall_entry:
	swapgs
	movq %rsp, %gs:syscall_user_rsp
	movq %gs:cpu_tss + TSS_RSP0, %rsp
	pushq $SEL_USER_DS
	pushq %gs:syscall_user_rsp
	pushq %r11 /* rflags */
	pushq $SEL_USER_CS
	pushq %rcx /* rip */
	pushq %rax /* orig_rax */
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq $-ERRNO_ENOSYS /* what a tracer sees in rax before the call has run */
	SAVE_BELOW_RAX
	movq %rsp, %rdi
	sti
	call kernel_syscall
	cli
	movq %gs:current_task, %rax
	testl $WORK_ON_EXIT, TASK_WORK(%rax)
	jnz return_by_iret
	movq REGS_RCX(%rsp), %rcx
	cmpq REGS_RIP(%rsp), %rcx
	jne return_by_iret
	movq REGS_RFLAGS(%rsp), %r11
	movq REGS_R10(%rsp), %r10
	movq REGS_R9(%rsp), %r9
	movq REGS_R8(%rsp), %r8
	movq REGS_RAX(%rsp), %rax
	movq REGS_RDX(%rsp), %rdx
	movq REGS_RSI(%rsp), %rsi
	movq REGS_RDI(%rsp), %rdi
	movq REGS_RSP(%rsp), %rsp
	swapgs
	sysretq

/* --- to user mode by IRET; rsp points to struct regs at the top of the task's stack --- */

return_to_user:
	cli
return_to_user_irqs_off:
	movq %gs:current_task, %rax
	testl $WORK_ON_EXIT, TASK_WORK(%rax)
	jz 1f
return_by_iret:
	movq %rsp, %rdi
	call exit_to_user
1:	swapgs
	LOAD_ALL_AND_IRET

/* --- exceptions and interrupts --- */

/* rdi is saved and holds the vector; the error code or 0 lies where orig_rax belongs */
	.balign 16
exception_entry:
	testb $3, 24(%rsp) /* cs */
	jz exception_in_kernel
	swapgs
exception_in_user:
	SAVE_BELOW_RDI
	cld
	CLAC
	movl %edi, %esi
	movq %rsp, %rdi
	movq REGS_ORIG_RAX(%rsp), %rdx
	movq $-1, REGS_ORIG_RAX(%rsp)
	call exception_from_user
	jmp return_to_user
exception_in_kernel:
	SAVE_BELOW_RDI
	cld
	CLAC
	movl %edi, %esi
	movq %rsp, %rdi
	movq REGS_ORIG_RAX(%rsp), %rdx
	movq $-1, REGS_ORIG_RAX(%rsp)
	call exception_from_kernel
	cli
	LOAD_ALL_AND_IRET

	.balign 16
interrupt_entry:
	testb $3, 24(%rsp)
	jz interrupt_in_kernel
	swapgs
	SAVE_BELOW_RDI
	cld
	CLAC
	movl %edi, %esi
	movq %rsp, %rdi
	movq $-1, REGS_ORIG_RAX(%rsp)
	call interrupt_from_user
	jmp return_to_user_irqs_off
interrupt_in_kernel:
	SAVE_BELOW_RDI
	cld
	CLAC
	movl %edi, %esi
	movq %rsp, %rdi
	movq $-1, REGS_ORIG_RAX(%rsp)
	call interrupt_from_kernel
	LOAD_ALL_AND_IRET

/* One per vector, VECTOR_STUB_BYTES apart. */
#define VECTOR_HAS_ERROR(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || (v) == 29 || (v) == 30)
	.balign 16
	.globl vector_stubs
vector_stubs:
	.set vector, 0
	.rept 256
	.balign VECTOR_STUB_BYTES
	.if !VECTOR_HAS_ERROR(vector)
	pushq $0
	.endif
	pushq %rdi
	movl $vector, %edi
	.if vector < 32
	jmp exception_entry
	.else
	jmp interrupt_entry
	.endif
	.set vector, vector + 1
	.endr

/* --- at any time, on stacks of their own --- */

/* The error code or 0, and rdi, have been pushed. */
.macro PARANOID handler
	SAVE_BELOW_RDI
	cld
	CLAC
	movl $MSR_GS_BASE, %ecx
	rdmsr
	shlq $32, %rdx
	leaq (%rdx, %rax), %rbx
	movl REGS_BYTES(%rsp), %eax
	movl REGS_BYTES + 4(%rsp), %edx
	wrmsr
	movq %rsp, %rdi
	movq REGS_ORIG_RAX(%rsp), %rsi
	movq $-1, REGS_ORIG_RAX(%rsp)
	call \handler
	movl $MSR_GS_BASE, %ecx
	movl %ebx, %eax
	movq %rbx, %rdx
	shrq $32, %rdx
	wrmsr
	LOAD_ALL_AND_IRET
.endm

	.globl entry_nmi, entry_double_fault, entry_machine_check, entry_debug
entry_nmi:
	pushq $0
	pushq %rdi
	PARANOID nmi_handler

entry_double_fault:
	pushq %rdi
	PARANOID double_fault

entry_machine_check:
	pushq $0
	pushq %rdi
	PARANOID machine_check

/* From user mode it is an exception like others (breakpoints, single steps): over to the task's stack. */
entry_debug:
	pushq $0
	pushq %rdi
	testb $3, 24(%rsp)
	jz 1f
	swapgs
	movq %rsp, %rdi
	movq %gs:cpu_tss + TSS_RSP0, %rsp
	pushq 48(%rdi) /* ss */
	pushq 40(%rdi) /* rsp */
	pushq 32(%rdi) /* rflags */
	pushq 24(%rdi) /* cs */
	pushq 16(%rdi) /* rip */
	pushq $0
	pushq (%rdi)
	movl $1, %edi /* the vector */
	jmp exception_in_user
1:	PARANOID debug_in_kernel

/* --- tasks --- */

/* void arch_switch(struct task *prev, struct task *next) */
	.balign 64
	.globl arch_switch
arch_switch:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, TASK_SP(%rdi)
	movq TASK_FPU(%rdi), %rcx
	testq %rcx, %rcx
	jz 2f
	movl $-1, %eax
	movl %eax, %edx
101:	fxsave64 (%rcx)
102:	PATCH PATCH_XSAVE, 101b, 102b, 0x48, 0x0f, 0xae, 0x21 /* xsave64 (%rcx) */
	PATCH PATCH_XSAVEOPT, 101b, 102b, 0x48, 0x0f, 0xae, 0x31 /* xsaveopt64 (%rcx) */
	/* without FSGSBASE user code cannot change the bases by itself */
	UNLESS PATCH_FSGSBASE, 2f
	rdfsbase %rax
	movq %rax, TASK_FS_BASE(%rdi)
	swapgs
	rdgsbase %rax
	swapgs
	movq %rax, TASK_GS_BASE(%rdi)
2:	movq TASK_SP(%rsi), %rsp
	movq TASK_STACK_TOP(%rsi), %rax
	movq %rax, %gs:cpu_tss + TSS_RSP0
	cmpq $0, TASK_FPU(%rsi)
	je 4f
	movl %gs:cpu_index, %eax
	incl %eax
	cmpl %eax, TASK_LIVE_CPU(%rsi)
	jne 3f
	cmpq %rsi, %gs:live_user
	je 4f
3:	call load_user_state
4:	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret

/* void load_user_state(scratch, struct task *t): from memory into this CPU's registers; interrupts off. */
	.globl load_user_state
load_user_state:
	movq %rsi, %gs:live_user
	movl %gs:cpu_index, %eax
	incl %eax
	movl %eax, TASK_LIVE_CPU(%rsi)
	movq TASK_FPU(%rsi), %rcx
	movl $-1, %eax
	movl %eax, %edx
101:	fxrstor64 (%rcx)
102:	PATCH PATCH_XSAVE, 101b, 102b, 0x48, 0x0f, 0xae, 0x29 /* xrstor64 (%rcx) */
	UNLESS PATCH_FSGSBASE, 1f
	movq TASK_FS_BASE(%rsi), %rax
	wrfsbase %rax
	movq TASK_GS_BASE(%rsi), %rax
	swapgs
	wrgsbase %rax
	swapgs
	ret
1:	movl $MSR_FS_BASE, %ecx
	movl TASK_FS_BASE(%rsi), %eax
	movl TASK_FS_BASE + 4(%rsi), %edx
	wrmsr
	movl $MSR_KERNEL_GS_BASE, %ecx
	movl TASK_GS_BASE(%rsi), %eax
	movl TASK_GS_BASE + 4(%rsi), %edx
	wrmsr
	ret

/* First run of a kernel thread: arch_task_init_kernel() put fn into r12 and its argument into r13. */
	.globl kernel_thread_entry
kernel_thread_entry:
	call kernel_task_start
	sti
	movq %r13, %rdi
	call *%r12
	ud2

/* First run of a forked task: its registers lie at the top of its stack. */
	.globl forked_task_entry
forked_task_entry:
	call kernel_task_start
	jmp return_to_user

/* __noreturn void user_enter(struct regs *at_stack_top) */
	.globl user_enter
user_enter:
	movq %rdi, %rsp
	jmp return_to_user

	.section .note.GNU-stack, "", @progbits
