// SPDX-License-Identifier: MIT
/*
 * rm: removes files, and with -r whole trees.
 *
 * Linux     POSIX.1-2017, rm
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
	bool force = false, recursive = false, asks = false, directories = false;
	int c;

	tool_start(argc, argv, "rm [-dfirRv] FILE...");
	while ((c = getopt(argc, argv, "dfirRv")) != -1) {
		force = c == 'f' || (force && c != 'i');
		asks = c == 'i' || (asks && c != 'f');
		directories |= c == 'd';
		tree_tells |= c == 'v';
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
		struct stat st;
		bool is_there = lstat(path, &st) == 0, is_directory = is_there && S_ISDIR(st.st_mode);
		if (!is_there && force && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (!is_there)
			tool_warn_errno("%s", path);
		else if (!is_directory || recursive)
			tree_remove(path);
		else if (!directories)
			tool_warn("%s: is a directory (-r removes it)", path);
		else if (rmdir(path) != 0)
			tool_warn_errno("%s", path);
	}
	return tool_finish();
}
