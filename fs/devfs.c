// SPDX-License-Identifier: MIT
/*
 * devfs: /dev: a tmpfs that is born with a node per registered device and the usual links.
 *
 * Promise   a device registered before or after the mount appears under its name; programs may add
 *           nodes, links and folders of their own. One superblock, however often it is mounted.
 * Locks     names as in dentry.c
 * Linux     devtmpfs; the links (fd, stdin, stdout, stderr, core) are what init scripts would make
 */
#include "fs/devfs.h"
#include "fs/tmpfs.h"
#include "kernel/lib/string.h"

static struct dentry *devfs_root; /* [const once mounted] */

/* One name below `parent`, owned by root. The dentry is counted; -EEXIST leaves what is there. */
static int add(struct dentry *parent, const char *name, u32 mode, u64 rdev, const char *target,
	struct dentry **out)
{
	struct inode *ino;
	int err = tmpfs_create(parent->inode, mode, rdev, target, &ino);
	if (err)
		return err;
	ino->uid = ino->gid = 0;
	struct dentry *d = dentry_new(parent, name, strlen(name), ino);
	if (!d)
		return -ENOMEM;
	err = dentry_link(d, DENTRY_PIN);
	if (err == 0 && out)
		*out = d;
	else
		dentry_put(d);
	return err;
}

/* The folder `name` (padded) below the root, counted. */
static int folder(const char *name, struct dentry **out)
{
	int err = add(devfs_root, name, S_IFDIR | 0755, 0, NULL, out);
	return err == -EEXIST ? dentry_lookup(devfs_root, name, strlen(name), out) : err;
}

int devfs_add(const struct device *dev)
{
	u64 padded[DEVICE_NAME_MAX / sizeof(u64) + 1] = {};
	char *name = (char *)padded, *slash;
	struct dentry *dir = NULL;
	if (!devfs_root)
		return 0;
	strlcpy(name, dev->name, DEVICE_NAME_MAX);
	slash = strchr(name, '/');
	if (slash) {
		*slash = '\0';
		int err = folder(name, &dir);
		if (err)
			return err;
	}
	int err = add(dir ? dir : devfs_root, slash ? slash + 1 : name, dev->type | dev->mode, dev->rdev,
		NULL, NULL);
	dentry_put(dir);
	return err;
}

static int add_each(const struct device *dev, void *arg)
{
	return devfs_add(dev);
}

static int devfs_mount(struct superblock *sb, const char *options)
{
	static const struct { const char *name, *target; } links[] = {
		{ "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" }, { "stdout", "/proc/self/fd/1" },
		{ "stderr", "/proc/self/fd/2" }, { "core", "/proc/kcore" },
	};
	int err = tmpfs_mount(sb, "mode=755");
	if (err)
		return err;
	devfs_root = sb->root;
	devices_each(add_each, NULL);
	for (size_t i = 0; i < ARRAY_LEN(links) && err == 0; i++)
		err = add(devfs_root, links[i].name, S_IFLNK | 0777, 0, links[i].target, NULL);
	if (err == 0)
		err = add(devfs_root, "shm", S_IFDIR | S_ISVTX | 0777, 0, NULL, NULL);
	if (err == 0)
		err = add(devfs_root, "pts", S_IFDIR | 0755, 0, NULL, NULL);
	return err;
}

const struct fs_type devfs_type = {
	.name = "devtmpfs", .mount = devfs_mount, .flags = FS_NODEV | FS_SINGLE | FS_XATTR,
};
