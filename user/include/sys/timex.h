// SPDX-License-Identifier: MIT
/*
 * sys/timex.h: steering the clock.
 */
#pragma once
#include <time.h>
#include "kernel/uapi/timex.h"

int adjtimex(struct timex *x);
int clock_adjtime(clockid_t clock, struct timex *x);
