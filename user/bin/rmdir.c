// SPDX-License-Identifier: MIT
/*
 * rmdir: removes empty directories; with -p their parents, too.
 *
 * Linux     POSIX.1-2017, rmdir
 */
#include <libgen.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	bool parents = false;
	int c;

	tool_start(argc, argv, "rmdir [-p] DIRECTORY...");
	while ((c = getopt(argc, argv, "p")) != -1) {
		if (c != 'p')
			tool_usage();
		parents = true;
	}
	if (!argv[optind])
		tool_usage();
	for (; argv[optind]; optind++) {
		char *path = argv[optind];

		do {
			if (rmdir(path) != 0) {
				tool_warn_errno("%s", path);
				break;
			}
			path = parents ? dirname(path) : NULL;
		} while (path && strcmp(path, ".") != 0 && strcmp(path, "/") != 0);
	}
	return tool_finish();
}
