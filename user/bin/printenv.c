// SPDX-License-Identifier: MIT
/*
 * printenv: the values of variables of the environment, or all of it.
 *
 * Linux     printenv(1)
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "printenv [NAME...]");
	for (char **e = environ; argc == 1 && e && *e; e++)
		puts(*e);
	for (int i = 1; i < argc; i++) {
		const char *value = getenv(argv[i]);

		if (value)
			puts(value);
		else
			tool_status = 1;
	}
	return tool_finish();
}
