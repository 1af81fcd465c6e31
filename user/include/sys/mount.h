// SPDX-License-Identifier: MIT
/*
 * sys/mount.h: mounting file systems.
 */
#pragma once
#include "kernel/uapi/mount.h"

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount(const char *target);
int umount2(const char *target, int flags);
