// SPDX-License-Identifier: MIT
/*
 * mv: renames, or copies and removes where renaming is not possible.
 *
 * Linux     POSIX.1-2017, mv
 */
#include <errno.h>
#include <sys/stat.h>
#include <stdio.h>
#include <unistd.h>
#include "user/lib/tool.h"
#include "user/lib/tree.h"

enum { MOVE_NO_REPLACE = 0x1000 };

static bool move(const char *from, const char *to, int flags)
{
	struct stat st;

	if ((flags & MOVE_NO_REPLACE) && lstat(to, &st) == 0)
		return true;
	if (rename(from, to) == 0) {
		if (tree_tells)
			printf("renamed '%s' -> '%s'\n", from, to);
		return true;
	}
	if (errno != EXDEV) {
		tool_warn_errno("%s to %s", from, to);
		return false;
	}
	unlink(to);
	return tree_copy(from, to, COPY_TREE | COPY_KEEP | COPY_LINKS) && tree_remove(from);
}

int main(int argc, char **argv)
{
	int c, flags = 0;

	tool_start(argc, argv, "mv [-fnTv] SOURCE... TARGET");
	while ((c = getopt(argc, argv, "fnTv")) != -1) {
		if (c == '?')
			tool_usage();
		tree_tells |= c == 'v';
		flags |= c == 'n' ? MOVE_NO_REPLACE : c == 'T' ? COPY_NOT_INTO : 0;
	}
	return tree_each(argv + optind, flags & COPY_NOT_INTO, move, flags);
}
