// SPDX-License-Identifier: MIT
/*
 * setsid: runs a command in a session of its own.
 *
 * Promise   it forks when the caller leads a process group; -w waits for the command and has its status
 * Linux     setsid(1)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127, BY_SIGNAL = 128 };

int main(int argc, char **argv)
{
	bool waits = false, forks = false;
	int c, status;

	tool_start(argc, argv, "setsid [-fw] COMMAND [ARGUMENT...]");
	while ((c = getopt(argc, argv, "+fw")) != -1) {
		if (c == '?')
			tool_usage();
		waits |= c == 'w';
		forks |= c == 'f';
	}
	if (!argv[optind])
		tool_usage();
	pid_t pid = forks || getpgrp() == getpid() ? fork() : 0;
	if (pid < 0)
		tool_die_errno("fork");
	if (pid > 0) {
		if (!waits || waitpid(pid, &status, 0) < 0)
			return 0;
		return WIFSIGNALED(status) ? BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
	}
	if (setsid() < 0)
		tool_die_errno("setsid failed");
	execvp(argv[optind], argv + optind);
	int why = errno;
	tool_warn_errno("failed to execute %s", argv[optind]);
	return why == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}
