// SPDX-License-Identifier: MIT
/*
 * fcntl.h: opening files, and what can be told to a descriptor.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/fcntl.h"

int open(const char *path, int flags, ...);
int openat(int dirfd, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int cmd, ...);
int posix_fadvise(int fd, off_t offset, off_t size, int advice);
int fallocate(int fd, int mode, off_t offset, off_t size);
int posix_fallocate(int fd, off_t offset, off_t size);
