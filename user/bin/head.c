// SPDX-License-Identifier: MIT
/*
 * head: the first lines of files, or the first bytes.
 *
 * Linux     POSIX.1-2017, head; -c of head(1)
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { DEFAULT_LINES = 10 };

static void copy(FILE *f, unsigned long count, bool bytes)
{
	int c;

	while (count && (c = getc(f)) != EOF) {
		putchar(c);
		count -= bytes || c == '\n';
	}
}

/* The old way: -5. */
static bool is_count(const char *arg)
{
	return arg && arg[0] == '-' && isdigit((unsigned char)arg[1]);
}

int main(int argc, char **argv)
{
	long count = DEFAULT_LINES;
	bool bytes = false;
	int c;

	tool_start(argc, argv, "head [-n LINES | -c BYTES] [FILE...]");
	if (is_count(argv[1])) {
		count = tool_number(argv[1] + 1);
		argv++;
		argc--;
	}
	while ((c = getopt(argc, argv, "n:c:")) != -1) {
		if (c == '?')
			tool_usage();
		bytes = c == 'c';
		count = tool_parse_size(optarg);
		if (count < 0)
			tool_die("%s: not a number", optarg);
	}
	int files = argc - optind;
	for (int i = 0; i < files || i == 0; i++) {
		const char *name = files ? argv[optind + i] : "-";
		FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

		if (!f) {
			tool_warn_errno("%s", name);
			continue;
		}
		if (files > 1)
			printf("%s==> %s <==\n", i ? "\n" : "", name);
		copy(f, count, bytes);
		if (ferror(f))
			tool_warn_errno("%s", name);
		if (f != stdin)
			fclose(f);
	}
	return tool_finish();
}
