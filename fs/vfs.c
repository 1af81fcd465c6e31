// SPDX-License-Identifier: MIT
/*
 * vfs: the file systems that there are from the beginning.
 *
 * Promise   after vfs_init() the boot task has a root: an empty tmpfs with /dev, /dev/pts, /proc and /sys. What
 *           the modules bring is unpacked into it later (cpio.c).
 * Locks     none: boot, one task
 * Lifetime  the root is never unmounted
 */
#include "fs/filelock.h"
#include "fs/inode.h"
#include "fs/memory_file.h"
#include "fs/mount.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"

static void mount_standard(const struct path *root, const char *type, const char *name)
{
	char place[16] = "/";
	struct dentry *d = NULL;
	strlcpy(place + 1, name, sizeof(place) - 1);
	int err = vfs_create_at(root, name, strlen(name), S_IFDIR | 0755, 0, NULL, &d);
	dentry_put(d);
	if (err == 0)
		err = mount_kernel(type, type, place, MS_NOSUID | MS_RELATIME, NULL);
	if (err)
		log_err("vfs: cannot mount %s on %s: error %d", type, place, -err);
}

void vfs_init(void)
{
	static const struct { const char *type, *name; } standard[] = {
		{ "devtmpfs", "dev" }, { "proc", "proc" }, { "sysfs", "sys" },
	};
	struct path root;
	dentry_init();
	anon_inode_init();
	filelock_init();
	memdev_init();
	memory_file_init();
	int err = mount_root(&root);
	if (err)
		panic("vfs: no memory for the root: error %d", -err);
	current->fs = fs_ctx_new(&root);
	if (!current->fs)
		panic("vfs: no memory for the root");
	for (size_t i = 0; i < ARRAY_LEN(standard); i++)
		mount_standard(&root, standard[i].type, standard[i].name);
	path_put(&root);
	err = mount_kernel("devpts", "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC | MS_RELATIME,
		"gid=5,mode=620,ptmxmode=666"); /* 5 is Debian's group tty */
	if (err)
		log_err("vfs: cannot mount devpts on /dev/pts: error %d", -err);
}
