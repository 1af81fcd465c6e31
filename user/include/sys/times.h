// SPDX-License-Identifier: MIT
/*
 * sys/times.h: CPU time in clock ticks.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/time.h"

clock_t times(struct tms *buf);
