// SPDX-License-Identifier: MIT
/*
 * uapi/pidfd: flags of the pidfd calls, and what an ioctl tells of a process.
 *
 * Linux     pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2), ioctl_pidfd(2)
 */
#pragma once
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/ioctl.h"

#define PIDFD_NONBLOCK O_NONBLOCK
#define PIDFD_THREAD O_EXCL

#define PIDFD_SIGNAL_THREAD (1u << 0)
#define PIDFD_SIGNAL_THREAD_GROUP (1u << 1)
#define PIDFD_SIGNAL_PROCESS_GROUP (1u << 2)

/* In place of a descriptor: the caller */
#define PIDFD_SELF_THREAD -10000
#define PIDFD_SELF_THREAD_GROUP -10001
#define PIDFD_SELF PIDFD_SELF_THREAD
#define PIDFD_SELF_PROCESS PIDFD_SELF_THREAD_GROUP

struct pidfd_info {
	unsigned long mask; /* PIDFD_INFO_*: what is asked for, and what is told */
	unsigned long cgroupid;
	unsigned pid, tgid, ppid;
	unsigned ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int exit_code; /* as wait4(2) tells it */
	unsigned coredump_mask, coredump_signal;
};
#define PIDFD_INFO_SIZE_VER0 64
#define PIDFD_INFO_SIZE_VER1 72
_Static_assert(sizeof(struct pidfd_info) == PIDFD_INFO_SIZE_VER1, "the ABI's size");

#define PIDFD_INFO_PID (1ul << 0)
#define PIDFD_INFO_CREDS (1ul << 1)
#define PIDFD_INFO_CGROUPID (1ul << 2)
#define PIDFD_INFO_EXIT (1ul << 3)
#define PIDFD_INFO_COREDUMP (1ul << 4)

#define PIDFD_COREDUMPED (1u << 0)
#define PIDFD_COREDUMP_SKIP (1u << 1)
#define PIDFD_COREDUMP_USER (1u << 2)
#define PIDFD_COREDUMP_ROOT (1u << 3)

/* Numbers 1 to 10 of this type give namespaces. */
#define PIDFS_IOCTL_MAGIC 0xff
#define PIDFD_GET_INFO _IOWR(PIDFS_IOCTL_MAGIC, 11, struct pidfd_info) /* whatever its size is */
