// SPDX-License-Identifier: MIT
/*
 * fail: see fail.h.
 *
 * Promise   interrupts are not counted: what they need is nobody's
 * Locks     none: a count is changed by its task; a race with who sets it from outside loses one of the two
 */
#include "mm/fail.h"

#ifdef DEBUG
#include "kernel/core/task.h"

enum { RATE_MIN = 2 }; /* who tries again must come through at some time */

static u32 fail_alloc_rate, fail_alloc_seed; /* [const after boot] */
static u64 nr_points; /* [atomic] of the random mode, since the start */

/* The numbers of a seed, by place: each call costs the same, whichever CPU asks. */
static u32 mixed(u64 v)
{
	v ^= v >> 33;
	v *= 0xff51afd7ed558ccdul;
	v ^= v >> 33;
	v *= 0xc4ceb9fe1a85ec53ul;
	return (u32)(v >> 32);
}

static bool fails_by_chance(const struct task *t)
{
	if (!t->process || t->tid <= 1)
		return false;
	u64 point = __atomic_fetch_add(&nr_points, 1, __ATOMIC_RELAXED);
	return mixed(point ^ (u64)fail_alloc_seed << 32) % fail_alloc_rate == 0;
}

bool alloc_should_fail(void)
{
	struct task *t = current;
	if (unlikely(!t) || irq_depth)
		return false;
	u32 left = READ_ONCE(t->fail_nth);
	if (unlikely(left)) {
		WRITE_ONCE(t->fail_nth, left - 1);
		return left == 1;
	}
	return unlikely(fail_alloc_rate) && fails_by_chance(t);
}

int fail_alloc_setup(u32 rate, u32 seed)
{
	if (rate && rate < RATE_MIN)
		return -EINVAL;
	fail_alloc_rate = rate;
	fail_alloc_seed = seed;
	return 0;
}

u32 fail_nth_suspend(void)
{
	u32 count = READ_ONCE(current->fail_nth);
	WRITE_ONCE(current->fail_nth, 0);
	return count;
}

void fail_nth_resume(u32 count)
{
	WRITE_ONCE(current->fail_nth, count);
}
#endif
