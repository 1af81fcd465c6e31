// SPDX-License-Identifier: MIT
/*
 * special: who opens what is neither a regular file nor a directory. The table is in special.c.
 *
 * Promise   an opener may set f->ops, priv and wq and may sleep; what it answers is open(2)'s result. It finds
 *           the permission checked, f->flags and f->mode set and f->ops harmless; an error leaves nothing behind.
 */
#pragma once

struct inode;
struct file;

int fifo_open(struct inode *ino, struct file *f); /* ipc/pipe.c: named pipes, and pipes re-opened through /proc */
