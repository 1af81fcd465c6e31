// SPDX-License-Identifier: MIT
/*
 * sys/fsuid.h: the ids that count for file access.
 */
#pragma once
#include <sys/types.h>

int setfsuid(uid_t uid);
int setfsgid(gid_t gid);
