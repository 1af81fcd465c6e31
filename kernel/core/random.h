// SPDX-License-Identifier: MIT
/*
 * random: unpredictable bytes.
 *
 * Promise   as good as the sources of this machine; never blocks. With sched.seed= a function of that.
 */
#pragma once
#include "kernel/lib/types.h"

void random_bytes(void *buf, size_t n);
void random_add(const void *buf, size_t n); /* stirs something in */
u64 random_u64(void);
