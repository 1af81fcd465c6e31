// SPDX-License-Identifier: MIT
/*
 * sys/auxv.h: what the kernel told at start.
 */
#pragma once
#include "kernel/uapi/auxvec.h"

unsigned long getauxval(unsigned long type);
