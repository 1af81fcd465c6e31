// SPDX-License-Identifier: MIT
/*
 * pkill: sends a signal to processes by name.
 *
 * Linux     pkill(1)
 */
#include <signal.h>
#include <stdio.h>
#include "user/bin/signame.h"
#include "user/lib/pgrep.h"
#include "user/lib/tool.h"

static int sig = SIGTERM;
static bool tells;

static void take(int option)
{
	tells |= option == 'e';
}

static void send(int pid, const char *name)
{
	if (kill(pid, sig) != 0)
		tool_warn_errno("killing pid %d failed", pid);
	else if (tells)
		printf("%s killed (pid %d)\n", name, pid);
}

int main(int argc, char **argv)
{
	tool_start(argc, argv, "pkill [-SIGNAL] [-efnovx] [-g PGID] [-P PPID] [-s SID] [-u USER] [PATTERN]");
	if (argc > 1 && argv[1][0] == '-' && signal_number(argv[1] + 1) >= 0) {
		sig = signal_number(argv[1] + 1);
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	return pgrep_run(argc, argv, "e", take, send);
}
