// SPDX-License-Identifier: MIT
/*
 * strptime: a date out of text.
 *
 * Promise   only the fields that the format names are set, and of the date the day of the week and of the
 *           year, once year, month and day are known. Numbers may have fewer digits than strftime() writes.
 * Linux     strptime(3); without %E and %O, which mean nothing in the locale C, %Z is passed over
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { YEAR_BASE = 1900, CENTURY = 100, PIVOT = 69 /* %y: from here on it is 19.. */, HALF_DAY = 12 };

static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December" };

struct state {
	const char *s;
	int century, hour12; /* -1: not given */
	int afternoon;
	int has_year, has_month, has_day;
};

/* At most so many digits; false: none, or out of bounds. */
static int number(struct state *p, int digits, int least, int most, int *to)
{
	int n = 0, taken = 0;

	while (isspace((unsigned char)*p->s))
		p->s++;
	for (; taken < digits && isdigit((unsigned char)*p->s); taken++)
		n = n * 10 + *p->s++ - '0';
	*to = n;
	return taken && n >= least && n <= most;
}

static int name(struct state *p, const char *const *list, int n, int *to)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(list[i]);
		if (strncasecmp(p->s, list[i], len) != 0)
			len = 3;
		if (strncasecmp(p->s, list[i], len) == 0) {
			p->s += len;
			*to = i;
			return 1;
		}
	}
	return 0;
}

/* +hhmm, +hh:mm, +hh or Z. */
static int zone(struct state *p, struct tm *tm)
{
	int hours, minutes = 0, sign = *p->s == '-' ? -1 : 1;

	if (*p->s == 'Z') {
		p->s++;
		tm->tm_gmtoff = 0;
		return 1;
	}
	if (*p->s != '+' && *p->s != '-')
		return 0;
	p->s++;
	if (!number(p, 2, 0, 24, &hours))
		return 0;
	p->s += *p->s == ':';
	if (isdigit((unsigned char)*p->s) && !number(p, 2, 0, 59, &minutes))
		return 0;
	tm->tm_gmtoff = sign * (hours * 3600l + minutes * 60);
	return 1;
}

static int seconds(struct state *p, struct tm *tm)
{
	time_t t = 0;

	if (!isdigit((unsigned char)*p->s))
		return 0;
	while (isdigit((unsigned char)*p->s))
		t = t * 10 + *p->s++ - '0';
	return localtime_r(&t, tm) != NULL;
}

static int fields(struct state *p, const char *fmt, struct tm *tm);

static int time_field(struct state *p, char c, struct tm *tm)
{
	switch (c) {
	case 'H':
	case 'k':
		return number(p, 2, 0, 23, &tm->tm_hour);
	case 'I':
	case 'l':
		return number(p, 2, 1, HALF_DAY, &p->hour12);
	case 'M':
		return number(p, 2, 0, 59, &tm->tm_min);
	case 'S':
		return number(p, 2, 0, 60, &tm->tm_sec);
	case 'p':
		p->afternoon = strncasecmp(p->s, "pm", 2) == 0;
		if (!p->afternoon && strncasecmp(p->s, "am", 2) != 0)
			return 0;
		p->s += 2;
		return 1;
	case 'R':
		return fields(p, "%H:%M", tm);
	case 'T':
	case 'X':
		return fields(p, "%H:%M:%S", tm);
	case 'r':
		return fields(p, "%I:%M:%S %p", tm);
	case 's':
		return seconds(p, tm);
	case 'z':
		return zone(p, tm);
	case 'Z':
		while (isupper((unsigned char)*p->s))
			p->s++;
		return 1;
	}
	return 0;
}

static int date_field(struct state *p, char c, struct tm *tm)
{
	int n;

	switch (c) {
	case 'Y':
		p->has_year = number(p, 4, 0, 9999, &n);
		tm->tm_year = n - YEAR_BASE;
		return p->has_year;
	case 'C':
		return number(p, 2, 0, 99, &p->century);
	case 'y':
		p->has_year = number(p, 2, 0, 99, &n);
		tm->tm_year = n < PIVOT ? n + CENTURY : n;
		return p->has_year;
	case 'm':
		p->has_month = number(p, 2, 1, 12, &n);
		tm->tm_mon = n - 1;
		return p->has_month;
	case 'b':
	case 'B':
	case 'h':
		return p->has_month = name(p, months, 12, &tm->tm_mon);
	case 'd':
	case 'e':
		return p->has_day = number(p, 2, 1, 31, &tm->tm_mday);
	case 'j':
		n = number(p, 3, 1, 366, &tm->tm_yday);
		tm->tm_yday--;
		return n;
	case 'a':
	case 'A':
		return name(p, days, 7, &tm->tm_wday);
	case 'w':
		return number(p, 1, 0, 6, &tm->tm_wday);
	case 'u':
		n = number(p, 1, 1, 7, &tm->tm_wday);
		tm->tm_wday %= 7;
		return n;
	case 'D':
	case 'x':
		return fields(p, "%m/%d/%y", tm);
	case 'F':
		return fields(p, "%Y-%m-%d", tm);
	case 'c':
		return fields(p, "%a %b %e %H:%M:%S %Y", tm);
	}
	return time_field(p, c, tm);
}

static int fields(struct state *p, const char *fmt, struct tm *tm)
{
	for (; *fmt; fmt++) {
		if (isspace((unsigned char)*fmt) || (fmt[0] == '%' && strchr("nt", fmt[1]) && fmt[1])) {
			fmt += *fmt == '%';
			while (isspace((unsigned char)*p->s))
				p->s++;
		} else if (*fmt != '%' || *++fmt == '%') {
			if (*p->s++ != *fmt)
				return 0;
		} else if (!*fmt || !date_field(p, *fmt, tm)) {
			return 0;
		}
	}
	return 1;
}

char *strptime(const char *s, const char *fmt, struct tm *tm)
{
	struct state p = { .s = s, .century = -1, .hour12 = -1 };

	if (!fields(&p, fmt, tm))
		return NULL;
	if (p.hour12 >= 0)
		tm->tm_hour = p.hour12 % HALF_DAY + (p.afternoon ? HALF_DAY : 0);
	if (p.century >= 0)
		tm->tm_year = p.century * CENTURY - YEAR_BASE + (p.has_year ? tm->tm_year % CENTURY : 0);
	if ((p.has_year || p.century >= 0) && p.has_month && p.has_day) {
		struct tm whole = { .tm_year = tm->tm_year, .tm_mon = tm->tm_mon, .tm_mday = tm->tm_mday };
		timegm(&whole);
		tm->tm_wday = whole.tm_wday;
		tm->tm_yday = whole.tm_yday;
	}
	return (char *)p.s;
}
