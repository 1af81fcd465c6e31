// SPDX-License-Identifier: MIT
/*
 * tool: beginnings, ends and complaints of the programs.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "user/lib/tool.h"

enum { FAILURE = 1, USAGE = 2 };

int tool_status;
static const char *usage = "";

void tool_start(int argc, char **argv, const char *text)
{
	usage = text;
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("usage: %s\n", usage);
		exit(tool_finish());
	}
}

void tool_usage(void)
{
	fprintf(stderr, "usage: %s\n", usage);
	exit(USAGE);
}

int tool_finish(void)
{
	if (fflush(stdout) || ferror(stdout))
		tool_warn_errno("write error");
	return tool_status;
}

static void say(int err, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	if (err)
		fprintf(stderr, ": %s", strerror(err));
	fputc('\n', stderr);
	if (!tool_status)
		tool_status = FAILURE;
}

void tool_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(0, fmt, ap);
	va_end(ap);
}

void tool_warn_errno(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	say(err, fmt, ap);
	va_end(ap);
}

void tool_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(0, fmt, ap);
	va_end(ap);
	exit(tool_status);
}

void tool_die_errno(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	say(err, fmt, ap);
	va_end(ap);
	exit(tool_status);
}

void *tool_must(void *p)
{
	if (!p)
		tool_die("out of memory");
	return p;
}

char *tool_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);
	char *path = tool_must(malloc(len + strlen(name) + 2));

	sprintf(path, "%s%s%s", dir, len && dir[len - 1] != '/' ? "/" : "", name);
	return path;
}

void tool_each_input(char **names, void (*act)(FILE *f))
{
	char *standard[] = { "-", NULL };

	for (names = *names ? names : standard; *names; names++) {
		bool is_standard = strcmp(*names, "-") == 0;
		FILE *f = is_standard ? stdin : fopen(*names, "r");
		if (f)
			act(f);
		if (!f || ferror(f))
			tool_warn_errno("%s", *names);
		if (f && !is_standard)
			fclose(f);
	}
}

unsigned long tool_number(const char *s)
{
	char *end;

	errno = 0;
	unsigned long n = strtoul(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || errno)
		tool_die("%s: not a number", s);
	return n;
}
