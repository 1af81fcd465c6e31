// SPDX-License-Identifier: MIT
/*
 * env: runs a program in a changed environment, or shows the environment.
 *
 * Linux     POSIX.1-2017, env; -u of env(1)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { CANNOT_RUN = 126, NOT_FOUND = 127 };

int main(int argc, char **argv)
{
	int c;

	tool_start(argc, argv, "env [-i] [-u NAME] [NAME=VALUE...] [PROGRAM [ARGUMENT...]]");
	while ((c = getopt(argc, argv, "+iu:")) != -1) {
		if (c == 'i')
			clearenv();
		else if (c == 'u')
			unsetenv(optarg);
		else
			tool_usage();
	}
	if (argv[optind] && strcmp(argv[optind], "-") == 0) {
		clearenv();
		optind++;
	}
	for (; argv[optind] && strchr(argv[optind], '='); optind++)
		putenv(argv[optind]);
	if (argv[optind]) {
		execvp(argv[optind], argv + optind);
		int status = errno == ENOENT ? NOT_FOUND : CANNOT_RUN;
		tool_warn_errno("%s", argv[optind]);
		return status;
	}
	for (char **e = environ; e && *e; e++)
		puts(*e);
	return tool_finish();
}
