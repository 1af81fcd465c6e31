// SPDX-License-Identifier: MIT
/*
 * whoami: the name of the effective user.
 */
#include <stdio.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "whoami");
	puts(tool_user_name(geteuid()));
	return tool_finish();
}
