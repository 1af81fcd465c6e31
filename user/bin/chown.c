// SPDX-License-Identifier: MIT
/*
 * chown: changes owner and group: OWNER, OWNER:GROUP or :GROUP.
 *
 * Linux     POSIX.1-2017, chown; -h is for links themselves
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"
#include "user/lib/tree.h"

static uid_t uid = -1;
static gid_t gid = -1;
static bool links;

static bool change(const char *path, const struct stat *st)
{
	if ((links || S_ISLNK(st->st_mode) ? lchown : chown)(path, uid, gid) == 0)
		return true;
	tool_warn_errno("%s", path);
	return false;
}

int main(int argc, char **argv)
{
	bool recursive = false;
	int c;

	tool_start(argc, argv, "chown [-hR] [OWNER][:GROUP] FILE...");
	while ((c = getopt(argc, argv, "hR")) != -1) {
		links |= c == 'h';
		recursive |= c == 'R';
		if (c == '?')
			tool_usage();
	}
	if (argc - optind < 2)
		tool_usage();
	char *owner = argv[optind++], *group = strchr(owner, ':');
	if (group)
		*group++ = '\0';
	if (*owner && !tool_parse_user(owner, &uid))
		tool_die("%s: no such user", owner);
	if (group && *group && !tool_parse_group(group, &gid))
		tool_die("%s: no such group", group);
	for (; argv[optind]; optind++) {
		struct stat st;

		if (recursive)
			tree_walk(argv[optind], change);
		else if ((links ? lstat : stat)(argv[optind], &st) != 0)
			tool_warn_errno("%s", argv[optind]);
		else
			change(argv[optind], &st);
	}
	return tool_finish();
}
