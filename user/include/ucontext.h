// SPDX-License-Identifier: MIT
/*
 * ucontext.h: the registers that a signal handler may look at and change.
 */
#pragma once
#include <stddef.h>
#include "kernel/uapi/ucontext.h"

/* The same bytes as struct sigcontext, under the names that programs know. */
enum {
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RDI, REG_RSI, REG_RBP,
	REG_RBX, REG_RDX, REG_RAX, REG_RCX, REG_RSP, REG_RIP, REG_EFL, REG_CSGSFS, REG_ERR, REG_TRAPNO,
	REG_OLDMASK, REG_CR2, NGREG
};
#define REG_R8 REG_R8
#define REG_RIP REG_RIP
#define REG_RSP REG_RSP

typedef long long greg_t;
typedef greg_t gregset_t[NGREG];
typedef struct fpstate *fpregset_t;
typedef struct {
	gregset_t gregs;
	fpregset_t fpregs;
	unsigned long __reserved1[8];
} mcontext_t;

typedef struct ucontext_t {
	unsigned long uc_flags;
	struct ucontext_t *uc_link;
	struct sigaltstack uc_stack;
	mcontext_t uc_mcontext;
	ksigset_t uc_sigmask;
} ucontext_t;
_Static_assert(sizeof(ucontext_t) == sizeof(struct ucontext), "one layout, two views");
_Static_assert(offsetof(ucontext_t, uc_sigmask) == offsetof(struct ucontext, uc_sigmask), "as above");
