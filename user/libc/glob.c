// SPDX-License-Identifier: MIT
/*
 * glob: names of files out of patterns.
 *
 * Promise   sorted by name; a leading dot must be written in the pattern
 * How       the pattern is taken apart at its slashes. A part without anything special is appended to the path
 *           as it is; for any other its directory is read. What comes out is checked to exist.
 * Linux     glob(3), glob(7)
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct search {
	char path[PATH_MAX];
	size_t len;
	int flags;
	int (*error)(const char *path, int number);
	glob_t *g;
};

/* A '[' that is never closed is nothing special. */
static bool is_pattern(const char *s, size_t len, int flags)
{
	bool open = false;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' && !(flags & GLOB_NOESCAPE))
			i++;
		else if (s[i] == '*' || s[i] == '?' || (open && s[i] == ']'))
			return true;
		else
			open |= s[i] == '[';
	}
	return false;
}

static int append(glob_t *g, const char *path, const char *mark)
{
	size_t n = g->gl_offs + g->gl_pathc;
	char **grown = realloc(g->gl_pathv, (n + 2) * sizeof(*grown));

	if (!grown)
		return GLOB_NOSPACE;
	if (!g->gl_pathv)
		memset(grown, 0, n * sizeof(*grown));
	g->gl_pathv = grown;
	grown[n] = malloc(strlen(path) + strlen(mark) + 1);
	grown[n + 1] = NULL;
	if (!grown[n])
		return GLOB_NOSPACE;
	strcpy(stpcpy(grown[n], path), mark);
	g->gl_pathc++;
	return 0;
}

/* False: the path would be too long to exist. */
static bool extend(struct search *s, const char *text, size_t len)
{
	if (s->len + len >= sizeof(s->path))
		return false;
	memcpy(s->path + s->len, text, len);
	s->len += len;
	s->path[s->len] = '\0';
	return true;
}

static bool extend_unescaped(struct search *s, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len && !(s->flags & GLOB_NOESCAPE))
			i++;
		if (!extend(s, text + i, 1))
			return false;
	}
	return true;
}

static int walk(struct search *s, const char *pattern);

/* Every entry of the directory reached that matches the first part of the pattern. */
static int walk_matches(struct search *s, const char *pattern, size_t part)
{
	char own[NAME_MAX * 2 + 1];
	struct dirent *e;
	size_t len = s->len;
	int result = 0;
	DIR *d = opendir(len ? s->path : ".");

	if (!d) {
		int number = errno;
		bool stop = s->error && s->error(s->path, number);
		return number != ENOENT && number != ENOTDIR && (stop || (s->flags & GLOB_ERR)) ? GLOB_ABORTED : 0;
	}
	if (part < sizeof(own)) {
		memcpy(own, pattern, part);
		own[part] = '\0';
		while (!result && (e = readdir(d))) {
			int how = FNM_PERIOD | (s->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0);
			if (fnmatch(own, e->d_name, how) != 0)
				continue;
			if (extend(s, e->d_name, strlen(e->d_name)))
				result = walk(s, pattern + part);
			s->path[s->len = len] = '\0';
		}
	}
	closedir(d);
	return result;
}

static int walk(struct search *s, const char *pattern)
{
	size_t len = s->len, part = strspn(pattern, "/");
	struct stat st;
	int result = 0;

	bool fits = extend(s, pattern, part);
	pattern += part;
	part = strcspn(pattern, "/");
	if (!*pattern) {
		if (fits && lstat(s->path, &st) == 0) {
			bool is_dir = (s->flags & GLOB_MARK) && stat(s->path, &st) == 0 && S_ISDIR(st.st_mode);
			result = append(s->g, s->path, is_dir && s->path[s->len - 1] != '/' ? "/" : "");
		}
	} else if (is_pattern(pattern, part, s->flags)) {
		result = fits ? walk_matches(s, pattern, part) : 0;
	} else if (fits && extend_unescaped(s, pattern, part)) {
		result = walk(s, pattern + part);
	}
	s->path[s->len = len] = '\0';
	return result;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int glob(const char *pattern, int flags, int (*error)(const char *path, int number), glob_t *g)
{
	struct search s = { .flags = flags, .error = error, .g = g };

	if (!(flags & GLOB_APPEND)) {
		g->gl_pathc = 0;
		g->gl_pathv = NULL;
		if (!(flags & GLOB_DOOFFS))
			g->gl_offs = 0;
	}
	size_t before = g->gl_pathc;
	int result = *pattern ? walk(&s, pattern) : 0;
	if (!result && g->gl_pathc == before)
		result = flags & GLOB_NOCHECK ? append(g, pattern, "") : GLOB_NOMATCH;
	if (!(flags & GLOB_NOSORT) && g->gl_pathc > before)
		qsort(g->gl_pathv + g->gl_offs + before, g->gl_pathc - before, sizeof(char *), compare);
	return result;
}

void globfree(glob_t *g)
{
	for (size_t i = 0; i < g->gl_pathc; i++)
		free(g->gl_pathv[g->gl_offs + i]);
	free(g->gl_pathv);
	g->gl_pathv = NULL;
	g->gl_pathc = 0;
}
