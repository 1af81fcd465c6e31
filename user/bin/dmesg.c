// SPDX-License-Identifier: MIT
/*
 * dmesg: what the kernel has said.
 *
 * Linux     dmesg(1), syslog(2)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>
#include "user/lib/tool.h"

/* The calls of syslog(2). */
enum { READ_ALL = 3, READ_CLEAR = 4, CONSOLE_LEVEL = 8, SIZE_BUFFER = 10 };

/* Leaves out the level in front of each line: <6>. */
static void print(const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		const char *newline = memchr(s, '\n', end - s), *close;
		const char *next = newline ? newline + 1 : end;

		if (*s == '<' && (close = memchr(s, '>', next - s)))
			s = close + 1;
		fwrite(s, 1, next - s, stdout);
		s = next;
	}
	if (n && end[-1] != '\n')
		putchar('\n');
}

int main(int argc, char **argv)
{
	int c, how = READ_ALL;

	tool_start(argc, argv, "dmesg [-c] [-n LEVEL]");
	while ((c = getopt(argc, argv, "cn:")) != -1) {
		if (c == 'n') {
			if (klogctl(CONSOLE_LEVEL, NULL, tool_number(optarg)) < 0)
				tool_die_errno("%s", optarg);
			return 0;
		}
		if (c == '?')
			tool_usage();
		how = READ_CLEAR;
	}
	int size = klogctl(SIZE_BUFFER, NULL, 0);
	if (size < 0)
		tool_die_errno("the kernel's log");
	char *buf = tool_must(malloc(size + 1));
	int n = klogctl(how, buf, size);
	if (n < 0)
		tool_die_errno("the kernel's log");
	print(buf, n);
	return tool_finish();
}
