// SPDX-License-Identifier: MIT
/*
 * sys/select.h: waiting for sets of descriptors.
 */
#pragma once
#include <signal.h>
#include <time.h>
#include "kernel/uapi/select.h"

typedef kfd_set fd_set;
typedef long fd_mask;
#define NFDBITS 64
#define FD_ZERO(s) ((void)(*(s) = (fd_set){ { 0 } }))
#define FD_SET(fd, s) ((void)((s)->fds_bits[(fd) / NFDBITS] |= 1ul << (fd) % NFDBITS))
#define FD_CLR(fd, s) ((void)((s)->fds_bits[(fd) / NFDBITS] &= ~(1ul << (fd) % NFDBITS)))
#define FD_ISSET(fd, s) ((int)(((s)->fds_bits[(fd) / NFDBITS] >> (fd) % NFDBITS) & 1))

int select(int count, fd_set *in, fd_set *out, fd_set *except, struct timeval *timeout);
int pselect(int count, fd_set *in, fd_set *out, fd_set *except, const struct timespec *timeout,
	const sigset_t *mask);
