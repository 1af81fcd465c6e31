// SPDX-License-Identifier: MIT
/*
 * errno: the error numbers of the kernel: those of user space, and a few that never leave it.
 *
 * Promise   functions answer these negated. ERESTART (a number that Linux never hands out either) means
 *           "interrupted by a signal": the return path of a system call turns it into a restart or EINTR,
 *           by the call's policy in syscalls.def. The others here lie above what user space knows.
 */
#pragma once
#include "kernel/uapi/errno.h"

enum {
	ERESTART_NOHAND = 514, /* as ERESTART, but at most NOHAND: where the policy depends on an argument */
	ENOIOCTLCMD = 515, /* an ioctl op does not know the command: the next one may; ends as ENOTTY */
};
