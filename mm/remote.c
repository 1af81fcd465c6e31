// SPDX-License-Identifier: MIT
/*
 * remote: reaching into an address space that is not the current one.
 *
 * Promise   bytes go straight between the caller's memory and the other side's pages, without a buffer in between
 *           and without mapping them: the kernel sees all of memory. A page is made if need be, as its
 *           owner's own access would, and with REMOTE_FORCE also a private copy of what he may not write.
 * Locks     pages' bytes move under mm->lock (read) and their table's spinlock: so they stay where they are, also
 *           from a truncation, and no fork shares one half-way. The caller's own side must therefore not fault
 *           meanwhile; what is missing there is faulted in between two attempts.
 * Lifetime  the caller holds a user of the address space, or its task is known to sleep (uio_hand_over)
 * Linux     process_vm_readv(2), proc_pid_mem(5)
 */
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "mm/page.h"
#include "mm/pagetable.h"
#include "mm/uio.h"
#include "mm/vma.h"

/* Moves n bytes within one page; fewer if the near side is not there. The table's lock is held. */
static size_t move_in_page(pte_t e, uaddr_t at, struct uio *near, size_t n, unsigned how)
{
	char *there = (char *)page_virt(page_of_phys(pte_phys(e))) + (at & ~PAGE_MASK);
	return how & REMOTE_WRITE ? uio_take_nofault(near, there, n) : uio_put_nofault(near, there, n);
}

/* --- with faults --- */

static bool vma_permits(const struct vma *v, unsigned how)
{
	bool write = how & REMOTE_WRITE;
	u32 need = how & REMOTE_FORCE ? (write ? VMA_MAYWRITE : VMA_MAYREAD) : (write ? VMA_WRITE : VMA_READ);
	u32 never = write ? VMA_PHYS : VMA_VVAR; /* the clock's page is a device's, says Linux */
	return v->flags & need && !(v->flags & never);
}

static bool pte_permits(pte_t e, unsigned how)
{
	if (!pte_has_page(e))
		return false;
	if (!(how & REMOTE_WRITE) || e & PTE_WRITE)
		return true;
	struct page *pg = page_of_phys(pte_phys(e));
	return how & REMOTE_FORCE && pg->kind == PAGE_ANON && pg != zero_page && ref_count(&pg->ref) == 1;
}

/* What is moved in one hold of the locks lies in one mapping and under one table, and is no more than this. */
enum { PIECE_BYTES = 16 * PAGE_SIZE };

static size_t piece_length(const struct vma *v, uaddr_t at, size_t n)
{
	size_t in_table = PAGE_SIZE * PT_ENTRIES - (at & (PAGE_SIZE * PT_ENTRIES - 1));
	return min(min(n, (size_t)(v->end - at)), min(in_table, (size_t)PIECE_BYTES));
}

/* From page to page, until one is not there: -EAGAIN if it is the first one. *near_ends: the near side is not. */
static ssize_t move_pages(pte_t *pte, uaddr_t at, struct uio *near, size_t n, unsigned how, bool *near_ends)
{
	size_t done = 0;
	guard(spin)(pt_lock_of(pte));
	for (; done < n && !*near_ends; pte++) {
		if (!pte_permits(*pte, how))
			return done ? (ssize_t)done : -EAGAIN;
		size_t part = min(n - done, PAGE_SIZE - ((at + done) & ~PAGE_MASK));
		size_t moved = move_in_page(*pte, at + done, near, part, how);
		done += moved;
		*near_ends = moved < part;
	}
	return (ssize_t)done;
}

/* Bytes moved; -EAGAIN: the far page is not there; -EIO: it never will be. */
static ssize_t try_piece(struct mm *mm, uaddr_t at, struct uio *near, size_t n, unsigned how, bool *near_ends)
{
	guard(rwread)(&mm->lock);
	struct vma *v = mm_find(mm, at);
	if (!v || v->start > at) /* a stack may yet grow */
		return v && v->flags & VMA_GROWSDOWN ? -EAGAIN : -EIO;
	if (!vma_permits(v, how))
		return -EIO;
	pte_t *pte = pt_find(mm, at);
	return pte ? move_pages(pte, at, near, piece_length(v, at, n), how, near_ends) : -EAGAIN;
}

static int fault_in(struct mm *mm, uaddr_t at, bool write, bool force)
{
	int sig, code;
	return mm_fault(mm, at, FAULT_USER | (write ? FAULT_WRITE : 0) | (force ? FAULT_FORCED : 0), &sig, &code);
}

/* Makes the next byte of the caller's own side accessible. */
static int near_fault_in(struct uio *near, unsigned how)
{
	(void)uio_segment_room(near);
	return fault_in(current->mm, (uaddr_t)near->seg->iov_base + near->seg_off, !(how & REMOTE_WRITE), false);
}

ssize_t mm_move_remote(struct mm *mm, uaddr_t addr, struct uio *near, size_t n, unsigned how)
{
	size_t done = 0;
	int err = n ? -EIO : 0;
	while (done < n) {
		uaddr_t at = addr + done;
		if (at >= USER_TOP || READ_ONCE(current->work) & TASK_WORK_KILL)
			break;
		bool near_ends = false;
		ssize_t moved = try_piece(mm, at, near, n - done, how, &near_ends);
		err = 0;
		if (moved == -EAGAIN)
			err = fault_in(mm, at, how & REMOTE_WRITE, how & REMOTE_FORCE) ? -EIO : 0;
		else if (moved < 0)
			err = moved;
		else if (near_ends && near->left)
			err = near_fault_in(near, how);
		done += max(moved, (ssize_t)0);
		if (err || !near->left)
			break;
	}
	return done ? (ssize_t)done : err;
}

static ssize_t move_buffer(struct mm *mm, uaddr_t addr, void *buf, size_t n, unsigned how)
{
	struct uio u;
	uio_init_kernel(&u, buf, n);
	return mm_move_remote(mm, addr, &u, n, how);
}

ssize_t mm_write_remote(struct mm *mm, uaddr_t addr, const void *buf, size_t n, bool force)
{
	return move_buffer(mm, addr, (void *)buf, n, REMOTE_WRITE | (force ? REMOTE_FORCE : 0));
}

ssize_t mm_read_remote(struct mm *mm, uaddr_t addr, void *buf, size_t n, bool force)
{
	return move_buffer(mm, addr, buf, n, force ? REMOTE_FORCE : 0);
}

/* --- without: into a sleeping reader's memory --- */

static bool hand_over_piece(struct mm *mm, uaddr_t at, size_t n, struct uio *from)
{
	const pte_t writable = PTE_PRESENT | PTE_USER | PTE_WRITE;
	pte_t *pte = pt_find(mm, at);
	if (!pte)
		return false;
	guard(spin)(pt_lock_of(pte));
	return (*pte & writable) == writable && move_in_page(*pte, at, from, n, REMOTE_WRITE) == n;
}

size_t uio_hand_over(struct uio *to, struct mm *to_mm, struct uio *from)
{
	struct uio_mark to_mark, from_mark;
	size_t total = min(to->left, from->left);
	uio_save(to, &to_mark);
	uio_save(from, &from_mark);
	guard(rwread)(&to_mm->lock);
	for (size_t done = 0; done < total;) {
		size_t part = min(uio_segment_room(to), total - done);
		uaddr_t at = (uaddr_t)to->seg->iov_base + to->seg_off;
		part = min(part, PAGE_SIZE - (at & ~PAGE_MASK));
		if (!hand_over_piece(to_mm, at, part, from)) {
			uio_restore(to, &to_mark);
			uio_restore(from, &from_mark);
			return 0;
		}
		uio_advance(to, part);
		done += part;
	}
	return total;
}
