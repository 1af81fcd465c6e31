// SPDX-License-Identifier: MIT
/*
 * cmp: tells whether two files are the same, and where not.
 *
 * Linux     POSIX.1-2017, cmp; status 0 the same, 1 not, 2 trouble
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { DIFFERENT = 1, TROUBLE = 2 };

static FILE *open_file(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	if (!f) {
		tool_warn_errno("%s", name);
		tool_finish();
		_exit(TROUBLE);
	}
	return f;
}

static void tell_end(const char *name, unsigned long at, unsigned long line, bool in_line)
{
	fflush(stdout);
	if (!at)
		fprintf(stderr, "cmp: EOF on %s which is empty\n", name);
	else
		fprintf(stderr, "cmp: EOF on %s after byte %lu, %sline %lu\n", name, at, in_line ? "in " : "", line);
}

int main(int argc, char **argv)
{
	bool quiet = false, all = false;
	unsigned long at = 0, line = 1;
	int c, a, b, before = '\n';

	tool_start(argc, argv, "cmp [-l | -s] FILE FILE");
	while ((c = getopt(argc, argv, "ls")) != -1) {
		if (c == '?')
			tool_usage();
		quiet |= c == 's';
		all |= c == 'l';
	}
	if (argc - optind != 2)
		tool_usage();
	FILE *x = open_file(argv[optind]), *y = open_file(argv[optind + 1]);
	for (;; at++) {
		a = getc(x);
		b = getc(y);
		if (a == EOF || b == EOF)
			break;
		if (a != b) {
			tool_status = DIFFERENT;
			if (all)
				printf("%lu %3o %3o\n", at + 1, (unsigned)a, (unsigned)b);
			else if (!quiet)
				printf("%s %s differ: char %lu, line %lu\n", argv[optind], argv[optind + 1], at + 1,
					line);
			if (!all)
				return tool_finish();
		}
		line += a == '\n';
		before = a;
	}
	if (a != b) {
		tool_status = DIFFERENT;
		bool in_line = before != '\n';
		if (!quiet)
			tell_end(argv[optind + (b == EOF)], at, line - !in_line, in_line);
	}
	return tool_finish();
}
