// SPDX-License-Identifier: MIT
/*
 * lock/ofd: locks of open file descriptions.
 *
 * Promise   the description is the owner: duplicates and children share its locks, another open of the same
 *           process does not; only its last close gives them up; a process's locks and these keep each other out.
 * Linux     fcntl(2), "Open file description locks (non-POSIX)".
 */
#include "tests/abi/lock/lock.h"

CASE(two_opens_of_one_process_conflict)
{
	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(ofd_set(a, WR, 0, 10), 0);
	CHECK_EQ(ofd_set(b, WR, 9, 10), -EAGAIN);
	CHECK_EQ(ofd_set(b, RD, 0, 1), -EAGAIN);
	CHECK_EQ(ofd_set(b, WR, 10, 10), 0);
	CHECK_EQ(ofd_set(a, UN, 5, 5), 0);
	CHECK_EQ(ofd_set(b, WR, 5, 5), 0);
	CHECK_EQ(ofd_set(a, WR, 0, 6), -EAGAIN);
}

CASE(shared_locks_overlap)
{
	scratch();
	long a = opened(), b = opened(), c = opened();
	CHECK_EQ(ofd_set(a, RD, 0, 100), 0);
	CHECK_EQ(ofd_set(b, RD, 50, 100), 0);
	CHECK_EQ(ofd_set(c, WR, 149, 1), -EAGAIN);
	CHECK_EQ(ofd_set(a, UN, 0, 0), 0);
	CHECK_EQ(ofd_set(c, WR, 0, 50), 0);
	CHECK_EQ(ofd_set(c, WR, 0, 51), -EAGAIN);
}

CASE(duplicates_and_children_are_the_same_owner)
{
	int pid;

	scratch();
	long a = opened(), b = opened(), d = sys(SYS_dup, a);
	CHECK_EQ(ofd_set(a, WR, 0, 10), 0);
	CHECK_EQ(ofd_set(d, RD, 0, 10), 0);
	CHILD(pid)
		CHECK_EQ(ofd_set(a, WR, 0, 5), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(ofd_set(b, RD, 5, 1), 0);
	CHECK_EQ(ofd_set(b, RD, 4, 1), -EAGAIN);
}

CASE(only_the_last_close_releases)
{
	scratch();
	long a = opened(), b = opened(), d = sys(SYS_dup, a);
	CHECK_EQ(ofd_set(a, WR, 0, 10), 0);
	sys(SYS_close, a);
	sys(SYS_close, opened());
	CHECK_EQ(ofd_set(b, WR, 0, 10), -EAGAIN);
	sys(SYS_close, d);
	CHECK_EQ(ofd_set(b, WR, 0, 10), 0);
}

CASE(death_of_the_setter_leaves_it)
{
	int pid;

	scratch();
	long a = opened(), b = opened();
	CHILD(pid)
		CHECK_EQ(ofd_set(a, WR, 0, 10), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(ofd_set(b, WR, 0, 10), -EAGAIN);
	CHECK_EQ(ofd_set(a, UN, 0, 10), 0);
	CHECK_EQ(ofd_set(b, WR, 0, 10), 0);
}

CASE(process_locks_and_these_conflict)
{
	scratch();
	long a = opened();
	CHECK_EQ(set(a, WR, 0, 10), 0);
	CHECK_EQ(ofd_set(a, WR, 0, 10), -EAGAIN);
	CHECK_EQ(ofd_set(a, RD, 9, 10), -EAGAIN);
	CHECK_EQ(ofd_set(a, WR, 10, 10), 0);
	CHECK_EQ(set(a, WR, 10, 1), -EAGAIN);
	CHECK_EQ(set(a, UN, 0, 0), 0);
	CHECK_EQ(set(a, RD, 15, 1), -EAGAIN);
	CHECK_EQ(ofd_set(a, UN, 0, 0), 0);
}

CASE(flock_is_another_world)
{
	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(sys(SYS_flock, a, LOCK_EX), 0);
	CHECK_EQ(ofd_set(b, WR, 0, 0), 0);
	CHECK_EQ(set(a, WR, 0, 0), -EAGAIN);
	CHECK_EQ(ofd_set(b, UN, 0, 0), 0);
	CHECK_EQ(set(a, WR, 0, 0), 0);
	CHECK_EQ(sys(SYS_flock, b, LOCK_EX | LOCK_NB), -EAGAIN);
}

CASE(they_answer_no_process)
{
	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(ofd_set(a, WR, 10, 10), 0);
	struct flock fl = test(b, F_OFD_GETLK, RD, 15, 100);
	CHECK_EQ(fl.l_type, WR);
	CHECK_EQ(fl.l_pid, -1);
	CHECK_EQ(fl.l_start, 10);
	CHECK_EQ(fl.l_len, 10);
	CHECK_EQ(test(b, F_GETLK, RD, 15, 100).l_pid, -1);
	CHECK_EQ(test(a, F_OFD_GETLK, RD, 15, 100).l_type, UN);
	CHECK_EQ(set(a, RD, 30, 5), 0);
	CHECK_EQ(test(b, F_OFD_GETLK, WR, 30, 1).l_pid, getpid());
}

CASE(asking_for_ones_own)
{
	NEEDS_LINUX(6, 7);
	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(ofd_set(a, RD, 10, 10), 0);
	struct flock fl = test(a, F_OFD_GETLK, UN, 0, 0);
	CHECK_EQ(fl.l_type, RD);
	CHECK_EQ(fl.l_start, 10);
	CHECK_EQ(fl.l_len, 10);
	CHECK_EQ(test(a, F_OFD_GETLK, UN, 0, 10).l_type, UN);
	CHECK_EQ(test(b, F_OFD_GETLK, UN, 0, 0).l_type, UN);
	/* The type is looked at last here, and first in F_GETLK. */
	fl = (struct flock){.l_type = 77, .l_start = 2, .l_len = INT64_MAX};
	CHECK_EQ(sys(SYS_fcntl, a, F_OFD_GETLK, &fl), -EOVERFLOW);
	CHECK_EQ(sys(SYS_fcntl, a, F_GETLK, &fl), -EINVAL);
	fl.l_len = 1;
	CHECK_EQ(sys(SYS_fcntl, a, F_OFD_GETLK, &fl), -EINVAL);
}

CASE(waiting_for_a_release)
{
	int pid;

	scratch();
	long a = opened();
	CHECK_EQ(ofd_set(a, WR, 0, 10), 0);
	CHILD(pid)
		CHECK_EQ(ofd_wait(opened(), WR, 5, 10), 0);
	tap_wait_blocked(pid);
	CHECK_EQ(ofd_set(a, UN, 0, 5), 0);
	tap_wait_blocked(pid);
	CHECK_EQ(ofd_set(a, UN, 5, 5), 0);
	CHECK_EXIT(pid, 0);
}

CASE(waiting_for_the_last_close)
{
	int pid;

	scratch();
	long a = opened();
	CHECK_EQ(ofd_set(a, WR, 0, 10), 0);
	CHILD(pid) {
		sys(SYS_close, a);
		CHECK_EQ(ofd_wait(opened(), RD, 0, 1), 0);
	}
	tap_wait_blocked(pid);
	sys(SYS_close, a);
	CHECK_EXIT(pid, 0);
}

CASE(no_search_for_deadlocks)
{
	int pid;

	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(ofd_set(a, WR, 0, 1), 0);
	CHECK_EQ(ofd_set(b, WR, 1, 1), 0);
	CHILD(pid)
		ofd_wait(a, WR, 1, 1);
	tap_wait_blocked(pid);
	int other;
	CHILD(other)
		ofd_wait(b, WR, 0, 1);
	tap_wait_blocked(other);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(ofd_set(a, UN, 0, 1), 0);
	CHECK_EXIT(other, 0);
}
