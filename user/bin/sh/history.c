// SPDX-License-Identifier: MIT
/*
 * history: the lines that were typed.
 *
 * Promise   the newest MAX_LINES; neither empty lines nor the same one twice in a row
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

enum { MAX_LINES = 500 };

static char *lines[MAX_LINES];
static int count, forgotten;

void history_add(const char *line)
{
	size_t len = strcspn(line, "\n");

	if (strspn(line, " \t\n") == strlen(line))
		return;
	if (count && strlen(lines[count - 1]) == len && strncmp(lines[count - 1], line, len) == 0)
		return;
	if (count == MAX_LINES) {
		free(lines[0]);
		memmove(lines, lines + 1, --count * sizeof(*lines));
		forgotten++;
	}
	lines[count++] = must(strndup(line, len));
}

int history_count(void)
{
	return count;
}

const char *history_get(int i)
{
	return lines[i];
}

int cmd_history(int argc, char **argv)
{
	for (int i = 0; i < count; i++)
		printf("%5d  %s\n", forgotten + i + 1, lines[i]);
	return 0;
}
