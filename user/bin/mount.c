// SPDX-License-Identifier: MIT
/*
 * mount: mounts a file system, or lists what is mounted.
 *
 * Linux     mount(8), mount(2)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { LINE_BYTES = 4096, NAME_BYTES = 256 };

static const struct {
	const char *name;
	unsigned long set, clear;
} options[] = {
	{ "ro", MS_RDONLY, 0 },		    { "rw", 0, MS_RDONLY },
	{ "nosuid", MS_NOSUID, 0 },	    { "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 },	    { "dev", 0, MS_NODEV },
	{ "noexec", MS_NOEXEC, 0 },	    { "exec", 0, MS_NOEXEC },
	{ "noatime", MS_NOATIME, 0 },	    { "relatime", MS_RELATIME, 0 },
	{ "sync", MS_SYNCHRONOUS, 0 },	    { "remount", MS_REMOUNT, 0 },
	{ "bind", MS_BIND, 0 },		    { "rbind", MS_BIND | MS_REC, 0 },
	{ "move", MS_MOVE, 0 },		    { "private", MS_PRIVATE, 0 },
	{ "rprivate", MS_PRIVATE | MS_REC, 0 }, { "shared", MS_SHARED, 0 },
	{ "rshared", MS_SHARED | MS_REC, 0 },   { "slave", MS_SLAVE, 0 },
	{ "defaults", 0, 0 },
};

/* Flags for what is known; the file system gets the rest. */
static unsigned long parse_options(char *list, unsigned long flags, char *data)
{
	for (char *name; (name = strsep(&list, ","));) {
		size_t i = 0, n = sizeof(options) / sizeof(options[0]);

		while (i < n && strcmp(options[i].name, name) != 0)
			i++;
		if (i < n)
			flags = (flags & ~options[i].clear) | options[i].set;
		else if (*name)
			strcat(strcat(data, *data ? "," : ""), name);
	}
	return flags;
}

static int list_mounts(void)
{
	char line[LINE_BYTES], source[NAME_BYTES], dir[NAME_BYTES], type[NAME_BYTES], how[NAME_BYTES];
	FILE *f = fopen("/proc/mounts", "r");

	if (!f)
		tool_die_errno("/proc/mounts");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%255s %255s %255s %255s", source, dir, type, how) == 4)
			printf("%s on %s type %s (%s)\n", source, dir, type, how);
	fclose(f);
	return tool_finish();
}

int main(int argc, char **argv)
{
	const char *type = NULL, *source, *dir;
	unsigned long flags = 0;
	char data[LINE_BYTES] = "";
	int c;

	tool_start(argc, argv, "mount [-t TYPE] [-o OPTION,...] [-r] [SOURCE] DIRECTORY");
	if (argc == 1)
		return list_mounts();
	while ((c = getopt(argc, argv, "t:o:r")) != -1) {
		if (c == 't')
			type = optarg;
		else if (c == 'r')
			flags |= MS_RDONLY;
		else if (c == 'o' && strlen(optarg) + strlen(data) + 1 < sizeof(data))
			flags = parse_options(optarg, flags, data);
		else
			tool_usage();
	}
	argv += optind;
	argc -= optind;
	if (argc != 1 && argc != 2)
		tool_usage();
	source = argc == 2 ? argv[0] : type ? type : "none";
	dir = argv[argc - 1];
	if (!type && !(flags & (MS_BIND | MS_REMOUNT | MS_MOVE | MS_PRIVATE | MS_SHARED | MS_SLAVE)))
		tool_die("-t TYPE is needed");
	if (mount(source, dir, type, flags, *data ? data : NULL) != 0)
		tool_die_errno("%s", dir);
	return 0;
}
