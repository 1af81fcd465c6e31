// SPDX-License-Identifier: MIT
/*
 * cut: parts of every line: bytes, or fields between delimiters.
 *
 * Linux     POSIX.1-2017, cut; characters are bytes here
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { MAX_RANGES = 64 };

struct range {
	unsigned long from, to;
};

static struct range ranges[MAX_RANGES];
static int nr_ranges;

static void parse_list(char *list)
{
	for (char *part; (part = strsep(&list, ", "));) {
		char *dash = strchr(part, '-');

		if (nr_ranges == MAX_RANGES)
			tool_die("too many ranges");
		if (dash)
			*dash = '\0';
		struct range r = { *part ? tool_number(part) : 1, ~0ul };
		if (!dash)
			r.to = r.from;
		else if (dash[1])
			r.to = tool_number(dash + 1);
		else if (!*part)
			tool_die("a range needs an end");
		if (!r.from || r.to < r.from)
			tool_die("%s: not a range", part);
		ranges[nr_ranges++] = r;
	}
}

static bool is_wanted(unsigned long n)
{
	for (int i = 0; i < nr_ranges; i++)
		if (n >= ranges[i].from && n <= ranges[i].to)
			return true;
	return false;
}

static void cut_bytes(const char *line)
{
	for (unsigned long i = 0; line[i]; i++)
		if (is_wanted(i + 1))
			putchar(line[i]);
	putchar('\n');
}

static void cut_fields(char *line, char delimiter, bool only_delimited)
{
	char separator[] = { delimiter, '\0' };
	bool first = true;

	if (!strchr(line, delimiter)) {
		if (!only_delimited)
			puts(line);
		return;
	}
	char *field;
	for (unsigned long n = 1; (field = strsep(&line, separator)); n++) {
		if (!is_wanted(n))
			continue;
		printf("%s%s", first ? "" : separator, field);
		first = false;
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	char delimiter = '\t', *line = NULL;
	bool fields = false, only_delimited = false;
	size_t size = 0;
	ssize_t len;
	int c;

	tool_start(argc, argv, "cut -b LIST | -c LIST | -f LIST [-d CHARACTER] [-s] [FILE...]");
	while ((c = getopt(argc, argv, "b:c:f:d:sn")) != -1) {
		if (c == 'd')
			delimiter = *optarg;
		else if (c == 's')
			only_delimited = true;
		else if (c == '?')
			tool_usage();
		else if (c != 'n') {
			fields = c == 'f';
			parse_list(optarg);
		}
	}
	if (!nr_ranges)
		tool_usage();
	do {
		const char *name = argv[optind];
		FILE *f = !name || strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

		if (!f) {
			tool_warn_errno("%s", name);
			continue;
		}
		while ((len = getline(&line, &size, f)) > 0) {
			line[len - (line[len - 1] == '\n')] = '\0';
			if (fields)
				cut_fields(line, delimiter, only_delimited);
			else
				cut_bytes(line);
		}
		if (f != stdin)
			fclose(f);
	} while (argv[optind] && argv[++optind]);
	return tool_finish();
}
