// SPDX-License-Identifier: MIT
/*
 * halt: stops the machine. The rest is in user/lib/power.c.
 *
 * Linux     reboot(2)
 */
#include <signal.h>
#include <sys/reboot.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "halt [-f]");
	return tool_power(argc, argv, SIGUSR1, RB_HALT_SYSTEM);
}
