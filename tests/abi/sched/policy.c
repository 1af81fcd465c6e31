// SPDX-License-Identifier: MIT
/*
 * sched/policy: who may have which policy, and what a child gets of it.
 *
 * Promise   values and errors; limits (RLIMIT_RTPRIO, RLIMIT_NICE) and rights of ordinary users; SCHED_RESET_ON_FORK;
 *           the figures in /proc
 * Linux     sched(7), sched_setscheduler(2), setpriority(2), getrlimit(2)
 */
#include "tests/abi/sched/sched.h"

enum { STAT_PRIORITY = 18, STAT_NICE = 19, STAT_RT_PRIORITY = 40, STAT_POLICY = 41, SOMEBODY = 4711 };

CASE(priorities_belong_to_policies)
{
	NEEDS_ROOT();
	for (int policy = 0; policy < 9; policy++) {
		int is_rt = policy == FIFO || policy == RR;
		int is_fair = policy == OTHER || policy == BATCH || policy == IDLE;

		CHECK_EQ(set_policy(0, policy, 0), is_fair ? 0 : -EINVAL);
		CHECK_EQ(set_policy(0, policy, 1), is_rt ? 0 : -EINVAL);
		CHECK_EQ(set_policy(0, policy, 99), is_rt ? 0 : -EINVAL);
		CHECK_EQ(set_policy(0, policy, 100), -EINVAL);
		CHECK_EQ(set_policy(0, policy, -1), -EINVAL);
	}
}

CASE(arguments)
{
	int priority = 0;

	CHECK_EQ(set_policy(0, -1, 0), -EINVAL);
	CHECK_EQ(set_policy(0, 0x100, 0), -EINVAL);
	CHECK_EQ(set_policy(-1, OTHER, 0), -EINVAL);
	CHECK_EQ(set_policy(NO_TID, OTHER, 0), -ESRCH);
	CHECK_EQ(set_policy(NO_TID, 77, 0), -ESRCH);
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, OTHER, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setscheduler, NO_TID, OTHER, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_sched_setparam, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setparam, -1, &priority), -EINVAL);
	CHECK_EQ(sys(SYS_sched_setparam, NO_TID, &priority), -ESRCH);
	CHECK_EQ(sys(SYS_sched_getparam, 0, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_sched_getscheduler, NO_TID), -ESRCH);
}

CASE(setparam_keeps_the_policy)
{
	NEEDS_ROOT();
	CHECK_EQ(set_policy(0, RR | RESET, 10), 0);
	CHECK_EQ(set_priority(0, 20), 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), RR | RESET);
	CHECK_EQ(get_rt_priority(0), 20);
	CHECK_EQ(set_priority(0, 0), -EINVAL);
	CHECK_EQ(set_policy(0, OTHER, 0), 0);
	CHECK_EQ(set_priority(0, 1), -EINVAL);
	CHECK_EQ(get_rt_priority(0), 0);
}

CASE(figures_in_stat)
{
	NEEDS_ROOT();
	CHECK_EQ(stat_field(getpid(), STAT_PRIORITY), 20);
	CHECK_EQ(set_policy(0, FIFO, 30), 0);
	CHECK_EQ(stat_field(getpid(), STAT_PRIORITY), -31);
	CHECK_EQ(stat_field(getpid(), STAT_RT_PRIORITY), 30);
	CHECK_EQ(stat_field(getpid(), STAT_POLICY), FIFO);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, 4), 0);
	CHECK_EQ(stat_field(getpid(), STAT_NICE), 4);
	CHECK_EQ(stat_field(getpid(), STAT_PRIORITY), -31);
	CHECK_EQ(set_policy(0, RR, 99), 0);
	CHECK_EQ(stat_field(getpid(), STAT_PRIORITY), -100);
	CHECK_EQ(set_policy(0, BATCH, 0), 0);
	CHECK_EQ(stat_field(getpid(), STAT_PRIORITY), 24);
	CHECK_EQ(stat_field(getpid(), STAT_RT_PRIORITY), 0);
	CHECK_EQ(stat_field(getpid(), STAT_POLICY), BATCH);
}

CASE(intervals)
{
	struct timespec ts;

	NEEDS_ROOT();
	CHECK_EQ(set_policy(0, FIFO, 1), 0);
	CHECK_EQ(sys(SYS_sched_rr_get_interval, 0, &ts), 0);
	CHECK_EQ(ts.tv_sec, 0);
	CHECK_EQ(ts.tv_nsec, 0);
	CHECK_EQ(set_policy(0, RR, 1), 0);
	CHECK_EQ(sys(SYS_sched_rr_get_interval, 0, &ts), 0);
	CHECK_EQ(ts.tv_sec, 0);
	CHECK_EQ(ts.tv_nsec, 100000000);
	CHECK_EQ(sys(SYS_sched_rr_get_interval, 0, hole()), -EFAULT);
}

/* --- fork --- */

static void check_child(int policy, int priority, int nice)
{
	int pid;

	CHILD(pid)
	{
		CHECK_EQ(sys(SYS_sched_getscheduler, 0), policy);
		CHECK_EQ(get_rt_priority(0), priority);
		CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, 0), 20 - nice);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(children_inherit)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, -3), 0);
	check_child(OTHER, 0, -3);
	CHECK_EQ(set_policy(0, BATCH, 0), 0);
	check_child(BATCH, 0, -3);
	CHECK_EQ(set_policy(0, RR, 7), 0);
	check_child(RR, 7, -3);
}

CASE(reset_on_fork_of_real_time)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, 3), 0);
	CHECK_EQ(set_policy(0, FIFO | RESET, 7), 0);
	check_child(OTHER, 0, 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), FIFO | RESET);
}

CASE(reset_on_fork_of_fair_policies)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, -5), 0);
	CHECK_EQ(set_policy(0, BATCH | RESET, 0), 0);
	check_child(BATCH, 0, 0);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, 5), 0);
	check_child(BATCH, 0, 5);
	CHECK_EQ(set_policy(0, IDLE | RESET, 0), 0);
	check_child(IDLE, 0, 5);
}

CASE(exec_keeps_it)
{
	char path[64], comm[32], *argv[] = {"sleep", "60", NULL};
	int pid;

	NEEDS_ROOT();
	CHILD(pid)
	{
		CHECK_EQ(set_policy(0, RR | RESET, 3), 0);
		sys(SYS_execve, "/bin/sleep", argv, argv + 2);
	}
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	for (int64_t end = now_ms() + STATE_WAIT_MS; now_ms() < end; sleep_ms(1))
		if (slurp(path, comm, sizeof(comm)) > 0 && strcmp(comm, "sleep\n") == 0)
			break;
	CHECK_STR(comm, "sleep\n");
	CHECK_EQ(sys(SYS_sched_getscheduler, pid), RR | RESET);
	CHECK_EQ(get_rt_priority(pid), 3);
	end_child(pid);
}

/* --- limits and rights --- */

static void needs_to_raise_limits(void)
{
	NEEDS_ROOT();
	if (!have_cap(CAP_RESOURCE))
		SKIP("needs CAP_SYS_RESOURCE");
}

CASE(ordinary_users_are_refused)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid)
	{
		CHECK(become(NOBODY));
		limit_to(RLIMIT_RTPRIO, 0, 0);
		CHECK_EQ(set_policy(0, FIFO, 1), -EPERM);
		CHECK_EQ(set_policy(0, RR, 1), -EPERM);
		CHECK_EQ(set_policy(0, FIFO, 100), -EINVAL);
		CHECK_EQ(set_policy(0, BATCH, 0), 0);
		CHECK_EQ(set_policy(0, OTHER, 0), 0);
		CHECK_EQ(set_attr((struct attr){.nice = -1}), -EPERM);
		CHECK_EQ(set_attr((struct attr){.nice = 1}), 0);
		CHECK_EQ(set_attr((struct attr){.nice = 0}), -EPERM);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(rtprio_limit)
{
	int pid;

	needs_to_raise_limits();
	CHILD(pid)
	{
		limit_to(RLIMIT_RTPRIO, 10, 20);
		CHECK(become(NOBODY));
		CHECK_EQ(set_policy(0, FIFO, 11), -EPERM);
		CHECK_EQ(set_policy(0, FIFO, 10), 0);
		CHECK_EQ(set_policy(0, RR, 10), 0);
		CHECK_EQ(set_priority(0, 5), 0);
		CHECK_EQ(set_priority(0, 11), -EPERM);
		CHECK_EQ(set_priority(0, 10), 0);
		limit_to(RLIMIT_RTPRIO, 2, 20);
		/* It may keep what it has, and have less, but no more. */
		CHECK_EQ(set_priority(0, 10), 0);
		CHECK_EQ(set_priority(0, 8), 0);
		CHECK_EQ(set_priority(0, 9), -EPERM);
		CHECK_EQ(set_policy(0, FIFO, 8), 0);
		limit_to(RLIMIT_RTPRIO, 0, 20);
		CHECK_EQ(set_priority(0, 7), 0);
		CHECK_EQ(set_policy(0, RR, 7), -EPERM);
		CHECK_EQ(set_policy(0, OTHER, 0), 0);
		CHECK_EQ(set_policy(0, FIFO, 1), -EPERM);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(leaving_idle_needs_the_nice_limit)
{
	int pid;

	needs_to_raise_limits();
	CHILD(pid)
	{
		limit_to(RLIMIT_NICE, 0, 40);
		CHECK(become(NOBODY));
		CHECK_EQ(set_policy(0, IDLE, 0), 0);
		CHECK_EQ(set_policy(0, IDLE, 0), 0);
		CHECK_EQ(set_policy(0, OTHER, 0), -EPERM);
		CHECK_EQ(set_policy(0, BATCH, 0), -EPERM);
		limit_to(RLIMIT_NICE, 19, 40);
		CHECK_EQ(set_policy(0, OTHER, 0), -EPERM);
		limit_to(RLIMIT_NICE, 20, 40);
		CHECK_EQ(set_policy(0, OTHER, 0), 0);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(nice_limit)
{
	int pid;

	needs_to_raise_limits();
	CHILD(pid)
	{
		limit_to(RLIMIT_NICE, 25, 25);
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, -5), 0);
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, -6), -EACCES);
		CHECK_EQ(set_attr((struct attr){.nice = -6}), -EPERM);
		CHECK_EQ(set_attr((struct attr){.nice = 10}), 0);
		CHECK_EQ(set_attr((struct attr){.nice = -5}), 0);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(the_reset_flag_cannot_be_shed)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid)
	{
		CHECK_EQ(set_policy(0, OTHER | RESET, 0), 0);
		CHECK(become(NOBODY));
		CHECK_EQ(set_policy(0, OTHER, 0), -EPERM);
		CHECK_EQ(set_policy(0, BATCH | RESET, 0), 0);
		CHECK_EQ(set_priority(0, 0), 0);
		CHECK_EQ(sys(SYS_sched_getscheduler, 0), BATCH | RESET);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(set_policy(0, OTHER | RESET, 0), 0);
	CHECK_EQ(set_policy(0, OTHER, 0), 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), OTHER);
}

CASE(processes_of_other_users)
{
	int *mine = shared_page(), pid, other;

	NEEDS_ROOT();
	CHILD(other)
	{
		CHECK(become(SOMEBODY));
		*mine = 1;
		sys(SYS_pause);
	}
	while (!*(volatile int *)mine)
		sleep_ms(1);
	CHILD(pid)
	{
		struct attr a = {.size = sizeof(a)};

		CHECK(become(NOBODY));
		CHECK_EQ(set_policy(other, BATCH, 0), -EPERM);
		CHECK_EQ(set_priority(other, 0), -EPERM);
		CHECK_EQ(sys(SYS_sched_setattr, other, &a, 0), -EPERM);
		CHECK_EQ(set_policy(other, 77, 0), -EINVAL);
		CHECK_EQ(sys(SYS_sched_getscheduler, other), OTHER);
		CHECK_EQ(get_rt_priority(other), 0);
		CHECK_EQ(get_attr(other).nice, 0);
	}
	CHECK_EQ(reap(pid), 0);
	CHILD(pid)
	{
		CHECK(become(SOMEBODY));
		CHECK_EQ(set_policy(other, BATCH, 0), 0);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, other), BATCH);
	CHECK_EQ(set_policy(other, FIFO, 1), 0);
	CHECK_EQ(get_rt_priority(other), 1);
	end_child(other);
}

/* What counts are the limits of the task that is changed. */
CASE(limits_of_the_changed_process)
{
	volatile int *ready = shared_page();
	int pid, other;

	needs_to_raise_limits();
	CHILD(other)
	{
		limit_to(RLIMIT_RTPRIO, 5, 5);
		CHECK(become(NOBODY));
		*ready = 1;
		sys(SYS_pause);
	}
	while (!*ready)
		sleep_ms(1);
	CHILD(pid)
	{
		limit_to(RLIMIT_RTPRIO, 50, 50);
		CHECK(become(NOBODY));
		CHECK_EQ(set_policy(other, FIFO, 6), -EPERM);
		CHECK_EQ(set_policy(other, FIFO, 5), 0);
	}
	CHECK_EQ(reap(pid), 0);
	end_child(other);
}

CASE(threads_have_their_own)
{
	static int done;
	static int pid;

	NEEDS_ROOT();
	released = 0;
	pid = start_thread_of_case(&done);
	CHECK_EQ(set_policy(pid, RR, 12), 0);
	CHECK_EQ(sys(SYS_sched_getscheduler, pid), RR);
	CHECK_EQ(sys(SYS_sched_getscheduler, 0), OTHER);
	CHECK_EQ(get_rt_priority(pid), 12);
	CHECK_EQ(set_policy(pid, OTHER, 0), 0);
	end_thread_of_case(&done);
}

/* --- priority of groups and users --- */

CASE(setpriority_of_a_group)
{
	int leader, pid, other = start_sleeper();

	leader = start_sleeper();
	CHECK_EQ(sys(SYS_setpgid, leader, leader), 0);
	pid = start_sleeper();
	CHECK_EQ(sys(SYS_setpgid, pid, leader), 0);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PGRP, leader, 6), 0);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, leader), 14);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, pid), 14);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, other), 20);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, pid, 9), 0);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PGRP, leader), 14);
	end_child(pid);
	end_child(leader);
	end_child(other);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PGRP, leader), -ESRCH);
}

/* What has ended is there until it is waited for, and not a moment longer. */
CASE(priority_of_a_zombie)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setpgid, 0, 0), 0);
		CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, 7), 0);
		CHECK(become(SOMEBODY));
	}
	wait_state(pid, 'Z');
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, pid), 13);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PGRP, pid), 13);
	CHECK_EQ(sys(SYS_getpriority, PRIO_USER, SOMEBODY), 13);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, pid, 3), 0);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, pid), 17);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PGRP, pid, 4), 0);
	CHECK_EQ(sys(SYS_setpriority, PRIO_USER, SOMEBODY, 5), 0);
	CHECK_EQ(sys(SYS_getpriority, PRIO_USER, SOMEBODY), 15);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, pid), -ESRCH);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PGRP, pid), -ESRCH);
	CHECK_EQ(sys(SYS_getpriority, PRIO_USER, SOMEBODY), -ESRCH);
}

CASE(setpriority_of_a_user)
{
	volatile int *ready = shared_page();
	int pid[2];

	NEEDS_ROOT();
	for (int i = 0; i < 2; i++) {
		CHILD(pid[i])
		{
			CHECK(become(SOMEBODY));
			__atomic_fetch_add(ready, 1, __ATOMIC_SEQ_CST);
			sys(SYS_pause);
		}
	}
	while (*ready < 2)
		sleep_ms(1);
	CHECK_EQ(sys(SYS_setpriority, PRIO_USER, SOMEBODY, 11), 0);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, pid[i]), 9);
	CHECK_EQ(sys(SYS_getpriority, PRIO_USER, SOMEBODY), 9);
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, 0), 20);
	for (int i = 0; i < 2; i++)
		end_child(pid[i]);
	CHECK_EQ(sys(SYS_getpriority, PRIO_USER, SOMEBODY), -ESRCH);
}
