// SPDX-License-Identifier: MIT
/*
 * nproc: how many processors this process may use; with --all how many there are.
 *
 * Linux     nproc(1)
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	bool all = argc == 2 && strcmp(argv[1], "--all") == 0;
	cpu_set_t set;

	tool_start(argc, argv, "nproc [--all]");
	if (argc > 1 && !all)
		tool_usage();
	if (all || sched_getaffinity(0, sizeof(set), &set) < 0)
		printf("%ld\n", sysconf(_SC_NPROCESSORS_CONF));
	else
		printf("%d\n", CPU_COUNT(&set));
	return tool_finish();
}
