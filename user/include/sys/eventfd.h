// SPDX-License-Identifier: MIT
/*
 * sys/eventfd.h: counters behind descriptors.
 */
#pragma once
#include <stdint.h>
#include "kernel/uapi/eventfd.h"

typedef uint64_t eventfd_t;
int eventfd(unsigned initial, int flags);
int eventfd_read(int fd, eventfd_t *value);
int eventfd_write(int fd, eventfd_t value);
