// SPDX-License-Identifier: MIT
/*
 * uapi/time: points in time and intervals, the clocks, and the structures of timers.
 *
 * Linux     time(7), clock_gettime(2), setitimer(2), timer_create(2), times(2), utime(2)
 */
#pragma once

struct timespec {
	long tv_sec;
	long tv_nsec;
};
struct timeval {
	long tv_sec;
	long tv_usec;
};
struct timezone {
	int tz_minuteswest;
	int tz_dsttime;
};
struct itimerval {
	struct timeval it_interval;
	struct timeval it_value;
};
struct itimerspec {
	struct timespec it_interval;
	struct timespec it_value;
};
struct tms {
	long tms_utime, tms_stime, tms_cutime, tms_cstime; /* in units of 1/USER_HZ s */
};
struct utimbuf {
	long actime, modtime;
};

#define USER_HZ 100 /* AT_CLKTCK, sysconf(_SC_CLK_TCK) */

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11

#define TIMER_ABSTIME 1
#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

/* utimensat(2): instead of nanoseconds */
#define UTIME_NOW ((1l << 30) - 1)
#define UTIME_OMIT ((1l << 30) - 2)
