// SPDX-License-Identifier: MIT
/*
 * zone: local time, by the rules that the variable TZ holds.
 *
 * Promise   TZ as POSIX has it: EST5EDT,M3.2.0,M11.1.0 or <+0530>-5:30. Without it, or when it is something
 *           else (the name of a file, for instance), local time is UTC.
 * How       a rule names a day of the year and a time of that day; the seconds since 1970 at which summer time
 *           begins and ends in a year follow, and a point in time is compared with both.
 * Linux     tzset(3), mktime(3); POSIX.1-2017 8.3
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_BYTES = 16, HOUR_S = 3600, DAY_S = 86400, DEFAULT_AT = 2 * HOUR_S, FEBRUARY = 1 };

struct rule {
	char kind; /* M: month, week, weekday; J: day 1 to 365, no leap day; 0: day 0 to 365 */
	int month, week, day;
	long at; /* seconds of the day, in the time that is over then */
};

static struct zone {
	char std[NAME_BYTES], dst[NAME_BYTES];
	long std_offset, dst_offset; /* east of Greenwich */
	bool has_dst;
	struct rule start, end;
} zone = { .std = "UTC" };

char *tzname[2] = { zone.std, zone.dst };
long timezone;
int daylight;

/* --- reading TZ --- */

/* These answer what follows, or NULL. */
static const char *read_name(const char *p, char *name)
{
	const char *start = p, *end;

	if (*p == '<') {
		start = ++p;
		end = strchr(p, '>');
		p = end ? end + 1 : NULL;
	} else {
		while (isalpha((unsigned char)*p))
			p++;
		end = p;
	}
	if (!p || end - start < 3 || end - start >= NAME_BYTES)
		return NULL;
	memcpy(name, start, end - start);
	name[end - start] = '\0';
	return p;
}

/* [+-]hh[:mm[:ss]] */
static const char *read_time(const char *p, long *seconds)
{
	int sign = *p == '-' ? -1 : 1;
	long unit = HOUR_S;

	p += *p == '-' || *p == '+';
	if (!isdigit((unsigned char)*p))
		return NULL;
	for (*seconds = 0;; p++) {
		char *end;
		*seconds += strtol(p, &end, 10) * unit;
		p = end;
		unit /= 60;
		if (*p != ':' || !unit || !isdigit((unsigned char)p[1]))
			break;
	}
	*seconds *= sign;
	return p;
}

static const char *read_rule(const char *p, struct rule *r)
{
	char *end;

	*r = (struct rule){ .kind = *p == 'M' || *p == 'J' ? *p : '0', .at = DEFAULT_AT };
	p += r->kind != '0';
	if (!isdigit((unsigned char)*p))
		return NULL;
	r->day = strtol(p, &end, 10);
	if (r->kind == 'M') {
		r->month = r->day - 1;
		if (*end != '.')
			return NULL;
		r->week = strtol(end + 1, &end, 10);
		if (*end != '.')
			return NULL;
		r->day = strtol(end + 1, &end, 10);
		if (r->month < 0 || r->month > 11 || r->week < 1 || r->week > 5 || r->day < 0 || r->day > 6)
			return NULL;
	}
	return *end == '/' ? read_time(end + 1, &r->at) : end;
}

static bool read_zone(const char *p, struct zone *z)
{
	long west;

	p = read_name(p, z->std);
	p = p ? read_time(p, &west) : NULL;
	if (!p)
		return false;
	z->std_offset = -west;
	if (!*p)
		return true;
	p = read_name(p, z->dst);
	if (!p)
		return false;
	z->has_dst = true;
	z->dst_offset = z->std_offset + HOUR_S;
	if (*p && *p != ',') {
		p = read_time(p, &west);
		if (!p)
			return false;
		z->dst_offset = -west;
	}
	if (!*p)
		p = ",M3.2.0,M11.1.0";
	p = *p == ',' ? read_rule(p + 1, &z->start) : NULL;
	p = p && *p == ',' ? read_rule(p + 1, &z->end) : NULL;
	return p && !*p;
}

void tzset(void)
{
	static char known[128] = "UTC0";
	const char *text = getenv("TZ");
	struct zone z = { 0 };

	text = text && *text ? text : "UTC0";
	if (strcmp(text, known) == 0)
		return;
	strlcpy(known, text, sizeof(known));
	if (!read_zone(text, &z))
		z = (struct zone){ .std = "UTC" };
	if (!z.has_dst)
		strcpy(z.dst, z.std);
	zone = z;
	timezone = -z.std_offset;
	daylight = z.has_dst;
}

/* --- rules --- */

/* The days from 1970 to the day of the rule in the year. */
static long rule_day(const struct rule *r, int year)
{
	struct tm first = { .tm_year = year, .tm_mon = r->kind == 'M' ? r->month : 0, .tm_mday = 1 };
	long day = timegm(&first) / DAY_S;

	if (r->kind != 'M') {
		struct tm leap = { .tm_year = year, .tm_mon = FEBRUARY, .tm_mday = 29 };
		timegm(&leap); /* the first of March where there is no such day */
		return day + (r->kind == '0' ? r->day : r->day - 1 + (leap.tm_mon == FEBRUARY && r->day >= 60));
	}
	struct tm next = { .tm_year = year, .tm_mon = r->month + 1, .tm_mday = 1 };
	long month_end = timegm(&next) / DAY_S;
	day += (r->day - first.tm_wday + 7) % 7 + (r->week - 1) * 7;
	while (day >= month_end) /* week 5 is the last one */
		day -= 7;
	return day;
}

static bool is_summer(time_t t)
{
	struct tm tm;
	time_t local = t + zone.std_offset;

	if (!zone.has_dst || !gmtime_r(&local, &tm))
		return false;
	time_t start = rule_day(&zone.start, tm.tm_year) * DAY_S + zone.start.at - zone.std_offset;
	time_t end = rule_day(&zone.end, tm.tm_year) * DAY_S + zone.end.at - zone.dst_offset;
	/* In the south summer is at both ends of the year. */
	return start < end ? t >= start && t < end : t >= start || t < end;
}

/* --- the functions --- */

struct tm *localtime_r(const time_t *t, struct tm *tm)
{
	tzset();
	bool summer = is_summer(*t);
	long offset = summer ? zone.dst_offset : zone.std_offset;
	time_t local = *t + offset;
	if (!gmtime_r(&local, tm))
		return NULL;
	tm->tm_isdst = summer;
	tm->tm_gmtoff = offset;
	tm->tm_zone = tzname[summer];
	return tm;
}

struct tm *localtime(const time_t *t)
{
	static struct tm tm;

	return localtime_r(t, &tm);
}

time_t mktime(struct tm *tm)
{
	struct tm copy = *tm;
	time_t local = timegm(&copy);

	tzset();
	time_t winter = local - zone.std_offset, summer = local - zone.dst_offset;
	/* The hour that comes twice is the second one, in winter. */
	time_t t = zone.has_dst && (tm->tm_isdst > 0 || (tm->tm_isdst < 0 && is_summer(winter))) ? summer : winter;
	localtime_r(&t, tm);
	return t;
}
