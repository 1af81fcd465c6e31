// SPDX-License-Identifier: MIT
/*
 * clear: empties the screen.
 *
 * Linux     console_codes(4)
 */
#include <stdio.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "clear");
	fputs("\033[H\033[2J\033[3J", stdout);
	return tool_finish();
}
