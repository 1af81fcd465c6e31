// SPDX-License-Identifier: MIT
/*
 * sys/sendfile.h: copying inside the kernel.
 */
#pragma once
#include <sys/types.h>

ssize_t sendfile(int out, int in, off_t *offset, size_t n);
