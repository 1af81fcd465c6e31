// SPDX-License-Identifier: MIT
/*
 * mknod: makes device nodes and named pipes.
 *
 * Linux     mknod(1), mknod(2)
 */
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	const char *text = NULL;
	mode_t mode = 0666;
	int c;

	tool_start(argc, argv, "mknod [-m MODE] NAME b|c|p [MAJOR MINOR]");
	while ((c = getopt(argc, argv, "m:")) != -1) {
		if (c != 'm')
			tool_usage();
		text = optarg;
	}
	argv += optind;
	argc -= optind;
	bool pipe = argc == 2 && strcmp(argv[1], "p") == 0;
	if (!pipe && (argc != 4 || !strchr("bcu", argv[1][0]) || argv[1][1]))
		tool_usage();
	if (text && !tool_parse_mode(text, mode, umask(0), false, &mode))
		tool_die("%s: not a mode", text);
	mode |= pipe ? S_IFIFO : argv[1][0] == 'b' ? S_IFBLK : S_IFCHR;
	if (mknod(argv[0], mode, pipe ? 0 : makedev(tool_number(argv[2]), tool_number(argv[3]))) != 0)
		tool_die_errno("%s", argv[0]);
	return 0;
}
