// SPDX-License-Identifier: MIT
/*
 * mktemp: makes a file, or with -d a directory, of a name that nobody has.
 *
 * Linux     mktemp(1)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	const char *dir = NULL, *tmp = getenv("TMPDIR"), *pattern = "tmp.XXXXXXXXXX";
	bool is_dir = false, in_tmp = false;
	int c;

	tool_start(argc, argv, "mktemp [-dt] [-p DIRECTORY] [PATTERN]");
	while ((c = getopt(argc, argv, "dp:t")) != -1) {
		if (c == '?')
			tool_usage();
		is_dir |= c == 'd';
		in_tmp |= c == 't';
		dir = c == 'p' ? optarg : dir;
	}
	if (argv[optind])
		pattern = argv[optind];
	if (strlen(pattern) < 6 || strcmp(pattern + strlen(pattern) - 6, "XXXXXX") != 0)
		tool_die("too few X's in template '%s'", pattern);
	if (!dir && (in_tmp || !argv[optind]))
		dir = tmp && *tmp ? tmp : "/tmp";
	char *path = dir ? tool_join(dir, pattern) : tool_must(strdup(pattern));
	if (is_dir ? !mkdtemp(path) : mkstemp(path) < 0)
		tool_die_errno("failed to create %s via template '%s'", is_dir ? "directory" : "file", path);
	puts(path);
	return tool_finish();
}
