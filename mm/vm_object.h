// SPDX-License-Identifier: MIT
/*
 * vm_object: an array of pages that files and mappings share.
 *
 * Promise   the one mechanism of shared memory: a tmpfs file, a memfd, /dev/shm, a SysV segment and a
 *           shared anonymous mapping are faces of it. Pages come into being on first touch, zeroed.
 *           Beyond `size_bytes` there is nothing: mappings get SIGBUS.
 * Locks     lock (RANK_VM_OBJECT, sleeping) guards changes of the page index; look-ups are RCU and take
 *           a page reference with ref_tryget. size_bytes changes under the inode's lock.
 * Lifetime  counted: the inode and each mapping hold one. The last put frees the pages.
 */
#pragma once
#include "kernel/core/mutex.h"
#include "kernel/lib/idtable.h"
#include "mm/page.h"

struct vma;

struct vm_object {
	struct ref ref;
	struct mutex lock;
	struct idtable pages;	/* [lock; RCU readers] page number -> struct page */
	u64 size_bytes;		/* [atomic] */
	u64 nr_pages;		/* [lock] pages present */
	u64 promised_pages;	/* [const] for all of it, when it was made (commit.h); 0: each page when it is made */
	u32 cuts;		/* [lock for changes] how often pages were taken out: a fault that saw one look again */
	struct spinlock maps_lock; /* RANK_PAGETABLE - taken for the list of mappings only */
	struct list maps;	/* [maps_lock] struct vma.object_node: for truncation */
	u32 seals;		/* [owner's inode lock and maps_lock] F_SEAL_*: what may never be done any more */
	/* [atomic; from 0 to 1: maps_lock] shared mappings that may write, now or after mprotect(2) */
	u32 writable_maps;
	u64 ino;		/* [const] for shared futex keys: never reused */
	/* Asks the owner whether one more page may be kept (quota of a mount): 0 or -ENOSPC; may be NULL. */
	int (*charge)(struct vm_object *o, long pages);
	void *owner;		/* [const] for `charge` */
};

struct vm_object *vm_object_create(u64 size_bytes); /* NULL: no memory */
/* Its pages are promised at once, before anybody else knows it: false: refused. */
bool vm_object_promise(struct vm_object *o, u64 pages);
/* Adds seals. -EBUSY: F_SEAL_WRITE would be new and there are writable_maps. The owner's inode lock is held. */
int vm_object_seal(struct vm_object *o, u32 seals);
void vm_object_get(struct vm_object *o);
void vm_object_put(struct vm_object *o);
/* The page at `index`, counted. `create`: made if absent. 0, -ENOENT (absent), -ENOMEM, -ENOSPC, -EFAULT (beyond size). */
int vm_object_page(struct vm_object *o, u64 index, bool create, struct page **out);
/* Makes the page at `index` if it is absent, wherever the size ends; beyond that it waits, zeroed, until the file grows
 * over it or is cut. *made: the new one, not counted, for whoever keeps pages from being dropped; NULL: there was one.
 * -ENOMEM, -ENOSPC. */
int vm_object_prepare(struct vm_object *o, u64 index, struct page **made);
/* The same without a reference, for whoever keeps pages from being dropped: holders of a tmpfs inode's lock, because
 * truncate and punch are called under it only. NULL: absent. */
static inline struct page *vm_object_peek(const struct vm_object *o, u64 index)
{
	return idtable_get(&o->pages, index);
}
/* Cuts or grows; if it does not grow, unmaps what lies beyond from all mappings, private copies too, drops it, also what
 * was only prepared, and clears the tail of the last page. */
void vm_object_truncate(struct vm_object *o, u64 size_bytes);
/* Frees the pages of [start, end) bytes (whole pages are dropped, partial ones cleared). */
void vm_object_punch(struct vm_object *o, u64 start, u64 end);
bool vm_object_find(struct vm_object *o, u64 from, bool data, u64 *found); /* SEEK_DATA / SEEK_HOLE, page numbers */
