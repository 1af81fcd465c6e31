// SPDX-License-Identifier: MIT
/*
 * regs: the user-visible register file as the entry code leaves it on the kernel stack.
 *
 * Promise   the layout is that of entry.S, and the first 21 words are in the order of Linux's
 *           struct user_regs_struct (ptrace(2)), so that a tracer can be handed them as they are.
 *           orig_rax is the system call's number, or -1 for exceptions and interrupts.
 */
#pragma once
#include "kernel/lib/types.h"

struct regs {
	u64 r15, r14, r13, r12, rbp, rbx;
	u64 r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	u64 orig_rax;
	u64 rip, cs, rflags, rsp, ss;
};

enum {
	KERNEL_CS = 0x08,
	KERNEL_DS = 0x10,
	USER_CS32 = 0x1b, /* a placeholder in SYSRET's triple: 32-bit code is not offered */
	USER_DS = 0x2b,
	USER_CS = 0x33,
	RFLAGS_CF = 1 << 0,
	RFLAGS_TF = 1 << 8,
	RFLAGS_IF = 1 << 9,
	RFLAGS_DF = 1 << 10,
	RFLAGS_RF = 1 << 16,
	RFLAGS_AC = 1 << 18,
};

static inline bool regs_from_user(const struct regs *r)
{
	return r->cs & 3;
}
