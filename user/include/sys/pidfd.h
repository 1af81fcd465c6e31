// SPDX-License-Identifier: MIT
/*
 * sys/pidfd.h: descriptors that stand for processes.
 */
#pragma once
#include <signal.h>
#include "kernel/uapi/pidfd.h"

int pidfd_open(pid_t pid, unsigned flags);
int pidfd_getfd(int pidfd, int fd, unsigned flags);
int pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned flags);
