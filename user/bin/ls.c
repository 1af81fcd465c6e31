// SPDX-License-Identifier: MIT
/*
 * ls: lists directories.
 *
 * Promise   sorted by name, by time (-t) or by size (-S), -r the other way round, -U not at all; -l with all that
 *           stat() tells, -n with numbers for owners, -i with inodes, -h with sizes for people, -F with a mark
 *           for the type, -a with dots, -d the directory itself, -R with all below. Columns on a terminal, one
 *           name a line elsewhere or with -1.
 * Linux     POSIX.1-2017, ls
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { DEFAULT_COLUMNS = 80, HALF_YEAR_S = 15778476, TIME_BYTES = 32, SIZE_BYTES = 32, BLOCK = 1024, TROUBLE = 2 };

struct entry {
	char *name, *path;
	struct stat st;
	char *target; /* of a link */
};

struct list {
	struct entry *v;
	size_t n, room;
};

static bool all, almost_all, long_form, numbers, one, itself, recursive, mark, mark_directories;
static bool inodes, human, backwards, columns;
static int sort_by = 'n'; /* name; t, S, U */
static bool printed;	  /* something: a blank line goes before the next directory */

/* --- gathering --- */

static bool add(struct list *l, const char *path, const char *name)
{
	struct entry e = { 0 };
	bool follow = !long_form && !itself && path == name; /* named on the command line */

	if ((follow ? stat : lstat)(path, &e.st) != 0 && (!follow || lstat(path, &e.st) != 0)) {
		tool_warn_errno("%s", path);
		if (path == name)
			tool_status = TROUBLE;
		return false;
	}
	e.name = tool_must(strdup(name));
	e.path = tool_must(strdup(path));
	if (long_form && S_ISLNK(e.st.st_mode)) {
		char target[PATH_MAX];
		ssize_t n = readlink(path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		e.target = tool_must(strdup(target));
	}
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 32;
		l->v = tool_must(realloc(l->v, l->room * sizeof(*l->v)));
	}
	l->v[l->n++] = e;
	return true;
}

static void drop(struct list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].path);
		free(l->v[i].target);
	}
	free(l->v);
}

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool read_directory(struct list *l, const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	if (!d) {
		tool_warn_errno("%s", path);
		return false;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' && !all && (!almost_all || is_dot(e->d_name)))
			continue;
		char *full = tool_join(path, e->d_name);
		add(l, full, e->d_name);
		free(full);
	}
	closedir(d);
	return true;
}

/* --- order --- */

static int compare_times(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? (a->tv_sec < b->tv_sec) - (a->tv_sec > b->tv_sec) :
					(a->tv_nsec < b->tv_nsec) - (a->tv_nsec > b->tv_nsec);
}

static int compare(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int by = 0;

	if (sort_by == 't')
		by = compare_times(&a->st.st_mtim, &b->st.st_mtim);
	if (sort_by == 'S')
		by = (a->st.st_size < b->st.st_size) - (a->st.st_size > b->st.st_size);
	if (!by)
		by = strcmp(a->name, b->name);
	return backwards ? -by : by;
}

static void sort(struct list *l)
{
	if (sort_by != 'U')
		qsort(l->v, l->n, sizeof(*l->v), compare);
}

/* --- output --- */

static const char *type_mark(mode_t mode)
{
	if (S_ISDIR(mode) && (mark || mark_directories))
		return "/";
	if (!mark)
		return "";
	if (S_ISLNK(mode))
		return "@";
	if (S_ISFIFO(mode))
		return "|";
	if (S_ISSOCK(mode))
		return "=";
	return S_ISREG(mode) && (mode & 0111) ? "*" : "";
}

static void size_text(const struct stat *st, char *text)
{
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		snprintf(text, SIZE_BYTES, "%u, %u", major(st->st_rdev), minor(st->st_rdev));
	else if (human)
		tool_human_size(st->st_size, text, SIZE_BYTES);
	else
		snprintf(text, SIZE_BYTES, "%ld", st->st_size);
}

static void time_text(time_t t, char *text)
{
	time_t now = time(NULL);
	bool recent = t <= now && t > now - HALF_YEAR_S;

	strftime(text, TIME_BYTES, recent ? "%b %e %H:%M" : "%b %e  %Y", localtime(&t));
}

static const char *owner(uid_t uid)
{
	static char text[16];

	if (!numbers)
		return tool_user_name(uid);
	snprintf(text, sizeof(text), "%u", uid);
	return text;
}

static const char *group(gid_t gid)
{
	static char text[16];

	if (!numbers)
		return tool_group_name(gid);
	snprintf(text, sizeof(text), "%u", gid);
	return text;
}

struct widths {
	int inode, links, owner, group, size;
};

static void widen(int *width, int n)
{
	if (n > *width)
		*width = n;
}

static struct widths measure(const struct list *l)
{
	struct widths w = { 0 };
	char text[SIZE_BYTES];

	for (size_t i = 0; i < l->n; i++) {
		const struct stat *st = &l->v[i].st;
		widen(&w.inode, snprintf(NULL, 0, "%lu", st->st_ino));
		widen(&w.links, snprintf(NULL, 0, "%lu", st->st_nlink));
		widen(&w.owner, strlen(owner(st->st_uid)));
		widen(&w.group, strlen(group(st->st_gid)));
		size_text(st, text);
		widen(&w.size, strlen(text));
	}
	return w;
}

static void print_long(const struct entry *e, const struct widths *w)
{
	char mode[11], size[SIZE_BYTES], when[TIME_BYTES];

	tool_mode_text(e->st.st_mode, mode);
	size_text(&e->st, size);
	time_text(e->st.st_mtim.tv_sec, when);
	if (inodes)
		printf("%*lu ", w->inode, e->st.st_ino);
	printf("%s %*lu %-*s ", mode, w->links, e->st.st_nlink, w->owner, owner(e->st.st_uid));
	printf("%-*s %*s %s %s", w->group, group(e->st.st_gid), w->size, size, when, e->name);
	if (e->target)
		printf(" -> %s\n", e->target);
	else
		printf("%s\n", type_mark(e->st.st_mode));
}

static void print_short(const struct entry *e, const struct widths *w)
{
	if (inodes)
		printf("%*lu ", w->inode, e->st.st_ino);
	printf("%s%s", e->name, type_mark(e->st.st_mode));
}

static size_t screen_width(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : DEFAULT_COLUMNS;
}

/* Names go down the columns, all of which are as wide as the longest name. */
static void print_columns(const struct list *l, const struct widths *w)
{
	size_t width = 0, gap = 2 + (inodes ? w->inode + 1 : 0) + mark;

	for (size_t i = 0; i < l->n; i++)
		if (strlen(l->v[i].name) + gap > width)
			width = strlen(l->v[i].name) + gap;
	size_t per_row = width ? screen_width() / width : 1;
	per_row = per_row ? per_row : 1;
	size_t rows = (l->n + per_row - 1) / per_row;
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < l->n; i += rows) {
			const struct entry *e = &l->v[i];
			print_short(e, w);
			size_t used = strlen(e->name) + strlen(type_mark(e->st.st_mode)) + (inodes ? w->inode + 1 : 0);
			if (i + rows < l->n)
				printf("%*s", (int)(width - used), "");
		}
		putchar('\n');
	}
}

static void print(const struct list *l)
{
	struct widths w = measure(l);

	if (columns && !long_form) {
		print_columns(l, &w);
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (long_form) {
			print_long(&l->v[i], &w);
		} else {
			print_short(&l->v[i], &w);
			putchar('\n');
		}
	}
}

/* --- directories --- */

static void list_directory(const char *path, bool with_name)
{
	struct list l = { 0 };
	long blocks = 0;

	if (!read_directory(&l, path))
		return;
	sort(&l);
	if (with_name)
		printf("%s%s:\n", printed ? "\n" : "", path);
	printed = true;
	for (size_t i = 0; i < l.n; i++)
		blocks += l.v[i].st.st_blocks;
	if (long_form)
		printf("total %ld\n", blocks * 512 / BLOCK);
	print(&l);
	for (size_t i = 0; recursive && i < l.n; i++)
		if (S_ISDIR(l.v[i].st.st_mode) && !is_dot(l.v[i].name))
			list_directory(l.v[i].path, true);
	drop(&l);
}

static void list_all(char **names, int n)
{
	struct list files = { 0 }, dirs = { 0 };

	for (int i = 0; i < n; i++) {
		struct stat st;
		bool is_dir = !itself && (long_form && lstat(names[i], &st) == 0 && S_ISLNK(st.st_mode) ? false :
					  stat(names[i], &st) == 0 && S_ISDIR(st.st_mode));
		add(is_dir ? &dirs : &files, names[i], names[i]);
	}
	sort(&files);
	sort(&dirs);
	print(&files);
	printed = files.n > 0;
	for (size_t i = 0; i < dirs.n; i++)
		list_directory(dirs.v[i].path, recursive || n > 1);
	drop(&files);
	drop(&dirs);
}

int main(int argc, char **argv)
{
	static char *here[] = { "." };
	int c;

	tool_start(argc, argv, "ls [-aAdFhilnprRStU1] [FILE...]");
	columns = isatty(STDOUT_FILENO);
	while ((c = getopt(argc, argv, "aAdCFhilnprRStU1")) != -1) {
		if (c == '?')
			tool_usage();
		all |= c == 'a';
		almost_all |= c == 'A';
		itself |= c == 'd';
		mark |= c == 'F';
		mark_directories |= c == 'p';
		human |= c == 'h';
		inodes |= c == 'i';
		long_form |= c == 'l' || c == 'n';
		numbers |= c == 'n';
		backwards |= c == 'r';
		recursive |= c == 'R';
		one |= c == '1';
		columns |= c == 'C';
		if (strchr("StU", c))
			sort_by = c;
	}
	columns &= !one;
	if (argv[optind])
		list_all(argv + optind, argc - optind);
	else
		list_all(here, 1);
	return tool_finish();
}
