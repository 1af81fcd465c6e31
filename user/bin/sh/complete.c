// SPDX-License-Identifier: MIT
/*
 * complete: what the TAB key adds: the rest of the name of a command or a file.
 *
 * Promise   as much as all candidates have in common; a blank or a slash after the only one. The first word
 *           of a line is a command, unless it has a slash in it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

struct candidates {
	struct strings names;
	size_t typed; /* characters of the name that are there already */
};

static void add(struct candidates *c, const char *name, char mark)
{
	struct text t = { 0 };

	for (int i = 0; i < c->names.n; i++)
		if (strncmp(c->names.v[i], name, strlen(name)) == 0 && strlen(c->names.v[i]) == strlen(name) + 1)
			return;
	text_add_string(&t, name);
	text_add(&t, mark);
	strings_add(&c->names, text_to_arena(&t));
}

static void add_directory(struct candidates *c, const char *dir, const char *start, bool programs)
{
	DIR *d = opendir(*dir ? dir : ".");
	size_t len = strlen(start);
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, start, len) != 0 || (e->d_name[0] == '.' && !len))
			continue;
		bool known = fstatat(dirfd(d), e->d_name, &st, 0) == 0;
		bool is_dir = known && S_ISDIR(st.st_mode);
		if (programs && (is_dir || !(known && (st.st_mode & 0111))))
			continue;
		add(c, e->d_name, is_dir ? '/' : ' ');
	}
	if (d)
		closedir(d);
}

static void add_commands(struct candidates *c, const char *start)
{
	const char *path = var_get("PATH");

	for (const struct builtin *b = builtins; b->name; b++)
		if (strncmp(b->name, start, strlen(start)) == 0)
			add(c, b->name, ' ');
	for (const char *p = path ? path : ""; *p;) {
		size_t len = strcspn(p, ":");
		add_directory(c, mem_dup(p, len), start, true);
		p += len + (p[len] == ':');
	}
}

static void find(const char *line, size_t at, struct candidates *c)
{
	size_t start = at;

	while (start && !strchr(" \t;|&<>()`\"'=", line[start - 1]))
		start--;
	char *word = mem_dup(line + start, at - start), *slash = strrchr(word, '/');
	size_t before = start;
	while (before && strchr(" \t", line[before - 1]))
		before--;
	bool is_command = before == 0 || strchr(";|&(`", line[before - 1]);
	if (slash) {
		c->typed = strlen(slash + 1);
		add_directory(c, mem_dup(word, slash + 1 - word), slash + 1, false);
	} else if (is_command) {
		c->typed = strlen(word);
		add_commands(c, word);
	} else {
		c->typed = strlen(word);
		add_directory(c, "", word, false);
	}
}

char *complete_word(const char *line, size_t at, bool *many)
{
	struct mark m = mem_mark();
	struct candidates c = { 0 };
	char *rest = NULL;

	find(line, at, &c);
	*many = c.names.n > 1;
	if (c.names.n) {
		size_t common = strlen(c.names.v[0]);
		for (int i = 1; i < c.names.n; i++) {
			size_t same = 0;
			while (same < common && c.names.v[i][same] == c.names.v[0][same])
				same++;
			common = same;
		}
		if (common > c.typed)
			rest = must(strndup(c.names.v[0] + c.typed, common - c.typed));
	}
	mem_release(m);
	return rest;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void complete_list(const char *line, size_t at)
{
	struct mark m = mem_mark();
	struct candidates c = { 0 };
	size_t column = 0;

	find(line, at, &c);
	qsort(c.names.v, c.names.n, sizeof(*c.names.v), compare);
	for (int i = 0; i < c.names.n; i++) {
		size_t len = strlen(c.names.v[i]) + 1;
		if (column + len > 79) {
			fputc('\n', stderr);
			column = 0;
		}
		fprintf(stderr, "%s ", c.names.v[i]);
		column += len;
	}
	fputc('\n', stderr);
	mem_release(m);
}
