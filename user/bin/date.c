// SPDX-License-Identifier: MIT
/*
 * date: tells the time, in any form; or sets the clock.
 *
 * Promise   -u is for UTC, -d tells another time than now (as touch reads it), -s sets the clock, +FORMAT is
 *           for strftime(3), with %N for nanoseconds
 * Linux     POSIX.1-2017, date
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { TEXT_BYTES = 1024, NANO_DIGITS = 9 };

/* strftime() does not know %N. */
static void put_nanoseconds(const char *format, long nsec, char *out, size_t size)
{
	size_t n = 0;

	for (; *format && n + NANO_DIGITS + 1 < size; format++) {
		if (format[0] == '%' && format[1] == 'N') {
			n += snprintf(out + n, size - n, "%09ld", nsec);
			format++;
		} else {
			out[n++] = *format;
			if (format[0] == '%' && format[1])
				out[n++] = *++format;
		}
	}
	out[n] = '\0';
}

int main(int argc, char **argv)
{
	const char *format = "%a %b %e %H:%M:%S %Z %Y", *set = NULL;
	char with_nanoseconds[TEXT_BYTES], text[TEXT_BYTES];
	struct timespec now;
	int c;

	tool_start(argc, argv, "date [-uR] [-d DATE | -s DATE] [+FORMAT]");
	clock_gettime(CLOCK_REALTIME, &now);
	while ((c = getopt(argc, argv, "uRd:s:")) != -1) {
		if (c == 'u')
			setenv("TZ", "UTC0", 1);
		else if (c == 'R')
			format = "%a, %d %b %Y %H:%M:%S %z";
		else if (c == 's')
			set = optarg;
		else if (c == '?')
			tool_usage();
		if (c == 'd' || c == 's') {
			now.tv_nsec = 0;
			if (!tool_parse_date(optarg, &now.tv_sec))
				tool_die("%s: not a date", optarg);
		}
	}
	if (set && clock_settime(CLOCK_REALTIME, &now) != 0)
		tool_warn_errno("cannot set the clock");
	if (argv[optind]) {
		if (argv[optind][0] != '+')
			tool_usage();
		format = argv[optind] + 1;
	}
	put_nanoseconds(format, now.tv_nsec, with_nanoseconds, sizeof(with_nanoseconds));
	text[0] = '\0';
	strftime(text, sizeof(text), with_nanoseconds, localtime(&now.tv_sec));
	puts(text);
	return tool_finish();
}
