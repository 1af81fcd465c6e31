// SPDX-License-Identifier: MIT
/*
 * reboot: starts the machine again. The rest is in user/lib/power.c.
 *
 * Linux     reboot(2)
 */
#include <signal.h>
#include <sys/reboot.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "reboot [-f]");
	return tool_power(argc, argv, SIGTERM, RB_AUTOBOOT);
}
