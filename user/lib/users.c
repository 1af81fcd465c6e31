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
#include <string.h>
#include "user/lib/tool.h"

enum { NAME_BYTES = 64 };

/* The last answer: most files in a list have the same owner, and the files are read anew for each question. */
struct last {
	unsigned id;
	bool known;
	char name[NAME_BYTES];
};

static bool is_last(struct last *l, unsigned id)
{
	if (l->known && l->id == id)
		return true;
	l->id = id;
	l->known = true;
	snprintf(l->name, sizeof(l->name), "%u", id);
	return false;
}

const char *tool_user_name(uid_t uid)
{
	static struct last last;
	struct passwd *p = is_last(&last, uid) ? NULL : getpwuid(uid);

	if (p)
		strlcpy(last.name, p->pw_name, sizeof(last.name));
	return last.name;
}

const char *tool_group_name(gid_t gid)
{
	static struct last last;
	struct group *g = is_last(&last, gid) ? NULL : getgrgid(gid);

	if (g)
		strlcpy(last.name, g->gr_name, sizeof(last.name));
	return last.name;
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
