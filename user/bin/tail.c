// SPDX-License-Identifier: MIT
/*
 * tail: the last lines of files, or the last bytes, or all from a certain one on.
 *
 * Promise   with -f it waits for what is added to the last file, until it is killed
 * How       what is kept is one piece of memory that is cut at its front when it has become twice as large as
 *           needed; nothing is read twice, so pipes work like files
 * Linux     POSIX.1-2017, tail
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { DEFAULT_LINES = 10, BUF_BYTES = 65536, FOLLOW_MS = 250 };

struct wanted {
	unsigned long count;
	bool bytes;
	bool from_start; /* +N */
};

static struct wanted wanted = { .count = DEFAULT_LINES };
static char *kept;
static size_t len, room;

/* Where the last `count` lines or bytes begin. */
static size_t find_start(void)
{
	size_t at = len;
	unsigned long lines = 0;

	if (wanted.bytes)
		return len > wanted.count ? len - wanted.count : 0;
	if (!wanted.count)
		return len;
	for (; at > 0; at--)
		if (kept[at - 1] == '\n' && at != len && ++lines == wanted.count)
			break;
	return at;
}

static void keep(const char *from, size_t n)
{
	if (len + n > room) {
		size_t start = find_start();

		memmove(kept, kept + start, len - start);
		len -= start;
		if (len + n > room / 2) {
			room = 2 * (len + n);
			kept = tool_must(realloc(kept, room));
		}
	}
	memcpy(kept + len, from, n);
	len += n;
}

/* Passes on what stands at or after the first wanted line or byte. */
static void skip(const char *from, size_t n)
{
	static unsigned long seen = 1;

	for (size_t i = 0; i < n; i++) {
		if (seen >= wanted.count) {
			fwrite(from + i, 1, n - i, stdout);
			return;
		}
		seen += wanted.bytes || from[i] == '\n';
	}
}

static bool read_all(int fd)
{
	static char buf[BUF_BYTES];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		(wanted.from_start ? skip : keep)(buf, n);
	}
	size_t start = find_start();
	fwrite(kept ? kept + start : "", 1, len - start, stdout);
	len = 0;
	return true;
}

__attribute__((noreturn)) static void follow(int fd)
{
	char buf[BUFSIZ];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n > 0) {
			fwrite(buf, 1, n, stdout);
			continue;
		}
		if (fflush(stdout))
			tool_die_errno("write error");
		nanosleep(&(struct timespec){ .tv_nsec = FOLLOW_MS * 1000000l }, NULL);
	}
}

static void parse_count(const char *s, bool bytes)
{
	wanted.bytes = bytes;
	wanted.from_start = *s == '+';
	long n = tool_parse_size(s + (*s == '+' || *s == '-'));
	if (n < 0)
		tool_die("%s: not a number", s);
	wanted.count = n;
}

int main(int argc, char **argv)
{
	bool follows = false;
	int c, fd = -1;

	tool_start(argc, argv, "tail [-f] [-n [+]LINES | -c [+]BYTES] [FILE...]");
	if (argc > 1 && strchr("-+", argv[1][0]) && isdigit((unsigned char)argv[1][1])) { /* the old way: -5, +3 */
		parse_count(argv[1], false);
		argv++;
		argc--;
	}
	while ((c = getopt(argc, argv, "fn:c:")) != -1) {
		if (c == 'f')
			follows = true;
		else if (c == '?')
			tool_usage();
		else
			parse_count(optarg, c == 'c');
	}
	int files = argc - optind;
	for (int i = 0; i < files || i == 0; i++) {
		const char *name = files ? argv[optind + i] : "-";

		if (fd > STDIN_FILENO)
			close(fd);
		fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY);
		if (files > 1 && fd >= 0)
			printf("%s==> %s <==\n", i ? "\n" : "", name);
		if (fd < 0 || !read_all(fd))
			tool_warn_errno("%s", name);
	}
	if (follows && fd >= 0)
		follow(fd);
	return tool_finish();
}
