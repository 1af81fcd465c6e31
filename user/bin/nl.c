// SPDX-License-Identifier: MIT
/*
 * nl: numbers lines, all of them (-b a) or those that are not empty.
 *
 * Linux     POSIX.1-2017, nl; without sections
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { WIDTH = 6 };

static bool all;
static int width = WIDTH;
static const char *separator = "\t";
static unsigned long number = 1;

static void number_lines(FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, f)) > 0) {
		line[len - (line[len - 1] == '\n')] = '\0';
		if (*line || all)
			printf("%*lu%s%s\n", width, number++, separator, line);
		else
			printf("%*s\n", width + (int)strlen(separator), "");
	}
	free(line);
}

int main(int argc, char **argv)
{
	int c;

	tool_start(argc, argv, "nl [-b a | -b t] [-s SEPARATOR] [-v START] [-w WIDTH] [FILE...]");
	while ((c = getopt(argc, argv, "b:s:v:w:")) != -1) {
		if (c == '?')
			tool_usage();
		if (c == 'b')
			all = *optarg == 'a';
		else if (c == 's')
			separator = optarg;
		else if (c == 'v')
			number = tool_number(optarg);
		else
			width = tool_number(optarg);
	}
	tool_each_input(argv + optind, number_lines);
	return tool_finish();
}
