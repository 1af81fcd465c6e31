// SPDX-License-Identifier: MIT
/*
 * glob: names of files out of patterns, by the C library.
 *
 * Promise   without a match the caller keeps the word as it is
 */
#include <glob.h>
#include <string.h>
#include "user/bin/sh/sh.h"

bool glob_files(const char *pattern, struct strings *out)
{
	glob_t g;
	bool found = glob(pattern, 0, NULL, &g) == 0;

	for (size_t i = 0; i < g.gl_pathc; i++)
		strings_add(out, mem_dup(g.gl_pathv[i], strlen(g.gl_pathv[i])));
	globfree(&g);
	return found;
}
