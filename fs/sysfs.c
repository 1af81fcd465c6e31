// SPDX-License-Identifier: MIT
/*
 * sysfs: /sys: the few attributes that C libraries and tools read, on the engine of procfs.
 *
 * Promise   a row of sysfs_rows (kernel/procfs.c) is a file; what has no row is not there (ENOENT), which
 *           programs take as "this kernel has no such thing"; each processor has a folder
 * Locks     none
 * Linux     sysfs(5); attributes say they are one page long
 */
#include "arch/x86_64/arch.h"
#include "fs/procfs.h"
#include "kernel/lib/fmt.h"

/* A folder for each processor: there is nothing in them, but programs count them. */
static int add_processors(struct superblock *sb)
{
	int err = 0;
	for (unsigned cpu = 0; cpu < nr_possible_cpus && err == 0; cpu++) {
		char path[] = "devices/system/cpu/cpuNNNNN/";
		fmt_snprintf(path, sizeof(path), "devices/system/cpu/cpu%u/", cpu);
		struct procfs_item row = { .name = path, .mode = S_IFDIR | 0755, .flags = PROCFS_ATTRIBUTE };
		err = procfs_add_row(sb->root, &row);
	}
	return err;
}

static int sysfs_mount(struct superblock *sb, const char *options)
{
	int err = procfs_build(sb, SYSFS_MAGIC, sysfs_rows, NULL);
	if (err)
		return err;
	err = add_processors(sb);
	if (err) {
		dentry_drop_tree(sb->root);
		dentry_put(take(sb->root));
	}
	return err;
}

const struct fs_type sysfs_type = {
	.name = "sysfs", .mount = sysfs_mount, .flags = FS_NODEV | FS_SINGLE,
};
