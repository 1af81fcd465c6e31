// SPDX-License-Identifier: MIT
/*
 * test: a condition as a program; the shell has its own.
 *
 * Linux     POSIX.1-2017, test
 */
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	return tool_test(argc, argv, tool_warn);
}
