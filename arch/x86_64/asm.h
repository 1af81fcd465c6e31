// SPDX-License-Identifier: MIT
/*
 * asm: numbers that assembly and C share, and the two tables that assembly writes into.
 *
 * Promise   each offset is checked against the C structure where that is defined (gdt.c, fpu.c, trap.c)
 */
#pragma once

/* struct regs (regs.h) */
#define REGS_R15 0
#define REGS_R11 48
#define REGS_R10 56
#define REGS_R9 64
#define REGS_R8 72
#define REGS_RAX 80
#define REGS_RCX 88
#define REGS_RDX 96
#define REGS_RSI 104
#define REGS_RDI 112
#define REGS_ORIG_RAX 120
#define REGS_RIP 128
#define REGS_CS 136
#define REGS_RFLAGS 144
#define REGS_RSP 152
#define REGS_SS 160
#define REGS_BYTES 168

/* struct task (core/task.h) begins with `work`; struct arch_task follows at 8 */
#define TASK_WORK 0
#define TASK_ARCH 8
#define TASK_SP (TASK_ARCH + 0)
#define TASK_STACK_TOP (TASK_ARCH + 8)
#define TASK_FS_BASE (TASK_ARCH + 16)
#define TASK_GS_BASE (TASK_ARCH + 24)
#define TASK_FPU (TASK_ARCH + 32)
#define TASK_LIVE_CPU (TASK_ARCH + 40)

#define TSS_RSP0 4
#define VECTOR_STUB_BYTES 16

/* what KERNEL_CS and its like are in regs.h */
#define SEL_KERNEL_CS 0x08
#define SEL_KERNEL_DS 0x10
#define SEL_USER_DS 0x2b
#define SEL_USER_CS 0x33

#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_FMASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX 0xc0000103
#define MSR_SYSENTER_CS 0x174
#define MSR_PAT 0x277

/* Features that decide about instructions in place: see patch.c. */
#define PATCH_SMAP 0
#define PATCH_ERMS 1
#define PATCH_FSGSBASE 2
#define PATCH_XSAVE 3
#define PATCH_XSAVEOPT 4
#define NR_PATCH_FEATURES 5
#define PATCH_BYTES_MAX 6

#ifdef __ASSEMBLER__

/* If the instruction at `insn` faults and nothing can serve it, execution goes on at `target`. */
.macro EXTABLE insn, target
	.pushsection .extable, "a"
	.balign 4
	.long \insn - ., \target - .
	.popsection
.endm

/*
 * What stands between `from` and `to` is for every CPU; on one with the feature the given bytes, as many,
 * replace it.
 */
.macro PATCH feature, from, to, bytes:vararg
	.pushsection .patch, "a"
	.balign 4
	.long \from - .
	.byte \feature, \to - \from
880:	.byte \bytes
881:	.skip PATCH_BYTES_MAX - (881b - 880b), 0
	.popsection
.endm

/* Skips to `target` on a CPU without the feature. */
.macro UNLESS feature, target
770:	.byte 0xeb, \target - 771f /* jmp, short */
771:	PATCH \feature, 770b, 771b, 0x66, 0x90 /* one nop of two bytes */
.endm

/* User memory is open between these two. */
.macro STAC
770:	.byte 0x0f, 0x1f, 0x00 /* one nop of three bytes */
771:	PATCH PATCH_SMAP, 770b, 771b, 0x0f, 0x01, 0xcb
.endm

.macro CLAC
770:	.byte 0x0f, 0x1f, 0x00
771:	PATCH PATCH_SMAP, 770b, 771b, 0x0f, 0x01, 0xca
.endm

#endif
