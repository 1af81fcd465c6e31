// SPDX-License-Identifier: MIT
/*
 * scanf: values out of a string.
 *
 * Promise   d i u x o c s [set] n %, *, widths, hh h l ll z; no floating point.
 * Linux     sscanf(3)
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 80 };

static void store(void *to, long value, int length)
{
	switch (length) {
	case 1:
		*(char *)to = value;
		break;
	case 2:
		*(short *)to = value;
		break;
	case 4:
		*(int *)to = value;
		break;
	default:
		*(long *)to = value;
	}
}

/* Answers what follows the number, NULL: there is none. */
static const char *scan_number(const char *s, int width, char conversion, long *value)
{
	char text[NUMBER_BYTES], *end;
	int base = conversion == 'x' || conversion == 'X' || conversion == 'p' ? 16
		: conversion == 'o'					      ? 8
		: conversion == 'i'					      ? 0
									      : 10;

	while (isspace(*s))
		s++;
	if (width <= 0 || width > NUMBER_BYTES - 1)
		width = NUMBER_BYTES - 1;
	strlcpy(text, s, width + 1);
	*value = conversion == 'd' || conversion == 'i' ? strtol(text, &end, base)
							: (long)strtoul(text, &end, base);
	return end == text ? NULL : s + (end - text);
}

/* The set after '['; answers what follows the ']'. */
static const char *read_set(const char *fmt, bool set[256])
{
	bool negate = *fmt == '^';
	const char *p = fmt + negate, *start = p;

	memset(set, negate, 256);
	for (; *p && (*p != ']' || p == start); p++) {
		unsigned char from = *p, to = from;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			to = p[2];
			p += 2;
		}
		for (unsigned c = from; c <= to; c++)
			set[c] = !negate;
	}
	return *p ? p + 1 : p;
}

static const char *scan_text(const char *s, int width, const bool set[256], char *to, bool end_it)
{
	const char *start = s;

	while (*s && set[(unsigned char)*s] && (width <= 0 || s - start < width))
		s++;
	if (to) {
		memcpy(to, start, s - start);
		if (end_it)
			to[s - start] = '\0';
	}
	return s == start ? NULL : s;
}

struct directive {
	bool discard;
	int width, length;
	char conversion;
};

static const char *read_directive(const char *fmt, struct directive *d)
{
	*d = (struct directive){ .length = 4 };
	if (*fmt == '*') {
		d->discard = true;
		fmt++;
	}
	for (; isdigit(*fmt); fmt++)
		d->width = d->width * 10 + (*fmt - '0');
	for (; strchr("hlzjtq", *fmt) && *fmt; fmt++)
		d->length = *fmt == 'h' ? d->length / 2 : 8;
	d->conversion = *fmt;
	return *fmt ? fmt + 1 : fmt;
}

static const char *scan_one(const char *s, const char **fmt, const struct directive *d, void *to)
{
	bool set[256];
	int width = d->width;
	long value;

	switch (d->conversion) {
	case 'c':
		memset(set, true, sizeof(set));
		width = width ? width : 1;
		return scan_text(s, width, set, to, false);
	case '[':
		*fmt = read_set(*fmt, set);
		return scan_text(s, width, set, to, true);
	case 's':
		while (isspace(*s))
			s++;
		for (int c = 0; c < 256; c++)
			set[c] = !isspace(c);
		return scan_text(s, width, set, to, true);
	default:
		s = scan_number(s, width, d->conversion, &value);
		if (s && to)
			store(to, value, d->conversion == 'p' ? 8 : d->length);
		return s;
	}
}

int vsscanf(const char *s, const char *fmt, va_list ap)
{
	const char *start = s;
	int stored = 0;

	while (*fmt) {
		struct directive d;

		if (isspace(*fmt)) {
			while (isspace(*s))
				s++;
			fmt++;
			continue;
		}
		if (*fmt != '%' || fmt[1] == '%') {
			fmt += *fmt == '%';
			if (*s != *fmt)
				return *s || stored ? stored : EOF;
			s++;
			fmt++;
			continue;
		}
		fmt = read_directive(fmt + 1, &d);
		void *to = d.discard ? NULL : va_arg(ap, void *);
		if (d.conversion == 'n') {
			store(to, s - start, d.length);
			continue;
		}
		const char *after = scan_one(s, &fmt, &d, to);
		if (!after)
			return *s || stored ? stored : EOF;
		s = after;
		stored += !d.discard;
	}
	return stored;
}

int sscanf(const char *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsscanf(s, fmt, ap);
	va_end(ap);
	return n;
}
