// SPDX-License-Identifier: MIT
/*
 * head: the first lines of files, or the first bytes; -n -NUMBER all but the last.
 *
 * Linux     POSIX.1-2017, head; -c of head(1)
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { DEFAULT_LINES = 10 };

static void copy(FILE *f, unsigned long count, bool bytes)
{
	int c;

	while (count && (c = getc(f)) != EOF) {
		putchar(c);
		count -= bytes || c == '\n';
	}
}

/* All but the last lines or bytes: as much is kept back as may not be shown. */
static void copy_but(FILE *f, size_t count, bool bytes)
{
	char **kept = tool_must(calloc(count + 1, sizeof(*kept)));
	size_t *lengths = tool_must(calloc(count + 1, sizeof(*lengths)));
	size_t next = 0;

	for (;;) {
		char *piece = NULL;
		size_t size = 0;
		ssize_t len;
		if (bytes) {
			piece = tool_must(malloc(1));
			len = fread(piece, 1, 1, f);
		} else {
			len = getline(&piece, &size, f);
		}
		if (len <= 0) {
			free(piece);
			break;
		}
		kept[next] = piece;
		lengths[next] = len;
		next = (next + 1) % (count + 1);
		if (kept[next])
			fwrite(kept[next], 1, lengths[next], stdout);
		free(kept[next]);
		kept[next] = NULL;
	}
	for (size_t i = 0; i <= count; i++)
		free(kept[i]);
	free(kept);
	free(lengths);
}

/* The old way: -5. */
static bool is_count(const char *arg)
{
	return arg && arg[0] == '-' && isdigit((unsigned char)arg[1]);
}

int main(int argc, char **argv)
{
	long count = DEFAULT_LINES;
	bool bytes = false, but_last = false, quiet = false, names = false;
	int c;

	tool_start(argc, argv, "head [-qv] [-n LINES | -c BYTES] [FILE...]");
	if (is_count(argv[1])) {
		count = tool_number(argv[1] + 1);
		argv++;
		argc--;
	}
	while ((c = getopt(argc, argv, "n:c:qv")) != -1) {
		if (c == '?')
			tool_usage();
		quiet |= c == 'q';
		names |= c == 'v';
		if (c == 'q' || c == 'v')
			continue;
		bytes = c == 'c';
		but_last = *optarg == '-';
		count = tool_parse_size(optarg + but_last);
		if (count < 0)
			tool_die("%s: not a number", optarg);
	}
	int files = argc - optind;
	for (int i = 0; i < files || i == 0; i++) {
		const char *name = files ? argv[optind + i] : "-";
		FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

		if (!f) {
			tool_warn_errno("%s", name);
			continue;
		}
		if ((files > 1 || names) && !quiet)
			printf("%s==> %s <==\n", i ? "\n" : "", name);
		if (but_last)
			copy_but(f, count, bytes);
		else
			copy(f, count, bytes);
		if (ferror(f))
			tool_warn_errno("%s", name);
		if (f != stdin)
			fclose(f);
	}
	return tool_finish();
}
