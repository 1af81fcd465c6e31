// SPDX-License-Identifier: MIT
/*
 * atomic: the memory-ordering vocabulary beside the compiler's __atomic builtins.
 *
 * Promise   data that CPUs share without a lock is read and written with the __atomic builtins or
 *           READ_ONCE/WRITE_ONCE (macros.h); what those cannot say stands here. On x86-64 loads are not
 *           reordered with loads nor stores with stores: only a store followed by a load needs a fence.
 * Locks     none
 */
#pragma once
#include "kernel/lib/types.h"

/* A store before it is seen by all before a load after it is done: Dekker-like pairs (wait.h). A locked
 * instruction on the own stack is what CPUs do fastest. */
static inline void full_barrier(void)
{
	__asm__ volatile("lock; addl $0, -4(%%rsp)" ::: "memory", "cc");
}

/* One more in a counter that its owner alone writes, seen after all that he did before: without a lock prefix, and
 * in one instruction, where a builtin's load, addition and store are three. */
static inline void release_increment(u16 *counter)
{
	__asm__ volatile("addw $1, %0" : "+m"(*counter)::"memory", "cc");
}
