// SPDX-License-Identifier: MIT
/*
 * xattr: what inodes and superblocks must know of extended attributes. Theory in xattr.c.
 */
#pragma once
#include "fs/inode.h"

/* What Linux's tmpfs counts: an inode is 1 KiB of what nr_inodes= allows, an attribute its bytes and these. */
enum { INODE_ACCOUNT_BYTES = 1024, XATTR_OWN_BYTES = 40 };

void xattr_free_all(struct inode *ino); /* nobody else has the inode */
/* An attribute's value, whoever asks: its size, -ENODATA, or -ERANGE: longer than `size`. Takes the inode's lock. */
ssize_t xattr_read(struct inode *ino, const char *name, void *value, size_t size);
/* The file changes: the capabilities that it gives at exec go. The inode's lock is held for writing. */
void xattr_drop_capabilities(struct inode *ino);

/* Inodes in use, those included for which attributes took the room. */
static inline u64 superblock_inodes(const struct superblock *sb)
{
	u64 taken = READ_ONCE(sb->xattr_bytes) + INODE_ACCOUNT_BYTES - 1;
	return READ_ONCE(sb->used_inodes) + taken / INODE_ACCOUNT_BYTES;
}
