// SPDX-License-Identifier: MIT
/*
 * basename: the last part of a path, without a suffix.
 *
 * Linux     POSIX.1-2017, basename
 */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "basename PATH [SUFFIX]");
	if (argc != 2 && argc != 3)
		tool_usage();
	char *name = __xpg_basename(argv[1]);
	size_t len = strlen(name), cut = argc == 3 ? strlen(argv[2]) : 0;
	if (cut && cut < len && strcmp(name + len - cut, argv[2]) == 0)
		name[len - cut] = '\0';
	puts(name);
	return tool_finish();
}
