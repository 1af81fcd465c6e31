// SPDX-License-Identifier: MIT
/*
 * cp: copies files and trees.
 *
 * Promise   -r copies directories, -p keeps owner, mode and times, -a is both and keeps links; -f removes what
 *           cannot be opened; a directory is never copied into itself.
 * Linux     POSIX.1-2017, cp
 */
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"
#include "user/lib/tree.h"

int main(int argc, char **argv)
{
	int c, flags = 0;

	tool_start(argc, argv, "cp [-adfnprRTv] SOURCE... TARGET");
	while ((c = getopt(argc, argv, "adfnprRvPLT")) != -1) {
		switch (c) {
		case 'a':
			flags |= COPY_TREE | COPY_KEEP | COPY_LINKS;
			break;
		case 'r':
		case 'R':
			flags |= COPY_TREE | COPY_LINKS;
			break;
		case 'p':
			flags |= COPY_KEEP;
			break;
		case 'd':
		case 'P':
			flags |= COPY_LINKS;
			break;
		case 'L':
			flags &= ~COPY_LINKS;
			break;
		case 'f':
			flags |= COPY_FORCE;
			break;
		case 'n':
			flags |= COPY_NO_REPLACE;
			break;
		case 'v':
			tree_tells = true;
			break;
		case 'T':
			flags |= COPY_NOT_INTO;
			break;
		default:
			tool_usage();
		}
	}
	return tree_each(argv + optind, flags & COPY_NOT_INTO, tree_copy, flags);
}
