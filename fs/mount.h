// SPDX-License-Identifier: MIT
/*
 * mount: what mount.c and mount_calls.c share, and the tables that /proc shows.
 */
#pragma once
#include "fs/inode.h"
#include "kernel/uapi/mount.h"

enum {
	MOUNT_FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME |
		      MS_RELATIME | MS_STRICTATIME, /* kept per mount */
};

extern const struct fs_type *const fs_types[]; /* ends with NULL */
const struct fs_type *fs_type_find(const char *name);
int superblock_make(const struct fs_type *type, const char *options, struct superblock **out);
void superblock_discard(struct superblock *sb); /* instead of a put: what superblock_make() gave is not mounted after all */
struct mount *mount_new(struct superblock *sb, struct dentry *root, u32 flags, const char *source);
int mount_attach(struct mount *m, const struct path *at); /* mount_lock held */
struct path mount_detach(struct mount *m);		   /* mount_lock held; the caller puts the place and m */
int mount_root(struct path *out);
/* Calls fn for each "key" or "key=value" between commas, until it answers an error; NULL: there are none. */
int mount_options_each(const char *options, int (*fn)(void *arg, const char *key, const char *value), void *arg);

/* /proc/PID/mounts and mountinfo, as seen from the caller's root; /proc/filesystems. */
void mounts_show(struct strbuf *sb);
void mountinfo_show(struct strbuf *sb);
void filesystems_show(struct strbuf *sb);
