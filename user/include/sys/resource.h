// SPDX-License-Identifier: MIT
/*
 * sys/resource.h: limits, usage and priorities.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/resource.h"

typedef unsigned long rlim_t;
#define RLIM_SAVED_CUR RLIM_INFINITY
#define RLIM_SAVED_MAX RLIM_INFINITY

int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);
int prlimit(pid_t pid, int resource, const struct rlimit *limit, struct rlimit *old);
int getrusage(int who, struct rusage *usage);
int getpriority(int which, id_t who);
int setpriority(int which, id_t who, int priority);
