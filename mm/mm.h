// SPDX-License-Identifier: MIT
/*
 * mm: address spaces.
 *
 * Promise   an address space is a tree of vmas over a page table; pages are made on first touch, copied on
 *           write after a fork, shared where the mapping says so. A fault is served with mm->lock held for
 *           reading, so that threads fault in parallel; changes of the tree hold it for writing.
 * Locks     mm->lock (RANK_MM); page-table entries: the page-table page's spinlock (RANK_PAGETABLE)
 * Lifetime  `users`: tasks that run in it (the last one's exit unmaps everything); `ref`: pointers to the
 *           struct, the users together hold one
 */
#pragma once
#include "arch/x86_64/arch.h"
#include "kernel/core/mutex.h"
#include "kernel/lib/rbtree.h"
#include "mm/vm_object.h"

struct file;
struct mm;
struct vma;

enum vma_flags {
	VMA_READ = 1 << 0, VMA_WRITE = 1 << 1, VMA_EXEC = 1 << 2,
	VMA_MAYREAD = 1 << 3, VMA_MAYWRITE = 1 << 4, VMA_MAYEXEC = 1 << 5, /* what mprotect may add */
	VMA_SHARED = 1 << 6,
	VMA_GROWSDOWN = 1 << 7,
	VMA_DONTFORK = 1 << 8, VMA_WIPEONFORK = 1 << 9,
	VMA_LOCKED = 1 << 10, VMA_NORESERVE = 1 << 11,
	VMA_STACK = 1 << 12, VMA_HEAP = 1 << 13, VMA_VDSO = 1 << 14, VMA_VVAR = 1 << 15, /* names in maps */
	VMA_DONTDUMP = 1 << 16,
	VMA_PHYS = 1 << 17, /* maps fixed frames (vDSO): pages are not counted */
	VMA_LOCKONFAULT = 1 << 18, /* with VMA_LOCKED: its pages are not made before they are touched */
	VMA_LOCK_BITS = VMA_LOCKED | VMA_LOCKONFAULT,
	VMA_ACCOUNT = 1 << 19,	   /* its pages are promised: commit.h */
	VMA_GUARDED = 1 << 20,	   /* its entries may be guard markers (pagetable.h); never taken back */
	VMA_RANDOM = 1 << 21, VMA_SEQUENTIAL = 1 << 22, VMA_HUGEPAGE = 1 << 23, VMA_NOHUGEPAGE = 1 << 24,
	VMA_MERGEABLE = 1 << 25,   /* advice that is kept and told, and does nothing */
};

struct vma_ops {
	void (*open)(struct vma *v);  /* a copy was made: fork, split */
	void (*close)(struct vma *v);
};

struct vma {
	struct rb_node node;	/* [mm->lock] by start */
	uaddr_t start, end;	/* [mm->lock] page-aligned [start, end) */
	u32 flags;		/* [mm->lock] enum vma_flags */
	struct mm *mm;		/* [const] */
	struct vm_object *object; /* [const] NULL: private anonymous */
	u64 offset;		/* [mm->lock] bytes into object (or of VMA_PHYS: physical address) */
	struct file *file;	/* [const] counted, or NULL; for names and for the executable */
	const struct vma_ops *ops;
	void *priv;
	struct list object_node; /* [object->maps_lock] */
};

struct mm {
	struct ref users, ref;
	struct arch_mm arch;
	struct rwlock lock;
	struct rb_root vmas;	/* [lock] */
	struct vma *cached;	/* [atomic] last vma found; cleared under lock for writing */
	u32 nr_vmas;		/* [lock] */
	uaddr_t mmap_base;	/* [const] top of the mmap area, grows down */
	uaddr_t brk_start, brk; /* [lock] */
	uaddr_t stack_top;	/* [const after exec] */
	uaddr_t vdso;		/* [const after exec] */
	u64 total_pages, locked_pages, data_pages, stack_pages, exec_pages; /* [lock] pages mapped, not resident */
	u64 total_peak;		/* [lock] the most total_pages before it last fell */
	u32 future_lock;	/* [lock] VMA_LOCK_BITS that new mappings get: mlockall(MCL_FUTURE) */
	s64 committed_pages;	/* [lock] promised to it: commit.h */
	u64 nr_tables;		/* [atomic] page tables below the top one */
	s64 rss_anon, rss_file, rss_shmem; /* [atomic] resident pages */
	u64 rss_peak;		/* [atomic] the most resident pages before they last fell */
	struct file *exe;	/* [lock] counted */
	u32 membarrier;		/* [atomic] MEMBARRIER_CMD_REGISTER_*: kernel/proc/membarrier.c */
};

struct mm *mm_create(void);			/* empty, users = 1; NULL */
struct mm *mm_fork(struct mm *from);		/* copy-on-write copy of the current mm; NULL: no memory */
void mm_use(struct mm *mm);			/* users + 1 (CLONE_VM) */
void mm_unuse(struct mm *mm);			/* users - 1; the last unmaps all */
void mm_get(struct mm *mm);
void mm_put(struct mm *mm);
struct mm *mm_of_task(struct task *t);		/* users + 1, NULL if it has none (any more) */
/* The current task runs in `mm` from now on (exec: the old one is not released; NULL: none). */
void mm_switch_to(struct mm *mm);

/* Maps; the current mm or a new one that only the caller knows. `flags`: MAP_* of uapi, prot: PROT_*.
 * Answers the address or -errno. Takes its own references on file/object. */
long mm_map(struct mm *mm, uaddr_t addr, size_t bytes, int prot, int flags, struct file *file, u64 offset);
int mm_unmap(struct mm *mm, uaddr_t addr, size_t bytes);
int mm_protect(struct mm *mm, uaddr_t addr, size_t bytes, unsigned long prot);
/* madvise(2) on any address space. */
int mm_advise(struct mm *mm, uaddr_t addr, size_t length, int advice);
bool mm_advice_is_for_others(int advice); /* what process_madvise(2) takes of a foreign process */
/* exec: a stack below `top`, `used` bytes of it at once, that may grow to RLIMIT_STACK; executable if `exec`.
 * -ENOMEM, -EEXIST: something is there. */
int mm_setup_stack(struct mm *mm, uaddr_t top, size_t used, bool exec);
/* exec: gives n anonymous pages (their references) to a private mapping of a fresh mm. -ENOMEM: none was taken. */
int mm_add_pages(struct mm *mm, uaddr_t addr, struct page **pages, unsigned n);
/* exec: maps the vDSO and its data page; sets mm->vdso. */
int mm_map_vdso(struct mm *mm);
/* exec: sets the start of the heap. */
void mm_set_brk(struct mm *mm, uaddr_t start);
/* Another (or a fresh) address space through its page tables, pages faulted in: see remote.c. */
enum remote_how { REMOTE_READ, REMOTE_WRITE = 1, REMOTE_FORCE = 2 /* also what its protection forbids: debuggers */ };
struct uio;
/* Moves up to n bytes at addr to (REMOTE_READ) or from the caller's `near`: bytes moved; none:
 * -EIO the far side is not there, -EFAULT the near one. */
ssize_t mm_move_remote(struct mm *mm, uaddr_t addr, struct uio *near, size_t n, unsigned how);
ssize_t mm_write_remote(struct mm *mm, uaddr_t addr, const void *buf, size_t n, bool force);
ssize_t mm_read_remote(struct mm *mm, uaddr_t addr, void *buf, size_t n, bool force);

struct vma *mm_find(struct mm *mm, uaddr_t addr);  /* lock held: first vma that ends above addr, or NULL */
struct vma *vma_next(struct vma *v);
enum fault_error { /* the CPU's page-fault error code, and one bit of ours */
	FAULT_PRESENT = 1, FAULT_WRITE = 2, FAULT_USER = 4, FAULT_RESERVED = 8, FAULT_EXEC = 16,
	FAULT_FORCED = 1 << 16, /* a debugger: MAY* permission is enough; private copies only */
};
/* A fault at addr: 0 served (or retry), else the signal to send and its si_code. */
int mm_fault(struct mm *mm, uaddr_t addr, u64 error_code, int *sig, int *code);
/* A shared mapping of an object by a driver or mmap op: see file_ops.mmap. */
/* Counts a reference, and a shared mapping with VMA_MAYWRITE as one that may write. Seals are not asked: the object is
 * new, or the vma is a copy of one that maps it. */
void vma_set_object(struct vma *v, struct vm_object *o, u64 offset_bytes);
/* An object of its own, `bytes` of it from an offset on, promised if VMA_NORESERVE does not say no: -ENOMEM. */
int vma_set_new_object(struct vma *v, u64 offset_bytes, size_t bytes);
/* The same for a new mapping of a file: -EPERM if it would write what is sealed; else VMA_MAYWRITE goes. */
int vma_set_sealed_object(struct vma *v, struct vm_object *o, u64 offset_bytes);
void mm_init(void);
struct strbuf;
/* /proc/PID/maps or smaps, a part of it: from the mapping on that ends above `from`. Answers where the next part
 * begins, 0: that was all. */
uaddr_t mm_show_maps(struct mm *mm, struct strbuf *sb, bool smaps, uaddr_t from);
/* An allocation has failed for the caller, who may sleep, `tried` times already: true when it is worth another try,
 * for which in the end the largest offender is killed; false: nobody to kill. */
bool mm_oom_kill(unsigned tried);
void mm_show_rollup(struct mm *mm, struct strbuf *sb); /* /proc/PID/smaps_rollup */
/* /proc/PID/pagemap: a word for each of n pages from `start` on, all of them user addresses. */
void mm_pagemap(struct mm *mm, uaddr_t start, size_t n, u64 *words, bool with_frames);
enum clear_refs { CLEAR_REFS_ALL = 1, CLEAR_REFS_ANON, CLEAR_REFS_MAPPED, CLEAR_REFS_SOFT_DIRTY, CLEAR_REFS_PEAK };
/* Its pages have not been looked at from now on, or have been no more than now. */
void mm_clear_refs(struct mm *mm, enum clear_refs which);
void mm_note_peak(struct mm *mm, u64 gone); /* keeps rss_peak: `gone` pages are not counted any more */
static inline u64 mm_resident_pages(const struct mm *mm)
{
	s64 pages = READ_ONCE(mm->rss_anon) + READ_ONCE(mm->rss_file) + READ_ONCE(mm->rss_shmem);
	return pages > 0 ? (u64)pages : 0;
}
