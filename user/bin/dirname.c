// SPDX-License-Identifier: MIT
/*
 * dirname: all of a path but its last part.
 *
 * Linux     POSIX.1-2017, dirname
 */
#include <libgen.h>
#include <stdio.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "dirname PATH...");
	if (argc < 2)
		tool_usage();
	for (int i = 1; i < argc; i++)
		puts(dirname(argv[i]));
	return tool_finish();
}
