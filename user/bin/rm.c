// SPDX-License-Identifier: MIT
/*
 * rm: removes files, and with -r whole trees.
 *
 * Linux     POSIX.1-2017, rm
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"
#include "user/lib/tree.h"

static bool is_dot(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int main(int argc, char **argv)
{
	bool force = false, recursive = false, asks = false;
	int c;

	tool_start(argc, argv, "rm [-firR] FILE...");
	while ((c = getopt(argc, argv, "firR")) != -1) {
		force = c == 'f' || (force && c != 'i');
		asks = c == 'i' || (asks && c != 'f');
		recursive |= c == 'r' || c == 'R';
		if (c == '?')
			tool_usage();
	}
	if (!argv[optind] && !force)
		tool_usage();
	for (; argv[optind]; optind++) {
		const char *path = argv[optind];

		if (is_dot(path)) {
			tool_warn("%s: refused", path);
			continue;
		}
		if (asks) {
			fprintf(stderr, "remove %s? ", path);
			char answer[16];
			if (!fgets(answer, sizeof(answer), stdin) || answer[0] != 'y')
				continue;
		}
		if (unlink(path) == 0 || (force && (errno == ENOENT || errno == ENOTDIR)))
			continue;
		if (errno != EISDIR || !recursive)
			tool_warn_errno("%s", path);
		else
			tree_remove(path);
	}
	return tool_finish();
}
