// SPDX-License-Identifier: MIT
/*
 * realpath: absolute names without links and dots.
 *
 * Linux     realpath(1)
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	char path[PATH_MAX];

	tool_start(argc, argv, "realpath FILE...");
	if (argc < 2)
		tool_usage();
	for (int i = 1; i < argc; i++) {
		if (realpath(argv[i], path))
			puts(path);
		else
			tool_warn_errno("%s", argv[i]);
	}
	return tool_finish();
}
