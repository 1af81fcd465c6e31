// SPDX-License-Identifier: MIT
/*
 * tty: the name of the terminal at standard input.
 *
 * Linux     POSIX.1-2017, tty
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	bool silent = argc > 1 && strcmp(argv[1], "-s") == 0;

	tool_start(argc, argv, "tty [-s]");
	tool_status = !isatty(STDIN_FILENO);
	const char *name = ttyname(STDIN_FILENO);
	if (!silent)
		puts(name ? name : tool_status ? "not a tty" : "?");
	return tool_finish();
}
