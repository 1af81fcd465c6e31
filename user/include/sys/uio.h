// SPDX-License-Identifier: MIT
/*
 * sys/uio.h: scattered reads and writes.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/uio.h"

ssize_t readv(int fd, const struct iovec *iov, int count);
ssize_t writev(int fd, const struct iovec *iov, int count);
ssize_t preadv(int fd, const struct iovec *iov, int count, off_t pos);
ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t pos);
ssize_t preadv2(int fd, const struct iovec *iov, int count, off_t pos, int flags);
ssize_t pwritev2(int fd, const struct iovec *iov, int count, off_t pos, int flags);
