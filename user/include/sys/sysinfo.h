// SPDX-License-Identifier: MIT
/*
 * sys/sysinfo.h: memory, load, uptime.
 */
#pragma once
#include "kernel/uapi/sysinfo.h"

int sysinfo(struct sysinfo *info);
int get_nprocs(void);
