// SPDX-License-Identifier: MIT
/*
 * errno.h: error numbers, and the number of the last failed call of this thread.
 */
#pragma once
#include "kernel/uapi/errno.h"

extern __thread int errno;
#define errno errno
extern char *program_invocation_short_name;
