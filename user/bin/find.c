// SPDX-License-Identifier: MIT
/*
 * find: names of files in trees, by their properties.
 *
 * Promise   tests -name -path -type -size -newer -empty -user -perm -mtime -mindepth -maxdepth; actions -print
 *           -print0 -exec ... ; -delete -prune; ! -a -o and parentheses between them. Without an action it prints.
 * How       the expression is a tree of its words' positions; every file is put to it
 * Linux     POSIX.1-2017, find
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { MAX_ARGS = 256, DAY_S = 86400, BLOCK_BYTES = 512 };

struct file {
	const char *path, *name;
	struct stat st;
	int depth;
	bool prune;
};

struct expr {
	bool (*test)(const struct expr *e, struct file *f);
	struct expr *a, *b; /* of -a, -o and ! */
	char **args;
	long number;
	int order; /* -1: less than, 0: exactly, 1: more than the number */
};

static char **word; /* the next one of the command line */
static bool has_action, contents_first;
static int min_depth, max_depth = -1;

/* --- tests --- */

static bool test_and(const struct expr *e, struct file *f)
{
	return e->a->test(e->a, f) && e->b->test(e->b, f);
}

static bool test_or(const struct expr *e, struct file *f)
{
	return e->a->test(e->a, f) || e->b->test(e->b, f);
}

static bool test_not(const struct expr *e, struct file *f)
{
	return !e->a->test(e->a, f);
}

static bool test_true(const struct expr *e, struct file *f)
{
	return true;
}

static bool test_name(const struct expr *e, struct file *f)
{
	return fnmatch(e->args[0], f->name, 0) == 0;
}

static bool test_iname(const struct expr *e, struct file *f)
{
	return fnmatch(e->args[0], f->name, FNM_CASEFOLD) == 0;
}

static bool test_path(const struct expr *e, struct file *f)
{
	return fnmatch(e->args[0], f->path, 0) == 0;
}

static bool test_type(const struct expr *e, struct file *f)
{
	static const char letters[] = "fdlcbps";
	static const mode_t types[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK };
	const char *found = strchr(letters, e->args[0][0]);

	return found && *found && (f->st.st_mode & S_IFMT) == types[found - letters];
}

static bool compare(const struct expr *e, long value)
{
	return e->order < 0 ? value < e->number : e->order > 0 ? value > e->number : value == e->number;
}

static bool test_size(const struct expr *e, struct file *f)
{
	static const char units[] = "ckMG";
	static const long values[] = { 1, 1 << 10, 1 << 20, 1 << 30 };
	const char *unit = strchr(units, e->args[0][strcspn(e->args[0], units)]);
	long bytes = *unit ? values[unit - units] : BLOCK_BYTES;

	return compare(e, (f->st.st_size + bytes - 1) / bytes);
}

static bool test_mtime(const struct expr *e, struct file *f)
{
	return compare(e, (time(NULL) - f->st.st_mtim.tv_sec) / DAY_S);
}

static bool test_newer(const struct expr *e, struct file *f)
{
	return f->st.st_mtim.tv_sec > e->number;
}

static bool test_user(const struct expr *e, struct file *f)
{
	return f->st.st_uid == e->number;
}

static bool test_perm(const struct expr *e, struct file *f)
{
	mode_t mode = f->st.st_mode & 07777;

	return e->order < 0 ? (mode & e->number) == e->number : mode == e->number;
}

static bool test_empty(const struct expr *e, struct file *f)
{
	struct dirent *d;
	bool empty = true;

	if (!S_ISDIR(f->st.st_mode))
		return S_ISREG(f->st.st_mode) && f->st.st_size == 0;
	DIR *dir = opendir(f->path);
	while (dir && empty && (d = readdir(dir)))
		empty = strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0;
	if (dir)
		closedir(dir);
	return dir && empty;
}

/* --- actions --- */

static bool do_print(const struct expr *e, struct file *f)
{
	puts(f->path);
	return true;
}

static bool do_print0(const struct expr *e, struct file *f)
{
	fputs(f->path, stdout);
	putchar('\0');
	return true;
}

static bool do_prune(const struct expr *e, struct file *f)
{
	f->prune = true;
	return true;
}

static bool do_delete(const struct expr *e, struct file *f)
{
	if ((S_ISDIR(f->st.st_mode) ? rmdir : unlink)(f->path) == 0)
		return true;
	tool_warn_errno("%s", f->path);
	return false;
}

/* The word with every {} in it replaced. */
static char *fill_in(const char *arg, const char *path)
{
	char *out = tool_must(strdup("")), *hit;

	while ((hit = strstr(arg, "{}"))) {
		char *longer;
		if (asprintf(&longer, "%s%.*s%s", out, (int)(hit - arg), arg, path) < 0)
			tool_must(NULL);
		free(out);
		out = longer;
		arg = hit + 2;
	}
	char *whole = tool_must(malloc(strlen(out) + strlen(arg) + 1));
	strcpy(stpcpy(whole, out), arg);
	free(out);
	return whole;
}

static bool do_exec(const struct expr *e, struct file *f)
{
	char *argv[MAX_ARGS];
	int n = 0, status = 1;

	for (; n < MAX_ARGS - 1 && e->args[n]; n++)
		argv[n] = fill_in(e->args[n], f->path);
	argv[n] = NULL;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		execvp(argv[0], argv);
		tool_warn_errno("%s", argv[0]);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	while (n > 0)
		free(argv[--n]);
	return status == 0;
}

/* --- the expression --- */

static char *take_argument(const char *name)
{
	if (!*word)
		tool_die("%s: needs an argument", name);
	return *word++;
}

static void parse_number(struct expr *e)
{
	const char *s = e->args[0];

	e->order = *s == '+' ? 1 : *s == '-' ? -1 : 0;
	e->number = strtol(s + (e->order != 0), NULL, 10);
}

/* What an argument means before any file is seen. */
static void prepare(struct expr *e, const char *name)
{
	struct stat st;
	uid_t uid;
	mode_t mode;

	if (e->test == test_size || e->test == test_mtime)
		parse_number(e);
	if (e->test == test_newer) {
		if (stat(e->args[0], &st) != 0)
			tool_die_errno("%s", e->args[0]);
		e->number = st.st_mtim.tv_sec;
	}
	if (e->test == test_user) {
		if (!tool_parse_user(e->args[0], &uid))
			tool_die("%s: no such user", e->args[0]);
		e->number = uid;
	}
	if (e->test == test_perm) {
		e->order = e->args[0][0] == '-' ? -1 : 0;
		if (!tool_parse_mode(e->args[0] + (e->order != 0), 0, 0, false, &mode))
			tool_die("%s: not a mode", e->args[0]);
		e->number = mode;
	}
}

static const struct {
	const char *name;
	bool (*test)(const struct expr *e, struct file *f);
	bool has_argument, is_action;
} primaries[] = {
	{ "-name", test_name, true, false },   { "-iname", test_iname, true, false },
	{ "-path", test_path, true, false },   { "-type", test_type, true, false },
	{ "-size", test_size, true, false },   { "-mtime", test_mtime, true, false },
	{ "-newer", test_newer, true, false }, { "-user", test_user, true, false },
	{ "-perm", test_perm, true, false },   { "-empty", test_empty, false, false },
	{ "-true", test_true, false, false },  { "-print", do_print, false, true },
	{ "-print0", do_print0, false, true }, { "-prune", do_prune, false, false },
	{ "-delete", do_delete, false, true }, { "-exec", do_exec, false, true },
};

static struct expr *new_expr(bool (*test)(const struct expr *e, struct file *f), struct expr *a, struct expr *b)
{
	struct expr *e = tool_must(calloc(1, sizeof(*e)));

	*e = (struct expr){ .test = test, .a = a, .b = b };
	return e;
}

static struct expr *parse_or(void);

/* The options look like tests that are always true. */
static bool take_option(const char *name)
{
	if (strcmp(name, "-mindepth") == 0)
		min_depth = tool_number(take_argument(name));
	else if (strcmp(name, "-maxdepth") == 0)
		max_depth = tool_number(take_argument(name));
	else if (strcmp(name, "-depth") == 0)
		contents_first = true;
	else
		return strcmp(name, "-xdev") == 0;
	return true;
}

static struct expr *parse_primary(void)
{
	const char *name = *word ? *word++ : "";

	if (strcmp(name, "!") == 0)
		return new_expr(test_not, parse_primary(), NULL);
	if (strcmp(name, "(") == 0) {
		struct expr *e = parse_or();
		if (!*word || strcmp(*word++, ")") != 0)
			tool_die("a parenthesis is not closed");
		return e;
	}
	if (take_option(name))
		return new_expr(test_true, NULL, NULL);
	for (size_t i = 0; i < sizeof(primaries) / sizeof(primaries[0]); i++) {
		if (strcmp(primaries[i].name, name) != 0)
			continue;
		struct expr *e = new_expr(primaries[i].test, NULL, NULL);
		has_action |= primaries[i].is_action;
		contents_first |= e->test == do_delete;
		e->args = word;
		if (primaries[i].has_argument)
			take_argument(name);
		prepare(e, name);
		if (e->test == do_exec) {
			while (*word && strcmp(*word, ";") != 0)
				word++;
			if (!*word || word == e->args)
				tool_die("-exec: needs a command and a ;");
			*word++ = NULL;
		}
		return e;
	}
	tool_die("%s: unknown", name);
}

static struct expr *parse_and(void)
{
	struct expr *e = parse_primary();

	while (*word && strcmp(*word, "-o") != 0 && strcmp(*word, ")") != 0) {
		if (strcmp(*word, "-a") == 0)
			word++;
		e = new_expr(test_and, e, parse_primary());
	}
	return e;
}

static struct expr *parse_or(void)
{
	struct expr *e = parse_and();

	while (*word && strcmp(*word, "-o") == 0) {
		word++;
		e = new_expr(test_or, e, parse_and());
	}
	return e;
}

/* --- the walk --- */

static void visit(const char *path, const char *name, int depth, const struct expr *e);

static void visit_inside(const struct file *f, const struct expr *e)
{
	DIR *d = opendir(f->path);
	struct dirent *entry;

	if (!d)
		tool_warn_errno("%s", f->path);
	while (d && (entry = readdir(d))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		char *path = tool_join(f->path, entry->d_name);
		visit(path, entry->d_name, f->depth + 1, e);
		free(path);
	}
	if (d)
		closedir(d);
}

static void visit(const char *path, const char *name, int depth, const struct expr *e)
{
	struct file f = { .path = path, .name = name, .depth = depth };

	if (lstat(path, &f.st) != 0) {
		tool_warn_errno("%s", path);
		return;
	}
	bool descends = S_ISDIR(f.st.st_mode) && (max_depth < 0 || depth < max_depth);
	if (!contents_first && depth >= min_depth)
		e->test(e, &f);
	if (descends && !f.prune)
		visit_inside(&f, e);
	if (contents_first && depth >= min_depth)
		e->test(e, &f);
}

int main(int argc, char **argv)
{
	static char *here[] = { ".", NULL };
	int n = 1;

	tool_start(argc, argv, "find [PATH...] [-name GLOB] [-type LETTER] [-print | -delete | -exec COMMAND ;]...");
	while (argv[n] && argv[n][0] != '-' && strcmp(argv[n], "!") != 0 && strcmp(argv[n], "(") != 0)
		n++;
	word = argv + n;
	struct expr *e = *word ? parse_or() : new_expr(test_true, NULL, NULL);
	if (*word)
		tool_die("%s: unexpected", *word);
	if (!has_action)
		e = new_expr(test_and, e, new_expr(do_print, NULL, NULL));
	argv[n] = n > 1 ? NULL : argv[n];
	for (char **path = n > 1 ? argv + 1 : here; *path; path++) {
		const char *slash = strrchr(*path, '/');
		visit(*path, slash && slash[1] ? slash + 1 : *path, 0, e);
	}
	return tool_finish();
}
