// SPDX-License-Identifier: MIT
/*
 * vm_object: shared pages; the theory is in vm_object.h.
 *
 * Locks     o->lock while pages are added or removed; readers look up under RCU. A page that a
 *           truncation removes is freed at once: a reader that found it before takes a reference if it is
 *           held by anybody, and then looks whether it still is the object's. That of a stranger is a
 *           moment's (mm/page.h, Lifetime).
 * Order     truncation makes the size small, drops the pages, counts a cut, unmaps. A fault maps a page that it
 *           looked up only if it finds under the page-table lock that nothing was cut since (mm/fault.c):
 *           whatever it mapped before, the unmapping finds.
 */
#include "mm/vm_object.h"
#include "kernel/core/alloc.h"
#include "kernel/core/panic.h"
#include "kernel/core/rcu.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/fcntl.h"
#include "mm/commit.h"
#include "mm/pagetable.h"

static struct kmem_cache *object_cache;
static u64 next_ino; /* [atomic] */

void vm_object_init(void)
{
	object_cache = kmem_cache_create("vm_object", sizeof(struct vm_object), 8);
}

struct vm_object *vm_object_create(u64 size_bytes)
{
	struct vm_object *o = kmem_cache_zalloc(object_cache);
	if (!o)
		return NULL;
	ref_init(&o->ref);
	mutex_init(&o->lock, RANK_VM_OBJECT);
	idtable_init(&o->pages);
	spin_init(&o->maps_lock, RANK_PAGETABLE);
	list_init(&o->maps);
	o->size_bytes = size_bytes;
	o->ino = __atomic_add_fetch(&next_ino, 1, __ATOMIC_RELAXED);
	return o;
}

bool vm_object_promise(struct vm_object *o, u64 pages)
{
	if (!commit_take_shared((s64)pages))
		return false;
	o->promised_pages = pages;
	return true;
}

/* Under maps_lock, so that no new mapping looks at the seals of before and is counted after. */
int vm_object_seal(struct vm_object *o, u32 seals)
{
	guard(spin)(&o->maps_lock);
	if (seals & ~o->seals & F_SEAL_WRITE && __atomic_load_n(&o->writable_maps, __ATOMIC_ACQUIRE))
		return -EBUSY;
	WRITE_ONCE(o->seals, o->seals | seals);
	return 0;
}

void vm_object_get(struct vm_object *o)
{
	ref_get(&o->ref);
}

/* The mount's quota, and a promise of one page if there is none for all. */
static int charge_page(struct vm_object *o)
{
	int err = o->charge ? o->charge(o, 1) : 0;
	if (err || o->promised_pages || commit_take_shared(1))
		return err;
	if (o->charge)
		o->charge(o, -1);
	return -ENOSPC;
}

static void uncharge_pages(struct vm_object *o, s64 pages)
{
	if (!o->promised_pages)
		commit_count(-pages);
	if (o->charge)
		o->charge(o, -pages);
}

static void drop_pages(struct vm_object *o, u64 first, u64 end)
{
	s64 dropped = 0;
	struct page *pg;
	for (u64 i = first; (pg = idtable_next(&o->pages, &i)) && i < end; i++) {
		idtable_remove(&o->pages, i);
		page_put(pg);
		dropped++;
	}
	o->nr_pages -= (u64)dropped;
	if (dropped)
		uncharge_pages(o, dropped);
}

static void unmap_pages(struct vm_object *o, u64 first, u64 end, enum unmap_what what)
{
	__atomic_fetch_add(&o->cuts, 1, __ATOMIC_RELEASE);
	pagetable_unmap_object(o, first, end, what);
}

void vm_object_put(struct vm_object *o)
{
	if (!o || !ref_put(&o->ref))
		return;
	drop_pages(o, 0, UINT64_MAX);
	commit_count(-(s64)o->promised_pages);
	idtable_destroy(&o->pages);
	kmem_cache_free(object_cache, o);
}

static struct page *page_lookup(struct vm_object *o, u64 index)
{
	rcu_read_lock();
	struct page *pg = idtable_get(&o->pages, index);
	if (pg && !ref_tryget(&pg->ref))
		pg = NULL;
	/* The frame may have been freed and reused between the two: look whether it still is this page. */
	if (pg && unlikely(idtable_get(&o->pages, index) != pg)) {
		page_put(pg);
		pg = NULL;
	}
	rcu_read_unlock();
	return pg;
}

static bool is_beyond_end(const struct vm_object *o, u64 index)
{
	return index >= (READ_ONCE(o->size_bytes) + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static int page_make_locked(struct vm_object *o, u64 index, struct page **out)
{
	struct page *pg;
	int err = charge_page(o);
	if (err)
		return err;
	pg = page_alloc_zeroed(PAGE_OBJECT);
	if (pg)
		pg->index = index;
	if (!pg || idtable_set(&o->pages, index, pg)) {
		if (pg)
			page_put(pg);
		uncharge_pages(o, 1);
		return -ENOMEM;
	}
	pg->owner = o;
	o->nr_pages++;
	*out = pg;
	return 0;
}

static int page_create(struct vm_object *o, u64 index, struct page **out)
{
	guard(mutex)(&o->lock);
	if (unlikely(is_beyond_end(o, index))) /* cut while the lock was waited for */
		return -EFAULT;
	*out = idtable_get(&o->pages, index); /* somebody was faster? */
	int err = *out ? 0 : page_make_locked(o, index, out);
	if (err == 0)
		page_get(*out);
	return err;
}

int vm_object_prepare(struct vm_object *o, u64 index, struct page **made)
{
	guard(mutex)(&o->lock);
	*made = NULL;
	return idtable_get(&o->pages, index) ? 0 : page_make_locked(o, index, made);
}

int vm_object_page(struct vm_object *o, u64 index, bool create, struct page **out)
{
	if (is_beyond_end(o, index))
		return -EFAULT;
	*out = page_lookup(o, index);
	if (likely(*out))
		return 0;
	return create ? page_create(o, index, out) : -ENOENT;
}

/* Zeroes the part of page `index` between two offsets, if the page is there. */
static void clear_part(struct vm_object *o, u64 index, u64 from, u64 to)
{
	struct page *pg = idtable_get(&o->pages, index);
	if (pg && to > from)
		memset((char *)page_virt(pg) + from, 0, to - from);
}

void vm_object_truncate(struct vm_object *o, u64 size_bytes)
{
	u64 old = o->size_bytes;
	WRITE_ONCE(o->size_bytes, size_bytes);
	if (size_bytes > old)
		return;
	u64 first = (size_bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
	guard(mutex)(&o->lock);
	/* Asked under the lock, because whoever makes a page has looked at the size under it; mappings may have private
	 * copies of pages that are a hole by now. */
	if (!o->nr_pages && list_is_empty(&o->maps))
		return;
	u64 tail = size_bytes & ~PAGE_MASK;
	if (tail)
		clear_part(o, size_bytes >> PAGE_SHIFT, tail, PAGE_SIZE);
	drop_pages(o, first, UINT64_MAX);
	unmap_pages(o, first, UINT64_MAX, UNMAP_COPIES_TOO);
}

void vm_object_punch(struct vm_object *o, u64 start, u64 end)
{
	u64 first = (start + PAGE_SIZE - 1) >> PAGE_SHIFT, last = end >> PAGE_SHIFT;
	guard(mutex)(&o->lock);
	if (first > last) { /* within one page */
		clear_part(o, start >> PAGE_SHIFT, start & ~PAGE_MASK, end & ~PAGE_MASK);
		return;
	}
	if (start & ~PAGE_MASK)
		clear_part(o, start >> PAGE_SHIFT, start & ~PAGE_MASK, PAGE_SIZE);
	if (end & ~PAGE_MASK)
		clear_part(o, last, 0, end & ~PAGE_MASK);
	if (first < last) {
		drop_pages(o, first, last);
		unmap_pages(o, first, last, UNMAP_SHARED);
	}
}

bool vm_object_find(struct vm_object *o, u64 from, bool data, u64 *found)
{
	u64 i = from;
	rcu_read_lock();
	if (data) {
		bool any = idtable_next(&o->pages, &i) != NULL;
		rcu_read_unlock();
		*found = i;
		return any;
	}
	while (idtable_get(&o->pages, i))
		i++;
	rcu_read_unlock();
	*found = i;
	return true;
}
