// SPDX-License-Identifier: MIT
/*
 * calendar: seconds since 1970 as a date, and back, and as text.
 *
 * Promise   any year that fits an int works. Local time is in zone.c.
 * How       a year is counted from March, so that the leap day is its last; 400 such years always have
 *           146097 days.
 * Linux     gmtime(3), mktime(3), strftime(3)
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	DAY_S = 86400,
	DAYS_TO_1970 = 719468, /* from the first of March of year 0 */
	CYCLE_DAYS = 146097,   /* 400 years */
	MARCH = 2,
};

static int is_leap(long year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

struct tm *gmtime_r(const time_t *t, struct tm *tm)
{
	long days = *t / DAY_S, rest = *t % DAY_S;

	if (rest < 0) {
		rest += DAY_S;
		days--;
	}
	long shifted = days + DAYS_TO_1970;
	long cycle = (shifted >= 0 ? shifted : shifted - (CYCLE_DAYS - 1)) / CYCLE_DAYS;
	long day = shifted - cycle * CYCLE_DAYS; /* of the cycle */
	long year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	long of_year = day - (365 * year + year / 4 - year / 100); /* from March on */
	long month = (5 * of_year + 2) / 153;			    /* 0: March */
	long real_year = year + cycle * 400 + (month >= 10);

	if (real_year - 1900 > INT_MAX || real_year - 1900 < INT_MIN) {
		errno = EOVERFLOW;
		return NULL;
	}
	*tm = (struct tm){
		.tm_sec = rest % 60,
		.tm_min = rest / 60 % 60,
		.tm_hour = rest / 3600,
		.tm_mday = of_year - (153 * month + 2) / 5 + 1,
		.tm_mon = month < 10 ? month + MARCH : month - 10,
		.tm_year = real_year - 1900,
		.tm_wday = ((days + 4) % 7 + 7) % 7,
		.tm_zone = "GMT",
	};
	tm->tm_yday = month < 10 ? of_year + 59 + is_leap(real_year) : of_year - 306;
	return tm;
}

struct tm *gmtime(const time_t *t)
{
	static struct tm tm;

	return gmtime_r(t, &tm);
}
time_t timegm(struct tm *tm)
{
	long year = tm->tm_year + 1900l, month = tm->tm_mon;

	year += month / 12;
	month %= 12;
	if (month < 0) {
		month += 12;
		year--;
	}
	long y = month < MARCH ? year - 1 : year;
	long cycle = (y >= 0 ? y : y - 399) / 400, of_cycle = y - cycle * 400;
	long of_year = (153 * (month < MARCH ? month + 10 : month - MARCH) + 2) / 5 + tm->tm_mday - 1;
	long days = cycle * CYCLE_DAYS + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - DAYS_TO_1970;
	time_t t = days * DAY_S + tm->tm_hour * 3600l + tm->tm_min * 60l + tm->tm_sec;

	gmtime_r(&t, tm);
	return t;
}

static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December" };

/* The week of the year by ISO 8601: week 1 has the first Thursday. */
static int iso_week(const struct tm *tm, int *year)
{
	int weekday = (tm->tm_wday + 6) % 7, week = (tm->tm_yday - weekday + 10) / 7;

	*year = tm->tm_year + 1900;
	if (week < 1) {
		int last = tm->tm_yday + 365 + is_leap(*year - 1);
		--*year;
		return (last - weekday + 10) / 7;
	}
	if (week == 53 && tm->tm_yday - weekday + 3 >= 365 + is_leap(*year)) {
		++*year;
		return 1;
	}
	return week;
}

/* Conversions that stand for a longer format. */
static const char *expansion(char c)
{
	switch (c) {
	case 'c':
		return "%a %b %e %H:%M:%S %Y";
	case 'D': case 'x':
		return "%m/%d/%y";
	case 'F':
		return "%Y-%m-%d";
	case 'r':
		return "%I:%M:%S %p";
	case 'R':
		return "%H:%M";
	case 'T': case 'X':
		return "%H:%M:%S";
	case 'n':
		return "\n";
	case 't':
		return "\t";
	case '%':
		return "%%";
	}
	return NULL;
}

static int convert_word(char *s, size_t size, char c, const struct tm *tm)
{
	long minutes;

	switch (c) {
	case 'a':
		return snprintf(s, size, "%.3s", days[tm->tm_wday]);
	case 'A':
		return snprintf(s, size, "%s", days[tm->tm_wday]);
	case 'b': case 'h':
		return snprintf(s, size, "%.3s", months[tm->tm_mon]);
	case 'B':
		return snprintf(s, size, "%s", months[tm->tm_mon]);
	case 'p':
		return snprintf(s, size, "%s", tm->tm_hour < 12 ? "AM" : "PM");
	case 'P':
		return snprintf(s, size, "%s", tm->tm_hour < 12 ? "am" : "pm");
	case 'Z':
		return snprintf(s, size, "%s", tm->tm_zone ? tm->tm_zone : "");
	case 'z':
		minutes = labs(tm->tm_gmtoff) / 60;
		return snprintf(s, size, "%c%02ld%02ld", tm->tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
	}
	return -1;
}

static int convert_number(char *s, size_t size, char c, const struct tm *tm)
{
	int iso_year, week = iso_week(tm, &iso_year), hour12 = (tm->tm_hour + 11) % 12 + 1;
	time_t t;
	struct tm copy = *tm;

	switch (c) {
	case 'C': return snprintf(s, size, "%02d", (tm->tm_year + 1900) / 100);
	case 'd': return snprintf(s, size, "%02d", tm->tm_mday);
	case 'e': return snprintf(s, size, "%2d", tm->tm_mday);
	case 'g': return snprintf(s, size, "%02d", iso_year % 100);
	case 'G': return snprintf(s, size, "%d", iso_year);
	case 'H': return snprintf(s, size, "%02d", tm->tm_hour);
	case 'I': return snprintf(s, size, "%02d", hour12);
	case 'j': return snprintf(s, size, "%03d", tm->tm_yday + 1);
	case 'k': return snprintf(s, size, "%2d", tm->tm_hour);
	case 'l': return snprintf(s, size, "%2d", hour12);
	case 'm': return snprintf(s, size, "%02d", tm->tm_mon + 1);
	case 'M': return snprintf(s, size, "%02d", tm->tm_min);
	case 's':
		t = mktime(&copy);
		return snprintf(s, size, "%ld", t);
	case 'S': return snprintf(s, size, "%02d", tm->tm_sec);
	case 'u': return snprintf(s, size, "%d", tm->tm_wday ? tm->tm_wday : 7);
	case 'U': return snprintf(s, size, "%02d", (tm->tm_yday + 7 - tm->tm_wday) / 7);
	case 'V': return snprintf(s, size, "%02d", week);
	case 'w': return snprintf(s, size, "%d", tm->tm_wday);
	case 'W': return snprintf(s, size, "%02d", (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7);
	case 'y': return snprintf(s, size, "%02d", tm->tm_year % 100);
	case 'Y': return snprintf(s, size, "%d", tm->tm_year + 1900);
	}
	return -1;
}

size_t strftime(char *s, size_t size, const char *fmt, const struct tm *tm)
{
	size_t len = 0;

	for (; *fmt; fmt++) {
		int n = -1;

		if (*fmt == '%' && fmt[1]) {
			const char *longer = expansion(*++fmt);
			if (*fmt == 'E' || *fmt == 'O')
				fmt++;
			if (*fmt == '%')
				n = snprintf(s + len, size - len, "%%");
			else if (longer)
				n = *longer == '%' ? (int)strftime(s + len, size - len, longer, tm)
						   : snprintf(s + len, size - len, "%s", longer);
			else if ((n = convert_word(s + len, size - len, *fmt, tm)) < 0)
				n = convert_number(s + len, size - len, *fmt, tm);
			if (n < 0)
				n = snprintf(s + len, size - len, "%%%c", *fmt);
		} else {
			n = snprintf(s + len, size - len, "%c", *fmt);
		}
		if ((size_t)n >= size - len)
			return 0;
		len += n;
	}
	if (size)
		s[len] = '\0';
	return len;
}

char *asctime_r(const struct tm *tm, char *text)
{
	enum { ASCTIME_BYTES = 26 };

	return strftime(text, ASCTIME_BYTES, "%a %b %e %H:%M:%S %Y\n", tm) ? text : NULL;
}

char *asctime(const struct tm *tm)
{
	static char text[64];

	strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y\n", tm);
	return text;
}

char *ctime_r(const time_t *t, char *text)
{
	struct tm tm;

	return asctime_r(localtime_r(t, &tm), text);
}

char *ctime(const time_t *t)
{
	return asctime(localtime(t));
}
