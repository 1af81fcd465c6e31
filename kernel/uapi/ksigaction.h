// SPDX-License-Identifier: MIT
/*
 * uapi/ksigaction: an action as rt_sigaction(2) takes it.
 *
 * Linux     sigaction(2)
 */
#pragma once
#include "kernel/uapi/types.h"

/* The C library's struct sigaction has another order. The mask is a ksigset_t. */
struct ksigaction {
	__uptr(void) handler;
	unsigned long flags;
	__uptr(void) restorer;
	unsigned long mask;
};
