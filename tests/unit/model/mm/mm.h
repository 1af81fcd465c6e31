// SPDX-License-Identifier: MIT
/*
 * model/mm: one address space, in which everything is private.
 */
#pragma once
#include "kernel/core/sched.h"

enum { VMA_WRITE = 1, VMA_SHARED = 2 };

struct rwlock {
	int unused;
};
static inline void rwlock_read(struct rwlock *l) {}
static inline void rwlock_read_done(struct rwlock *l) {}
DEFINE_GUARD(rwread, struct rwlock, rwlock_read, rwlock_read_done);

struct vm_object {
	u64 ino;
};
struct vma {
	uaddr_t start;
	u32 flags;
	u64 offset;
	struct vm_object *object;
};
struct mm {
	struct rwlock lock;
};
static inline struct vma *mm_find(struct mm *mm, uaddr_t addr)
{
	return NULL;
}
