// SPDX-License-Identifier: MIT
/*
 * watch: runs a command again and again and shows what it says.
 *
 * Linux     watch(1)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	struct timespec pause = { .tv_sec = 2 };
	size_t len = 1;
	int c;

	tool_start(argc, argv, "watch [-n SECONDS] COMMAND [ARGUMENT...]");
	while ((c = getopt(argc, argv, "+n:")) != -1) {
		if (c != 'n')
			tool_usage();
		if (tool_parse_time(optarg, &pause) != 0)
			tool_die("%s: not a time", optarg);
	}
	if (!argv[optind])
		tool_usage();
	for (int i = optind; argv[i]; i++)
		len += strlen(argv[i]) + 1;
	char *command = tool_must(calloc(1, len));
	for (int i = optind; argv[i]; i++)
		strcat(strcat(command, argv[i]), argv[i + 1] ? " " : "");
	for (;;) {
		printf("\033[H\033[2J%s\n\n", command);
		fflush(stdout);
		if (system(command) == -1)
			tool_die_errno("%s", command);
		struct timespec rest = pause;
		while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
			;
	}
}
