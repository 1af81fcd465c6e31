// SPDX-License-Identifier: MIT
/*
 * cat: copies files, one after the other, to standard output.
 *
 * Promise   -u or not, nothing is held back: what one read() gave goes out by write() before the next. With -n
 *           lines are numbered, with -b those that are not empty; -s keeps one of several empty lines; -v, -E and -T
 *           (-A is all three) show what cannot be seen: ^X and M-x, ends of lines, tabs. A file that cannot be
 *           read is told, the others are copied all the same.
 * Linux     POSIX.1-2017, cat; cat(1)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { BUF_BYTES = 128 * 1024 };

static char buf[BUF_BYTES];
static bool number, number_full, squeeze, show_controls, show_ends, show_tabs;
static int empty_lines;
static bool at_start = true; /* of a line */
static unsigned long line;

static void write_all(const char *from, size_t n)
{
	while (n) {
		ssize_t done = write(STDOUT_FILENO, from, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			tool_die_errno("write error");
		from += done;
		n -= done;
	}
}

static void put_shown(unsigned char c)
{
	if (c == '\n' || (c == '\t' && !show_tabs) || (!show_controls && c != '\t')) {
		putchar(c);
		return;
	}
	if (c > 127)
		fputs("M-", stdout);
	c &= 127;
	if (c < ' ' || c == 127)
		printf("^%c", c ^ 64);
	else
		putchar(c);
}

static void write_changed(const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool is_empty = at_start && from[i] == '\n';
		empty_lines = is_empty ? empty_lines + 1 : at_start ? 0 : empty_lines;
		if (squeeze && empty_lines > 1)
			continue;
		if (at_start && (number_full ? !is_empty : number))
			printf("%6lu\t", ++line);
		if (from[i] == '\n' && show_ends)
			putchar('$');
		put_shown(from[i]);
		at_start = from[i] == '\n';
	}
	fflush(stdout);
}

static void copy(int fd, const char *name, bool changes)
{
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			tool_warn_errno("%s", name);
			return;
		}
		(changes ? write_changed : write_all)(buf, n);
	}
}

int main(int argc, char **argv)
{
	int c;

	tool_start(argc, argv, "cat [-AbeEnstTuv] [FILE...]");
	while ((c = getopt(argc, argv, "AbeEnstTuv")) != -1) {
		if (c == '?')
			tool_usage();
		number |= c == 'n';
		number_full |= c == 'b';
		squeeze |= c == 's';
		show_controls |= strchr("Aetv", c) != NULL;
		show_ends |= strchr("AEe", c) != NULL;
		show_tabs |= strchr("ATt", c) != NULL;
	}
	bool changes = number || number_full || squeeze || show_controls || show_ends || show_tabs;
	if (!argv[optind])
		copy(STDIN_FILENO, "standard input", changes);
	for (; argv[optind]; optind++) {
		const char *name = argv[optind];
		int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY);

		if (fd < 0) {
			tool_warn_errno("%s", name);
			continue;
		}
		copy(fd, name, changes);
		if (fd != STDIN_FILENO)
			close(fd);
	}
	return tool_finish();
}
