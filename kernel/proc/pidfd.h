// SPDX-License-Identifier: MIT
/*
 * pidfd: descriptors that stand for a process or a thread; the theory is in pidfd.c.
 */
#pragma once
#include "fs/file.h"

struct pid;

/* Whom a descriptor names. */
struct pidfd_target {
	struct pid *pid;   /* counted */
	bool is_thread;	   /* PIDFD_THREAD */
	bool is_nonblock;
};

/* A new descriptor, reserved, and its file, which is to be installed; flags: PIDFD_*. -EMFILE, -ENOMEM. */
int pidfd_prepare(struct pid *pid, u32 flags, struct file **out);
int pidfd_target_get(int fd, struct pidfd_target *out); /* -EBADF: not a pidfd */
/* The same of what pidfd_send_signal(2) takes besides: directories /proc/PID, and the caller himself. */
int pidfd_target_get_any(int fd, struct pidfd_target *out);
