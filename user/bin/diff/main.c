// SPDX-License-Identifier: MIT
/*
 * diff: how two files differ, line by line.
 *
 * Promise   the plain form, or with -u the unified one with three lines around; -q tells only that they differ, -r
 *           compares directories. Status 0: the same, 1: they differ, 2: trouble. The difference is the
 *           shortest there is, but of several equally short ones it may be another than GNU's.
 * Linux     POSIX.1-2017, diff
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "user/bin/diff/diff.h"
#include "user/lib/tool.h"

enum { DIFFERENT = 1, TROUBLE = 2, CONTEXT = 3, HASH_START = 5381, HASH_BY = 33 };

static bool unified, brief, recursive;

/* --- reading --- */

static struct text read_text(const char *name)
{
	struct text t = { 0 };
	char *line = NULL;
	size_t size = 0, room = 0;
	ssize_t len;
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	if (!f) {
		tool_warn_errno("%s", name);
		tool_finish();
		exit(TROUBLE);
	}
	while ((len = getline(&line, &size, f)) > 0) {
		if (t.n == room) {
			room = room ? 2 * room : 256;
			t.lines = tool_must(realloc(t.lines, room * sizeof(*t.lines)));
		}
		t.no_newline = line[len - 1] != '\n';
		unsigned hash = HASH_START;
		for (ssize_t i = 0; i < len; i++)
			hash = hash * HASH_BY + (unsigned char)line[i];
		t.lines[t.n++] = (struct line){ .s = line, .len = len, .hash = hash };
		line = NULL;
		size = 0;
	}
	free(line);
	if (f != stdin)
		fclose(f);
	return t;
}

static void free_text(struct text *t)
{
	for (size_t i = 0; i < t->n; i++)
		free((char *)t->lines[i].s);
	free(t->lines);
}

/* --- printing --- */

static void print_line(const char *mark, const struct line *l)
{
	fputs(mark, stdout);
	fwrite(l->s, 1, l->len, stdout);
	if (l->s[l->len - 1] != '\n')
		puts("\n\\ No newline at end of file");
}

static void print_range(size_t from, size_t to)
{
	if (to > from + 1)
		printf("%zu,%zu", from + 1, to);
	else
		printf("%zu", to > from ? to : from);
}

/* Lines x0 to x1 of a became y0 to y1 of b. */
static void print_plain(const struct text *a, const struct text *b, size_t x0, size_t x1, size_t y0, size_t y1)
{
	print_range(x0, x1);
	putchar(x0 == x1 ? 'a' : y0 == y1 ? 'd' : 'c');
	print_range(y0, y1);
	putchar('\n');
	for (; x0 < x1; x0++)
		print_line("< ", &a->lines[x0]);
	if (x1 && y0 < y1 && a->lines[x1 - 1].changed)
		puts("---");
	for (; y0 < y1; y0++)
		print_line("> ", &b->lines[y0]);
}

static void plain(const struct text *a, const struct text *b)
{
	for (size_t x = 0, y = 0; x < a->n || y < b->n;) {
		size_t x0 = x, y0 = y;
		while (x < a->n && a->lines[x].changed)
			x++;
		while (y < b->n && b->lines[y].changed)
			y++;
		if (x > x0 || y > y0)
			print_plain(a, b, x0, x, y0, y);
		else
			x++, y++;
	}
}

static void print_name(const char *mark, const char *name)
{
	char date[32] = "";
	struct stat st;
	struct tm tm;

	if (strcmp(name, "-") == 0 || stat(name, &st) != 0)
		clock_gettime(CLOCK_REALTIME, &st.st_mtim);
	localtime_r(&st.st_mtim.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	long east = tm.tm_gmtoff / 60;
	printf("%s %s\t%s.%09ld %c%02ld%02ld\n", mark, name, date, (long)st.st_mtim.tv_nsec, east < 0 ? '-' : '+',
		labs(east) / 60, labs(east) % 60);
}

static void unified_range(char sign, size_t from, size_t to)
{
	if (to == from + 1)
		printf("%c%zu", sign, to);
	else
		printf("%c%zu,%zu", sign, to > from ? from + 1 : from, to - from);
}

static void print_hunk(const struct text *a, const struct text *b, size_t x, size_t x1, size_t y, size_t y1)
{
	fputs("@@ ", stdout);
	unified_range('-', x, x1);
	putchar(' ');
	unified_range('+', y, y1);
	puts(" @@");
	while (x < x1 || y < y1) {
		if (x < x1 && a->lines[x].changed) {
			print_line("-", &a->lines[x++]);
		} else if (y < y1 && b->lines[y].changed) {
			print_line("+", &b->lines[y++]);
		} else {
			print_line(" ", &a->lines[x++]);
			y++;
		}
	}
}

static void print_unified(const struct text *a, const struct text *b, const char *x_name, const char *y_name)
{
	size_t x = 0, y = 0;

	print_name("---", x_name);
	print_name("+++", y_name);
	for (;;) {
		while (x < a->n && y < b->n && !a->lines[x].changed && !b->lines[y].changed)
			x++, y++;
		if (x == a->n && y == b->n)
			return;
		size_t back = x < CONTEXT ? x : CONTEXT, x0 = x - back, y0 = y - back, same = 0;
		/* On to where more lines are the same than two hunks would show around them. */
		while ((x < a->n || y < b->n) && same <= 2 * CONTEXT) {
			bool gone = x < a->n && a->lines[x].changed, new = y < b->n && b->lines[y].changed;
			same = gone || new ? 0 : same + 1;
			x += gone || !new;
			y += new || !gone;
		}
		size_t over = same > CONTEXT ? same - CONTEXT : 0;
		print_hunk(a, b, x0, x - over, y0, y - over);
	}
}

/* --- files and directories --- */

static bool diff_files(const char *x, const char *y)
{
	struct text a = read_text(x), b = read_text(y);
	bool differ = false;

	compare(&a, &b);
	for (size_t i = 0; i < a.n; i++)
		differ |= a.lines[i].changed;
	for (size_t i = 0; i < b.n; i++)
		differ |= b.lines[i].changed;
	if (differ && brief)
		printf("Files %s and %s differ\n", x, y);
	else if (differ && unified)
		print_unified(&a, &b, x, y);
	else if (differ)
		plain(&a, &b);
	free_text(&a);
	free_text(&b);
	return differ;
}

static bool diff_any(const char *x, const char *y, bool is_top);

static int not_dots(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static bool diff_directories(const char *x, const char *y)
{
	struct dirent **a, **b;
	int n = scandir(x, &a, not_dots, alphasort), m = scandir(y, &b, not_dots, alphasort), i = 0, j = 0;
	bool differ = false;

	if (n < 0 || m < 0)
		tool_die_errno("%s", n < 0 ? x : y);
	while (i < n || j < m) {
		int order = i == n ? 1 : j == m ? -1 : strcmp(a[i]->d_name, b[j]->d_name);
		if (order) {
			printf("Only in %s: %s\n", order < 0 ? x : y, order < 0 ? a[i]->d_name : b[j]->d_name);
			differ = true;
		} else {
			char *left = tool_join(x, a[i]->d_name), *right = tool_join(y, b[j]->d_name);
			differ |= diff_any(left, right, false);
			free(left);
			free(right);
		}
		if (order <= 0)
			free(a[i++]);
		if (order >= 0)
			free(b[j++]);
	}
	free(a);
	free(b);
	return differ;
}

static bool is_directory(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool diff_any(const char *x, const char *y, bool is_top)
{
	if (is_directory(x) && is_directory(y)) {
		if (is_top || recursive)
			return diff_directories(x, y);
		printf("Common subdirectories: %s and %s\n", x, y);
		return false;
	}
	bool differ = diff_files(x, y);
	return differ;
}

int main(int argc, char **argv)
{
	int c;

	tool_start(argc, argv, "diff [-qru] FROM TO");
	while ((c = getopt(argc, argv, "qru")) != -1) {
		if (c == '?')
			tool_usage();
		unified |= c == 'u';
		brief |= c == 'q';
		recursive |= c == 'r';
	}
	if (argc - optind != 2)
		tool_usage();
	char *x = argv[optind], *y = argv[optind + 1];
	if (is_directory(x) && !is_directory(y)) /* the file of the same name in it */
		x = tool_join(x, strrchr(y, '/') ? strrchr(y, '/') + 1 : y);
	else if (is_directory(y) && !is_directory(x))
		y = tool_join(y, strrchr(x, '/') ? strrchr(x, '/') + 1 : x);
	if (diff_any(x, y, true))
		tool_status = DIFFERENT;
	return tool_finish();
}
