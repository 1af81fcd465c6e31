// SPDX-License-Identifier: MIT
/*
 * echo: prints its arguments, as the shell's own does.
 *
 * Linux     POSIX.1-2017, echo (XSI)
 */
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_status = tool_echo(argc, argv);
	return tool_finish();
}
