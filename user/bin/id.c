// SPDX-License-Identifier: MIT
/*
 * id: who the caller is.
 *
 * Linux     POSIX.1-2017, id
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

static int get_groups(gid_t **list)
{
	int n = getgroups(0, NULL);

	*list = tool_must(malloc((n + 1) * sizeof(**list)));
	return getgroups(n, *list);
}

static void print_user(const char *what, uid_t uid)
{
	printf("%s=%u(%s)", what, uid, tool_user_name(uid));
}

static void print_group(const char *what, gid_t gid)
{
	printf("%s%u(%s)", what, gid, tool_group_name(gid));
}

static void print_all(void)
{
	gid_t *list;
	int n = get_groups(&list);

	print_user("uid", getuid());
	print_group(" gid=", getgid());
	if (geteuid() != getuid())
		print_user(" euid", geteuid());
	if (getegid() != getgid())
		print_group(" egid=", getegid());
	print_group(" groups=", getegid());
	for (int i = 0; i < n; i++)
		if (list[i] != getegid())
			print_group(",", list[i]);
	putchar('\n');
}

static void print_groups(bool names)
{
	gid_t *list;
	int n = get_groups(&list);

	if (names)
		fputs(tool_group_name(getegid()), stdout);
	else
		printf("%u", getegid());
	for (int i = 0; i < n; i++) {
		if (list[i] == getegid())
			continue;
		if (names)
			printf(" %s", tool_group_name(list[i]));
		else
			printf(" %u", list[i]);
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	bool names = false, real = false;
	int c, what = 0;

	tool_start(argc, argv, "id [-u | -g | -G] [-nr]");
	while ((c = getopt(argc, argv, "ugGnr")) != -1) {
		if (c == 'n')
			names = true;
		else if (c == 'r')
			real = true;
		else if (c == '?')
			tool_usage();
		else
			what = c;
	}
	uid_t uid = real ? getuid() : geteuid();
	gid_t gid = real ? getgid() : getegid();
	if (what == 'G')
		print_groups(names);
	else if (!what)
		print_all();
	else if (names)
		puts(what == 'u' ? tool_user_name(uid) : tool_group_name(gid));
	else
		printf("%u\n", what == 'u' ? uid : gid);
	return tool_finish();
}
