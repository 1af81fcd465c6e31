// SPDX-License-Identifier: MIT
/*
 * signal/kill: to whom a signal may be sent and who gets it.
 *
 * Promise   0 asks only; a pid, a group, all but init and oneself; ESRCH before EPERM as in Linux;
 *           an ordinary user reaches the own ids only, and SIGCONT the own session.
 * Linux     kill(2), tgkill(2). kill(-1) is tried only where it can reach the case's own children.
 */
#include "tests/abi/abi.h"

CASE(signal_zero_only_asks)
{
	int pid = start_sleeper();

	CHECK_EQ(sys(SYS_kill, pid, 0), 0);
	CHECK_EQ(sys(SYS_kill, getpid(), 0), 0);
	end_child(pid);
	CHECK_EQ(sys(SYS_kill, pid, 0), -ESRCH);
}

CASE(zombies_can_be_signalled)
{
	int pid;

	CHILD(pid)
		_exit(2);
	wait_state(pid, 'Z');
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	CHECK_EQ(reap(pid), EXITED(2));
}

CASE(bad_signal_numbers_are_einval)
{
	CHECK_EQ(sys(SYS_kill, getpid(), 65), -EINVAL);
	CHECK_EQ(sys(SYS_kill, getpid(), -1), -EINVAL);
	CHECK_EQ(sys(SYS_tgkill, getpid(), getpid(), 65), -EINVAL);
	CHECK_EQ(sys(SYS_tkill, getpid(), 100), -EINVAL);
}

CASE(numbers_of_nobody_are_esrch)
{
	CHECK_EQ(sys(SYS_kill, 0x3fffffff, SIGTERM), -ESRCH);
	CHECK_EQ(sys(SYS_kill, -0x3fffffff, SIGTERM), -ESRCH);
	CHECK_EQ(sys(SYS_kill, 1 << 31, SIGTERM), -ESRCH);
	CHECK_EQ(sys(SYS_tgkill, getpid(), 0x3fffffff, SIGTERM), -ESRCH);
}

CASE(tgkill_checks_both_ids)
{
	int pid = start_sleeper();

	CHECK_EQ(sys(SYS_tgkill, getpid(), pid, SIGTERM), -ESRCH);
	CHECK_EQ(sys(SYS_tgkill, 0, pid, SIGTERM), -EINVAL);
	CHECK_EQ(sys(SYS_tgkill, pid, 0, SIGTERM), -EINVAL);
	CHECK_EQ(sys(SYS_tgkill, -1, pid, SIGTERM), -EINVAL);
	CHECK_EQ(sys(SYS_tkill, 0, SIGTERM), -EINVAL);
	CHECK_EQ(sys(SYS_tkill, -5, SIGTERM), -EINVAL);
	CHECK_EQ(sys(SYS_tgkill, pid, pid, SIGTERM), 0);
	CHECK_KILLED(pid, SIGTERM);
}

CASE(negative_pid_is_a_group)
{
	int a = start_sleeper(), b = start_sleeper(), c = start_sleeper();

	CHECK_EQ(sys(SYS_setpgid, a, a), 0);
	CHECK_EQ(sys(SYS_setpgid, b, a), 0);
	CHECK_EQ(sys(SYS_kill, -a, SIGTERM), 0);
	CHECK_KILLED(a, SIGTERM);
	CHECK_KILLED(b, SIGTERM);
	CHECK_EQ(sys(SYS_kill, c, 0), 0);
	end_child(c);
	CHECK_EQ(sys(SYS_kill, -a, 0), -ESRCH);
}

CASE(pid_zero_is_the_own_group)
{
	int leader;

	CHILD(leader) {
		sys(SYS_setpgid, 0, 0);
		int pid = start_sleeper();

		signal(SIGTERM, SIG_IGN);
		CHECK_EQ(sys(SYS_kill, 0, SIGTERM), 0);
		CHECK_KILLED(pid, SIGTERM);
	}
	CHECK_EXIT(leader, 0);
}

CASE(minus_one_reaches_all_that_the_user_may_signal_but_not_oneself)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(54399));
		int a = start_sleeper(), b = start_sleeper();

		CHECK_EQ(sys(SYS_kill, -1, SIGTERM), 0);
		CHECK_KILLED(a, SIGTERM);
		CHECK_KILLED(b, SIGTERM);
		CHECK_EQ(sys(SYS_kill, -1, SIGTERM), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(other_users_are_out_of_reach)
{
	int victim = start_sleeper(), pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_kill, victim, SIGTERM), -EPERM);
		CHECK_EQ(sys(SYS_kill, victim, 0), -EPERM);
		CHECK_EQ(sys(SYS_tgkill, victim, victim, SIGTERM), -EPERM);
		CHECK_EQ(sys(SYS_kill, 1, 0), -EPERM);
		CHECK_EQ(sys(SYS_kill, victim, 65), -EINVAL);
	}
	CHECK_EXIT(pid, 0);
	end_child(victim);
}

CASE(real_or_effective_id_must_be_the_targets_real_or_saved)
{
	int victim, pid;

	NEEDS_ROOT();
	CHILD(victim) {
		CHECK_EQ(sys(SYS_setresuid, 111, 222, 333), 0);
		for (;;)
			sys(SYS_pause);
	}
	tap_wait_blocked(victim);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresuid, 222, 222, 222), 0);
		CHECK_EQ(sys(SYS_kill, victim, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresuid, 333, 444, 444), 0);
		CHECK_EQ(sys(SYS_kill, victim, 0), 0);
	}
	CHECK_EXIT(pid, 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresuid, 444, 111, 444), 0);
		CHECK_EQ(sys(SYS_kill, victim, 0), 0);
	}
	CHECK_EXIT(pid, 0);
	end_child(victim);
}

CASE(sigcont_reaches_the_own_session)
{
	int victim = start_sleeper(), pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_kill, victim, SIGCONT), 0);
		sys(SYS_setsid);
		CHECK_EQ(sys(SYS_kill, victim, SIGCONT), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	end_child(victim);
}
