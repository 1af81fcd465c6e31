// SPDX-License-Identifier: MIT
/*
 * time: runs a program and tells how long it took, and how long it had the CPU.
 *
 * Linux     POSIX.1-2017, time -p
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { CANNOT_RUN = 126, NOT_FOUND = 127, BY_SIGNAL = 128 };

static void print(const char *name, long sec, long usec)
{
	fprintf(stderr, "%s %ld.%02ld\n", name, sec, usec / 10000);
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	struct rusage usage;
	int status;

	tool_start(argc, argv, "time [-p] PROGRAM [ARGUMENT...]");
	if (argc > 1 && strcmp(argv[1], "-p") == 0)
		argv++;
	if (!argv[1])
		tool_usage();
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid_t pid = fork();
	if (pid < 0)
		tool_die_errno("fork");
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		status = errno == ENOENT ? NOT_FOUND : CANNOT_RUN;
		tool_warn_errno("%s", argv[1]);
		_exit(status);
	}
	while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	clock_gettime(CLOCK_MONOTONIC, &end);
	long ns = (end.tv_sec - start.tv_sec) * 1000000000l + end.tv_nsec - start.tv_nsec;
	print("real", ns / 1000000000l, ns % 1000000000l / 1000);
	print("user", usage.ru_utime.tv_sec, usage.ru_utime.tv_usec);
	print("sys", usage.ru_stime.tv_sec, usage.ru_stime.tv_usec);
	return WIFSIGNALED(status) ? BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}
