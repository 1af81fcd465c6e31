// SPDX-License-Identifier: MIT
/*
 * date: a point in time as people write it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "user/lib/tool.h"

/* @SECONDS, now, YYYY-MM-DD, HH:MM, or both of the latter with a blank or T between them. */
bool tool_parse_date(const char *s, time_t *when)
{
	struct tm tm;
	time_t now = time(NULL);
	int used = 0;

	if (*s == '@') {
		char *end;
		*when = strtol(s + 1, &end, 10);
		return s[1] && !*end;
	}
	if (strcmp(s, "now") == 0) {
		*when = now;
		return true;
	}
	localtime_r(&now, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	if (sscanf(s, "%d-%d-%d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &used) == 3) {
		tm.tm_year -= 1900;
		tm.tm_mon--;
		s += used;
		s += *s == 'T' || *s == ' ';
	}
	if (*s) {
		used = 0;
		if (sscanf(s, "%d:%d%n", &tm.tm_hour, &tm.tm_min, &used) != 2)
			return false;
		s += used;
		if (*s == ':') {
			if (sscanf(s + 1, "%d%n", &tm.tm_sec, &used) != 1)
				return false;
			s += 1 + used;
		}
	}
	*when = mktime(&tm);
	return !*s;
}
