// SPDX-License-Identifier: MIT
/*
 * uapi/signalfd: what a read of a signalfd answers.
 *
 * Linux     signalfd(2)
 */
#pragma once
#include "kernel/uapi/fcntl.h"

#define SFD_CLOEXEC O_CLOEXEC
#define SFD_NONBLOCK O_NONBLOCK

struct signalfd_siginfo {
	unsigned ssi_signo;
	int ssi_errno;
	int ssi_code;
	unsigned ssi_pid;
	unsigned ssi_uid;
	int ssi_fd;
	unsigned ssi_tid;
	unsigned ssi_band;
	unsigned ssi_overrun;
	unsigned ssi_trapno;
	int ssi_status;
	int ssi_int;
	unsigned long ssi_ptr;
	unsigned long ssi_utime;
	unsigned long ssi_stime;
	unsigned long ssi_addr;
	unsigned short ssi_addr_lsb;
	unsigned short __pad2;
	int ssi_syscall;
	unsigned long ssi_call_addr;
	unsigned ssi_arch;
	unsigned char __pad[28];
};
_Static_assert(sizeof(struct signalfd_siginfo) == 128, "the ABI's size");
