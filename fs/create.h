// SPDX-License-Identifier: MIT
/*
 * create: the judgements and acts of create.c that open.c and rename.c share with it.
 */
#pragma once
#include "fs/inode.h"

int vfs_may_create(const struct path *dir); /* new names in dir: 0 or -errno */
int vfs_may_remove(const struct path *dir, struct inode *child, bool want_dir);
int vfs_create_nameless(const struct path *dir, u32 mode, bool may_link, struct dentry **out);
/* The node that says of a name that there is none, to overlays: for the name, but not findable yet. */
int vfs_create_whiteout(const struct path *dir, const char *name, size_t len, struct dentry **out);
