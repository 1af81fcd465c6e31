// SPDX-License-Identifier: MIT
/*
 * ln: one more name for a file, or with -s a symbolic link.
 *
 * Linux     POSIX.1-2017, ln
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"
#include "user/lib/tree.h"

enum { LINK_SYMBOLIC = 1, LINK_FORCE = 2 };

static bool make(const char *from, const char *to, int flags)
{
	if (flags & LINK_FORCE)
		unlink(to);
	if ((flags & LINK_SYMBOLIC ? symlink : link)(from, to) == 0)
		return true;
	tool_warn_errno("%s", to);
	return false;
}

int main(int argc, char **argv)
{
	bool not_into = false;
	int c, flags = 0;

	tool_start(argc, argv, "ln [-sfnT] TARGET... [NAME]");
	while ((c = getopt(argc, argv, "sfnT")) != -1) {
		if (c == '?')
			tool_usage();
		flags |= c == 's' ? LINK_SYMBOLIC : c == 'f' ? LINK_FORCE : 0;
		not_into |= c == 'n' || c == 'T';
	}
	if (argc - optind == 1) { /* into the current directory */
		const char *slash = strrchr(argv[optind], '/');
		make(argv[optind], slash ? slash + 1 : argv[optind], flags);
		return tool_finish();
	}
	return tree_each(argv + optind, not_into, make, flags);
}
