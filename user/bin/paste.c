// SPDX-License-Identifier: MIT
/*
 * paste: lines of several files side by side; with -s those of each file in one line.
 *
 * Linux     POSIX.1-2017, paste
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

static char *between = "\t"; /* characters, in turn; \0: none */
static size_t nr_between = 1;
static char *line;
static size_t size;

static FILE *open_file(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	if (!f)
		tool_die_errno("%s", name);
	return f;
}

static void put_between(size_t i)
{
	if (between[i % nr_between])
		putchar(between[i % nr_between]);
}

/* Without its newline; false: the file has ended. */
static bool put_line(FILE *f)
{
	ssize_t len = getline(&line, &size, f);

	if (len > 0)
		fwrite(line, 1, len - (line[len - 1] == '\n'), stdout);
	return len > 0;
}

static void one_by_one(char **names)
{
	for (; *names; names++) {
		FILE *f = open_file(*names);
		int c = getc(f);

		for (size_t i = 0; c != EOF; c = getc(f)) {
			ungetc(c, f);
			if (i)
				put_between(i - 1);
			put_line(f);
			i++;
		}
		putchar('\n');
		if (f != stdin)
			fclose(f);
	}
}

static void side_by_side(char **names, int n)
{
	FILE **files = tool_must(calloc(n, sizeof(*files)));
	bool any = true;

	for (int i = 0; i < n; i++)
		files[i] = open_file(names[i]);
	while (any) {
		any = false;
		for (int i = 0; i < n; i++) {
			int c = getc(files[i]);
			if (c == EOF)
				continue;
			ungetc(c, files[i]);
			any = true;
		}
		for (int i = 0; i < n && any; i++) {
			put_line(files[i]);
			if (i + 1 < n)
				put_between(i);
		}
		if (any)
			putchar('\n');
	}
	free(files);
}

static void set_between(const char *s)
{
	char *to = between = tool_must(malloc(strlen(s) + 1));

	while (*s) {
		char c = *s++;
		if (c == '\\' && *s) {
			c = *s++;
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == '0' ? '\0' : c;
		}
		*to++ = c;
	}
	nr_between = to - between;
	if (!nr_between) {
		between[0] = '\0';
		nr_between = 1;
	}
}

int main(int argc, char **argv)
{
	bool serial = false;
	int c;

	tool_start(argc, argv, "paste [-s] [-d CHARACTERS] FILE...");
	while ((c = getopt(argc, argv, "d:s")) != -1) {
		if (c == '?')
			tool_usage();
		if (c == 'd')
			set_between(optarg);
		serial |= c == 's';
	}
	char *standard[] = { "-", NULL }, **names = argv[optind] ? argv + optind : standard;
	int n = argv[optind] ? argc - optind : 1;
	if (serial)
		one_by_one(names);
	else
		side_by_side(names, n);
	return tool_finish();
}
