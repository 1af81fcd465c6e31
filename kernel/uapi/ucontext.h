// SPDX-License-Identifier: MIT
/*
 * uapi/ucontext: what a signal handler finds on its stack, and what rt_sigreturn(2) takes back.
 *
 * Linux     sigreturn(2), getcontext(3); Intel SDM volume 1, chapter 13 for the extended area
 */
#pragma once
#include "kernel/uapi/signal.h"

/*
 * From the stack pointer that the handler starts with: return address (the restorer), struct
 * ucontext, struct siginfo; the floating point area above, aligned to 64 bytes, found by `fpstate`.
 */

/* The 48 bytes that XSAVE leaves to software, at the end of the 512 of the legacy area. */
struct fpx_sw_bytes {
	unsigned magic1;	      /* FP_XSTATE_MAGIC1: the fields below are valid */
	unsigned extended_size;	      /* the whole area, FP_XSTATE_MAGIC2 included */
	unsigned long long xfeatures; /* bits of XCR0 that are saved */
	unsigned xstate_size;	      /* extended_size without the closing magic */
	unsigned padding[7];
};
#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u /* stands behind the extended area */
#define FP_XSTATE_MAGIC2_SIZE 4

/* The FXSAVE image. */
struct fpstate {
	unsigned short cwd, swd, twd, fop;
	unsigned long long rip, rdp;
	unsigned mxcsr, mxcsr_mask;
	unsigned st_space[32];	/* 8 registers of 16 bytes */
	unsigned xmm_space[64]; /* 16 registers of 16 bytes */
	unsigned reserved2[12];
	struct fpx_sw_bytes sw_reserved;
};
_Static_assert(sizeof(struct fpstate) == 512, "the ABI's size");

struct sigcontext {
	unsigned long r8, r9, r10, r11, r12, r13, r14, r15;
	unsigned long rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip;
	unsigned long eflags;
	unsigned short cs, gs, fs, ss;
	unsigned long err, trapno, oldmask, cr2;
	__uptr(struct fpstate) fpstate;
	unsigned long reserved1[8];
};
_Static_assert(sizeof(struct sigcontext) == 256, "the ABI's size");

struct ucontext {
	unsigned long uc_flags;
	__uptr(struct ucontext) uc_link;
	struct sigaltstack uc_stack;
	struct sigcontext uc_mcontext;
	ksigset_t uc_sigmask;
};
_Static_assert(sizeof(struct ucontext) == 304, "the ABI's size");

#define UC_FP_XSTATE 0x1	 /* the area behind fpstate is an XSAVE one */
#define UC_SIGCONTEXT_SS 0x2	 /* ss is valid */
#define UC_STRICT_RESTORE_SS 0x4 /* and is to be taken as it is */
