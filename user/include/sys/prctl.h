// SPDX-License-Identifier: MIT
/*
 * sys/prctl.h: odd attributes of processes.
 */
#pragma once
#include "kernel/uapi/prctl.h"

int prctl(int option, ...);
