// SPDX-License-Identifier: MIT
/*
 * sys/utsname.h: the name of the system.
 */
#pragma once
#include "kernel/uapi/utsname.h"

#define _UTSNAME_LENGTH 65
int uname(struct utsname *name);
