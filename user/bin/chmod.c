// SPDX-License-Identifier: MIT
/*
 * chmod: changes permissions.
 *
 * Linux     POSIX.1-2017, chmod
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"
#include "user/lib/tree.h"

static const char *text;
static mode_t mask;

static bool change(const char *path, const struct stat *st)
{
	mode_t mode;

	if (S_ISLNK(st->st_mode))
		return true; /* a link has no permissions */
	if (!tool_parse_mode(text, st->st_mode, mask, S_ISDIR(st->st_mode), &mode))
		tool_die("%s: not a mode", text);
	if (chmod(path, mode) == 0)
		return true;
	tool_warn_errno("%s", path);
	return false;
}

int main(int argc, char **argv)
{
	bool recursive = false;
	int i = 1;

	tool_start(argc, argv, "chmod [-R] MODE FILE...");
	if (argv[i] && strcmp(argv[i], "-R") == 0) {
		recursive = true;
		i++;
	}
	/* "-w" is a mode, hence no getopt(). */
	if (argc - i < 2)
		tool_usage();
	mask = umask(0);
	text = argv[i++];
	for (; argv[i]; i++) {
		struct stat st;

		if (recursive)
			tree_walk(argv[i], change);
		else if (stat(argv[i], &st) != 0)
			tool_warn_errno("%s", argv[i]);
		else
			change(argv[i], &st);
	}
	return tool_finish();
}
