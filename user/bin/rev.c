// SPDX-License-Identifier: MIT
/*
 * rev: each line backwards. Characters of UTF-8 stay whole.
 *
 * Linux     rev(1)
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/lib/tool.h"
#include "user/lib/utf8.h"

static void reverse(FILE *f)
{
	char *line = NULL;
	size_t size = 0, start;
	ssize_t len;

	while ((len = getline(&line, &size, f)) > 0) {
		bool ends = line[len - 1] == '\n';
		for (size_t end = len - ends; end; end = start) {
			start = end - 1;
			while (start && utf8_is_inside(line[start]))
				start--;
			fwrite(line + start, 1, end - start, stdout);
		}
		if (ends)
			putchar('\n');
	}
	free(line);
}

int main(int argc, char **argv)
{
	tool_start(argc, argv, "rev [FILE...]");
	tool_each_input(argv + 1, reverse);
	return tool_finish();
}
