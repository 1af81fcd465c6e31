// SPDX-License-Identifier: MIT
/*
 * comm: compares two sorted files line by line: what only the first has, only the second, and both.
 *
 * Linux     POSIX.1-2017, comm
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

struct side {
	FILE *f;
	char *line;
	size_t size;
	bool ended;
};

static bool hidden[4]; /* columns 1 to 3 */

static void open_side(struct side *s, const char *name)
{
	s->f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	if (!s->f)
		tool_die_errno("%s", name);
}

static void next(struct side *s)
{
	ssize_t len = getline(&s->line, &s->size, s->f);

	s->ended = len <= 0;
	if (!s->ended && s->line[len - 1] == '\n')
		s->line[len - 1] = '\0';
}

static void print(int column, const char *line)
{
	if (hidden[column])
		return;
	for (int i = 1; i < column; i++)
		if (!hidden[i])
			putchar('\t');
	puts(line);
}

int main(int argc, char **argv)
{
	struct side a = { 0 }, b = { 0 };
	int c;

	tool_start(argc, argv, "comm [-123] FILE FILE");
	while ((c = getopt(argc, argv, "123")) != -1) {
		if (c == '?')
			tool_usage();
		hidden[c - '0'] = true;
	}
	if (argc - optind != 2)
		tool_usage();
	open_side(&a, argv[optind]);
	open_side(&b, argv[optind + 1]);
	next(&a);
	next(&b);
	while (!a.ended || !b.ended) {
		int order = a.ended ? 1 : b.ended ? -1 : strcmp(a.line, b.line);
		print(order < 0 ? 1 : order > 0 ? 2 : 3, order > 0 ? b.line : a.line);
		if (order <= 0)
			next(&a);
		if (order >= 0)
			next(&b);
	}
	return tool_finish();
}
