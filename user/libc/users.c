// SPDX-License-Identifier: MIT
/*
 * users: /etc/passwd and /etc/group, one line after the other.
 *
 * Promise   a line that is not complete is passed over
 * Lifetime  the answer and its strings live until the next call of the same family
 * Linux     getpwnam(3), getgrnam(3), passwd(5), group(5)
 */
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MEMBERS = 64, MAX_GROUPS = 64, PASSWD_FIELDS = 7, GROUP_FIELDS = 4 };

struct reader {
	FILE *f;
	char *line;
	size_t size;
};

static struct reader users, groups;

static void stop(struct reader *r)
{
	if (r->f)
		fclose(r->f);
	r->f = NULL;
}

/* The next line cut at its colons; NULL: the file is over. */
static char **next_line(struct reader *r, const char *path, char **fields, int wanted)
{
	if (!r->f)
		r->f = fopen(path, "re");
	while (r->f && getline(&r->line, &r->size, r->f) > 0) {
		char *rest = r->line;
		int n = 0;

		rest[strcspn(rest, "\n")] = '\0';
		while (n < wanted && rest)
			fields[n++] = strsep(&rest, ":");
		if (n == wanted)
			return fields;
	}
	return NULL;
}

void setpwent(void)
{
	stop(&users);
}
void endpwent(void)
{
	stop(&users);
}

struct passwd *getpwent(void)
{
	static struct passwd p;
	char *f[PASSWD_FIELDS];

	if (!next_line(&users, "/etc/passwd", f, PASSWD_FIELDS))
		return NULL;
	p = (struct passwd){ f[0], f[1], strtoul(f[2], NULL, 10), strtoul(f[3], NULL, 10), f[4], f[5], f[6] };
	return &p;
}

struct passwd *getpwnam(const char *name)
{
	struct passwd *p;

	setpwent();
	while ((p = getpwent()) && strcmp(p->pw_name, name) != 0)
		;
	endpwent();
	return p;
}

struct passwd *getpwuid(uid_t uid)
{
	struct passwd *p;

	setpwent();
	while ((p = getpwent()) && p->pw_uid != uid)
		;
	endpwent();
	return p;
}

void setgrent(void)
{
	stop(&groups);
}
void endgrent(void)
{
	stop(&groups);
}

struct group *getgrent(void)
{
	static struct group g;
	static char *members[MAX_MEMBERS + 1];
	char *f[GROUP_FIELDS];
	int n = 0;

	if (!next_line(&groups, "/etc/group", f, GROUP_FIELDS))
		return NULL;
	for (char *name; n < MAX_MEMBERS && (name = strsep(&f[3], ","));)
		if (*name)
			members[n++] = name;
	members[n] = NULL;
	g = (struct group){ f[0], f[1], strtoul(f[2], NULL, 10), members };
	return &g;
}

struct group *getgrnam(const char *name)
{
	struct group *g;

	setgrent();
	while ((g = getgrent()) && strcmp(g->gr_name, name) != 0)
		;
	endgrent();
	return g;
}

struct group *getgrgid(gid_t gid)
{
	struct group *g;

	setgrent();
	while ((g = getgrent()) && g->gr_gid != gid)
		;
	endgrent();
	return g;
}

int getgrouplist(const char *user, gid_t own, gid_t *list, int *n)
{
	int room = *n, found = 1;
	struct group *g;

	if (room > 0)
		list[0] = own;
	setgrent();
	while ((g = getgrent())) {
		bool has = false;
		for (char **m = g->gr_mem; *m && !has; m++)
			has = strcmp(*m, user) == 0;
		if (!has || g->gr_gid == own)
			continue;
		if (found < room)
			list[found] = g->gr_gid;
		found++;
	}
	endgrent();
	*n = found;
	return found > room ? -1 : found;
}

int initgroups(const char *user, gid_t own)
{
	gid_t list[MAX_GROUPS];
	int n = MAX_GROUPS;

	getgrouplist(user, own, list, &n);
	return setgroups(n < MAX_GROUPS ? n : MAX_GROUPS, list);
}
