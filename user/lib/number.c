// SPDX-License-Identifier: MIT
/*
 * number: sizes and times as people write them.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "user/lib/tool.h"

enum { UNIT_BITS = 10, NANOSECONDS = 1000000000 };

static const double FOR_EVER = 1ul << 60;

long tool_parse_size(const char *s)
{
	static const char units[] = "kmgt";
	char *end;
	long n = strtol(s, &end, 10);
	const char *unit = *end ? strchr(units, tolower(*end)) : NULL;

	if (end == s || n < 0)
		return -1;
	if (unit) {
		if (__builtin_mul_overflow(n, 1l << UNIT_BITS * (unit - units + 1), &n))
			return -1;
		end++;
		if (*end == 'B' || *end == 'i')
			end += *end == 'i' && end[1] == 'B' ? 2 : 1;
	} else if (*end == 'b') {
		n *= 512;
		end++;
	}
	return *end ? -1 : n;
}

/* One digit after the point below ten; rounded up, as free and df do. */
void tool_human_size(unsigned long bytes, char *text, size_t size)
{
	static const char units[] = "KMGTPE";
	unsigned long unit = 1ul << UNIT_BITS;
	int i = 0;

	if (bytes < unit) {
		snprintf(text, size, "%lu", bytes);
		return;
	}
	while (bytes / unit >= 1ul << UNIT_BITS && units[i + 1]) {
		unit <<= UNIT_BITS;
		i++;
	}
	unsigned long tenths = bytes / unit * 10 + (bytes % unit * 10 + unit - 1) / unit;
	if (tenths < 100)
		snprintf(text, size, "%lu.%lu%c", tenths / 10, tenths % 10, units[i]);
	else
		snprintf(text, size, "%lu%c", (bytes + unit - 1) / unit, units[i]);
}

int tool_parse_time(const char *s, struct timespec *out)
{
	char *end;
	double seconds = strtod(s, &end);

	if (end == s || seconds < 0)
		return -1;
	if (*end && end[1])
		return -1;
	switch (*end) {
	case 'd':
		seconds *= 24;
		__attribute__((fallthrough));
	case 'h':
		seconds *= 60;
		__attribute__((fallthrough));
	case 'm':
		seconds *= 60;
		__attribute__((fallthrough));
	case 's':
	case '\0':
		break;
	default:
		return -1;
	}
	if (seconds > FOR_EVER) /* also "inf" */
		seconds = FOR_EVER;
	out->tv_sec = seconds;
	out->tv_nsec = (seconds - (double)out->tv_sec) * NANOSECONDS;
	return 0;
}
