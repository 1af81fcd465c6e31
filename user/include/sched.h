// SPDX-License-Identifier: MIT
/*
 * sched.h: threads by hand, and where and how tasks run.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>
#include <time.h>
#include "kernel/uapi/sched.h"

#define CPU_SETSIZE 1024
typedef struct {
	unsigned long bits[CPU_SETSIZE / 64];
} cpu_set_t;
#define CPU_ZERO(s) ((void)(*(s) = (cpu_set_t){ { 0 } }))
#define CPU_SET(c, s) ((void)((s)->bits[(c) / 64] |= 1ul << (c) % 64))
#define CPU_CLR(c, s) ((void)((s)->bits[(c) / 64] &= ~(1ul << (c) % 64)))
#define CPU_ISSET(c, s) (((s)->bits[(c) / 64] >> (c) % 64) & 1)
#define CPU_COUNT(s) __cpu_count(s)
int __cpu_count(const cpu_set_t *s);

/* `stack` is the end of the new stack; then int *parent_tid, void *tls, int *child_tid by flags. */
int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
int sched_yield(void);
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param);
int sched_getscheduler(pid_t pid);
int sched_setparam(pid_t pid, const struct sched_param *param);
int sched_getparam(pid_t pid, struct sched_param *param);
int sched_get_priority_max(int policy);
int sched_get_priority_min(int policy);
int sched_rr_get_interval(pid_t pid, struct timespec *interval);
int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set);
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
int sched_getcpu(void);
int getcpu(unsigned *cpu, unsigned *node);
