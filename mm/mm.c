// SPDX-License-Identifier: MIT
/*
 * mm: making, copying and ending address spaces.
 *
 * Promise   see mm.h. A fork copies the tree and the page tables; private pages are shared read-only until
 *           one side writes.
 * Locks     fork: the parent's lock for writing (its entries lose write permission), the child's is private
 * Lifetime  the last mm_unuse() unmaps everything; the struct stays until the last mm_put()
 */
#include "kernel/core/alloc.h"
#include "kernel/core/panic.h"
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/mman.h"
#include "mm/check.h"
#include "mm/commit.h"
#include "mm/pagetable.h"
#include "mm/uaccess.h"
#include "mm/upcalls.h"
#include "mm/vma.h"

static struct kmem_cache *mm_cache;

void mm_init(void)
{
	mm_cache = kmem_cache_create("mm", sizeof(struct mm), 64);
	vma_init();
	vm_object_init();
	commit_init();
}

struct mm *mm_create(void)
{
	struct mm *mm = kmem_cache_zalloc(mm_cache);
	if (!mm)
		return NULL;
	ref_init(&mm->users);
	ref_init(&mm->ref);
	rwlock_init(&mm->lock, RANK_MM);
	rb_init(&mm->vmas);
	mm->mmap_base = USER_TOP;
	if (arch_mm_init(&mm->arch)) {
		kmem_cache_free(mm_cache, mm);
		return NULL;
	}
	return mm;
}

static struct vma *vma_clone(struct mm *to, struct vma *v)
{
	struct vma *copy = vma_alloc(to, v->start, v->end, v->flags & ~(u32)VMA_LOCK_BITS);
	if (!copy)
		return NULL;
	copy->offset = v->offset;
	copy->ops = v->ops;
	copy->priv = v->priv;
	if (v->object)
		vma_set_object(copy, v->object, v->offset);
	if (v->file) {
		copy->file = v->file;
		vma_file_get(v->file);
	}
	return copy;
}

static int fork_vmas(struct mm *to, struct mm *from)
{
	struct vma *last = NULL;
	for (struct vma *v = vma_first(from); v; v = vma_next(v)) {
		if (unlikely(v->flags & VMA_DONTFORK)) {
			if (v->flags & VMA_ACCOUNT)
				commit_give(to, (s64)vma_pages(v));
			continue;
		}
		struct vma *copy = vma_clone(to, v);
		if (!copy)
			return -ENOMEM;
		vma_append(to, copy, last);
		last = copy;
		if (copy->ops && copy->ops->open)
			copy->ops->open(copy);
		if (v->flags & VMA_WIPEONFORK)
			continue;
		int err = pt_copy_range(to, from, v);
		if (err)
			return err;
	}
	return 0;
}

static s64 accounted_pages(struct mm *mm)
{
	s64 n = 0;
	for (struct vma *v = vma_first(mm); v; v = vma_next(v))
		n += v->flags & VMA_ACCOUNT ? (s64)vma_pages(v) : 0;
	return n;
}

struct mm *mm_fork(struct mm *from)
{
	struct mm *to = mm_create();
	if (!to)
		return NULL;
	rwlock_write(&from->lock);
	to->mmap_base = from->mmap_base;
	to->brk_start = from->brk_start;
	to->brk = from->brk;
	to->stack_top = from->stack_top;
	to->vdso = from->vdso;
	to->membarrier = READ_ONCE(from->membarrier);
	if (from->exe) {
		to->exe = from->exe;
		vma_file_get(to->exe);
	}
	commit_fork(to, from);
	int err = fork_vmas(to, from);
	if (!err && commit_fork_is_refused(from))
		err = -ENOMEM;
	tlb_flush_all(&from->arch);
	rwlock_write_done(&from->lock);
	if (err) {
		/* What was promised for mappings that it did not come to have. */
		commit_give(to, to->committed_pages - accounted_pages(to));
		mm_unuse(to);
		return NULL;
	}
	return to;
}

void mm_use(struct mm *mm)
{
	ref_get(&mm->users);
}

static void mm_unmap_all(struct mm *mm)
{
	struct vma *v;
#ifdef DEBUG
	WARN_ON(mm->committed_pages != accounted_pages(mm));
#endif
	commit_give(mm, mm->committed_pages);
	mm->cached = NULL;
	while ((v = vma_take_first(mm))) {
		if (v->ops && v->ops->close)
			v->ops->close(v);
		uaddr_t start = v->start, end = v->end;
		pt_unmap_range(mm, v, start, end);
		vma_free(v);
		v = vma_first(mm);
		pt_free_tables(mm, start, end, 0, v ? v->start : UINT64_MAX);
	}
	WARN_ON(mm->nr_tables);
}

void mm_unuse(struct mm *mm)
{
	if (!mm || !ref_put(&mm->users))
		return;
	mm_check_at_end(mm);
	mm_unmap_all(mm);
	if (mm->exe)
		vma_file_put(mm->exe);
	mm->exe = NULL;
	mm_put(mm);
}

void mm_get(struct mm *mm)
{
	ref_get(&mm->ref);
}

void mm_put(struct mm *mm)
{
	if (!mm || !ref_put(&mm->ref))
		return;
	arch_mm_destroy(&mm->arch);
	kmem_cache_free(mm_cache, mm);
}

struct mm *mm_of_task(struct task *t)
{
	spin_lock(&t->lock);
	struct mm *mm = t->mm;
	if (mm && !ref_tryget(&mm->users))
		mm = NULL;
	spin_unlock(&t->lock);
	return mm;
}

void mm_switch_to(struct mm *mm)
{
	struct task *t = current;
	spin_lock(&t->lock);
	t->mm = mm;
	spin_unlock(&t->lock);
	u64 irq = irq_save();
	t->arch_mm = mm ? &mm->arch : NULL;
	arch_mm_switch(t->arch_mm);
	irq_restore(irq);
}

void mm_set_brk(struct mm *mm, uaddr_t start)
{
	mm->brk_start = mm->brk = start;
}

int mm_setup_stack(struct mm *mm, uaddr_t top, size_t used, bool exec)
{
	u32 flags = vma_flags_of_prot(PROT_READ | PROT_WRITE | (exec ? PROT_EXEC : 0)) | VMA_MAYREAD |
		    VMA_MAYWRITE | VMA_MAYEXEC | VMA_GROWSDOWN | VMA_STACK | VMA_ACCOUNT;
	enum { SPARE_BYTES = 32 * PAGE_SIZE }; /* 128 KiB more than is used, as programs see it on Linux */
	size_t bytes = used + SPARE_BYTES;
	guard(rwwrite)(&mm->lock);
	if (!vma_range_is_free(mm, top - bytes, top))
		return -EEXIST;
	s64 pages = (s64)(bytes >> PAGE_SHIFT);
	if (!commit_take(mm, pages, 0))
		return -ENOMEM;
	struct vma *v = vma_alloc(mm, top - bytes, top, flags);
	if (!v) {
		commit_give(mm, pages);
		return -ENOMEM;
	}
	vma_insert(mm, v);
	mm->stack_top = top;
	return 0;
}

int mm_add_pages(struct mm *mm, uaddr_t addr, struct page **pages, unsigned n)
{
	guard(rwwrite)(&mm->lock);
	struct vma *v = mm_find(mm, addr);
	for (unsigned i = 0; i < n; i++)
		if (!pt_make(mm, addr + i * PAGE_SIZE))
			return -ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		pte_t *pte = pt_find(mm, addr + i * PAGE_SIZE);
		WRITE_ONCE(*pte, pte_make(pages[i], v->flags, true));
	}
	mm->rss_anon += n;
	return 0;
}

int mm_map_vdso(struct mm *mm)
{
	const struct vdso_image *image = arch_vdso();
	guard(rwwrite)(&mm->lock);
	uaddr_t at = vma_find_free(mm, 0, PAGE_SIZE + image->text_bytes, 0);
	if (!at)
		return -ENOMEM;
	struct vma *data = vma_alloc(mm, at, at + PAGE_SIZE,
		VMA_READ | VMA_MAYREAD | VMA_PHYS | VMA_VVAR | VMA_DONTDUMP);
	struct vma *text = vma_alloc(mm, at + PAGE_SIZE, at + PAGE_SIZE + image->text_bytes,
		VMA_READ | VMA_EXEC | VMA_MAYREAD | VMA_MAYEXEC | VMA_PHYS | VMA_VDSO);
	if (!data || !text) {
		if (data)
			vma_free(data);
		if (text)
			vma_free(text);
		return -ENOMEM;
	}
	data->offset = image->data;
	text->offset = image->text;
	vma_insert(mm, data);
	vma_insert(mm, text);
	mm->vdso = at + PAGE_SIZE;
	return 0;
}
