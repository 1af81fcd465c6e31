// SPDX-License-Identifier: MIT
/*
 * umount: takes a mounted file system away.
 *
 * Linux     umount(8), umount2(2)
 */
#include <sys/mount.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	int c, flags = 0;

	tool_start(argc, argv, "umount [-fl] DIRECTORY...");
	while ((c = getopt(argc, argv, "fl")) != -1) {
		if (c == '?')
			tool_usage();
		flags |= c == 'f' ? MNT_FORCE : MNT_DETACH;
	}
	if (!argv[optind])
		tool_usage();
	for (; argv[optind]; optind++)
		if (umount2(argv[optind], flags) != 0)
			tool_warn_errno("%s", argv[optind]);
	return tool_finish();
}
