// SPDX-License-Identifier: MIT
/*
 * power: the end of the machine, for poweroff, reboot and halt.
 *
 * Promise   process 1 is asked to end everything in order when it is our init; with -f, or when process 1 is
 *           somebody else, who would not understand, the kernel is told at once.
 * Linux     reboot(2)
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>
#include "user/lib/tool.h"

static bool is_init(void)
{
	char name[8] = "";
	int fd = open("/proc/1/comm", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	ssize_t n = read(fd, name, sizeof(name) - 1);
	close(fd);
	return n > 0 && strcmp(name, "init\n") == 0;
}

int tool_power(int argc, char **argv, int sig, int command)
{
	bool force = argc == 2 && strcmp(argv[1], "-f") == 0;

	if (argc > 1 && !force)
		tool_usage();
	if (!force && is_init() && kill(1, sig) == 0)
		return 0;
	sync();
	if (reboot(command) != 0)
		tool_die_errno("reboot");
	return 0;
}
