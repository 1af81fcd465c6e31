// SPDX-License-Identifier: MIT
/*
 * process/limits: resource limits, the number of processes, and what thread libraries register.
 *
 * Promise   a soft limit stays below the hard one, which only goes down without the capability;
 *           threads share limits, children copy them; RLIMIT_NPROC counts a real user's tasks.
 * Linux     getrlimit(2), prlimit(2), set_robust_list(2), rseq(2).
 */
#include <sys/resource.h>
#include "tests/abi/thread.h"

enum { ROBUST_HEAD = 24, RSEQ_SIZE = 32, RSEQ_SIGNATURE = 0x53053053, USER = 4711 };

static long set_limit(int which, unsigned long soft, unsigned long hard)
{
	struct rlimit r = {soft, hard};

	return sys(SYS_setrlimit, which, &r);
}

CASE(limits_read_back)
{
	struct rlimit r, other = {50, 60};

	CHECK_EQ(set_limit(RLIMIT_CORE, 100, 200), 0);
	CHECK_EQ(sys(SYS_getrlimit, RLIMIT_CORE, &r), 0);
	CHECK_EQ(r.rlim_cur, 100);
	CHECK_EQ(r.rlim_max, 200);
	CHECK_EQ(sys(SYS_prlimit64, 0, RLIMIT_CORE, 0, &r), 0);
	CHECK_EQ(r.rlim_cur, 100);
	CHECK_EQ(sys(SYS_prlimit64, getpid(), RLIMIT_CORE, &other, &r), 0);
	CHECK_EQ(r.rlim_cur, 100);
	CHECK_EQ(sys(SYS_getrlimit, RLIMIT_CORE, &r), 0);
	CHECK_EQ(r.rlim_max, 60);
}

CASE(limit_refusals)
{
	struct rlimit r = {0, 0};

	CHECK_EQ(sys(SYS_getrlimit, 16, &r), -EINVAL);
	CHECK_EQ(sys(SYS_setrlimit, 16, &r), -EINVAL);
	CHECK_EQ(set_limit(RLIMIT_CORE, 5, 4), -EINVAL);
	CHECK_EQ(set_limit(RLIMIT_NOFILE, 1, 2000000000), -EPERM);
	CHECK_EQ(sys(SYS_getrlimit, RLIMIT_CORE, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_setrlimit, RLIMIT_CORE, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_prlimit64, 0x3fffffff, RLIMIT_CORE, 0, &r), -ESRCH);
	CHECK_EQ(sys(SYS_prlimit64, 0, RLIMIT_CORE, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_prlimit64, 0, 99, 0, &r), -EINVAL);
}

CASE(hard_limits_only_go_down)
{
	struct rlimit r;
	int parent = getpid(), pid;

	NEEDS_ROOT();
	CHECK_EQ(set_limit(RLIMIT_CORE, 100, 200), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(set_limit(RLIMIT_CORE, 100, 201), -EPERM);
		CHECK_EQ(set_limit(RLIMIT_CORE, 200, 200), 0);
		CHECK_EQ(set_limit(RLIMIT_CORE, 50, 50), 0);
		CHECK_EQ(set_limit(RLIMIT_CORE, 51, 51), -EPERM);
		CHECK_EQ(sys(SYS_prlimit64, parent, RLIMIT_CORE, 0, &r), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_getrlimit, RLIMIT_CORE, &r), 0);
	CHECK_EQ(r.rlim_max, 200);
}

static int lower_limit(void *arg)
{
	(void)arg;
	return (int)set_limit(RLIMIT_CORE, 7, 8);
}

CASE(threads_share_limits)
{
	struct rlimit r;
	int done = 0;

	CHECK(start_thread(&done, lower_limit, 0) > 0);
	join_thread(&done);
	CHECK_EQ(sys(SYS_getrlimit, RLIMIT_CORE, &r), 0);
	CHECK_EQ(r.rlim_cur, 7);
}

CASE(limits_of_another_process)
{
	struct rlimit r, other = {3, 4};
	int pid;

	CHILD(pid)
		sys(SYS_pause);
	CHECK_EQ(sys(SYS_prlimit64, pid, RLIMIT_CORE, &other, 0), 0);
	CHECK_EQ(sys(SYS_prlimit64, pid, RLIMIT_CORE, 0, &r), 0);
	CHECK_EQ(r.rlim_cur, 3);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(number_of_processes)
{
	int pid, first, second, third;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK_EQ(set_limit(RLIMIT_NPROC, 3, 3), 0);
		CHECK(become(USER));
		CHILD(first)
			sys(SYS_pause);
		CHILD(second)
			sys(SYS_pause);
		third = (int)sys(SYS_fork);
		if (third == 0)
			_exit(0);
		CHECK_EQ(third, -EAGAIN);
		sys(SYS_kill, first, SIGKILL);
		wait_state(first, 'Z');
		CHECK_EQ(sys(SYS_fork), -EAGAIN);
		CHECK_KILLED(first, SIGKILL);
		CHILD(third)
			_exit(0);
		CHECK_EXIT(third, 0);
		sys(SYS_kill, second, SIGKILL);
		CHECK_KILLED(second, SIGKILL);
	}
	CHECK_EXIT(pid, 0);
}

CASE(exceeded_by_setuid_execve_refuses)
{
	const char *argv[] = {"nothing", NULL};
	int holder, pid, fd[2];
	char c;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(holder) {
		CHECK(become(USER));
		CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
		sys(SYS_pause);
	}
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	CHILD(pid) {
		CHECK_EQ(set_limit(RLIMIT_NPROC, 0, 0), 0);
		CHECK_EQ(sys(SYS_setuid, USER), 0);
		CHECK_EQ(sys(SYS_execve, "/nothing", argv, 0), -EAGAIN);
	}
	CHECK_EXIT(pid, 0);
	sys(SYS_kill, holder, SIGKILL);
	CHECK_KILLED(holder, SIGKILL);
}

/* --- what thread libraries register --- */

CASE(robust_list_reads_back)
{
	char head[ROBUST_HEAD];
	void *got = NULL;
	size_t len = 0;

	CHECK_EQ(sys(SYS_set_robust_list, head, ROBUST_HEAD - 1), -EINVAL);
	CHECK_EQ(sys(SYS_set_robust_list, head, ROBUST_HEAD), 0);
	CHECK_EQ(sys(SYS_get_robust_list, 0, &got, &len), 0);
	CHECK(got == head);
	CHECK_EQ(len, ROBUST_HEAD);
	CHECK_EQ(sys(SYS_get_robust_list, 0x3fffffff, &got, &len), -ESRCH);
	CHECK_EQ(sys(SYS_get_robust_list, 0, hole(), &len), -EFAULT);
	CHECK_EQ(sys(SYS_set_robust_list, 0, ROBUST_HEAD), 0);
}

struct rseq_area {
	uint32_t cpu_id_start, cpu_id;
	uint64_t critical_section;
	uint32_t flags, node_id, mm_cid, end;
} __attribute__((aligned(32)));

CASE(rseq_registration)
{
	static struct rseq_area area = {.cpu_id = -1, .critical_section = 5}, other;
	unsigned cpu = 99;

	CHECK_EQ(sys(SYS_rseq, (char *)&area + 8, RSEQ_SIZE, 0, RSEQ_SIGNATURE), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE - 1, 0, RSEQ_SIGNATURE), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 4, RSEQ_SIGNATURE), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 1, RSEQ_SIGNATURE), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 0, RSEQ_SIGNATURE), 0);
	CHECK_EQ(area.cpu_id, area.cpu_id_start);
	CHECK_EQ(sys(SYS_getcpu, &cpu, 0, 0), 0);
	CHECK(cpu < 64 && area.cpu_id < 64);
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 0, RSEQ_SIGNATURE), -EBUSY);
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 0, 1), -EPERM);
	CHECK_EQ(sys(SYS_rseq, &other, RSEQ_SIZE, 0, RSEQ_SIGNATURE), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 1, 1), -EPERM);
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 1, RSEQ_SIGNATURE), 0);
	CHECK_EQ(area.cpu_id, (uint32_t)-1);
	CHECK_EQ(area.cpu_id_start, 0);
}

CASE(rseq_follows_the_thread_to_other_processors)
{
	static struct rseq_area area;
	unsigned long all = 0, mask;

	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 0, RSEQ_SIGNATURE), 0);
	CHECK(sys(SYS_sched_getaffinity, 0, sizeof(all), &all) > 0);
	for (unsigned cpu = 0; cpu < 64; cpu++) {
		mask = 1UL << cpu;
		if (!(all & mask))
			continue;
		CHECK_EQ(sys(SYS_sched_setaffinity, 0, sizeof(mask), &mask), 0);
		CHECK_EQ(*(volatile uint32_t *)&area.cpu_id, cpu);
	}
	CHECK_EQ(sys(SYS_rseq, &area, RSEQ_SIZE, 1, RSEQ_SIGNATURE), 0);
}
