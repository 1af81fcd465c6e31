// SPDX-License-Identifier: MIT
/*
 * du: how much room trees of files take.
 *
 * Promise   a file with several names counts once. -s only the sum of each operand, -a files too, -h readable, -k
 *           (and without) in KiB, -b the length in bytes, -c a total, -d levels deep.
 * Linux     POSIX.1-2017, du; du(1)
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { BLOCK = 512, KIB = 1024, SIZE_BYTES = 24 };

struct seen {
	dev_t dev;
	ino_t ino;
};

static bool human, files_too, lengths;
static int depth = INT_MAX;
static struct seen *seen;
static size_t nr_seen, room_seen;

static bool is_new(const struct stat *st)
{
	if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
		return true;
	for (size_t i = 0; i < nr_seen; i++)
		if (seen[i].dev == st->st_dev && seen[i].ino == st->st_ino)
			return false;
	if (nr_seen == room_seen) {
		room_seen = room_seen ? 2 * room_seen : 64;
		seen = tool_must(realloc(seen, room_seen * sizeof(*seen)));
	}
	seen[nr_seen++] = (struct seen){ st->st_dev, st->st_ino };
	return true;
}

static void print(unsigned long bytes, const char *path)
{
	char text[SIZE_BYTES];

	if (human)
		tool_human_size(bytes, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "%lu", lengths ? bytes : (bytes + KIB - 1) / KIB);
	printf("%s\t%s\n", text, path);
}

static unsigned long measure(const char *path, int level)
{
	unsigned long sum;
	struct dirent *e;
	struct stat st;

	if (lstat(path, &st) != 0) {
		tool_warn_errno("cannot access '%s'", path);
		return 0;
	}
	if (!is_new(&st))
		return 0;
	sum = lengths ? st.st_size : st.st_blocks * BLOCK;
	DIR *d = S_ISDIR(st.st_mode) ? opendir(path) : NULL;
	if (S_ISDIR(st.st_mode) && !d)
		tool_warn_errno("cannot read directory '%s'", path);
	while (d && (e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		char *child = tool_join(path, e->d_name);
		sum += measure(child, level + 1);
		free(child);
	}
	if (d)
		closedir(d);
	if (level <= depth && (level == 0 || files_too || S_ISDIR(st.st_mode)))
		print(sum, path);
	return sum;
}

int main(int argc, char **argv)
{
	static char *here[] = { ".", NULL };
	unsigned long total = 0;
	bool tells_total = false;
	int c;

	tool_start(argc, argv, "du [-abchks] [-d DEPTH] [FILE...]");
	while ((c = getopt(argc, argv, "abchksd:")) != -1) {
		if (c == '?')
			tool_usage();
		files_too |= c == 'a';
		lengths |= c == 'b';
		tells_total |= c == 'c';
		human = c == 'h' || (human && c != 'b');
		if (c == 's' || c == 'd')
			depth = c == 's' ? 0 : (int)tool_number(optarg);
	}
	for (char **path = argv[optind] ? argv + optind : here; *path; path++)
		total += measure(*path, 0);
	if (tells_total)
		print(total, "total");
	return tool_finish();
}
