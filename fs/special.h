// SPDX-License-Identifier: MIT
/*
 * special: what the owners of special inodes (ipc, net: L6) define for special.c's table.
 *
 * Promise   the function sets f->ops, priv and wq, or answers -errno and leaves f as it was
 */
#pragma once
#include "fs/inode.h"

int fifo_open(struct inode *ino, struct file *f); /* ipc/pipe.c: waits for the other end */
