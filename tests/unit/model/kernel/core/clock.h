// SPDX-License-Identifier: MIT
/*
 * model/clock: deadlines for tests/unit/test_futex.c: no time passes.
 */
#pragma once
#include "kernel/core/sched.h"
#include "kernel/lib/types.h"

struct timespec;
static inline int clock_to_deadline(int clock, s64 ns, u64 *deadline_ns)
{
	*deadline_ns = (u64)ns;
	return 0;
}

static inline u64 deadline_after(u64 ns)
{
	return ns;
}

static inline int timespec_to_ns(const struct timespec *ts, s64 *ns)
{
	*ns = 0;
	return 0;
}
