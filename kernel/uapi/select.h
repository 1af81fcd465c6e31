// SPDX-License-Identifier: MIT
/*
 * uapi/select: the descriptor set of select(2).
 *
 * Linux     select(2), pselect(2)
 */
#pragma once
#include "kernel/uapi/types.h"
#include "kernel/uapi/time.h"

#define FD_SETSIZE 1024

/* Calls read and write only the words that nfds covers. */
typedef struct {
	unsigned long fds_bits[FD_SETSIZE / (8 * sizeof(unsigned long))];
} kfd_set;
