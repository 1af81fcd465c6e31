// SPDX-License-Identifier: MIT
/*
 * facts/sched: affinity, nice levels and scheduling policies.
 *
 * Promise   sets and levels are kept and inherited; their bounds and rights are Linux's.
 * Linux     sched_setaffinity(2), getpriority(2), sched_setscheduler(2).
 */
#include <sched.h>
#include <sys/resource.h>
#include "tests/abi/abi.h"

enum { OTHER = 0, FIFO = 1, RR = 2, BATCH = 3, IDLE = 5, NONE_SUCH = 4, NO_TID = 0x3fffffff };

CASE(yield_answers_zero)
{
	CHECK_EQ(sys(SYS_sched_yield), 0);
}

CASE(affinity_is_kept_and_inherited)
{
	unsigned long all = 0, one, got[16] = {0};
	int pid;

	long bytes = sys(SYS_sched_getaffinity, 0, sizeof(got), got);
	CHECK(bytes >= 8 && bytes % 8 == 0);
	all = got[0];
	CHECK(all);
	one = all & -all;
	CHECK_EQ(sys(SYS_sched_setaffinity, 0, sizeof(one), &one), 0);
	CHECK_EQ(sys(SYS_sched_getaffinity, 0, sizeof(got), got), bytes);
	CHECK_EQ(got[0], one);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_sched_getaffinity, 0, sizeof(got), got), bytes);
		CHECK_EQ(got[0], one);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_sched_setaffinity, 0, sizeof(all), &all), 0);
}

CASE(affinity_refusals)
{
	unsigned long mask = 0, got[16];
	int pid;

	CHECK_EQ(sys(SYS_sched_setaffinity, 0, 8, &mask), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setaffinity, 0, 0, &mask), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setaffinity, 0, 8, hole()), -EFAULT);
	mask = -1ul;
	CHECK_EQ(sys(SYS_sched_setaffinity, NO_TID, 8, &mask), -ESRCH);
	CHECK_EQ(sys(SYS_sched_getaffinity, NO_TID, sizeof(got), got), -ESRCH);
	CHECK_EQ(sys(SYS_sched_getaffinity, 0, 12, got), -EINVAL);
	CHECK_EQ(sys(SYS_sched_getaffinity, 0, 0, got), -EINVAL);
	CHECK_EQ(sys(SYS_sched_getaffinity, 0, sizeof(got), hole()), -EFAULT);
	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_sched_setaffinity, sys(SYS_getppid), 8, &mask), -EPERM);
		CHECK_EQ(sys(SYS_sched_setaffinity, 0, 8, &mask), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(nice_levels)
{
	int pid;

	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, 0), 20);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, 5), 0);
		CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, 0), 15);
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, sys(SYS_getpid), 100), 0);
		CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, sys(SYS_getpid)), 1);
		int child;

		CHILD(child)
			CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, 0), 1);
		CHECK_EXIT(child, 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_getpriority, 3, 0), -EINVAL);
	CHECK_EQ(sys(SYS_getpriority, -1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, NO_TID), -ESRCH);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, NO_TID, 1), -ESRCH);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PGRP, NO_TID, 1), -ESRCH);
	CHECK_EQ(sys(SYS_setpriority, 3, 0, 1), -EINVAL);
}

CASE(nice_of_groups_and_rights)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setpgid, 0, 0), 0);
		int child, *go = shared_page();

		CHILD(child)
			while (!__atomic_load_n(go, __ATOMIC_SEQ_CST))
				sleep_ms(1);
		CHECK_EQ(sys(SYS_setpriority, PRIO_PGRP, 0, 4), 0);
		CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, child), 16);
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, child, -3), 0);
		CHECK_EQ(sys(SYS_getpriority, PRIO_PGRP, 0), 23);
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, child, 5), -EPERM);
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, 3), -EACCES);
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, 6), 0);
		__atomic_store_n(go, 1, __ATOMIC_SEQ_CST);
		CHECK_EXIT(child, 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(policies)
{
	struct sched_param p = {0}, wrong = {5};
	struct timespec ts = {-1, -1};
	int pid;

	CHECK_EQ(sys(SYS_sched_getscheduler, 0), OTHER);
	CHECK_EQ(sys(SYS_sched_get_priority_max, OTHER), 0);
	CHECK_EQ(sys(SYS_sched_get_priority_min, OTHER), 0);
	CHECK_EQ(sys(SYS_sched_get_priority_max, FIFO), 99);
	CHECK_EQ(sys(SYS_sched_get_priority_min, RR), 1);
	CHECK_EQ(sys(SYS_sched_get_priority_max, NONE_SUCH), -EINVAL);
	CHECK_EQ(sys(SYS_sched_get_priority_min, -1), -EINVAL);
	CHECK_EQ(sys(SYS_sched_rr_get_interval, 0, &ts), 0);
	CHECK(ts.tv_sec == 0 && ts.tv_nsec >= 0);
	CHECK_EQ(sys(SYS_sched_rr_get_interval, -1, &ts), -EINVAL);
	CHECK_EQ(sys(SYS_sched_rr_get_interval, NO_TID, &ts), -ESRCH);
	CHECK_EQ(sys(SYS_sched_getparam, 0, &wrong), 0);
	CHECK_EQ(wrong.sched_priority, 0);
	CHECK_EQ(sys(SYS_sched_getparam, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_getparam, NO_TID, &p), -ESRCH);
	CHECK_EQ(sys(SYS_sched_setparam, 0, &p), 0);
	wrong.sched_priority = 5;
	CHECK_EQ(sys(SYS_sched_setparam, 0, &wrong), -EINVAL);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_sched_setscheduler, 0, BATCH, &p), 0);
		CHECK_EQ(sys(SYS_sched_getscheduler, 0), BATCH);
		CHECK_EQ(sys(SYS_sched_setscheduler, 0, IDLE, &p), 0);
		CHECK_EQ(sys(SYS_sched_getscheduler, sys(SYS_getpid)), IDLE);
		int child;

		CHILD(child)
			CHECK_EQ(sys(SYS_sched_getscheduler, 0), IDLE);
		CHECK_EXIT(child, 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, OTHER, &wrong), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, NONE_SUCH, &p), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, -1, &p), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setscheduler, -1, OTHER, &p), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setscheduler, NO_TID, OTHER, &p), -ESRCH);
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, OTHER, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, OTHER, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_sched_getscheduler, NO_TID), -ESRCH);
	CHECK_EQ(sys(SYS_sched_getscheduler, -1), -EINVAL);
}
