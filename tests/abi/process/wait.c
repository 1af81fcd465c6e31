// SPDX-License-Identifier: MIT
/*
 * process/wait: wait4 and waitid, orphans, process groups and sessions.
 *
 * Promise   a child's end is told once and to its parent; who lost the parent belongs to the
 *           nearest subreaper; groups stay within a session.
 * Linux     wait4(2), waitid(2), setpgid(2), setsid(2), prctl(2).
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include "tests/abi/abi.h"

enum { ANY_GROUP = 2, ONE = 1, ALL = 0, W_NOWAIT = 0x01000000, W_CONTINUED = 8, W_STOPPED = 2,
	W_EXITED = 4 };

static int exiting(int status)
{
	int pid;

	CHILD(pid)
		_exit(status);
	return pid;
}

static long wait_id(int type, int id, siginfo_t *info, int options)
{
	memset(info, 0x5a, sizeof(*info));
	return sys(SYS_waitid, type, id, info, options, 0);
}

CASE(exit_status_is_eight_bits)
{
	CHECK_EQ(reap(exiting(0x1ff)), EXITED(0xff));
	CHECK_EQ(reap(exiting(256)), EXITED(0));
	CHECK_EQ(reap(exiting(-2)), EXITED(0xfe));
}

CASE(without_children_wait_is_echild)
{
	int status;

	CHECK_EQ(sys(SYS_wait4, -1, &status, 0, 0), -ECHILD);
	CHECK_EQ(sys(SYS_wait4, -1, &status, WNOHANG, 0), -ECHILD);
	CHECK_EQ(sys(SYS_wait4, 1, &status, 0, 0), -ECHILD);
	CHECK_EQ(sys(SYS_wait4, getpid(), &status, 0, 0), -ECHILD);
}

CASE(odd_wait4_arguments)
{
	int status;

	CHECK_EQ(sys(SYS_wait4, -1, &status, 0x10, 0), -EINVAL);
	CHECK_EQ(sys(SYS_wait4, -1, &status, 4, 0), -EINVAL);
	CHECK_EQ(sys(SYS_wait4, 1 << 31, &status, 0, 0), -ESRCH);
}

CASE(wnohang_with_living_children_is_zero)
{
	int pid = start_sleeper(), status = 77;

	CHECK_EQ(sys(SYS_wait4, -1, &status, WNOHANG, 0), 0);
	CHECK_EQ(status, 77);
	CHECK_EQ(sys(SYS_wait4, pid, 0, WNOHANG, 0), 0);
	end_child(pid);
}

CASE(wait_for_one_passes_over_the_others)
{
	int first = exiting(1), second = exiting(2);

	CHECK_EQ(reap(second), EXITED(2));
	CHECK_EQ(reap(first), EXITED(1));
	CHECK_EQ(reap(first), -ECHILD);
}

CASE(wait_blocks_until_a_child_ends)
{
	int pid;

	CHILD(pid)
		sleep_ms(8);
	int64_t start = now_ms();
	CHECK_EQ(reap(-1), EXITED(0));
	CHECK(now_ms() - start >= 2);
}

CASE(bad_status_pointer_faults_after_reaping)
{
	int pid = exiting(1), status;

	wait_state(pid, 'Z');
	CHECK_EQ(sys(SYS_wait4, pid, hole(), 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_wait4, pid, &status, 0, 0), -ECHILD);
}

CASE(status_pointer_is_optional)
{
	int pid = exiting(1);

	CHECK_EQ(sys(SYS_wait4, pid, 0, 0, 0), pid);
}

CASE(wait4_tells_what_the_child_used)
{
	struct rusage used;
	int pid, status;

	memset(&used, 0x77, sizeof(used));
	CHILD(pid)
		for (volatile int i = 0; i < 2000000; i++)
			;
	CHECK_EQ(sys(SYS_wait4, pid, &status, 0, &used), pid);
	CHECK(used.ru_utime.tv_sec < 5);
	CHECK(used.ru_utime.tv_usec < 1000000);
	CHECK(used.ru_minflt > 0);
	CHECK_EQ(used.ru_nswap, 0);
}

CASE(wait_by_group)
{
	int a = exiting(1), b, status = 0;

	CHILD(b) {
		sys(SYS_setpgid, 0, 0);
		_exit(2);
	}
	sys(SYS_setpgid, b, b);
	CHECK_EQ(sys(SYS_wait4, -b, &status, 0, 0), b);
	CHECK_EQ(status, EXITED(2));
	CHECK_EQ(sys(SYS_wait4, 0, &status, 0, 0), a);
	CHECK_EQ(status, EXITED(1));
	CHECK_EQ(sys(SYS_wait4, -b, &status, 0, 0), -ECHILD);
}

CASE(waitid_fills_the_information)
{
	siginfo_t info;
	int pid = exiting(5);

	CHECK_EQ(wait_id(ONE, pid, &info, W_EXITED), 0);
	CHECK_EQ(info.si_signo, SIGCHLD);
	CHECK_EQ(info.si_code, CLD_EXITED);
	CHECK_EQ(info.si_errno, 0);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_uid, getuid());
	CHECK_EQ(info.si_status, 5);
	CHECK_EQ(reap(pid), -ECHILD);
}

CASE(waitid_tells_a_killing_signal)
{
	siginfo_t info;
	int pid = start_sleeper();

	sys(SYS_kill, pid, SIGTERM);
	CHECK_EQ(wait_id(ALL, 0, &info, W_EXITED), 0);
	CHECK_EQ(info.si_code, CLD_KILLED);
	CHECK_EQ(info.si_status, SIGTERM);
}

CASE(wnowait_leaves_the_child_waitable)
{
	siginfo_t info;
	int pid = exiting(6);

	CHECK_EQ(wait_id(ONE, pid, &info, W_EXITED | W_NOWAIT), 0);
	CHECK_EQ(info.si_status, 6);
	CHECK_EQ(wait_id(ONE, pid, &info, W_EXITED | W_NOWAIT), 0);
	CHECK_EQ(reap(pid), EXITED(6));
}

CASE(waitid_without_news_zeroes_signo_and_pid)
{
	siginfo_t info;
	int pid = start_sleeper();

	CHECK_EQ(wait_id(ONE, pid, &info, W_EXITED | WNOHANG), 0);
	CHECK_EQ(info.si_signo, 0);
	CHECK_EQ(info.si_pid, 0);
	CHECK_EQ(info.si_status, 0);
	end_child(pid);
}

/* A zombie will never stop again: for a waiter who asks for stops alone it is no child any more. */
CASE(waitid_for_stops_leaves_exits)
{
	siginfo_t info;
	int pid = exiting(1);

	wait_state(pid, 'Z');
	CHECK_EQ(wait_id(ONE, pid, &info, W_STOPPED | WNOHANG), -ECHILD);
	CHECK_EQ(reap(pid), EXITED(1));
}

CASE(waitid_tells_stop_and_continue)
{
	siginfo_t info;
	int pid = start_sleeper();

	sys(SYS_kill, pid, SIGSTOP);
	CHECK_EQ(wait_id(ONE, pid, &info, W_STOPPED | W_NOWAIT), 0);
	CHECK_EQ(info.si_code, CLD_STOPPED);
	CHECK_EQ(info.si_status, SIGSTOP);
	CHECK_EQ(wait_id(ONE, pid, &info, W_STOPPED), 0);
	CHECK_EQ(wait_id(ONE, pid, &info, W_STOPPED | WNOHANG), 0);
	CHECK_EQ(info.si_pid, 0);
	sys(SYS_kill, pid, SIGCONT);
	CHECK_EQ(wait_id(ONE, pid, &info, W_CONTINUED), 0);
	CHECK_EQ(info.si_code, CLD_CONTINUED);
	CHECK_EQ(info.si_status, SIGCONT);
	end_child(pid);
}

CASE(waitid_refuses_bad_arguments)
{
	siginfo_t info;
	int pid = exiting(1);

	CHECK_EQ(wait_id(ONE, pid, &info, 0), -EINVAL);
	CHECK_EQ(wait_id(ONE, pid, &info, WNOHANG), -EINVAL);
	CHECK_EQ(wait_id(ONE, pid, &info, W_EXITED | 0x10), -EINVAL);
	CHECK_EQ(wait_id(9, pid, &info, W_EXITED), -EINVAL);
	CHECK_EQ(wait_id(ONE, 0, &info, W_EXITED), -EINVAL);
	CHECK_EQ(wait_id(ONE, -5, &info, W_EXITED), -EINVAL);
	CHECK_EQ(wait_id(ANY_GROUP, -5, &info, W_EXITED), -EINVAL);
	CHECK_EQ(wait_id(ONE, 1, &info, W_EXITED), -ECHILD);
	CHECK_EQ(sys(SYS_waitid, ONE, pid, 0, W_EXITED, 0), 0);
}

CASE(grandchildren_are_not_waited_for)
{
	int fd[2], pid, status;
	char c;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		int grandchild;

		CHILD(grandchild) {
			sys(SYS_close, fd[1]);
			sys(SYS_read, fd[0], &c, 1);
		}
		CHECK_EQ(sys(SYS_wait4, grandchild, &status, WNOHANG, 0), 0);
		sys(SYS_close, fd[1]);
		CHECK_EXIT(grandchild, 0);
	}
	sleep_ms(2);
	sys(SYS_close, fd[1]);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_wait4, -1, &status, 0, 0), -ECHILD);
}

CASE(orphans_go_to_the_subreaper)
{
	volatile int *page = shared_page();
	int pid, status = 0;

	CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	CHILD(pid) {
		int grandchild;

		CHILD(grandchild) {
			while (sys(SYS_getppid) != page[0])
				sys(SYS_sched_yield);
			_exit(9);
		}
		page[1] = grandchild;
	}
	CHECK_EXIT(pid, 0);
	page[0] = getpid();
	CHECK_EQ(sys(SYS_wait4, -1, &status, 0, 0), page[1]);
	CHECK_EQ(status, EXITED(9));
}

CASE(zombie_orphans_go_to_the_subreaper_too)
{
	int pid, status = 0;

	CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	CHILD(pid)
		wait_state(exiting(8), 'Z');
	CHECK_EXIT(pid, 0);
	CHECK(sys(SYS_wait4, -1, &status, 0, 0) > 0);
	CHECK_EQ(status, EXITED(8));
}

CASE(subreaper_flag_reads_back_and_is_not_inherited)
{
	int pid, flag = 7;

	CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_prctl, PR_GET_CHILD_SUBREAPER, &flag, 0, 0, 0), 0);
	CHECK_EQ(flag, 1);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_prctl, PR_GET_CHILD_SUBREAPER, &flag, 0, 0, 0), 0);
		CHECK_EQ(flag, 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(parent_death_signal)
{
	int fd[2], pid;
	char c = 0;

	CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		int grandchild = 0, parent = getpid();

		CHILD(grandchild) {
			uint64_t set = sigbit(SIGUSR1);
			int sig = 0;

			set_mask(SIG_BLOCK, set);
			CHECK_EQ(sys(SYS_prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0), 0);
			CHECK_EQ(sys(SYS_prctl, PR_GET_PDEATHSIG, &sig, 0, 0, 0), 0);
			CHECK_EQ(sig, SIGUSR1);
			CHECK_EQ(sys(SYS_getppid), parent);
			CHECK_EQ(sys(SYS_write, fd[1], "r", 1), 1);
			CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, 0, KSIGSET), SIGUSR1);
		}
		CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(reap(-1), EXITED(0));
	CHECK_EQ(sys(SYS_prctl, PR_SET_PDEATHSIG, 65, 0, 0, 0), -EINVAL);
}

CASE(setpgid_makes_and_joins_groups)
{
	int a = start_sleeper(), b = start_sleeper();

	CHECK_EQ(sys(SYS_getpgid, a), sys(SYS_getpgrp));
	CHECK_EQ(sys(SYS_setpgid, a, 0), 0);
	CHECK_EQ(sys(SYS_getpgid, a), a);
	CHECK_EQ(sys(SYS_setpgid, b, a), 0);
	CHECK_EQ(sys(SYS_getpgid, b), a);
	CHECK_EQ(sys(SYS_setpgid, b, sys(SYS_getpgrp)), 0);
	CHECK_EQ(sys(SYS_getpgid, b), sys(SYS_getpgrp));
	end_child(a);
	end_child(b);
}

CASE(setpgid_refusals)
{
	int a = start_sleeper();

	CHECK_EQ(sys(SYS_setpgid, 0, -1), -EINVAL);
	CHECK_EQ(sys(SYS_setpgid, 1, 0), -ESRCH);
	CHECK_EQ(sys(SYS_setpgid, 0x3fffffff, 0), -ESRCH);
	CHECK_EQ(sys(SYS_setpgid, a, 0x3ffffff), -EPERM);
	CHECK_EQ(sys(SYS_setpgid, a, 1), -EPERM);
	CHECK_EQ(sys(SYS_getpgid, 0x3fffffff), -ESRCH);
	CHECK_EQ(sys(SYS_getsid, 0x3fffffff), -ESRCH);
	end_child(a);
}

CASE(session_leader_stays_in_its_group)
{
	int pid;

	CHILD(pid) {
		CHECK_EQ(sys(SYS_setsid), getpid());
		CHECK_EQ(sys(SYS_getsid, 0), getpid());
		CHECK_EQ(sys(SYS_getpgrp), getpid());
		CHECK_EQ(sys(SYS_setpgid, 0, 0), -EPERM);
		CHECK_EQ(sys(SYS_setsid), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(group_leader_cannot_make_a_session)
{
	int pid;

	CHILD(pid) {
		CHECK_EQ(sys(SYS_setpgid, 0, 0), 0);
		CHECK_EQ(sys(SYS_setsid), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(child_in_another_session_is_out_of_reach)
{
	int fd[2], pid;
	char c;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		sys(SYS_setsid);
		sys(SYS_write, fd[1], "x", 1);
		for (;;)
			sys(SYS_pause);
	}
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	CHECK_EQ(sys(SYS_getsid, pid), pid);
	CHECK_EQ(sys(SYS_setpgid, pid, sys(SYS_getpgrp)), -EPERM);
	end_child(pid);
}
