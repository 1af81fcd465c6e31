// SPDX-License-Identifier: MIT
/*
 * special: what opening an inode means that is not a regular file or a directory.
 *
 * Promise   one table from file type to its owner; one table of devices by number. A driver registers
 *           once and is reachable through every node with its number, and appears in devfs.
 * Locks     devices_lock (RANK_REGISTRY) for changes; look-ups walk the list under RCU
 * Lifetime  devices stay registered for ever
 * Linux     a node without driver is ENXIO; opening a socket inode is ENXIO
 */
#include "fs/devfs.h"
#include "fs/inode.h"
#include "fs/special.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/mount.h"
#include "mm/slab.h"

static struct device *devices;
static struct mutex devices_lock = MUTEX_INIT(devices_lock, RANK_REGISTRY);

static struct device *device_find(u32 type, u64 rdev)
{
	struct device *dev = rcu_load(devices);
	while (dev && (dev->type != type || dev->rdev != rdev))
		dev = rcu_load(dev->next);
	return dev;
}

static int device_open(struct inode *ino, struct file *f)
{
	if (f->path.mount && READ_ONCE(f->path.mount->flags) & MS_NODEV)
		return -EACCES;
	struct device *dev = device_find(ino->mode & S_IFMT, ino->rdev);
	if (!dev)
		return -ENXIO;
	f->ops = dev->ops;
	f->priv = dev->priv;
	return dev->ops->open ? dev->ops->open(f) : 0;
}

static int socket_open(struct inode *ino, struct file *f)
{
	return -ENXIO;
}

static const struct {
	u32 type;
	int (*open)(struct inode *ino, struct file *f);
} openers[] = {
	{ S_IFIFO, fifo_open },
	{ S_IFCHR, device_open },
	{ S_IFBLK, device_open },
	{ S_IFSOCK, socket_open },
};

int special_open(struct inode *ino, struct file *f)
{
	for (size_t i = 0; i < ARRAY_LEN(openers); i++)
		if (openers[i].type == (ino->mode & S_IFMT))
			return openers[i].open(ino, f);
	return -ENXIO;
}

int device_register(u32 type, u64 rdev, const char *name, const struct file_ops *ops, void *priv, u32 mode)
{
	struct device *dev = kzalloc(sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	*dev = (struct device){ .type = type, .rdev = rdev, .ops = ops, .priv = priv, .mode = mode };
	strlcpy(dev->name, name, sizeof(dev->name));
	mutex_lock(&devices_lock);
	bool is_taken = device_find(type, rdev);
	if (!is_taken) {
		dev->next = devices;
		rcu_publish(devices, dev);
	}
	mutex_unlock(&devices_lock);
	if (is_taken) {
		kfree(dev);
		return -EEXIST;
	}
	return devfs_add(dev);
}

void devices_each(int (*fn)(const struct device *dev, void *arg), void *arg)
{
	for (struct device *dev = rcu_load(devices); dev; dev = rcu_load(dev->next))
		fn(dev, arg);
}
