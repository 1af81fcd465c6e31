// SPDX-License-Identifier: MIT
/*
 * populate: having pages before they are touched, and asking which are there.
 *
 * Promise   mm_populate() makes pages as a touch by the program would, one fault at a time, so what else goes on in
 *           the address space does not wait for it. mincore(2) tells of a page whether a touch would have to make it.
 * Locks     mm->lock for reading, let go between two pages; the table's lock while entries are looked at
 * Linux     mmap(2) "MAP_POPULATE", madvise(2), mincore(2): a file's pages are told to those who may write it
 */
#include "kernel/core/alloc.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "mm/pagetable.h"
#include "mm/uaccess.h"
#include "mm/upcalls.h"
#include "mm/vma.h"

/* --- making --- */

struct step {
	uaddr_t next;	 /* where to go on after this page, or this mapping */
	uaddr_t vma_end; /* of the mapping that has it */
	bool is_wanted, write;
};

/* What is to be done at va; 0, or the error of a mapping that cannot be had. */
static int plan(struct mm *mm, uaddr_t va, enum populate how, struct step *s)
{
	guard(rwread)(&mm->lock);
	struct vma *v = mm_find(mm, va);
	*s = (struct step){ .next = v ? max(v->start, va) : USER_TOP };
	if (!v || v->start > va)
		return how == POPULATE_TRY ? 0 : -ENOMEM;
	s->next = s->vma_end = v->end;
	bool is_private_writable = (v->flags & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE;
	u32 need = how == POPULATE_READ ? VMA_READ : how == POPULATE_WRITE ? VMA_WRITE :
									     VMA_READ | VMA_WRITE | VMA_EXEC;
	s->write = how == POPULATE_WRITE || (is_private_writable && how != POPULATE_READ);
	if (v->flags & VMA_PHYS || (v->flags & VMA_LOCKONFAULT && how <= POPULATE_LOCK))
		return 0;
	if (!(v->flags & need))
		return how == POPULATE_TRY ? 0 : how == POPULATE_LOCK ? -EFAULT : -EINVAL;
	s->next = va + PAGE_SIZE;
	pte_t *pte = pt_find(mm, va);
	pte_t e = pte ? READ_ONCE(*pte) : 0;
	s->is_wanted = !pte_has_page(e) || (s->write && !(e & PTE_WRITE));
	return 0;
}

int mm_populate(struct mm *mm, uaddr_t start, uaddr_t end, enum populate how)
{
	struct step s;
	for (uaddr_t va = start; va < end; va = s.next) {
		int sig, code, err = plan(mm, va, how, &s);
		if (err)
			return err;
		if (READ_ONCE(current->work) & TASK_WORK_KILL)
			return -EINTR;
		if (!s.is_wanted || mm_fault(mm, va, FAULT_USER | (s.write ? FAULT_WRITE : 0), &sig, &code) == 0)
			continue;
		if (how != POPULATE_TRY)
			return -EFAULT;
		s.next = s.vma_end; /* the rest of it is as little to be had */
	}
	return 0;
}

/* --- asking --- */

/* Of a page that no entry maps. */
static bool object_has_page(struct vma *v, uaddr_t va)
{
	struct page *pg;
	if (!v->object || vm_object_page(v->object, (v->offset + (va - v->start)) >> PAGE_SHIFT, false, &pg))
		return false;
	page_put(pg);
	return true;
}

/* One byte for each page of one mapping from va on. */
static void look(struct mm *mm, struct vma *v, uaddr_t va, u8 *out, size_t nr)
{
	bool may_know = !v->file || !v->object || vma_file_may_know(v->file);
	for (size_t i = 0; i < nr; i++, va += PAGE_SIZE) {
		pte_t *pte = pt_find(mm, va);
		out[i] = !may_know || (pte && pte_has_page(READ_ONCE(*pte))) || object_has_page(v, va);
	}
}

/* The pages from va on that lie in one mapping, at most nr: how many, or -ENOMEM: none. */
static ssize_t look_once(struct mm *mm, uaddr_t va, u8 *out, size_t nr)
{
	guard(rwread)(&mm->lock);
	struct vma *v = mm_find(mm, va);
	if (!v || v->start > va)
		return -ENOMEM;
	nr = min(nr, (v->end - va) >> PAGE_SHIFT);
	look(mm, v, va, out, nr);
	return (ssize_t)nr;
}

long sys_mincore(unsigned long addr, size_t length, unsigned char __user *vec)
{
	enum { PART = 256 };
	u8 part[PART];
	size_t pages = length / PAGE_SIZE + (length % PAGE_SIZE != 0), done = 0;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr > USER_TOP || length > USER_TOP - addr)
		return -ENOMEM;
	if (!access_ok(vec, pages))
		return -EFAULT;
	while (done < pages) {
		ssize_t n = look_once(current->mm, addr + done * PAGE_SIZE, part, min(pages - done, (size_t)PART));
		if (n < 0)
			return n;
		if (copy_to_user(vec + done, part, (size_t)n))
			return -EFAULT;
		done += (size_t)n;
	}
	return 0;
}
