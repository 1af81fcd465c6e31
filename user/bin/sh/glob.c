// SPDX-License-Identifier: MIT
/*
 * glob: names of files out of patterns.
 *
 * Promise   sorted; a leading dot must be written; without a match the pattern stays as it is.
 * Linux     glob(7)
 */
#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "user/bin/sh/sh.h"

static bool is_pattern(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\')
			i++;
		else if (strchr("*?[", s[i]))
			return true;
	}
	return false;
}

static void add_unescaped(struct text *t, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' && i + 1 < len)
			i++;
		text_add(t, s[i]);
	}
}

static void walk(struct text *path, const char *pattern, struct strings *out);

/* Every entry of the directory `path` that matches the first part of the pattern. */
static void walk_matches(struct text *path, const char *part, const char *rest, struct strings *out)
{
	DIR *d = opendir(path->len ? path->s : ".");
	size_t len = path->len;
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (fnmatch(part, e->d_name, FNM_PERIOD) != 0)
			continue;
		text_add_string(path, e->d_name);
		walk(path, rest, out);
		path->s[path->len = len] = '\0';
	}
	if (d)
		closedir(d);
}

static void walk(struct text *path, const char *pattern, struct strings *out)
{
	struct stat st;
	size_t len = path->len;

	while (*pattern == '/')
		text_add(path, *pattern++);
	if (!*pattern) {
		if (lstat(path->s, &st) == 0)
			strings_add(out, mem_dup(path->s, path->len));
	} else {
		size_t part = strcspn(pattern, "/");
		if (is_pattern(pattern, part)) {
			walk_matches(path, mem_dup(pattern, part), pattern + part, out);
		} else {
			add_unescaped(path, pattern, part);
			walk(path, pattern + part, out);
		}
	}
	if (path->s)
		path->s[path->len = len] = '\0';
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool glob_files(const char *pattern, struct strings *out)
{
	struct strings found = { 0 };
	struct text path = { 0 };

	walk(&path, pattern, &found);
	free(path.s);
	if (found.n == 0)
		return false;
	qsort(found.v, found.n, sizeof(*found.v), compare);
	for (int i = 0; i < found.n; i++)
		strings_add(out, found.v[i]);
	return true;
}
