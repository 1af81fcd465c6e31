// SPDX-License-Identifier: MIT
/*
 * semaphore.h: counters that can be waited for, in memory and by name.
 */
#pragma once
#include <fcntl.h>
#include <time.h>

/* 32 bytes whose first twelve mean the same as in glibc: a named semaphore can be shared with its programs. */
typedef struct {
	unsigned long data; /* the value in the lower half, the number of waiters in the upper */
	int shared;
	int unused[5];
} sem_t;
#define SEM_FAILED ((sem_t *)0)
#define SEM_VALUE_MAX 0x7fffffff

int sem_init(sem_t *sem, int shared, unsigned value);
int sem_destroy(sem_t *sem);
sem_t *sem_open(const char *name, int flags, ...);
int sem_close(sem_t *sem);
int sem_unlink(const char *name);
int sem_wait(sem_t *sem);
int sem_trywait(sem_t *sem);
int sem_timedwait(sem_t *sem, const struct timespec *deadline);
int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *deadline);
int sem_post(sem_t *sem);
int sem_getvalue(sem_t *sem, int *value);
