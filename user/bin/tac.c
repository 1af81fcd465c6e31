// SPDX-License-Identifier: MIT
/*
 * tac: the lines of files, the last first.
 *
 * Linux     tac(1)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

static void reverse(FILE *f)
{
	char **lines = NULL, *line = NULL;
	size_t *lengths = NULL, n = 0, room = 0, size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, f)) > 0) {
		if (n == room) {
			room = room ? 2 * room : 64;
			lines = tool_must(realloc(lines, room * sizeof(*lines)));
			lengths = tool_must(realloc(lengths, room * sizeof(*lengths)));
		}
		lines[n] = line;
		lengths[n++] = len;
		line = NULL;
		size = 0;
	}
	while (n--) {
		fwrite(lines[n], 1, lengths[n], stdout);
		free(lines[n]);
	}
	free(line);
	free(lines);
	free(lengths);
}

int main(int argc, char **argv)
{
	tool_start(argc, argv, "tac [FILE...]");
	tool_each_input(argv + 1, reverse);
	return tool_finish();
}
