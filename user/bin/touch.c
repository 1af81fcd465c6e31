// SPDX-License-Identifier: MIT
/*
 * touch: sets the times of files, and makes those that are not there.
 *
 * Promise   -d takes @SECONDS or YYYY-MM-DD[ HH:MM[:SS]], in local time; -r takes the times of another file
 * Linux     POSIX.1-2017, touch
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

static struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };

static void take_reference(const char *name)
{
	struct stat st;

	if (stat(name, &st) != 0)
		tool_die_errno("%s", name);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
}

static void take_date(const char *text)
{
	time_t when;

	if (!tool_parse_date(text, &when))
		tool_die("%s: not a date", text);
	times[0] = times[1] = (struct timespec){ .tv_sec = when };
}

int main(int argc, char **argv)
{
	bool creates = true, access = false, modification = false;
	int c;

	tool_start(argc, argv, "touch [-acm] [-d DATE | -r FILE] FILE...");
	while ((c = getopt(argc, argv, "acmd:r:")) != -1) {
		if (c == '?')
			tool_usage();
		if (c == 'd')
			take_date(optarg);
		if (c == 'r')
			take_reference(optarg);
		creates &= c != 'c';
		access |= c == 'a';
		modification |= c == 'm';
	}
	if (!argv[optind])
		tool_usage();
	if (access != modification)
		times[access].tv_nsec = UTIME_OMIT;
	for (; argv[optind]; optind++) {
		const char *name = argv[optind];

		if (utimensat(AT_FDCWD, name, times, 0) == 0)
			continue;
		int fd = errno == ENOENT && creates ? open(name, O_WRONLY | O_CREAT | O_NONBLOCK, 0666) : -1;
		if (fd >= 0 && futimens(fd, times) == 0)
			close(fd);
		else if (creates || errno != ENOENT)
			tool_warn_errno("%s", name);
	}
	return tool_finish();
}
