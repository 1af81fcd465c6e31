// SPDX-License-Identifier: MIT
/*
 * flock: what file.c and vfs.c need of advisory locks. The theory is in flock.c.
 */
#pragma once

struct file;

void flock_init(void);
void flock_release(struct file *f); /* the last close of a file that has a lock */
