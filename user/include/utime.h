// SPDX-License-Identifier: MIT
/*
 * utime.h: setting the times of a file, the old way.
 */
#pragma once
#include "kernel/uapi/time.h"

int utime(const char *path, const struct utimbuf *times);
