// SPDX-License-Identifier: MIT
/*
 * users: the owners of files and processes, by name.
 *
 * Promise   an id without a name is its number; a name that is none is read as a number
 * Linux     passwd(5), group(5)
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include "user/lib/tool.h"

const char *tool_user_name(uid_t uid)
{
	static char number[16];
	struct passwd *p = getpwuid(uid);

	if (p)
		return p->pw_name;
	snprintf(number, sizeof(number), "%u", uid);
	return number;
}

const char *tool_group_name(gid_t gid)
{
	static char number[16];
	struct group *g = getgrgid(gid);

	if (g)
		return g->gr_name;
	snprintf(number, sizeof(number), "%u", gid);
	return number;
}

static bool parse_id(const char *s, unsigned *id)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	*id = n;
	return *s >= '0' && *s <= '9' && !*end && n < ~0u;
}

bool tool_parse_user(const char *s, uid_t *uid)
{
	struct passwd *p = getpwnam(s);

	if (p)
		*uid = p->pw_uid;
	return p || parse_id(s, uid);
}

bool tool_parse_group(const char *s, gid_t *gid)
{
	struct group *g = getgrnam(s);

	if (g)
		*gid = g->gr_gid;
	return g || parse_id(s, gid);
}
