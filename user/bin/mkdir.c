// SPDX-License-Identifier: MIT
/*
 * mkdir: makes directories; with -p those on the way to them, too.
 *
 * Linux     POSIX.1-2017, mkdir
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Directories on the way are always usable by their owner. */
static bool make_parents(char *path, mode_t mask)
{
	for (char *slash = path + 1; *path && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		umask(mask & ~0300);
		int bad = mkdir(path, 0777) != 0 && !is_directory(path);
		umask(mask);
		if (bad) {
			tool_warn_errno("%s", path);
			return false;
		}
		*slash = '/';
		if (!slash[1])
			break;
	}
	return true;
}

int main(int argc, char **argv)
{
	const char *text = NULL;
	mode_t mode = 0777, mask = umask(0);
	bool parents = false, tells = false;
	int c;

	umask(mask);
	tool_start(argc, argv, "mkdir [-pv] [-m MODE] DIRECTORY...");
	while ((c = getopt(argc, argv, "pm:v")) != -1) {
		if (c == 'p')
			parents = true;
		else if (c == 'v')
			tells = true;
		else if (c == 'm')
			text = optarg;
		else
			tool_usage();
	}
	if (!argv[optind])
		tool_usage();
	if (text && !tool_parse_mode(text, 0777, mask, true, &mode))
		tool_die("%s: not a mode", text);
	for (; argv[optind]; optind++) {
		char *path = argv[optind];

		if (parents && !make_parents(path, mask))
			continue;
		if (mkdir(path, mode) != 0) {
			if (!parents || errno != EEXIST || !is_directory(path))
				tool_warn_errno("%s", path);
			continue;
		}
		if (text)
			chmod(path, mode); /* the umask does not count */
		if (tells)
			printf("mkdir: created directory '%s'\n", path);
	}
	return tool_finish();
}
