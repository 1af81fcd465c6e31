// SPDX-License-Identifier: MIT
/*
 * mount: what mount.c and mount_calls.c share, and the tables that /proc shows.
 */
#pragma once
#include "fs/inode.h"
#include "kernel/uapi/mount.h"

enum {
	MOUNT_FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW | MS_NOATIME | MS_NODIRATIME |
		      MS_RELATIME | MS_STRICTATIME, /* kept per mount */
};

extern const struct fs_type *const fs_types[]; /* ends with NULL */
const struct fs_type *fs_type_find(const char *name);
int superblock_make(const struct fs_type *type, const char *options, struct superblock **out);
/* instead of a put: what superblock_make() gave is not mounted after all */
void superblock_discard(struct superblock *sb);
struct mount *mount_new(struct superblock *sb, struct dentry *root, u32 flags, const char *source);
/* The same files from `root` on once more; NULL: no memory. mount_lock held. */
struct mount *mount_copy(const struct mount *of, struct dentry *root);
int mount_attach(struct mount *m, const struct path *at); /* mount_lock held */
/* Another place for a mount with all that is mounted in it; *left is what the caller puts. mount_lock held. */
int mount_shift(struct mount *m, const struct path *at, struct path *left);
/* Nobody writes any more: 0, or -EBUSY while somebody does. mount_lock held. */
int mount_make_readonly(struct mount *m);
int superblock_make_readonly(struct superblock *sb);
struct path mount_detach(struct mount *m);		   /* mount_lock held; the caller puts the place and m */
int mount_root(struct path *out);
/* mount_tree.c: a mount with all that is mounted in it. They take mount_lock. */
int mount_bind(struct path *at, const struct path *from, bool whole_tree);
int mount_move(struct path *at, const struct path *from);
bool mount_is_used(struct mount *top, u32 own_refs); /* by more than so many and the tree; mount_lock held */
int mount_take_away(struct mount *top, u32 own_refs); /* if it is not used: 0, or -EBUSY, -EINVAL */
void mount_take_down(struct mount *top); /* with all that is mounted in it, used or not */
/* Calls fn for each "key" or "key=value" between commas, until it answers an error; NULL: there are none. */
int mount_options_each(const char *options, int (*fn)(void *arg, const char *key, const char *value), void *arg);

/* /proc/PID/mounts and mountinfo, as seen from the caller's root; /proc/filesystems. */
void mounts_show(struct strbuf *sb);
void mountinfo_show(struct strbuf *sb);
void filesystems_show(struct strbuf *sb);
