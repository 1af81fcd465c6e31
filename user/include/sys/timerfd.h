// SPDX-License-Identifier: MIT
/*
 * sys/timerfd.h: timers behind descriptors.
 */
#pragma once
#include <time.h>
#include "kernel/uapi/timerfd.h"

int timerfd_create(clockid_t clock, int flags);
int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);
int timerfd_gettime(int fd, struct itimerspec *value);
