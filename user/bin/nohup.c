// SPDX-License-Identifier: MIT
/*
 * nohup: runs a program that outlives its terminal.
 *
 * Promise   SIGHUP is ignored; a terminal at standard output is replaced by the file nohup.out, one at
 *           standard input by nothing.
 * Linux     POSIX.1-2017, nohup
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { FAILED = 127, CANNOT_RUN = 126, NOT_FOUND = 127 };

int main(int argc, char **argv)
{
	tool_start(argc, argv, "nohup PROGRAM [ARGUMENT...]");
	if (argc < 2)
		tool_usage();
	if (isatty(STDIN_FILENO)) {
		close(STDIN_FILENO);
		open("/dev/null", O_RDONLY);
	}
	if (isatty(STDOUT_FILENO)) {
		int fd = open("nohup.out", O_WRONLY | O_CREAT | O_APPEND, 0600);

		if (fd < 0) {
			tool_warn_errno("nohup.out");
			return FAILED;
		}
		tool_warn("appending output to nohup.out");
		dup2(fd, STDOUT_FILENO);
		close(fd);
	}
	if (isatty(STDERR_FILENO))
		dup2(STDOUT_FILENO, STDERR_FILENO);
	signal(SIGHUP, SIG_IGN);
	execvp(argv[1], argv + 1);
	int status = errno == ENOENT ? NOT_FOUND : CANNOT_RUN;
	tool_warn_errno("%s", argv[1]);
	return status;
}
