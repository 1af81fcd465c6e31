// SPDX-License-Identifier: MIT
/*
 * uname: the name of the system.
 *
 * Linux     uname(1)
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	static const char letters[] = "snrvmpio";
	unsigned wanted = 0;
	struct utsname u;
	int c;

	tool_start(argc, argv, "uname [-asnrvmo]");
	while ((c = getopt(argc, argv, "asnrvmpio")) != -1) {
		if (c == '?')
			tool_usage();
		/* -a leaves out what is not known: -p and -i */
		wanted |= c == 'a' ? 0x9f : 1u << (strchr(letters, c) - letters);
	}
	if (uname(&u) != 0)
		tool_die_errno("uname");
	const char *values[] = { u.sysname, u.nodename, u.release, u.version, u.machine, "unknown", "unknown",
		"GNU/Linux" };
	if (!wanted)
		wanted = 1;
	for (int i = 0; letters[i]; i++)
		if (wanted >> i & 1)
			printf("%s%c", values[i], wanted >> (i + 1) ? ' ' : '\n');
	return tool_finish();
}
