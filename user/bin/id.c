// SPDX-License-Identifier: MIT
/*
 * id: who the caller is, or a user.
 *
 * Linux     POSIX.1-2017, id
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

static const struct passwd *user; /* the operand; NULL: the caller */

/* Of a user: those that /etc/group has, and the first is that of /etc/passwd. */
static int groups_of_user(gid_t **list)
{
	int n = 0, room = 0;
	struct group *g;

	*list = NULL;
	for (setgrent(); (g = getgrent());) {
		bool has = g->gr_gid == user->pw_gid;
		for (char **m = g->gr_mem; *m && !has; m++)
			has = strcmp(*m, user->pw_name) == 0;
		if (!has)
			continue;
		if (n == room) {
			room = room ? 2 * room : 16;
			*list = tool_must(realloc(*list, room * sizeof(**list)));
		}
		(*list)[n++] = g->gr_gid;
	}
	endgrent();
	return n;
}

static int get_groups(gid_t **list)
{
	if (user)
		return groups_of_user(list);
	int n = getgroups(0, NULL);

	*list = tool_must(malloc((n + 1) * sizeof(**list)));
	return getgroups(n, *list);
}

static uid_t effective_uid(void)
{
	return user ? user->pw_uid : geteuid();
}

static gid_t effective_gid(void)
{
	return user ? user->pw_gid : getegid();
}

static uid_t real_uid(void)
{
	return user ? user->pw_uid : getuid();
}

static gid_t real_gid(void)
{
	return user ? user->pw_gid : getgid();
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

	print_user("uid", real_uid());
	print_group(" gid=", real_gid());
	if (effective_uid() != real_uid())
		print_user(" euid", effective_uid());
	if (effective_gid() != real_gid())
		print_group(" egid=", effective_gid());
	print_group(" groups=", effective_gid());
	for (int i = 0; i < n; i++)
		if (list[i] != effective_gid())
			print_group(",", list[i]);
	putchar('\n');
}

static void print_groups(bool names)
{
	gid_t *list;
	int n = get_groups(&list);

	if (names)
		fputs(tool_group_name(effective_gid()), stdout);
	else
		printf("%u", effective_gid());
	for (int i = 0; i < n; i++) {
		if (list[i] == effective_gid())
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

	tool_start(argc, argv, "id [-u | -g | -G] [-nr] [USER]");
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
	if (argv[optind] && !(user = getpwnam(argv[optind])))
		tool_die("'%s': no such user", argv[optind]);
	uid_t uid = real ? real_uid() : effective_uid();
	gid_t gid = real ? real_gid() : effective_gid();
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
