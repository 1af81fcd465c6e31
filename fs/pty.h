// SPDX-License-Identifier: MIT
/*
 * pty: what pseudo-terminals (pty.c) and the file system of their names (devpts.c) are to each other.
 *
 * Lifetime  a pair holds its superblock, so the number that it bears is its own until both ends are closed
 */
#pragma once
#include "fs/inode.h"
#include "kernel/core/alloc.h"

struct tty;

enum { PTY_MAX_DEFAULT = 4096, PTY_RESERVE = 1024, PTY_MAX_LIMIT = 1 << 20, PTY_MAJOR = 136 };

extern int pty_max;   /* [atomic] /proc/sys/kernel/pty/max */
extern u32 pty_count; /* [atomic] pairs that there are */

/* --- pty.c --- */
int pty_open_slave(struct tty *t, struct file *f); /* the node was opened; eats the reference on t */
void pty_init(void);				   /* registers /dev/ptmx */

/* --- devpts.c --- */
/* The devpts that a ptmx node belongs to: its own, or the one mounted on "pts" beside it. *out is counted:
 * -ENOENT, -ENODEV. */
int devpts_find(const struct path *ptmx, struct path *out);
int devpts_take_number(struct superblock *sb); /* the lowest free one; -ENOSPC, -ENOMEM */
void devpts_put_number(struct superblock *sb, int nr);
/* Makes the name of a new terminal, which it does not count: devpts_remove() comes first. *out is counted. */
int devpts_add(struct superblock *sb, int nr, struct tty *t, struct dentry **out);
void devpts_remove(struct dentry *d); /* nobody can open it any more; puts d */
