// SPDX-License-Identifier: MIT
/*
 * tmpfs: what devfs reuses: its tree is a tmpfs too.
 */
#pragma once
#include "fs/inode.h"

extern const struct file_ops tmpfs_file_ops;
int tmpfs_mount(struct superblock *sb, const char *options);
int tmpfs_create(struct inode *dir, u32 mode, u64 rdev, const char *target, struct inode **out);
