// SPDX-License-Identifier: MIT
/*
 * pwd: tells the current directory, by its true name.
 *
 * Linux     POSIX.1-2017, pwd -P
 */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	char buf[PATH_MAX];

	tool_start(argc, argv, "pwd");
	if (getcwd(buf, sizeof(buf)))
		puts(buf);
	else
		tool_warn_errno("the current directory");
	return tool_finish();
}
