// SPDX-License-Identifier: MIT
/*
 * uapi/eventfd: flags of eventfd2(2).
 *
 * Linux     eventfd(2)
 */
#pragma once
#include "kernel/uapi/fcntl.h"

#define EFD_SEMAPHORE 1
#define EFD_CLOEXEC O_CLOEXEC
#define EFD_NONBLOCK O_NONBLOCK
