// SPDX-License-Identifier: MIT
/*
 * sched/attr: sched_setattr(2) and sched_getattr(2).
 *
 * Promise   sizes of the structure, flags, what is kept and what is clamped
 * Linux     sched_setattr(2)
 */
#include "tests/abi/sched/sched.h"

enum { VER0 = 48, VER1 = 56 };
#define SLICE_MIN 100000
#define SLICE_MAX 100000000

CASE(sizes_that_getattr_takes)
{
	struct attr a;

	for (unsigned size = 0; size < VER0; size++)
		CHECK_EQ(sys(SYS_sched_getattr, 0, &a, size, 0), -EINVAL);
	for (unsigned size = VER0; size < 4 * VER1; size++) {
		static char buf[4 * VER1 + 1];

		memset(buf, 0xee, sizeof(buf));
		CHECK_EQ(sys(SYS_sched_getattr, 0, buf, size, 0), 0);
		CHECK_EQ(*(unsigned *)buf, size < VER1 ? size : VER1);
		CHECK_EQ((unsigned char)buf[size], 0xee);
		for (unsigned at = VER1; at < size && tap_has_linux(6, 13); at++)
			CHECK_EQ(buf[at], 0);
	}
}

CASE(getattr_arguments)
{
	static char page[PAGE + 1];
	struct attr a;

	CHECK_EQ(sys(SYS_sched_getattr, 0, page, PAGE, 0), 0);
	CHECK_EQ(sys(SYS_sched_getattr, 0, page, PAGE + 1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_getattr, 0, &a, VER1, 1), -EINVAL);
	CHECK_EQ(sys(SYS_sched_getattr, -1, &a, VER1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_getattr, NO_TID, &a, VER1, 0), -ESRCH);
	CHECK_EQ(sys(SYS_sched_getattr, 0, 0, VER1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_getattr, 0, hole(), VER1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_sched_getattr, 0, page_end(PROT_READ | PROT_WRITE) - VER0, VER1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_sched_getattr, 0, page_end(PROT_READ | PROT_WRITE) - VER0, VER0, 0), 0);
}

CASE(sizes_that_setattr_takes)
{
	static struct {
		struct attr a;
		char more[PAGE];
	} b;

	for (unsigned size = 0; size < 2 * VER1; size++) {
		long expected = size && size < VER0 ? -E2BIG : 0;

		memset(&b, 0, sizeof(b));
		b.a.size = size;
		CHECK_EQ(sys(SYS_sched_setattr, 0, &b, 0), expected);
		CHECK_EQ(b.a.size, expected ? VER1 : size);
	}
	b.a.size = PAGE;
	CHECK_EQ(sys(SYS_sched_setattr, 0, &b, 0), 0);
	b.a.size = PAGE + 1;
	CHECK_EQ(sys(SYS_sched_setattr, 0, &b, 0), -E2BIG);
	CHECK_EQ(b.a.size, VER1);
}

CASE(what_is_longer_must_be_zero)
{
	struct {
		struct attr a;
		char more[8];
	} b = {.a = {.size = sizeof(b)}};

	CHECK_EQ(sys(SYS_sched_setattr, 0, &b, 0), 0);
	b.more[7] = 1;
	CHECK_EQ(sys(SYS_sched_setattr, 0, &b, 0), -E2BIG);
	CHECK_EQ(b.a.size, VER1);
}

CASE(setattr_arguments)
{
	struct attr a = {.size = VER1};
	char *size_alone = page_end(PROT_READ | PROT_WRITE) - PAGE;

	*(unsigned *)size_alone = 1;
	CHECK_EQ(sys(SYS_sched_setattr, 0, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setattr, -1, &a, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setattr, 0, &a, 1), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setattr, NO_TID, &a, 0), -ESRCH);
	CHECK_EQ(sys(SYS_sched_setattr, 0, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_sched_setattr, 0, page_end(PROT_READ | PROT_WRITE) - 4, 0), -EFAULT);
	/* A size that is wrong is that, even where the right one cannot be told. */
	CHECK_EQ(sys(SYS_mprotect, size_alone, PAGE, PROT_READ), 0);
	CHECK_EQ(sys(SYS_sched_setattr, 0, size_alone, 0), -E2BIG);
	a.policy = -1;
	CHECK_EQ(sys(SYS_sched_setattr, 0, &a, 0), -EINVAL);
}

CASE(flags)
{
	for (int flag = 1; flag <= KEEP_PARAMS; flag <<= 1)
		CHECK_EQ(set_attr((struct attr){.flags = flag}), 0);
	CHECK_EQ(set_attr((struct attr){.size = VER0, .flags = CLAMP_MIN}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.size = VER0, .flags = CLAMP_MAX}), -EINVAL);
	for (uint64_t flag = CLAMP_MAX << 1; flag; flag <<= 1)
		CHECK_EQ(set_attr((struct attr){.flags = flag}), -EINVAL);
}

CASE(nice_is_clamped)
{
	CHECK_EQ(set_attr((struct attr){.nice = 7}), 0);
	CHECK_EQ(get_attr(0).nice, 7);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, 0), 20 - 7);
	CHECK_EQ(set_attr((struct attr){.nice = 70}), 0);
	CHECK_EQ(get_attr(0).nice, 19);
	CHECK_EQ(set_attr((struct attr){.policy = BATCH, .nice = 19}), 0);
	CHECK_EQ(get_attr(0).policy, BATCH);
	NEEDS_ROOT();
	CHECK_EQ(set_attr((struct attr){.nice = -70}), 0);
	CHECK_EQ(get_attr(0).nice, -20);
}

CASE(slice_is_clamped)
{
	NEEDS_LINUX(6, 12);
	CHECK(get_attr(0).runtime >= SLICE_MIN);
	CHECK_EQ(set_attr((struct attr){.runtime = 10000000}), 0);
	CHECK_EQ(get_attr(0).runtime, 10000000);
	CHECK_EQ(set_attr((struct attr){.runtime = 1}), 0);
	CHECK_EQ(get_attr(0).runtime, SLICE_MIN);
	CHECK_EQ(set_attr((struct attr){.runtime = 1ull << 40}), 0);
	CHECK_EQ(get_attr(0).runtime, SLICE_MAX);
	CHECK_EQ(set_attr((struct attr){.runtime = 0}), 0);
	CHECK(get_attr(0).runtime < SLICE_MAX);
}

CASE(interval_is_the_slice_in_ticks)
{
	struct timespec ts;

	NEEDS_LINUX(6, 12);
	CHECK_EQ(set_attr((struct attr){.runtime = 40000000}), 0);
	CHECK_EQ(sys(SYS_sched_rr_get_interval, 0, &ts), 0);
	CHECK_EQ(ts.tv_sec, 0);
	CHECK_EQ(ts.tv_nsec, 40000000);
}

CASE(real_time_by_setattr)
{
	struct attr a;

	NEEDS_ROOT();
	CHECK_EQ(set_attr((struct attr){.policy = FIFO, .priority = 3, .flags = FLAG_RESET}), 0);
	a = get_attr(0);
	CHECK_EQ(a.policy, FIFO);
	CHECK_EQ(a.priority, 3);
	CHECK_EQ(a.flags, FLAG_RESET);
	CHECK_EQ(a.runtime, 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), FIFO | RESET);
	CHECK_EQ(set_attr((struct attr){.policy = RR, .priority = 100}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = RR, .priority = 0}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = RR, .priority = -1}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = OTHER, .priority = 1}), -EINVAL);
	CHECK_EQ(get_attr(0).policy, FIFO);
	CHECK_EQ(set_attr((struct attr){.policy = OTHER}), 0);
}

CASE(keeping_the_policy)
{
	NEEDS_ROOT();
	CHECK_EQ(set_policy(0, RR | RESET, 10), 0);
	CHECK_EQ(set_attr((struct attr){.policy = 77, .priority = 3, .flags = KEEP_POLICY}), 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), RR | RESET);
	CHECK_EQ(get_rt_priority(0), 3);
	CHECK_EQ(set_attr((struct attr){.priority = 0, .flags = KEEP_POLICY}), -EINVAL);
}

/* The policy is one of them. */
CASE(keeping_the_parameters)
{
	NEEDS_ROOT();
	CHECK_EQ(set_policy(0, FIFO | RESET, 10), 0);
	CHECK_EQ(set_attr((struct attr){.policy = RR, .priority = 50, .flags = KEEP_PARAMS}), 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), FIFO);
	CHECK_EQ(get_rt_priority(0), 10);
	CHECK_EQ(set_attr((struct attr){.flags = KEEP_PARAMS}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = RR, .priority = 9, .flags = KEEP_PARAMS | KEEP_POLICY}), 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), FIFO);
	CHECK_EQ(get_rt_priority(0), 10);
}

/* Who has no real-time priority keeps none: the one that is told must suit the policy that is told. */
CASE(keeping_the_parameters_of_a_fair_one)
{
	NEEDS_ROOT();
	CHECK_EQ(set_attr((struct attr){.priority = 1, .flags = KEEP_PARAMS}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.priority = 1, .flags = KEEP_PARAMS | KEEP_POLICY}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = FIFO, .flags = KEEP_PARAMS}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = FIFO, .priority = 1, .flags = KEEP_PARAMS | KEEP_POLICY}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = FIFO, .priority = 1, .flags = KEEP_PARAMS}), 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), OTHER);
	CHECK_EQ(get_rt_priority(0), 0);
}

CASE(idle_has_no_nice_value)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(set_attr((struct attr){.nice = 3}), 0);
		CHECK_EQ(set_attr((struct attr){.policy = IDLE, .nice = -5}), 0);
		CHECK_EQ(get_attr(0).nice, 3);
		CHECK_EQ(set_attr((struct attr){.policy = IDLE, .nice = 9}), 0);
		CHECK_EQ(get_attr(0).nice, 3);
		CHECK_EQ(set_attr((struct attr){.policy = OTHER, .nice = 3}), -EPERM);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(nice_survives_a_real_time_time)
{
	NEEDS_ROOT();
	CHECK_EQ(set_attr((struct attr){.nice = 5}), 0);
	CHECK_EQ(set_attr((struct attr){.policy = FIFO, .priority = 1, .nice = 9}), 0);
	CHECK_EQ(get_attr(0).nice, 0);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, 0), 20 - 5);
	CHECK_EQ(set_policy(0, OTHER, 0), 0);
	CHECK_EQ(get_attr(0).nice, 5);
}

CASE(policies_that_are_none)
{
	for (int policy = 0; policy < 64; policy++)
		if (policy != DEADLINE && policy > IDLE)
			CHECK_EQ(set_attr((struct attr){.policy = policy}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = 4}), -EINVAL);
	CHECK_EQ(set_attr((struct attr){.policy = DEADLINE}), -EINVAL);
}
