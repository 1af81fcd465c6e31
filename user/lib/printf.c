// SPDX-License-Identifier: MIT
/*
 * printf: the command.
 *
 * Promise   the format is used again as long as it consumes arguments; missing ones are empty or 0. A number
 *           that is none is told, counts as what it begins with, and makes the status 1.
 * Linux     POSIX.1-2017, printf; with the C library's conversions of floating-point numbers
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/lib/tool.h"

enum { SPEC_BYTES = 32 };

struct job {
	tool_say *say;
	char **args; /* the next ones */
	int status;
	bool stop;   /* \c was met */
};

static const char *next(struct job *j)
{
	return *j->args ? *j->args++ : NULL;
}

static void check_number(struct job *j, const char *s, const char *end)
{
	if (errno == ERANGE)
		j->say("%s: %s", s, strerror(errno));
	else if (end == s && *s)
		j->say("%s: expected numeric value", s);
	else if (*end)
		j->say("%s: not completely converted", s);
	else
		return;
	j->status = 1;
}

/* 'c and "c are the character's code. */
static bool is_character(const char *s)
{
	return s && (*s == '\'' || *s == '"');
}

static long integer(struct job *j, bool is_signed)
{
	const char *s = next(j);
	char *end;

	if (is_character(s))
		return (unsigned char)s[1];
	if (!s)
		return 0;
	errno = 0;
	long value = is_signed ? strtol(s, &end, 0) : (long)strtoul(s, &end, 0);
	check_number(j, s, end);
	return value;
}

static double floating(struct job *j)
{
	const char *s = next(j);
	char *end;

	if (is_character(s))
		return (unsigned char)s[1];
	if (!s)
		return 0;
	errno = 0;
	double value = strtod(s, &end);
	check_number(j, s, end);
	return value;
}

/* %b: a string with escapes. */
static void print_escaped(struct job *j, const char *spec)
{
	const char *p = next(j);
	char *text = tool_must(malloc(strlen(p ? p : "") + 1)), *out = text;

	while (p && *p) {
		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		p++;
		int c = tool_escape(&p, ESCAPES_ECHO);
		if (c < 0) {
			j->stop = true;
			break;
		}
		*out++ = c;
	}
	*out = '\0';
	if (strlen(text) == (size_t)(out - text))
		printf(spec, text);
	else /* a zero byte in it */
		fwrite(text, 1, out - text, stdout);
	free(text);
}

/* Copies the flags, width and precision at p into the spec; a '*' takes an argument. Answers what follows. */
static const char *copy_spec(struct job *j, const char *p, char *spec)
{
	char *out = spec, *end = spec + SPEC_BYTES - sizeof("2147483647lX");

	*out++ = '%';
	while (*p && strchr("-+ #0123456789.*", *p) && out < end) {
		if (*p == '*')
			out += sprintf(out, "%d", (int)integer(j, true));
		else
			*out++ = *p;
		p++;
	}
	*out = '\0';
	return p;
}

/* p at the conversion's letter. */
static bool convert(struct job *j, const char *p, char *spec)
{
	const char *s;
	char *end = spec + strlen(spec);

	switch (*p) {
	case 'd':
	case 'i':
		sprintf(end, "l%c", *p);
		printf(spec, integer(j, true));
		return true;
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		sprintf(end, "l%c", *p);
		printf(spec, integer(j, false));
		return true;
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		sprintf(end, "%c", *p);
		printf(spec, floating(j));
		return true;
	case 'c':
		s = next(j);
		strcpy(end, "c");
		printf(spec, s ? *s : 0);
		return true;
	case 's':
		s = next(j);
		strcpy(end, "s");
		printf(spec, s ? s : "");
		return true;
	case 'b':
		strcpy(end, "s");
		print_escaped(j, spec);
		return true;
	}
	return false;
}

static bool print_once(struct job *j, const char *p)
{
	char spec[SPEC_BYTES];

	while (*p && !j->stop) {
		if (*p == '\\') {
			p++;
			putchar(tool_escape(&p, ESCAPES_FORMAT));
			continue;
		}
		if (*p != '%' || p[1] == '%') {
			p += *p == '%';
			putchar(*p++);
			continue;
		}
		const char *start = p;
		p = copy_spec(j, p + 1, spec);
		if (!convert(j, p, spec)) {
			j->say("%.*s: invalid directive", (int)(p - start + (*p != 0)), start);
			j->status = 2;
			return false;
		}
		p++;
	}
	return !j->stop;
}

int tool_printf(int argc, char **argv, tool_say *say)
{
	struct job j = { .say = say, .args = argv + 2 };
	char **before;

	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argv++;
		argc--;
		j.args++;
	}
	if (argc < 2) {
		say("usage: printf format [arg ...]");
		return 2;
	}
	do
		before = j.args;
	while (print_once(&j, argv[1]) && *j.args && j.args != before);
	return j.status;
}
