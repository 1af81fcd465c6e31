// SPDX-License-Identifier: MIT
/*
 * readlink: what a symbolic link points to; with -f the true name of a path.
 *
 * Linux     readlink(1)
 */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

/* The last part of the path need not exist. */
static const char *true_name(const char *path, char *buf)
{
	char copy[PATH_MAX], dir[PATH_MAX];

	if (realpath(path, buf))
		return buf;
	if (strlen(path) >= sizeof(copy))
		return NULL;
	strcpy(copy, path);
	if (!realpath(dirname(copy), dir))
		return NULL;
	strcpy(copy, path);
	int n = snprintf(buf, PATH_MAX, "%s%s%s", dir, dir[1] ? "/" : "", __xpg_basename(copy));
	return n < PATH_MAX ? buf : NULL;
}

int main(int argc, char **argv)
{
	bool follow = false, newline = true;
	char buf[PATH_MAX];
	int c;

	tool_start(argc, argv, "readlink [-fn] FILE...");
	while ((c = getopt(argc, argv, "fne")) != -1) {
		if (c == 'n')
			newline = false;
		else if (c == '?')
			tool_usage();
		else
			follow = true;
	}
	if (!argv[optind])
		tool_usage();
	for (; argv[optind]; optind++) {
		const char *found = NULL;

		if (follow) {
			found = true_name(argv[optind], buf);
		} else {
			ssize_t n = readlink(argv[optind], buf, sizeof(buf) - 1);
			buf[n > 0 ? n : 0] = '\0';
			found = n > 0 ? buf : NULL;
		}
		if (found)
			printf("%s%s", found, newline ? "\n" : "");
		else
			tool_status = 1;
	}
	return tool_finish();
}
