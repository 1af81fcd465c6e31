// SPDX-License-Identifier: MIT
/*
 * sys/ioctl.h: requests to devices.
 */
#pragma once
#include "kernel/uapi/ioctl.h"
#include "kernel/uapi/termios.h"

int ioctl(int fd, unsigned long request, ...);
