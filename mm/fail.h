// SPDX-License-Identifier: MIT
/*
 * fail: allocations that fail because a test wants them to.
 *
 * Promise   Debug builds have points of failure: each object of a cache, each block of pages, each kmalloc()
 *           beyond the caches. task->fail_nth counts them down for one task; the one at which it comes to 0
 *           fails. With the boot option fail_alloc=RATE[,SEED] one in RATE fails of all that user processes
 *           ask for, process 1 excepted, chosen by SEED. Release builds have none of this.
 *           What an allocator needs for itself (pages for a slab) is no point of its own.
 * Locks     the count is its task's; others may set it at any time, as /proc/PID/task/TID/fail-nth does
 * Linux     Documentation/fault-injection: fail-nth. There, some kinds of allocation never fail.
 */
#pragma once
#include "kernel/lib/errno.h"
#include "kernel/lib/types.h"

#ifdef DEBUG
bool alloc_should_fail(void); /* at a point of failure */
int fail_alloc_setup(u32 rate, u32 seed); /* the boot option: rate 0: by count only; -EINVAL: there is no such thing */
/* For who looks at the count and must not change it: no failures of this task until it is given back. */
u32 fail_nth_suspend(void);
void fail_nth_resume(u32 count);
#else
static inline bool alloc_should_fail(void)
{
	return false;
}
static inline int fail_alloc_setup(u32 rate, u32 seed)
{
	return -EINVAL;
}
#endif
