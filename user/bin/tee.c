// SPDX-License-Identifier: MIT
/*
 * tee: copies standard input to standard output and into files.
 *
 * Linux     POSIX.1-2017, tee
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { BUF_BYTES = 65536 };

static char buf[BUF_BYTES];

static bool write_all(int fd, const char *from, size_t n)
{
	while (n) {
		ssize_t done = write(fd, from, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		from += done;
		n -= done;
	}
	return true;
}

int main(int argc, char **argv)
{
	int c, flags = O_WRONLY | O_CREAT | O_TRUNC;
	ssize_t n;

	tool_start(argc, argv, "tee [-ai] [FILE...]");
	while ((c = getopt(argc, argv, "ai")) != -1) {
		if (c == 'a')
			flags = O_WRONLY | O_CREAT | O_APPEND;
		else if (c == 'i')
			signal(SIGINT, SIG_IGN);
		else
			tool_usage();
	}
	int nr = argc - optind + 1;
	int *fds = tool_must(malloc(nr * sizeof(*fds)));
	const char **names = tool_must(malloc(nr * sizeof(*names)));
	fds[0] = STDOUT_FILENO;
	names[0] = "standard output";
	for (int i = 1; i < nr; i++) {
		names[i] = argv[optind + i - 1];
		fds[i] = open(names[i], flags, 0666);
		if (fds[i] < 0)
			tool_warn_errno("%s", names[i]);
	}
	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			tool_die_errno("standard input");
		for (int i = 0; i < nr; i++)
			if (fds[i] >= 0 && !write_all(fds[i], buf, n)) {
				tool_warn_errno("%s", names[i]);
				fds[i] = -1; /* the others go on */
			}
	}
	return tool_status;
}
