// SPDX-License-Identifier: MIT
/*
 * fold: breaks long lines, at the last blank with -s.
 *
 * Linux     POSIX.1-2017, fold
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { WIDTH = 80, TAB_COLUMNS = 8 };

static size_t width = WIDTH;
static bool at_blanks, bytes;

static size_t column_after(size_t column, char c)
{
	if (bytes)
		return column + 1;
	switch (c) {
	case '\b':
		return column ? column - 1 : 0;
	case '\r':
		return 0;
	case '\t':
		return column + TAB_COLUMNS - column % TAB_COLUMNS;
	}
	return column + 1;
}

/* How much of the text goes into one row. */
static size_t row_of(const char *s, size_t len)
{
	size_t column = 0, end = 0, blank = 0;

	for (; end < len; end++) {
		column = column_after(column, s[end]);
		if (column > width)
			break;
		if (s[end] == ' ' || s[end] == '\t')
			blank = end + 1;
	}
	if (end == len)
		return len;
	return at_blanks && blank ? blank : end ? end : 1;
}

static void fold(FILE *f)
{
	char *line = NULL;
	size_t size = 0, n;
	ssize_t len;

	while ((len = getline(&line, &size, f)) > 0) {
		bool ends = line[len - 1] == '\n';
		size_t left = len - ends;
		for (const char *s = line; left; s += n, left -= n) {
			n = row_of(s, left);
			fwrite(s, 1, n, stdout);
			if (n < left)
				putchar('\n');
		}
		if (ends)
			putchar('\n');
	}
	free(line);
}

int main(int argc, char **argv)
{
	int c;

	tool_start(argc, argv, "fold [-bs] [-w WIDTH] [FILE...]");
	while ((c = getopt(argc, argv, "bsw:")) != -1) {
		if (c == '?')
			tool_usage();
		at_blanks |= c == 's';
		bytes |= c == 'b';
		if (c == 'w' && !(width = tool_number(optarg)))
			tool_die("invalid number of columns: '0'");
	}
	tool_each_input(argv + optind, fold);
	return tool_finish();
}
