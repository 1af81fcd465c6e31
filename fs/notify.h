// SPDX-License-Identifier: MIT
/*
 * notify: the places where something happens to a file tell it to whoever watches (inotify.c).
 *
 * Promise   while nobody watches anything a place costs one compare and one branch that is not taken; while
 *           somebody does, files that are not watched cost two more loads or so. Events are IN_*; IN_ISDIR is
 *           added here. One change is told to the directory of the name first, then to the file itself.
 * Locks     notify_lock (RANK_OBJECT) for everything that is slow; callers hold no spin lock
 */
#pragma once
#include "fs/inode.h"
#include "kernel/uapi/inotify.h"

extern u32 notify_watches; /* [notify_lock; atomic readers] watches that there are */

void notify_file_slow(struct file *f, u32 event);
void notify_dentry_slow(struct dentry *d, u32 event);
void notify_inode_slow(struct inode *ino, u32 event);
void notify_name_slow(struct inode *dir, u32 event, const char *name, size_t len, u32 cookie);
ssize_t notify_moved_slow(struct file *f, u32 event, ssize_t n);
void notify_closed_slow(struct file *f);
u32 notify_cookie(void);	       /* ties the two halves of a move */
void notify_gone(struct inode *ino);   /* its last reference was put */

static inline u32 isdir_bit(const struct inode *ino)
{
	return S_ISDIR(ino->mode) ? IN_ISDIR : 0;
}
static inline bool notify_is_on(void)
{
	return unlikely(READ_ONCE(notify_watches));
}
/* Something was done through an open file. */
static inline void notify_file(struct file *f, u32 event)
{
	if (notify_is_on())
		notify_file_slow(f, event);
}
/* A read or write answers n, which is what this answers, too: so that it can be the last thing done. */
static inline ssize_t notify_moved(struct file *f, u32 event, ssize_t n)
{
	return notify_is_on() ? notify_moved_slow(f, event, n) : n;
}
/* The last reference to an open file goes. */
static inline void notify_closed(struct file *f)
{
	if (notify_is_on())
		notify_closed_slow(f);
}
/* Something was done to the file of that name. */
static inline void notify_dentry(struct dentry *d, u32 event)
{
	if (notify_is_on())
		notify_dentry_slow(d, event);
}
/* Something happened to the file, whatever its names. */
static inline void notify_inode(struct inode *ino, u32 event)
{
	if (notify_is_on())
		notify_inode_slow(ino, event);
}
/* A name in a directory came, went or moved; `event` has IN_ISDIR if it is a directory's. */
static inline void notify_name(struct inode *dir, u32 event, const char *name, size_t len, u32 cookie)
{
	if (notify_is_on())
		notify_name_slow(dir, event, name, len, cookie);
}
