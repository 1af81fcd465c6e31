// SPDX-License-Identifier: MIT
/*
 * fault: serving page faults.
 *
 * Promise   after a 0 the access may be tried again. Faults of several threads in one address space run in
 *           parallel: mm->lock is held for reading only, and an entry changes under its table's lock after a
 *           second look. A private page with one reference is reused instead of copied.
 * Locks     mm->lock (read) -> object's lock (while a page is made) ; then the leaf table's lock
 * Blocking  may sleep for locks and memory. What must wait long (userfaultfd, later) will drop mm->lock and
 *           answer 0, so that the access simply faults again.
 * Linux     si_code: SEGV_MAPERR nothing mapped, or a guard marker; SEGV_ACCERR not permitted; BUS_ADRERR beyond the
 *           object
 */
#include "kernel/core/panic.h"
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/signal.h"
#include "mm/pagetable.h"
#include "mm/vma.h"

enum { AROUND_PAGES = 16 }; /* mapped at once when a read fault hits an object's pages that are there */

/* Puts `pg` (counted, the reference passes to the entry) in place of `old`, if that is still there. What was looked up
 * in `o` when it had had `cuts`: not if anything was cut since. */
static __always_inline bool install_if(struct mm *mm, pte_t *pte, pte_t old, struct page *pg, pte_t fresh,
	const struct vm_object *o, u32 cuts)
{
	struct spinlock *lock = pt_lock_of(pte);
	spin_lock(lock);
	if (unlikely(*pte != old || (o && READ_ONCE(o->cuts) != cuts))) {
		spin_unlock(lock);
		return false;
	}
	WRITE_ONCE(*pte, fresh);
	mm_count_rss(mm, pg, 1); /* behind the lock it may be gone, and another kind of page */
	spin_unlock(lock);
	return true;
}

static bool install(struct mm *mm, pte_t *pte, pte_t old, struct page *pg, pte_t fresh)
{
	return install_if(mm, pte, old, pg, fresh, NULL, 0);
}

static bool install_of(struct mm *mm, const struct vm_object *o, u32 cuts, pte_t *pte, struct page *pg, pte_t fresh)
{
	return install_if(mm, pte, 0, pg, fresh, o, cuts);
}

/* Another page in place of `old`. No thread may find the new one while others still read the old one: it would write
 * what they do not see, and wake them for it. So there is none for as long as the flush takes; who faults meanwhile
 * waits for the lock. */
static bool replace(struct mm *mm, pte_t *pte, pte_t old, uaddr_t addr, struct page *pg, pte_t fresh)
{
	struct spinlock *lock = pt_lock_of(pte);
	spin_lock(lock);
	if (unlikely(*pte != old)) {
		spin_unlock(lock);
		return false;
	}
	WRITE_ONCE(*pte, 0);
	tlb_flush_page(&mm->arch, addr);
	WRITE_ONCE(*pte, fresh);
	mm_count_rss(mm, pg, 1);
	spin_unlock(lock);
	return true;
}

static int fault_anon(struct mm *mm, struct vma *v, pte_t *pte, uaddr_t addr, bool write)
{
	if (!write) {
		spin_lock(pt_lock_of(pte));
		if (!*pte)
			WRITE_ONCE(*pte, pte_make(zero_page, v->flags, false));
		spin_unlock(pt_lock_of(pte));
		return 0;
	}
	struct page *pg = page_alloc_zeroed(PAGE_ANON);
	if (!pg)
		return -ENOMEM;
	if (!install(mm, pte, 0, pg, pte_make(pg, v->flags, v->flags & VMA_WRITE)))
		page_put(pg);
	return 0;
}

/* Maps neighbours that exist already, so that the next touches do not fault. */
static void map_around(struct mm *mm, struct vma *v, pte_t *pte, uaddr_t addr, u32 cuts)
{
	uaddr_t start = max(v->start, ALIGN_DOWN(addr, AROUND_PAGES * PAGE_SIZE));
	uaddr_t end = min(v->end, ALIGN_DOWN(addr, AROUND_PAGES * PAGE_SIZE) + AROUND_PAGES * PAGE_SIZE);
	pte_t *at = pte - ((addr - start) >> PAGE_SHIFT);
	bool writable = (v->flags & VMA_SHARED) && (v->flags & VMA_WRITE);
	for (uaddr_t va = start; va < end; va += PAGE_SIZE, at++) {
		struct page *pg;
		u64 index = (v->offset + (va - v->start)) >> PAGE_SHIFT;
		if (*at || vm_object_page(v->object, index, false, &pg))
			continue;
		if (!install_of(mm, v->object, cuts, at, pg, pte_make(pg, v->flags, writable)))
			page_put(pg);
	}
}

static int fault_object(struct mm *mm, struct vma *v, pte_t *pte, uaddr_t addr, bool write)
{
	struct page *pg;
	u32 cuts = __atomic_load_n(&v->object->cuts, __ATOMIC_ACQUIRE); /* before the page is looked up */
	int err = vm_object_page(v->object, (v->offset + (addr - v->start)) >> PAGE_SHIFT, true, &pg);
	if (err)
		return err;
	bool shared = v->flags & VMA_SHARED;
	if (write && !shared) {
		struct page *copy = page_alloc(0, PAGE_ANON);
		if (copy)
			page_copy(page_virt(copy), page_virt(pg));
		page_put(pg);
		if (!copy)
			return -ENOMEM;
		pg = copy;
	}
	bool writable = (v->flags & VMA_WRITE) && (write || shared);
	if (!install_of(mm, v->object, cuts, pte, pg, pte_make(pg, v->flags, writable)))
		page_put(pg);
	if (!write)
		map_around(mm, v, pte, addr, cuts);
	return 0;
}

/* A write to a page that is mapped read-only. */
static int fault_write_protected(struct mm *mm, struct vma *v, pte_t *pte, uaddr_t addr, pte_t old)
{
	struct page *pg = page_of_phys(pte_phys(old));
	struct spinlock *lock = pt_lock_of(pte);
	bool shared = v->flags & VMA_SHARED;
	pte_t writable = v->flags & VMA_WRITE ? PTE_WRITE : 0;
	spin_lock(lock);
	if (*pte != old) {
		spin_unlock(lock);
		return 0;
	}
	if (shared || (pg->kind == PAGE_ANON && pg != zero_page && ref_count(&pg->ref) == 1)) {
		WRITE_ONCE(*pte, old | writable | PTE_DIRTY);
		spin_unlock(lock);
		return 0;
	}
	page_get(pg); /* it may lose its mapping while the lock is dropped */
	spin_unlock(lock);
	struct page *copy = pg == zero_page ? page_alloc_zeroed(PAGE_ANON) : page_alloc(0, PAGE_ANON);
	if (copy && pg != zero_page)
		page_copy(page_virt(copy), page_virt(pg));
	bool done = copy && replace(mm, pte, old, addr, copy, pte_make(copy, v->flags, writable));
	if (done && pg != zero_page) {
		mm_count_rss(mm, pg, -1);
		page_put(pg); /* the old entry's */
	} else if (copy && !done) {
		page_put(copy);
	}
	page_put(pg);
	return copy ? 0 : -ENOMEM;
}

static int fault_phys(struct vma *v, pte_t *pte, uaddr_t addr)
{
	phys_t at = v->offset + (addr - v->start);
	bool readable = v->flags & (VMA_READ | VMA_WRITE | VMA_EXEC);
	pte_t e = at | PTE_USER | PTE_ACCESSED | (v->flags & VMA_EXEC ? 0 : pte_nx_mask);
	e |= readable ? PTE_PRESENT : PTE_SOFT1;
	spin_lock(pt_lock_of(pte));
	WRITE_ONCE(*pte, e);
	spin_unlock(pt_lock_of(pte));
	return 0;
}

static bool access_is_allowed(const struct vma *v, u64 error)
{
	if (error & FAULT_FORCED)
		return v->flags & ((error & FAULT_WRITE) ? VMA_MAYWRITE : VMA_MAYREAD) &&
		       !((error & FAULT_WRITE) && (v->flags & VMA_SHARED) && !(v->flags & VMA_WRITE));
	if (error & FAULT_WRITE)
		return v->flags & VMA_WRITE;
	if (error & FAULT_EXEC)
		return v->flags & VMA_EXEC;
	/* x86 cannot map write-only or execute-only: reading works with either. */
	return v->flags & (VMA_READ | VMA_WRITE | VMA_EXEC);
}

/* The vma of a permitted access; mm->lock is held for reading. */
static int fault_in_vma(struct mm *mm, struct vma *v, uaddr_t addr, u64 error)
{
	pte_t *pte = pt_make(mm, addr);
	if (!pte)
		return -ENOMEM;
	pte_t e = READ_ONCE(*pte);
	bool write = error & FAULT_WRITE;
	if (!e) {
		if (v->flags & VMA_PHYS)
			return fault_phys(v, pte, addr);
		return v->object ? fault_object(mm, v, pte, addr, write) : fault_anon(mm, v, pte, addr, write);
	}
	if (unlikely(e & PTE_GUARD))
		return -EACCES;
	if (write && !(e & PTE_WRITE))
		return fault_write_protected(mm, v, pte, addr, e);
	return 0; /* served by another thread meanwhile, or a stale translation that the fault itself removed */
}

/* Finds the vma, lets a stack grow: 0 and the lock held for reading, or an si_code and no lock. */
static int fault_find(struct mm *mm, uaddr_t addr, struct vma **out)
{
	rwlock_read(&mm->lock);
	struct vma *v = mm_find(mm, addr);
	if (likely(v && v->start <= addr)) {
		*out = v;
		return 0;
	}
	bool may_grow = v && (v->flags & VMA_GROWSDOWN);
	rwlock_read_done(&mm->lock);
	if (!may_grow)
		return SEGV_MAPERR;
	rwlock_write(&mm->lock);
	v = mm_find(mm, addr);
	int err = v && v->start > addr ? mm_expand_stack(mm, v, addr) : 0;
	rwlock_write_done(&mm->lock);
	if (!v || err)
		return SEGV_MAPERR;
	rwlock_read(&mm->lock);
	*out = mm_find(mm, addr);
	if (*out && (*out)->start <= addr)
		return 0;
	rwlock_read_done(&mm->lock);
	return SEGV_MAPERR;
}

int mm_fault(struct mm *mm, uaddr_t addr, u64 error, int *sig, int *code)
{
	addr &= PAGE_MASK;
	for (unsigned tried = 0;; tried++) {
		struct vma *v;
		*sig = SIGSEGV;
		*code = addr < USER_TOP ? fault_find(mm, addr, &v) : SEGV_MAPERR;
		if (*code)
			return -EFAULT;
		int err = 0;
		bool allowed = access_is_allowed(v, error);
		if (likely(allowed))
			err = fault_in_vma(mm, v, addr, error);
		rwlock_read_done(&mm->lock);
		if (likely(allowed && !err)) {
			current->min_flt++;
			return 0;
		}
		if (!allowed) {
			*code = SEGV_ACCERR;
			return -EFAULT;
		}
		if (err == -ENOMEM && mm_oom_kill(tried)) {
			if (READ_ONCE(current->work) & TASK_WORK_KILL)
				return 0; /* it is this one that dies: on the way out */
			continue;
		}
		if (err == -EACCES) { /* guarded */
			*code = SEGV_MAPERR;
			return -EFAULT;
		}
		*sig = SIGBUS;
		*code = BUS_ADRERR;
		return -EFAULT;
	}
}
