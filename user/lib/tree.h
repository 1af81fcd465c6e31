// SPDX-License-Identifier: MIT
/*
 * tree: copying, removing and visiting whole trees of files, for cp, mv, rm, chmod and their like.
 *
 * Promise   what goes wrong is told by tool_warn(), and the rest is done all the same; false: something did
 */
#pragma once
#include <stdbool.h>
#include <sys/stat.h>

enum {
	COPY_TREE = 1,	   /* directories, too */
	COPY_KEEP = 2,	   /* owner, mode and times */
	COPY_LINKS = 4,	   /* links as links */
	COPY_FORCE = 8,	   /* remove what cannot be opened */
	COPY_NO_REPLACE = 32,
	COPY_NOT_INTO = 16, /* a target that is a directory is the target itself */
};

extern bool tree_tells; /* what is copied and removed, on standard output */

bool tree_copy(const char *from, const char *to, int flags);
bool tree_remove(const char *path);

/* Calls for the path and all that is under it, directories before their contents; links are not followed. */
bool tree_walk(const char *path, bool (*visit)(const char *path, const struct stat *st));

/*
 * For programs of the form NAME SOURCE... TARGET: calls once for each source, with its place in the target when
 * that is a directory. Answers the exit status.
 */
int tree_each(char **names, bool not_into, bool (*act)(const char *from, const char *to, int flags), int flags);
