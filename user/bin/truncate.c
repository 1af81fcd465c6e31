// SPDX-License-Identifier: MIT
/*
 * truncate: gives files a length; -s with + or - changes it by so much. What is not there is made, but with -c.
 *
 * Linux     truncate(1)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	const char *text = NULL;
	bool creates = true;
	struct stat st;
	int c;

	tool_start(argc, argv, "truncate [-c] -s SIZE FILE...");
	while ((c = getopt(argc, argv, "cs:")) != -1) {
		if (c == '?')
			tool_usage();
		creates &= c != 'c';
		text = c == 's' ? optarg : text;
	}
	if (!text || !argv[optind])
		tool_usage();
	char sign = *text == '+' || *text == '-' ? *text++ : 0;
	long size = tool_parse_size(text);
	if (size < 0)
		tool_die("Invalid number: '%s'", text);
	for (; argv[optind]; optind++) {
		int fd = open(argv[optind], O_WRONLY | O_NONBLOCK | (creates ? O_CREAT : 0), 0666);
		if (fd < 0 && !creates && errno == ENOENT)
			continue;
		if (fd < 0 || fstat(fd, &st) != 0) {
			tool_warn_errno("cannot open '%s' for writing", argv[optind]);
			continue;
		}
		long to = sign == '+' ? st.st_size + size : sign == '-' ? st.st_size - size : size;
		if (ftruncate(fd, to < 0 ? 0 : to) != 0)
			tool_warn_errno("failed to truncate '%s'", argv[optind]);
		close(fd);
	}
	return tool_finish();
}
