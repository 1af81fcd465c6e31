// SPDX-License-Identifier: MIT
/*
 * grp.h: the groups of the system.
 */
#pragma once
#include <sys/types.h>

struct group {
	char *gr_name, *gr_passwd;
	gid_t gr_gid;
	char **gr_mem;
};

/* The answer is good until the next call. */
struct group *getgrnam(const char *name);
struct group *getgrgid(gid_t gid);
struct group *getgrent(void);
void setgrent(void);
void endgrent(void);
int setgroups(size_t size, const gid_t *list);
int getgrouplist(const char *user, gid_t group, gid_t *groups, int *n);
int initgroups(const char *user, gid_t group);
