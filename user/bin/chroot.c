// SPDX-License-Identifier: MIT
/*
 * chroot: runs a command, or a shell, with another root.
 *
 * Linux     chroot(1)
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { FAILED = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

int main(int argc, char **argv)
{
	static char *shell[] = { "/bin/sh", "-i", NULL };

	tool_start(argc, argv, "chroot DIRECTORY [COMMAND [ARGUMENT...]]");
	if (argc < 2)
		tool_usage();
	tool_status = FAILED;
	if (chroot(argv[1]) != 0 || chdir("/") != 0)
		tool_die_errno("cannot change root directory to '%s'", argv[1]);
	char **command = argc > 2 ? argv + 2 : shell;
	execvp(command[0], command);
	int why = errno;
	tool_warn_errno("failed to run command '%s'", command[0]);
	return why == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}
