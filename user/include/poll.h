// SPDX-License-Identifier: MIT
/*
 * poll.h: waiting for descriptors.
 */
#pragma once
#include <time.h>
#include <signal.h>
#include "kernel/uapi/poll.h"

typedef unsigned long nfds_t;

int poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);
