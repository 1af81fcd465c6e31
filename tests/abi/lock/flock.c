// SPDX-License-Identifier: MIT
/*
 * lock/flock: advisory locks on whole files.
 *
 * Promise   one exclusive holder or many shared ones; the open file is the holder, not the descriptor and not
 *           the process; the last close releases; a conversion releases first.
 * Linux     flock(2).
 */
#include "tests/abi/abi.h"

enum { SH = 1, EX = 2, NB = 4, UN = 8, PATH_ONLY = 010000000 };

static long opened(void)
{
	long fd = sys(SYS_open, "f", O_RDWR | O_CREAT, 0600);

	CHECK(fd >= 0);
	return fd;
}

CASE(shared_holders_keep_an_exclusive_one_out)
{
	scratch();
	long a = opened(), b = opened(), c = opened();
	CHECK_EQ(sys(SYS_flock, a, SH), 0);
	CHECK_EQ(sys(SYS_flock, b, SH | NB), 0);
	CHECK_EQ(sys(SYS_flock, c, EX | NB), -EAGAIN);
	CHECK_EQ(sys(SYS_flock, a, UN), 0);
	CHECK_EQ(sys(SYS_flock, c, EX | NB), -EAGAIN);
	CHECK_EQ(sys(SYS_flock, b, UN), 0);
	CHECK_EQ(sys(SYS_flock, c, EX | NB), 0);
	CHECK_EQ(sys(SYS_flock, a, SH | NB), -EAGAIN);
}

CASE(asking_again_for_what_one_has)
{
	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	CHECK_EQ(sys(SYS_flock, a, SH), 0);
	CHECK_EQ(sys(SYS_flock, b, SH | NB), 0);
}

CASE(failed_conversion_loses_the_lock)
{
	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(sys(SYS_flock, a, SH), 0);
	CHECK_EQ(sys(SYS_flock, b, SH), 0);
	CHECK_EQ(sys(SYS_flock, a, EX | NB), -EAGAIN);
	CHECK_EQ(sys(SYS_flock, b, EX | NB), 0);
}

CASE(duplicates_share_one_lock)
{
	scratch();
	long a = opened(), b = opened(), d = sys(SYS_dup, a);
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	CHECK_EQ(sys(SYS_flock, d, EX | NB), 0);
	sys(SYS_close, a);
	CHECK_EQ(sys(SYS_flock, b, EX | NB), -EAGAIN);
	CHECK_EQ(sys(SYS_flock, d, UN), 0);
	CHECK_EQ(sys(SYS_flock, b, EX | NB), 0);
}

CASE(last_close_releases)
{
	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	sys(SYS_close, a);
	CHECK_EQ(sys(SYS_flock, b, EX | NB), 0);
}

CASE(death_releases)
{
	int pid;

	scratch();
	long a = opened();
	CHILD(pid) {
		CHECK_EQ(sys(SYS_flock, opened(), EX), 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_flock, a, EX | NB), 0);
}

CASE(waiting_for_a_release)
{
	int pid;

	scratch();
	long a = opened();
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_flock, opened(), EX), 0);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_flock, a, UN), 0);
	CHECK_EXIT(pid, 0);
}

CASE(downgrade_lets_a_waiting_reader_in)
{
	int pid;

	scratch();
	long a = opened();
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_flock, opened(), SH), 0);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_flock, a, SH), 0);
	CHECK_EXIT(pid, 0);
}

CASE(handler_interrupts_the_wait)
{
	int pid;

	scratch();
	long a = opened();
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		CHECK_EQ(sys(SYS_flock, opened(), EX), -EINTR);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(killed_waiter_leaves_nothing)
{
	int pid;

	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	CHILD(pid)
		sys(SYS_flock, opened(), EX);
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sys(SYS_flock, a, UN), 0);
	CHECK_EQ(sys(SYS_flock, b, EX | NB), 0);
}

CASE(bad_requests)
{
	scratch();
	long a = opened(), p = sys(SYS_open, "f", PATH_ONLY);
	CHECK_EQ(sys(SYS_flock, a, 0), -EINVAL);
	CHECK_EQ(sys(SYS_flock, a, SH | EX), -EINVAL);
	CHECK_EQ(sys(SYS_flock, a, NB), -EINVAL);
	CHECK_EQ(sys(SYS_flock, 999, 0), -EINVAL);
	CHECK_EQ(sys(SYS_flock, 999, SH), -EBADF);
	CHECK_EQ(sys(SYS_flock, p, SH), -EBADF);
	CHECK_EQ(sys(SYS_flock, a, UN), 0);
}

CASE(lock_without_access)
{
	scratch();
	long a = opened(), none = sys(SYS_open, "f", O_ACCMODE);
	CHECK_EQ(sys(SYS_flock, none, SH | NB), -EBADF);
	CHECK_EQ(sys(SYS_flock, none, UN), 0);
	long ro = sys(SYS_open, "f", O_RDONLY);
	CHECK_EQ(sys(SYS_flock, ro, EX | NB), 0);
	CHECK_EQ(sys(SYS_flock, a, SH | NB), -EAGAIN);
}

CASE(shared_waiters_come_in_together)
{
	int first, second, *inside = shared_page();

	scratch();
	long a = opened();
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	for (int i = 0; i < 2; i++) {
		CHILD(first) {
			CHECK_EQ(sys(SYS_flock, opened(), SH), 0);
			__atomic_fetch_add(inside, 1, __ATOMIC_SEQ_CST);
			while (__atomic_load_n(inside, __ATOMIC_SEQ_CST) < 2)
				sleep_ms(1);
		}
		tap_wait_blocked(first);
		if (i == 0)
			second = first;
	}
	CHECK_EQ(sys(SYS_flock, a, UN), 0);
	CHECK_EXIT(first, 0);
	CHECK_EXIT(second, 0);
}

CASE(restarted_after_a_handler)
{
	int pid;

	scratch();
	long a = opened();
	CHECK_EQ(sys(SYS_flock, a, EX), 0);
	CHILD(pid) {
		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(sys(SYS_flock, opened(), EX), 0);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_flock, a, UN), 0);
	CHECK_EXIT(pid, 0);
}

CASE(anything_open_can_be_locked)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_flock, fd[0], EX | NB), 0);
	CHECK_EQ(sys(SYS_flock, fd[1], EX | NB), -EAGAIN);
	long d = sys(SYS_open, "/", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(sys(SYS_flock, d, SH | NB), 0);
}
