// SPDX-License-Identifier: MIT
/*
 * memory_file: files of memory without a name, and the seals of a file.
 *
 * Promise   one way to shared memory that has no place in the tree: memfd, later System V segments. Such a file is a
 *           tmpfs file in every respect but its name, which only /proc shows: "/NAME (deleted)".
 */
#pragma once
#include "fs/file.h"

enum { EXEC_BITS = 0111 };

/* Open for reading and writing, empty, the caller's. `name` of at most FS_NAME_MAX bytes.
 * `seals`: F_SEAL_SEAL, if there shall never be others. 0 and a counted *out, or -ENOMEM. */
int memory_file_new(const char *name, size_t len, u32 mode, u32 seals, struct file **out);
/* F_ADD_SEALS, of a descriptor that may write: 0, -EINVAL, -EPERM (no more seals), -EBUSY (mapped to be written). */
int memory_file_seal(struct inode *ino, u32 seals);
void memory_file_init(void);
