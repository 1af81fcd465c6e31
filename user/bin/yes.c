// SPDX-License-Identifier: MIT
/*
 * yes: the same line for ever, until nobody reads it any more.
 *
 * How       one buffer of many lines, so that the pipe and not this program is the limit
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { BUF_BYTES = 16384 };

int main(int argc, char **argv)
{
	size_t len = 0, fill = 0;

	tool_start(argc, argv, "yes [WORD...]");
	for (int i = 1; i < argc; i++)
		len += strlen(argv[i]) + 1;
	char *line = tool_must(malloc(len + sizeof("y\n"))), *end = line;
	for (int i = 1; i < argc; i++)
		end += sprintf(end, i + 1 < argc ? "%s " : "%s\n", argv[i]);
	if (argc == 1)
		end = stpcpy(line, "y\n");
	len = end - line;
	char *buf = tool_must(malloc(len + BUF_BYTES));
	while (fill < BUF_BYTES) {
		memcpy(buf + fill, line, len);
		fill += len;
	}
	for (size_t at = 0;;) {
		ssize_t n = write(STDOUT_FILENO, buf + at, fill - at);
		if (n < 0 && errno != EINTR)
			tool_die_errno("standard output");
		at = n > 0 ? (at + n) % fill : at;
	}
}
