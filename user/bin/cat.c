// SPDX-License-Identifier: MIT
/*
 * cat: copies files, one after the other, to standard output.
 *
 * Promise   -u or not, nothing is held back: what one read() gave goes out by write() before the next. With -n
 *           lines are numbered. A file that cannot be read is told, the others are copied all the same.
 * Linux     POSIX.1-2017, cat; -n of cat(1)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { BUF_BYTES = 128 * 1024 };

static char buf[BUF_BYTES];
static bool number;
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

static void write_numbered(const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (at_start)
			printf("%6lu\t", ++line);
		putchar(from[i]);
		at_start = from[i] == '\n';
	}
	fflush(stdout);
}

static void copy(int fd, const char *name)
{
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			tool_warn_errno("%s", name);
			return;
		}
		(number ? write_numbered : write_all)(buf, n);
	}
}

int main(int argc, char **argv)
{
	int c;

	tool_start(argc, argv, "cat [-nu] [FILE...]");
	while ((c = getopt(argc, argv, "nu")) != -1) {
		if (c == '?')
			tool_usage();
		number |= c == 'n';
	}
	if (!argv[optind])
		copy(STDIN_FILENO, "standard input");
	for (; argv[optind]; optind++) {
		const char *name = argv[optind];
		int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY);

		if (fd < 0) {
			tool_warn_errno("%s", name);
			continue;
		}
		copy(fd, name);
		if (fd != STDIN_FILENO)
			close(fd);
	}
	return tool_finish();
}
