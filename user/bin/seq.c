// SPDX-License-Identifier: MIT
/*
 * seq: counts.
 *
 * Promise   as many digits after the point as the arguments have; -w pads with zeros, -s sets what stands
 *           between the numbers
 * Linux     seq(1)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

static int precision(const char *s)
{
	const char *point = strchr(s, '.');

	return point ? (int)strlen(point + 1) : 0;
}

static const char *format; /* of -f: one conversion of a double, else it is refused */

static void check_format(const char *s)
{
	int found = 0;

	for (format = s; *s; s++) {
		if (*s != '%' || *++s == '%')
			continue;
		s += strspn(s, "-+ #0'");
		s += strspn(s, "0123456789.");
		if (!*s || !strchr("aAeEfFgG", *s) || found++)
			tool_die("format '%s' has no place for just one number", format);
	}
	if (!found)
		tool_die("format '%s' has no place for just one number", format);
}

static double number(const char *s)
{
	char *end;
	double d = strtod(s, &end);

	if (end == s || *end)
		tool_die("%s: not a number", s);
	return d;
}

static bool is_number(const char *s)
{
	return s && s[0] == '-' && (s[1] == '.' || (s[1] >= '0' && s[1] <= '9'));
}

/* Whole numbers, the usual case, without floating point. */
static void count_whole(long from, long by, long to, int width, const char *between)
{
	bool first = true;

	for (long i = from; by > 0 ? i <= to : i >= to; first = false) {
		printf("%s%0*ld", first ? "" : between, width, i);
		if (__builtin_add_overflow(i, by, &i))
			break;
	}
	if (by > 0 ? from <= to : from >= to)
		putchar('\n');
}

static void count_fractions(double from, double by, double to, int digits, int width, const char *between)
{
	double slack = (by > 0 ? by : -by) / 1e6; /* sums of tenths are not exact */
	bool first = true;

	for (long i = 0;; i++, first = false) {
		double value = from + (double)i * by;
		if (by > 0 ? value > to + slack : value < to - slack)
			break;
		fputs(first ? "" : between, stdout);
		if (format)
			printf(format, value); /* checked above */
		else
			printf("%0*.*f", width, digits, value);
	}
	if (!first)
		putchar('\n');
}

int main(int argc, char **argv)
{
	const char *between = "\n", *from = "1", *by = "1";
	bool pad = false;
	int c;

	tool_start(argc, argv, "seq [-w] [-f FORMAT] [-s STRING] [FROM [BY]] TO");
	while (!is_number(argv[optind]) && (c = getopt(argc, argv, "+f:ws:")) != -1) {
		if (c == 'w')
			pad = true;
		else if (c == 'f')
			check_format(optarg);
		else if (c == 's')
			between = optarg;
		else
			tool_usage();
	}
	argv += optind;
	argc -= optind;
	if (argc < 1 || argc > 3)
		tool_usage();
	const char *to = argv[argc - 1];
	if (argc > 1)
		from = argv[0];
	if (argc > 2)
		by = argv[1];
	if (number(by) == 0)
		tool_die("a step of 0 leads nowhere");
	int digits = precision(from) > precision(by) ? precision(from) : precision(by);
	int width = 0;
	if (pad) {
		int a = snprintf(NULL, 0, "%.*f", digits, number(from));
		int b = snprintf(NULL, 0, "%.*f", digits, number(to));
		width = a > b ? a : b;
	}
	if (digits == 0 && precision(to) == 0 && !format)
		count_whole(number(from), number(by), number(to), width, between);
	else
		count_fractions(number(from), number(by), number(to), digits, width, between);
	return tool_finish();
}
