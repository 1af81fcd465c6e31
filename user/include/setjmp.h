// SPDX-License-Identifier: MIT
/*
 * setjmp.h: leaving functions by a jump.
 */
#pragma once
#include "kernel/uapi/signal.h"

typedef struct {
	unsigned long regs[8]; /* rbx rbp r12 r13 r14 r15 rsp rip */
	int has_mask;
	ksigset_t mask;
} jmp_buf[1], sigjmp_buf[1];

int setjmp(jmp_buf env) __attribute__((returns_twice));
int _setjmp(jmp_buf env) __attribute__((returns_twice));
__attribute__((noreturn)) void longjmp(jmp_buf env, int value);
int sigsetjmp(sigjmp_buf env, int save_mask) __attribute__((returns_twice));
__attribute__((noreturn)) void siglongjmp(sigjmp_buf env, int value);
