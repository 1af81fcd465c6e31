// SPDX-License-Identifier: MIT
/*
 * devfs: what special.c (the table of devices) and devfs.c (their names) share.
 */
#pragma once
#include "fs/inode.h"

enum { DEVICE_NAME_MAX = 24 };

struct device {		/* every field [const] after registration */
	struct device *next;
	u32 type;	/* S_IFCHR or S_IFBLK */
	u32 mode;	/* permission bits of the node */
	u64 rdev;
	const struct file_ops *ops;
	void *priv;
	char name[DEVICE_NAME_MAX];
};

extern const struct file_ops kmsg_ops;
int devfs_add(const struct device *dev);	/* 0 too while devfs is not mounted: then it is listed at mount */
void devices_each(int (*fn)(const struct device *dev, void *arg), void *arg);
