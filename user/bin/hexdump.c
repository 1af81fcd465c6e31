// SPDX-License-Identifier: MIT
/*
 * hexdump: bytes as numbers and as characters, as hexdump -C has them.
 *
 * Promise   rows that are the same as the one before are one star; -v shows them all
 * Linux     hexdump(1), -C, -n and -s
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { ROW = 16 };

static void print_row(unsigned long at, const unsigned char *row, size_t n)
{
	printf("%08lx ", at);
	for (size_t i = 0; i < ROW; i++) {
		if (i % 8 == 0)
			putchar(' ');
		if (i < n)
			printf("%02x ", row[i]);
		else
			fputs("   ", stdout);
	}
	fputs(" |", stdout);
	for (size_t i = 0; i < n; i++)
		putchar(isprint(row[i]) ? row[i] : '.');
	puts("|");
}

static void dump(FILE *f, unsigned long skip, unsigned long limit, bool all)
{
	unsigned char row[ROW], before[ROW];
	unsigned long at = skip;
	bool has_before = false, starred = false;
	size_t n;

	while (skip && getc(f) != EOF)
		skip--;
	while (limit && (n = fread(row, 1, limit < ROW ? limit : ROW, f)) > 0) {
		bool same = !all && has_before && n == ROW && memcmp(row, before, ROW) == 0;
		if (same && !starred)
			puts("*");
		else if (!same)
			print_row(at, row, n);
		starred = same;
		memcpy(before, row, n);
		has_before = n == ROW;
		at += n;
		limit -= n;
	}
	if (at)
		printf("%08lx\n", at);
}

int main(int argc, char **argv)
{
	unsigned long skip = 0, limit = ~0ul;
	bool all = false;
	int c;

	tool_start(argc, argv, "hexdump [-Cv] [-n BYTES] [-s SKIP] [FILE...]");
	while ((c = getopt(argc, argv, "Cvn:s:")) != -1) {
		if (c == 'n')
			limit = tool_number(optarg);
		else if (c == 's')
			skip = tool_number(optarg);
		else if (c == 'v')
			all = true;
		else if (c == '?')
			tool_usage();
	}
	if (!argv[optind])
		dump(stdin, skip, limit, all);
	for (; argv[optind]; optind++) {
		FILE *f = fopen(argv[optind], "r");

		if (!f) {
			tool_warn_errno("%s", argv[optind]);
			continue;
		}
		dump(f, skip, limit, all);
		fclose(f);
	}
	return tool_finish();
}
