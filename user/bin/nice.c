// SPDX-License-Identifier: MIT
/*
 * nice: runs a program with less (or more) claim on the CPU, or tells the current niceness.
 *
 * Linux     POSIX.1-2017, nice
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { DEFAULT_BY = 10, CANNOT_RUN = 126, NOT_FOUND = 127 };

int main(int argc, char **argv)
{
	int c, by = DEFAULT_BY;

	tool_start(argc, argv, "nice [-n BY] [PROGRAM [ARGUMENT...]]");
	while ((c = getopt(argc, argv, "+n:")) != -1) {
		if (c != 'n')
			tool_usage();
		by = atoi(optarg);
	}
	if (!argv[optind]) {
		printf("%d\n", getpriority(PRIO_PROCESS, 0));
		return tool_finish();
	}
	errno = 0;
	if (nice(by) == -1 && errno)
		tool_warn_errno("cannot set niceness");
	execvp(argv[optind], argv + optind);
	int status = errno == ENOENT ? NOT_FOUND : CANNOT_RUN;
	tool_warn_errno("%s", argv[optind]);
	return status;
}
