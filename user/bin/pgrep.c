// SPDX-License-Identifier: MIT
/*
 * pgrep: the ids of processes by name; -l the names, too, -a the command lines, -c only how many.
 *
 * Linux     pgrep(1)
 */
#include <stdio.h>
#include "user/lib/pgrep.h"
#include "user/lib/proc.h"
#include "user/lib/tool.h"

static bool with_name, with_args, counts;
static int count;

static void take(int option)
{
	with_name |= option == 'l';
	with_args |= option == 'a';
	counts |= option == 'c';
}

static void tell(int pid, const char *name)
{
	static struct proc p;

	count++;
	if (counts)
		return;
	if (with_args && proc_read(&p, pid))
		printf("%d %s\n", pid, p.args);
	else if (with_name)
		printf("%d %s\n", pid, name);
	else
		printf("%d\n", pid);
}

int main(int argc, char **argv)
{
	tool_start(argc, argv, "pgrep [-acflnovx] [-g PGID] [-P PPID] [-s SID] [-u USER] [PATTERN]");
	int status = pgrep_run(argc, argv, "acl", take, tell);
	if (counts)
		printf("%d\n", count);
	return tool_finish() ? tool_status : status;
}
