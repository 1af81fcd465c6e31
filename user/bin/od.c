// SPDX-License-Identifier: MIT
/*
 * od: bytes as numbers or characters.
 *
 * Promise   -A d, o, x or n for the addresses, -t with a, c, d, o, u or x and a size, also several; -b -c -d -o -x are
 *           short for some; -j skips, -N ends; equal rows are one * unless -v. Without -t: octal words.
 * Linux     POSIX.1-2017, od; without floating point
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { ROW_BYTES = 16, MAX_TYPES = 8 };

struct type {
	char kind;
	int size, width;
};

static struct type types[MAX_TYPES];
static int nr_types;
static char base = 'o';
static long skip, limit = -1;
static bool all;
static char **names;
static FILE *input;

static int digits_of(char kind, int size)
{
	static const int decimal[] = { [1] = 3, [2] = 5, [4] = 10, [8] = 20 };
	static const int octal[] = { [1] = 3, [2] = 6, [4] = 11, [8] = 22 };

	switch (kind) {
	case 'x':
		return 2 * size;
	case 'o':
		return octal[size];
	case 'u':
		return decimal[size];
	case 'd':
		return decimal[size] + 1;
	}
	return 3;
}

static void add_type(char kind, int size)
{
	if (nr_types == MAX_TYPES)
		tool_die("too many types");
	types[nr_types++] = (struct type){ kind, size, digits_of(kind, size) };
}

static void take_types(const char *s)
{
	while (*s) {
		char kind = *s++, *end;
		int size = kind == 'a' || kind == 'c' ? 1 : 4;
		static const struct {
			char letter;
			int size;
		} letters[] = { { 'C', 1 }, { 'S', 2 }, { 'I', 4 }, { 'L', 8 } };

		if (!strchr("acdoux", kind))
			tool_die("invalid type string");
		if (isdigit((unsigned char)*s)) {
			size = strtol(s, &end, 10);
			s = end;
		}
		for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
			if (*s == letters[i].letter) {
				size = letters[i].size;
				s++;
				break;
			}
		if (size != 1 && size != 2 && size != 4 && size != 8)
			tool_die("invalid type string");
		add_type(kind, size);
	}
}

/* --- one row --- */

static void print_char(unsigned char c)
{
	static const char escapes[] = "0abtnvfr", codes[] = "\0\a\b\t\n\v\f\r";
	const char *found = memchr(codes, c, sizeof(codes) - 1);

	if (found)
		printf("  \\%c", escapes[found - codes]);
	else if (c >= ' ' && c < 127)
		printf("   %c", c);
	else
		printf(" %03o", c);
}

static void print_name(unsigned char c)
{
	static const char names_of[][4] = { "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl",
		"vt", "ff", "cr", "so", "si", "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em",
		"sub", "esc", "fs", "gs", "rs", "us", "sp" };

	c &= 127;
	if (c == 127)
		printf(" del");
	else if (c <= ' ')
		printf(" %3s", names_of[c]);
	else
		printf("   %c", c);
}

static void print_number(const struct type *t, const unsigned char *s, int width)
{
	unsigned long v = 0;

	memcpy(&v, s, t->size);
	if (t->kind == 'd') {
		int shift = 64 - 8 * t->size;
		printf("%*ld", width, (long)(v << shift) >> shift);
	} else if (t->kind == 'u') {
		printf("%*lu", width, v);
	} else {
		char digits[32];
		snprintf(digits, sizeof(digits), t->kind == 'x' ? "%0*lx" : "%0*lo", t->width, v);
		printf("%*s", width, digits);
	}
}

/* All types of a row have the same width for the same bytes: that of the widest. */
static int room_for(const struct type *t)
{
	int most = 0;

	for (int i = 0; i < nr_types; i++) {
		int each = (types[i].width + 1) * (8 / types[i].size);
		most = each > most ? each : most;
	}
	return most / (8 / t->size);
}

static void print_address(unsigned long at)
{
	if (base != 'n')
		printf(base == 'x' ? "%06lx" : base == 'd' ? "%07lu" : "%07lo", at);
}

static void print_row(unsigned long at, const unsigned char *s, size_t n)
{
	for (int i = 0; i < nr_types; i++) {
		const struct type *t = &types[i];
		int room = room_for(t);
		if (i == 0)
			print_address(at);
		else if (base != 'n')
			printf("%*s", base == 'x' ? 6 : 7, "");
		for (size_t j = 0; j < n; j += t->size) {
			if (t->kind == 'c' || t->kind == 'a') {
				printf("%*s", room - 4, "");
				(t->kind == 'c' ? print_char : print_name)(s[j]);
			} else {
				print_number(t, s + j, room);
			}
		}
		putchar('\n');
	}
}

/* --- the input --- */

static int next_byte(void)
{
	for (;;) {
		int c = input ? getc(input) : EOF;
		if (c != EOF)
			return c;
		if (input && input != stdin)
			fclose(input);
		input = NULL;
		if (!*names)
			return EOF;
		input = strcmp(*names, "-") == 0 ? stdin : fopen(*names, "r");
		if (!input)
			tool_warn_errno("%s", *names);
		names++;
	}
}

static void dump(void)
{
	unsigned char row[ROW_BYTES], before[ROW_BYTES];
	unsigned long at = 0;
	bool starred = false, any = false;
	size_t n;

	for (; at < (unsigned long)skip; at++)
		if (next_byte() == EOF)
			tool_die("cannot skip past end of combined input");
	for (;; at += n) {
		memset(row, 0, sizeof(row));
		for (n = 0; n < ROW_BYTES && limit != 0; n++) {
			int c = next_byte();
			if (c == EOF)
				break;
			row[n] = c;
			limit -= limit > 0;
		}
		if (n == 0)
			break;
		if (!all && any && n == ROW_BYTES && memcmp(row, before, ROW_BYTES) == 0) {
			if (!starred)
				puts("*");
			starred = true;
			continue;
		}
		starred = false;
		any = true;
		print_row(at, row, n);
		memcpy(before, row, sizeof(before));
	}
	print_address(at);
	if (base != 'n')
		putchar('\n');
}

int main(int argc, char **argv)
{
	static char *standard[] = { "-", NULL };
	int c;

	tool_start(argc, argv, "od [-v] [-A d|o|x|n] [-t TYPE] [-j SKIP] [-N COUNT] [-bcdox] [FILE...]");
	while ((c = getopt(argc, argv, "A:t:j:N:vbcdox")) != -1) {
		switch (c) {
		case 'A':
			base = *optarg;
			break;
		case 't':
			take_types(optarg);
			break;
		case 'j':
			skip = tool_parse_size(optarg);
			break;
		case 'N':
			limit = tool_parse_size(optarg);
			break;
		case 'v':
			all = true;
			break;
		case '?':
			tool_usage();
		default:
			add_type(c == 'b' ? 'o' : c == 'd' ? 'u' : c, c == 'b' || c == 'c' ? 1 : 2);
		}
	}
	if (skip < 0 || limit < -1)
		tool_usage();
	if (!nr_types)
		add_type('o', 2);
	names = argv[optind] ? argv + optind : standard;
	dump();
	return tool_finish();
}
