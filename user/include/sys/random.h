// SPDX-License-Identifier: MIT
/*
 * sys/random.h: random bytes.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/random.h"

ssize_t getrandom(void *to, size_t n, unsigned flags);
