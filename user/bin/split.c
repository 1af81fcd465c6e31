// SPDX-License-Identifier: MIT
/*
 * split: cuts a file into pieces of so many lines (-l) or bytes (-b): PREFIXaa, PREFIXab and so on.
 *
 * Linux     POSIX.1-2017, split
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { LINES = 1000, SUFFIX = 2, MAX_SUFFIX = 16, LETTERS = 26, DIGITS = 10 };

static const char *prefix = "x";
static int suffix_len = SUFFIX;
static bool numeric;

static FILE *open_piece(unsigned long number)
{
	char suffix[MAX_SUFFIX + 1] = "";
	unsigned long n = number, by = numeric ? DIGITS : LETTERS;

	for (int i = suffix_len; i--; n /= by)
		suffix[i] = (numeric ? '0' : 'a') + n % by;
	if (n)
		tool_die("output file suffixes exhausted");
	char *name = tool_must(malloc(strlen(prefix) + sizeof(suffix)));
	sprintf(name, "%s%s", prefix, suffix);
	FILE *f = fopen(name, "w");
	if (!f)
		tool_die_errno("%s", name);
	free(name);
	return f;
}

static void close_piece(FILE *f)
{
	if (f && fclose(f) != 0)
		tool_die_errno("write error");
}

static void split(FILE *in, unsigned long size, bool by_bytes)
{
	unsigned long number = 0, used = size;
	FILE *out = NULL;
	int c;

	while ((c = getc(in)) != EOF) {
		if (used == size) {
			close_piece(out);
			out = open_piece(number++);
			used = 0;
		}
		putc(c, out);
		used += by_bytes || c == '\n';
	}
	close_piece(out);
}

int main(int argc, char **argv)
{
	long size = LINES;
	bool by_bytes = false;
	int c;

	tool_start(argc, argv, "split [-d] [-a LENGTH] [-l LINES | -b BYTES] [FILE [PREFIX]]");
	while ((c = getopt(argc, argv, "a:b:dl:")) != -1) {
		if (c == '?')
			tool_usage();
		if (c == 'a')
			suffix_len = tool_number(optarg);
		numeric |= c == 'd';
		by_bytes |= c == 'b';
		if (c == 'b' || c == 'l')
			size = tool_parse_size(optarg);
	}
	if (size <= 0 || suffix_len < 1 || suffix_len > MAX_SUFFIX)
		tool_usage();
	const char *name = argv[optind] ? argv[optind] : "-";
	if (argv[optind] && argv[optind + 1])
		prefix = argv[optind + 1];
	FILE *in = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	if (!in)
		tool_die_errno("%s", name);
	split(in, size, by_bytes);
	return tool_finish();
}
