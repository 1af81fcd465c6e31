// SPDX-License-Identifier: MIT
/*
 * file/owner: who is told of a file by signals: F_SETOWN and F_GETOWN.
 *
 * Promise   a process is answered by its number, a group by its number negated, also where that is the
 *           negation of a number that kernels use inside for "restart this call".
 * Linux     fcntl(2) F_GETOWN, clone3(2) set_tid
 */
#include <sys/ioctl.h>
#include "tests/abi/abi.h"

enum { SET_OWNER = 8, GET_OWNER = 9 };

struct args3 {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size;
};

CASE(process_owner_is_its_number)
{
	int fd[2], me = (int)sys(SYS_getpid);

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], GET_OWNER), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], SET_OWNER, me), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], GET_OWNER), me);
}

/* A child with this very number leads a group of its own, which owns a pipe. */
static void check_group(int number)
{
	struct args3 a = { .exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&number, .set_tid_size = 1 };
	int fd[2];
	long pid = sys(SYS_clone3, &a, sizeof(a));

	if (pid == -EEXIST)
		SKIP("number %d is taken", number);
	if (pid == 0) {
		bool good = sys(SYS_setpgid, 0, 0) == 0 && sys(SYS_pipe2, fd, 0) == 0 &&
			    sys(SYS_fcntl, fd[0], SET_OWNER, -number) == 0 &&
			    sys(SYS_fcntl, fd[0], GET_OWNER) == -number;
		sys(SYS_exit, good ? 0 : 1);
	}
	CHECK_EQ(pid, number);
	CHECK_EXIT(pid, 0);
}

CASE(group_85_is_no_restart)
{
	NEEDS_ROOT();
	check_group(85);
}

CASE(group_514_is_no_restart)
{
	NEEDS_ROOT();
	check_group(514);
}
