// SPDX-License-Identifier: MIT
/*
 * number: sizes and times as people write them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "user/lib/tool.h"

enum { UNIT_BITS = 10, NANOSECONDS = 1000000000 };

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
	if (seconds > (double)(~0ul >> 2)) /* also "inf": for ever */
		seconds = ~0ul >> 2;
	out->tv_sec = seconds;
	out->tv_nsec = (seconds - (double)out->tv_sec) * NANOSECONDS;
	return 0;
}
