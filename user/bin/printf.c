// SPDX-License-Identifier: MIT
/*
 * printf: prints by a format, as the shell's own does.
 *
 * Linux     POSIX.1-2017, printf
 */
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "printf FORMAT [ARGUMENT...]");
	int status = tool_printf(argc, argv, tool_warn);
	tool_status = status > tool_status ? status : tool_status;
	return tool_finish();
}
