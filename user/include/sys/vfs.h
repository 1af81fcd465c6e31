// SPDX-License-Identifier: MIT
/*
 * sys/vfs.h: the other name of sys/statfs.h.
 */
#pragma once
#include <sys/statfs.h>
