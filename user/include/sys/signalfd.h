// SPDX-License-Identifier: MIT
/*
 * sys/signalfd.h: signals as something to read.
 */
#pragma once
#include <signal.h>
#include <stdint.h>
#include "kernel/uapi/signalfd.h"

int signalfd(int fd, const sigset_t *mask, int flags);
