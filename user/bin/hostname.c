// SPDX-License-Identifier: MIT
/*
 * hostname: tells or sets the name of this machine.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	char name[65];

	tool_start(argc, argv, "hostname [NAME]");
	if (argc == 2 && sethostname(argv[1], strlen(argv[1])) != 0)
		tool_die_errno("%s", argv[1]);
	if (argc == 1 && gethostname(name, sizeof(name)) == 0)
		puts(name);
	return tool_finish();
}
