// SPDX-License-Identifier: MIT
/*
 * model/uaccess: words of user memory are the test's own; now and then a page must be faulted in.
 */
#pragma once
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"

enum { MODEL_FAULT_ONE_IN = 40 };

static inline bool access_ok(const void __user *p, size_t n)
{
	return true;
}

static inline int copy_from_user(void *to, const void __user *from, size_t n)
{
	return -EFAULT;
}

static inline u32 *model_word(const u32 __user *p)
{
	model_step();
	return (u32 *)(u64)p;
}

static inline bool model_faults(void)
{
	return unit_below(MODEL_FAULT_ONE_IN) == 0;
}

#define get_user(v, p) ((v) = *model_word(p), (void)(v), 0)

static inline int get_user_nofault(u32 *out, const u32 __user *p)
{
	if (model_faults())
		return -EFAULT;
	*out = *model_word(p);
	return 0;
}

static inline int cmpxchg_user(u32 __user *p, u32 *seen, u32 expected, u32 desired)
{
	u32 *word = model_word(p);
	*seen = *word;
	if (*word == expected)
		*word = desired;
	return 0;
}

static inline int cmpxchg_user_nofault(u32 __user *p, u32 *seen, u32 expected, u32 desired)
{
	return model_faults() ? -EFAULT : cmpxchg_user(p, seen, expected, desired);
}
