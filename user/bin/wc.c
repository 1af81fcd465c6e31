// SPDX-License-Identifier: MIT
/*
 * wc: counts lines, words and bytes; -L tells the width of the widest line.
 *
 * Linux     POSIX.1-2017, wc
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { BUF_BYTES = 65536, UNKNOWN_WIDTH = 7, TAB = 8 };

struct counts {
	unsigned long lines, words, bytes, widest;
};

static bool want_lines, want_words, want_bytes, want_widest;
static int width = 1;

static bool count(int fd, struct counts *c)
{
	static char buf[BUF_BYTES];
	unsigned long column = 0;
	bool in_word = false;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		c->bytes += n;
		for (ssize_t i = 0; i < n; i++) {
			bool space = isspace((unsigned char)buf[i]);
			c->lines += buf[i] == '\n';
			c->words += !space && !in_word;
			in_word = !space;
			column = buf[i] == '\n' || buf[i] == '\r' ? 0 : buf[i] == '\t' ? (column / TAB + 1) * TAB
				: column + (isprint((unsigned char)buf[i]) != 0);
			c->widest = column > c->widest ? column : c->widest;
		}
	}
	return true;
}

static void print(const struct counts *c, const char *name)
{
	const char *gap = "";

	if (want_lines) {
		printf("%*lu", width, c->lines);
		gap = " ";
	}
	if (want_words) {
		printf("%s%*lu", gap, width, c->words);
		gap = " ";
	}
	if (want_bytes) {
		printf("%s%*lu", gap, width, c->bytes);
		gap = " ";
	}
	if (want_widest)
		printf("%s%*lu", gap, width, c->widest);
	printf("%s%s\n", *name ? " " : "", name);
}

static int digits(unsigned long n)
{
	return n < 10 ? 1 : 1 + digits(n / 10);
}

/* Columns line up when there is more than one number: as wide as all the bytes need, as far as known. */
static void choose_width(char **names)
{
	unsigned long bytes = 0;
	struct stat st;

	for (bool input = !*names; input || *names; names++) {
		int bad = input || strcmp(*names, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(*names, &st);

		if (bad || !S_ISREG(st.st_mode))
			width = UNKNOWN_WIDTH;
		else
			bytes += st.st_size;
		if (input)
			break;
	}
	if (digits(bytes) > width)
		width = digits(bytes);
}

int main(int argc, char **argv)
{
	struct counts total = { 0 };
	int c, files;

	tool_start(argc, argv, "wc [-clLmw] [FILE...]");
	while ((c = getopt(argc, argv, "lLwcm")) != -1) {
		want_widest |= c == 'L';
		want_lines |= c == 'l';
		want_words |= c == 'w';
		want_bytes |= c == 'c' || c == 'm';
		if (c == '?')
			tool_usage();
	}
	if (!want_lines && !want_words && !want_bytes && !want_widest)
		want_lines = want_words = want_bytes = true;
	files = argc - optind;
	if (files > 1 || want_lines + want_words + want_bytes + want_widest > 1)
		choose_width(argv + optind);
	for (int i = 0; i < files || i == 0; i++) {
		const char *name = files ? argv[optind + i] : "";
		bool is_input = !*name || strcmp(name, "-") == 0;
		int fd = is_input ? STDIN_FILENO : open(name, O_RDONLY);
		struct counts own = { 0 };

		if (fd < 0 || !count(fd, &own)) {
			tool_warn_errno("%s", *name ? name : "standard input");
			continue;
		}
		if (fd != STDIN_FILENO)
			close(fd);
		print(&own, name);
		total.lines += own.lines;
		total.words += own.words;
		total.bytes += own.bytes;
		total.widest = own.widest > total.widest ? own.widest : total.widest;
	}
	if (files > 1)
		print(&total, "total");
	return tool_finish();
}
