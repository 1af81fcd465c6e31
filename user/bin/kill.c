// SPDX-License-Identifier: MIT
/*
 * kill: sends a signal to processes. The shell's own knows jobs, too.
 *
 * Linux     POSIX.1-2017, kill
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/signame.h"
#include "user/lib/tool.h"

enum { BY_SIGNAL = 128 };

static int parse_signal(const char *s)
{
	int sig = strcmp(s, "0") == 0 ? 0 : signal_number(s);

	if (sig < 0)
		tool_die("%s: no such signal", s);
	return sig;
}

/* All names, or the names of these numbers (or exit statuses), or the numbers of these names. */
static void list(char **args)
{
	if (!*args)
		for (int sig = 1; sigabbrev_np(sig); sig++)
			printf("%s%c", signal_name(sig), sigabbrev_np(sig + 1) ? ' ' : '\n');
	for (; *args; args++) {
		char *end;
		long n = strtol(*args, &end, 10);
		if (*end)
			printf("%d\n", parse_signal(*args));
		else
			puts(signal_name(n > BY_SIGNAL ? n - BY_SIGNAL : n));
	}
}

int main(int argc, char **argv)
{
	int sig = SIGTERM, i = 1;

	tool_start(argc, argv, "kill [-s SIGNAL | -SIGNAL] PID... | kill -l [SIGNAL...]");
	if (argc > 1 && strcmp(argv[1], "-l") == 0) {
		list(argv + 2);
		return tool_finish();
	}
	if (argc > 2 && strcmp(argv[1], "-s") == 0) {
		sig = parse_signal(argv[2]);
		i = 3;
	} else if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--") != 0) {
		sig = parse_signal(argv[1] + 1);
		i = 2;
	}
	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i == argc)
		tool_usage();
	for (; i < argc; i++) {
		char *end;
		long pid = strtol(argv[i], &end, 10);

		if (!*argv[i] || *end)
			tool_warn("%s: not a process id", argv[i]);
		else if (kill(pid, sig) != 0)
			tool_warn_errno("%s", argv[i]);
	}
	return tool_finish();
}
