// SPDX-License-Identifier: MIT
/*
 * lockrank: the one order in which locks may be taken.
 *
 * Promise   a task (or an interrupt) may only acquire a rank greater than every rank it holds. Two
 *           locks of one rank are legal only through lock_pair() (address order) or with a subrank that
 *           grows. Debug builds check each acquisition, that nobody sleeps or copies user memory under
 *           a spinlock or at or beyond RANK_MM, and that a release is by the holder. Release builds
 *           compile the checks away.
 *           Interrupts count as part of what they interrupt: a lock whose rank is not below those that
 *           interrupt handlers take (RANK_SIGHAND and beyond) is held with interrupts off, always.
 * Locks     this is their enum: outermost first
 */
#pragma once
#include "kernel/lib/types.h"

enum lock_rank {
	RANK_NONE,
	/* sleeping; user memory may be touched while held */
	RANK_EXEC,	 /* one exec or credential change per process at a time */
	RANK_RENAME,	 /* the shape of the directory tree while something moves in it */
	RANK_POS,	 /* a shared file position during read, write, seek */
	RANK_TTY,	 /* a terminal's line discipline */
	RANK_INODE,	 /* directory and file contents; parent before child (subrank), then lock_pair */
	RANK_EPOLL_NEST, /* which epoll sets lie in which */
	/* epoll set; a set inside a set has its depth as subrank; what ops->ready() takes comes behind */
	RANK_EPOLL,
	RANK_SOCK_READ,	 /* one reader of a socket at a time */
	RANK_PAIR,	 /* two-ended objects share ONE lock: pipe */
	RANK_MM,	 /* mm->lock: what a page fault takes */
	/* sleeping; user memory is out of bounds from here on */
	RANK_REGISTRY,	 /* sysv tables and other name spaces that are not inodes */
	RANK_MOUNT,	 /* the mount table */
	RANK_VM_OBJECT,	 /* a memory object's page index while pages are made */
	RANK_KVIRT,	 /* the kernel's own virtual memory */
	/* spinning */
	RANK_FIRST_SPIN,
	RANK_PROC_TREE = RANK_FIRST_SPIN, /* parent/child links, wait status, pid table */
	RANK_PAGETABLE,	 /* one per user page-table page group */
	RANK_FDTABLE,
	RANK_SOCK,	 /* sockets; the two ends of a connection share ONE */
	RANK_OBJECT,	 /* small objects: eventfd's counter, cred accounts, fs_ctx */
	RANK_DENTRY,	 /* the name cache */
	RANK_FILELOCK,	 /* advisory locks of one inode */
	RANK_FILEWAIT,	 /* who waits for whose advisory lock */
	RANK_SIGHAND,	 /* signal state of a process */
	RANK_TIMERFD,
	RANK_CLOCK,	 /* the wall clock's offset, and what steers it */
	RANK_WAITQ,
	RANK_PI,
	RANK_RUNQ,
	RANK_TIMERQ,	 /* the scheduler arms its tick under the run queue's lock */
	RANK_RCU,
	RANK_SLAB,
	RANK_KMAP,	 /* the kernel's own page tables */
	RANK_PAGE,	 /* the buddy lists */
	RANK_DEVICE,	 /* a device's registers: serial port, keyboard, console pixels */
	RANK_LOG,
	RANK_MAX,
};
