// SPDX-License-Identifier: MIT
/*
 * sysfs: /sys: the few attributes that C libraries and tools read, on the engine of procfs.
 *
 * Promise   a row of sysfs_rows (kernel/procfs.c) is a file; what has no row is not there (ENOENT), which
 *           programs take as "this kernel has no such thing"
 * Locks     none
 * Linux     sysfs(5); attributes say they are one page long
 */
#include "fs/procfs.h"

static int sysfs_mount(struct superblock *sb, const char *options)
{
	return procfs_build(sb, SYSFS_MAGIC, sysfs_rows, NULL);
}

const struct fs_type sysfs_type = {
	.name = "sysfs", .mount = sysfs_mount, .flags = FS_NODEV | FS_SINGLE,
};
