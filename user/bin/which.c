// SPDX-License-Identifier: MIT
/*
 * which: where in PATH a program is; -a everywhere.
 *
 * Linux     which(1)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool find(const char *name, bool all)
{
	char *path = getenv("PATH"), *rest = tool_must(strdup(path ? path : "")), *dir;
	bool found = false;

	if (strchr(name, '/')) {
		found = is_program(name);
		if (found)
			puts(name);
		return found;
	}
	while ((dir = strsep(&rest, ":")) && (!found || all)) {
		char *full = tool_join(*dir ? dir : ".", name);
		if (is_program(full)) {
			puts(full);
			found = true;
		}
		free(full);
	}
	return found;
}

int main(int argc, char **argv)
{
	bool all = false;
	int c;

	tool_start(argc, argv, "which [-a] NAME...");
	while ((c = getopt(argc, argv, "a")) != -1) {
		if (c == '?')
			tool_usage();
		all = true;
	}
	if (!argv[optind])
		tool_status = 1;
	for (; argv[optind]; optind++)
		if (!find(argv[optind], all))
			tool_status = 1;
	return tool_finish();
}
