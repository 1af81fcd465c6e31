// SPDX-License-Identifier: MIT
/*
 * sleep: waits the sum of the times given.
 *
 * Linux     sleep(1): fractions, and the suffixes s m h d
 */
#include <errno.h>
#include <time.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	struct timespec t;

	tool_start(argc, argv, "sleep NUMBER[smhd]...");
	if (argc < 2)
		tool_usage();
	for (int i = 1; i < argc; i++)
		if (tool_parse_time(argv[i], &t) != 0)
			tool_die("%s: not a time", argv[i]);
	for (int i = 1; i < argc; i++) {
		tool_parse_time(argv[i], &t);
		while (nanosleep(&t, &t) != 0 && errno == EINTR)
			;
	}
	return 0;
}
