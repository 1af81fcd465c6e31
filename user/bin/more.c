// SPDX-License-Identifier: MIT
/*
 * more: less, under its older name.
 */
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "more [FILE...]");
	execvp("less", argv);
	tool_die_errno("less");
}
