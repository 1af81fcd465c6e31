// SPDX-License-Identifier: MIT
/*
 * sys/inotify.h: being told what happens to files.
 */
#pragma once
#include <stdint.h>
#include "kernel/uapi/inotify.h"

int inotify_init(void);
int inotify_init1(int flags);
int inotify_add_watch(int fd, const char *path, uint32_t mask);
int inotify_rm_watch(int fd, int wd);
