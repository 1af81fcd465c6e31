// SPDX-License-Identifier: MIT
/*
 * poweroff: switches the machine off. The rest is in user/lib/power.c.
 *
 * Linux     reboot(2)
 */
#include <signal.h>
#include <sys/reboot.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "poweroff [-f]");
	return tool_power(argc, argv, SIGUSR2, RB_POWER_OFF);
}
