// SPDX-License-Identifier: MIT
/*
 * sys/statfs.h: what a file system is.
 */
#pragma once
#include "kernel/uapi/statfs.h"

int statfs(const char *path, struct statfs *st);
int fstatfs(int fd, struct statfs *st);
