// SPDX-License-Identifier: MIT
/*
 * time.h: clocks and calendars.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>
#include "kernel/uapi/time.h"

#define CLOCKS_PER_SEC 1000000l
#define TIME_UTC 1

struct tm {
	int tm_sec, tm_min, tm_hour;
	int tm_mday, tm_mon, tm_year;
	int tm_wday, tm_yday, tm_isdst;
	long tm_gmtoff;
	const char *tm_zone;
};

time_t time(time_t *t);
clock_t clock(void);
double difftime(time_t a, time_t b);
struct tm *gmtime(const time_t *t);
struct tm *gmtime_r(const time_t *t, struct tm *tm);
struct tm *localtime(const time_t *t);
struct tm *localtime_r(const time_t *t, struct tm *tm);
time_t mktime(struct tm *tm);
time_t timegm(struct tm *tm);
size_t strftime(char *s, size_t size, const char *fmt, const struct tm *tm);
char *strptime(const char *s, const char *fmt, struct tm *tm);
char *asctime(const struct tm *tm);
char *asctime_r(const struct tm *tm, char *text); /* at least 26 bytes */
char *ctime(const time_t *t);
char *ctime_r(const time_t *t, char *text);
int timespec_get(struct timespec *ts, int base);
void tzset(void);
extern char *tzname[2];
extern long timezone; /* seconds west of Greenwich */
extern int daylight;
int nanosleep(const struct timespec *req, struct timespec *rem);
int clock_gettime(clockid_t clock, struct timespec *ts);
int clock_settime(clockid_t clock, const struct timespec *ts);
int clock_getres(clockid_t clock, struct timespec *ts);
struct sigevent;
int timer_create(clockid_t clock, struct sigevent *event, timer_t *id);
int timer_settime(timer_t id, int flags, const struct itimerspec *value, struct itimerspec *old);
int timer_gettime(timer_t id, struct itimerspec *value);
int timer_getoverrun(timer_t id);
int timer_delete(timer_t id);
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *req, struct timespec *rem);
