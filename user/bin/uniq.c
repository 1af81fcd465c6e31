// SPDX-License-Identifier: MIT
/*
 * uniq: leaves out lines that are the same as the one before.
 *
 * Linux     POSIX.1-2017, uniq; without fields
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "user/lib/tool.h"

static bool counts, only_repeated, only_single, ignores_case;

static void print(const char *line, unsigned long times)
{
	if (!line || (only_repeated && times < 2) || (only_single && times > 1))
		return;
	if (counts)
		printf("%7lu ", times);
	puts(line);
}

int main(int argc, char **argv)
{
	char *line = NULL, *before = NULL;
	size_t size = 0, before_size = 0;
	unsigned long times = 0;
	ssize_t len;
	int c;

	tool_start(argc, argv, "uniq [-cdiu] [INPUT [OUTPUT]]");
	while ((c = getopt(argc, argv, "cdiu")) != -1) {
		counts |= c == 'c';
		only_repeated |= c == 'd';
		ignores_case |= c == 'i';
		only_single |= c == 'u';
		if (c == '?')
			tool_usage();
	}
	const char *in = argv[optind], *out = in ? argv[optind + 1] : NULL;
	if (in && strcmp(in, "-") != 0 && !freopen(in, "r", stdin))
		tool_die_errno("%s", in);
	if (out && !freopen(out, "w", stdout))
		tool_die_errno("%s", out);
	while ((len = getline(&line, &size, stdin)) > 0) {
		line[len - (line[len - 1] == '\n')] = '\0';
		if (before && (ignores_case ? strcasecmp : strcmp)(line, before) == 0) {
			times++;
			continue;
		}
		print(before, times);
		char *other = before;
		size_t other_size = before_size;
		before = line;
		before_size = size;
		line = other;
		size = other_size;
		times = 1;
	}
	print(before, times);
	return tool_finish();
}
