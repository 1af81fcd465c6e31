// SPDX-License-Identifier: MIT
/*
 * mkfifo: makes named pipes.
 *
 * Linux     POSIX.1-2017, mkfifo
 */
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	const char *text = NULL;
	mode_t mode = 0666;
	int c;

	tool_start(argc, argv, "mkfifo [-m MODE] NAME...");
	while ((c = getopt(argc, argv, "m:")) != -1) {
		if (c != 'm')
			tool_usage();
		text = optarg;
	}
	if (!argv[optind])
		tool_usage();
	if (text && !tool_parse_mode(text, mode, umask(0), false, &mode))
		tool_die("%s: not a mode", text);
	for (; argv[optind]; optind++)
		if (mkfifo(argv[optind], mode) != 0)
			tool_warn_errno("%s", argv[optind]);
	return tool_finish();
}
