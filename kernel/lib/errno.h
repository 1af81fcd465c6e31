// SPDX-License-Identifier: MIT
/*
 * errno: the error numbers of the kernel: those of user space, and a few that never leave it.
 *
 * Promise   functions answer these negated. The internal ones lie above every number that user space
 *           knows; the return path of a system call turns ERESTART into a restart or EINTR.
 */
#pragma once
#include "kernel/uapi/errno.h"

enum {
	ERESTART = 512,	  /* interrupted by a signal: the call's policy in syscalls.def decides */
	ENOIOCTLCMD = 515, /* an ioctl op does not know the command: the next one may; ends as ENOTTY */
};
