// SPDX-License-Identifier: MIT
/*
 * complete: what the TAB key adds: the rest of the name of a command or a file.
 *
 * Promise   as much as all candidates have in common; a blank or a slash after the only one. The first word
 *           of a line is a command, unless it has a slash in it; after a $ it is a variable; of cd only
 *           directories. ~/ is known, and a character that means something to the shell is quoted.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"
#include "user/lib/utf8.h"

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

enum kind { ANY_FILE, DIRECTORIES, PROGRAMS };

static void add_directory(struct candidates *c, const char *dir, const char *start, enum kind kind)
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
		if (kind == PROGRAMS && (is_dir || !(known && (st.st_mode & 0111))))
			continue;
		if (kind == DIRECTORIES && !is_dir)
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
		add_directory(c, mem_dup(p, len), start, PROGRAMS);
		p += len + (p[len] == ':');
	}
}

static void add_variables(struct candidates *c, const char *start)
{
	char **env = var_environment();

	for (; *env; env++)
		if (strncmp(*env, start, strlen(start)) == 0)
			add(c, mem_dup(*env, strcspn(*env, "=")), ' ');
}

static bool ends_word(const char *line, size_t at, const char *ends)
{
	return strchr(ends, line[at]) && !(at && line[at - 1] == '\\');
}

/* The word as it is meant: without backslashes, with ~ expanded. */
static char *meaning(const char *s, size_t len)
{
	struct text t = { 0 };
	const char *home = var_get("HOME");
	size_t i = 0;

	if (len > 1 && s[0] == '~' && s[1] == '/' && home) {
		text_add_string(&t, home);
		i = 1;
	}
	for (; i < len; i++)
		if (s[i] != '\\' || i + 1 == len)
			text_add(&t, s[i]);
	text_add(&t, '\0');
	return text_to_arena(&t);
}

static bool is_cd(const char *line, size_t end)
{
	size_t start = end;

	while (start && !strchr(" \t;|&(", line[start - 1]))
		start--;
	return end - start == 2 && memcmp(line + start, "cd", 2) == 0;
}

static void find(const char *line, size_t at, struct candidates *c)
{
	size_t start = at;

	while (start && !ends_word(line, start - 1, " \t;|&<>()`\"'=$"))
		start--;
	char *word = meaning(line + start, at - start), *slash = strrchr(word, '/');
	size_t before = start;
	while (before && strchr(" \t", line[before - 1]))
		before--;
	bool is_command = before == 0 || strchr(";|&(`", line[before - 1]);
	enum kind kind = is_cd(line, before) ? DIRECTORIES : ANY_FILE;
	c->typed = strlen(slash ? slash + 1 : word);
	if (start && line[start - 1] == '$' && !slash)
		add_variables(c, word);
	else if (slash)
		add_directory(c, mem_dup(word, slash + 1 - word), slash + 1, kind);
	else if (is_command)
		add_commands(c, word);
	else
		add_directory(c, "", word, kind);
}

/* As it can be typed; the blank at the end is no part of the name. */
static char *quoted(const char *s, size_t len)
{
	struct text t = { 0 };

	for (size_t i = 0; i < len; i++) {
		bool ends = s[i] == ' ' && s[i + 1] == '\0';
		if (strchr(" \t\n\\\"'$`;|&<>()*?[#~=", s[i]) && !ends)
			text_add(&t, '\\');
		text_add(&t, s[i]);
	}
	text_add(&t, '\0');
	return t.s;
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
			rest = quoted(c.names.v[0] + c.typed, common - c.typed);
	}
	mem_release(m);
	return rest;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In columns, downwards, as ls does it. */
void complete_list(const char *line, size_t at, size_t columns)
{
	struct mark m = mem_mark();
	struct candidates c = { 0 };
	size_t widest = 1;

	find(line, at, &c);
	qsort(c.names.v, c.names.n, sizeof(*c.names.v), compare);
	for (int i = 0; i < c.names.n; i++) {
		size_t len = utf8_text_width(c.names.v[i], strlen(c.names.v[i])) + 1;
		widest = len > widest ? len : widest;
	}
	int across = columns / widest ? columns / widest : 1, down = (c.names.n + across - 1) / across;
	for (int row = 0; row < down; row++) {
		for (int i = row; i < c.names.n; i += down) {
			fputs(c.names.v[i], stderr);
			size_t len = utf8_text_width(c.names.v[i], strlen(c.names.v[i]));
			fprintf(stderr, "%*s", i + down < c.names.n ? (int)(widest - len) : 0, "");
		}
		fputc('\n', stderr);
	}
	mem_release(m);
}
