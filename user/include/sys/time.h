// SPDX-License-Identifier: MIT
/*
 * sys/time.h: time of day and interval timers.
 */
#pragma once
#include <sys/types.h>
#include <sys/select.h>
#include "kernel/uapi/time.h"

int gettimeofday(struct timeval *tv, void *tz);
int settimeofday(const struct timeval *tv, const struct timezone *tz);
int getitimer(int which, struct itimerval *value);
int setitimer(int which, const struct itimerval *value, struct itimerval *old);
int utimes(const char *path, const struct timeval times[2]);
int futimesat(int dirfd, const char *path, const struct timeval times[2]);

#define timeradd(a, b, r)                                     \
	do {                                                  \
		(r)->tv_sec = (a)->tv_sec + (b)->tv_sec;      \
		(r)->tv_usec = (a)->tv_usec + (b)->tv_usec;   \
		if ((r)->tv_usec >= 1000000)                  \
			(r)->tv_sec++, (r)->tv_usec -= 1000000; \
	} while (0)
#define timersub(a, b, r)                                     \
	do {                                                  \
		(r)->tv_sec = (a)->tv_sec - (b)->tv_sec;      \
		(r)->tv_usec = (a)->tv_usec - (b)->tv_usec;   \
		if ((r)->tv_usec < 0)                         \
			(r)->tv_sec--, (r)->tv_usec += 1000000; \
	} while (0)
