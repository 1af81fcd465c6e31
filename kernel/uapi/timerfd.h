// SPDX-License-Identifier: MIT
/*
 * uapi/timerfd: flags of the timerfd calls.
 *
 * Linux     timerfd_create(2)
 */
#pragma once
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/ioctl.h"

#define TFD_CLOEXEC O_CLOEXEC
#define TFD_NONBLOCK O_NONBLOCK
#define TFD_TIMER_ABSTIME 1
#define TFD_TIMER_CANCEL_ON_SET 2
#define TFD_IOC_SET_TICKS _IOW('T', 0, unsigned long)
