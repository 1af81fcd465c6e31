// SPDX-License-Identifier: MIT
/*
 * timeout: runs a command, but not for ever.
 *
 * Promise   status 124 when the time was up (with -k KILL comes so much later), else the command's own
 * Linux     timeout(1)
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "user/bin/signame.h"
#include "user/lib/tool.h"

enum { TIMED_OUT = 124, NOT_EXECUTABLE = 126, NOT_FOUND = 127, BY_SIGNAL = 128 };

static int status_of(int status)
{
	return WIFSIGNALED(status) ? BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* False: the time was up. */
static bool wait_for(pid_t pid, const sigset_t *chld, const struct timespec *time, int *status)
{
	struct timespec end, now, left;
	bool for_ever = !time->tv_sec && !time->tv_nsec;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += time->tv_sec;
	end.tv_nsec += time->tv_nsec;
	for (;;) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		clock_gettime(CLOCK_MONOTONIC, &now);
		long ns = (end.tv_sec - now.tv_sec) * 1000000000 + end.tv_nsec - now.tv_nsec;
		if (ns <= 0 && !for_ever)
			return false;
		left = (struct timespec){ ns / 1000000000, ns % 1000000000 };
		sigtimedwait(chld, NULL, for_ever ? NULL : &left);
	}
}

int main(int argc, char **argv)
{
	struct timespec time, kill_after = { 0 };
	int sig = SIGTERM, c, status;
	bool preserves = false;
	sigset_t chld, before;

	tool_start(argc, argv, "timeout [-s SIGNAL] [-k TIME] TIME COMMAND [ARGUMENT...]");
	while ((c = getopt(argc, argv, "+k:s:")) != -1) {
		if (c == '?' || (c == 'k' && tool_parse_time(optarg, &kill_after) != 0))
			tool_usage();
		if (c == 's' && (sig = signal_number(optarg)) < 0)
			tool_die("%s: no such signal", optarg);
	}
	if (argc - optind < 2 || tool_parse_time(argv[optind], &time) != 0)
		tool_usage();
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &before);
	pid_t pid = fork();
	if (pid < 0)
		tool_die_errno("fork");
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		execvp(argv[optind + 1], argv + optind + 1);
		int why = errno;
		tool_warn_errno("failed to run command '%s'", argv[optind + 1]);
		_exit(why == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
	}
	if (wait_for(pid, &chld, &time, &status))
		return status_of(status);
	kill(pid, sig);
	kill(pid, SIGCONT);
	if ((kill_after.tv_sec || kill_after.tv_nsec) && !wait_for(pid, &chld, &kill_after, &status)) {
		kill(pid, SIGKILL);
		preserves = true;
	}
	wait_for(pid, &chld, &(struct timespec){ 0 }, &status);
	return preserves || sig == SIGKILL ? BY_SIGNAL + SIGKILL : TIMED_OUT;
}
