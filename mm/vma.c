// SPDX-License-Identifier: MIT
/*
 * vma: the tree of mapped ranges: finding, placing, splitting, merging.
 *
 * Promise   vmas of one address space never overlap; neighbours that could be one are one, unless an
 *           owner's callbacks say otherwise
 * Locks     mm->lock: reading for finds, writing for changes. `cached` is a hint that only points at live
 *           vmas, because whoever frees one holds the lock for writing and clears it.
 */
#include "mm/vma.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/mman.h"
#include "mm/pagetable.h"
#include "mm/upcalls.h"

static struct kmem_cache *vma_cache;
u32 mm_max_vmas = MM_DEFAULT_MAX_VMAS;

void vma_init(void)
{
	vma_cache = kmem_cache_create("vma", sizeof(struct vma), 8);
}

static struct vma *vma_of(struct rb_node *n)
{
	return rb_entry_or_null(n, struct vma, node);
}

struct vma *vma_next(struct vma *v)
{
	return vma_of(rb_next(&v->node));
}

struct vma *vma_prev(struct vma *v)
{
	return vma_of(rb_prev(&v->node));
}

struct vma *vma_first(struct mm *mm)
{
	return vma_of(rb_first(&mm->vmas));
}

struct vma *mm_find(struct mm *mm, uaddr_t addr)
{
	struct vma *v = READ_ONCE(mm->cached);
	if (likely(v && addr >= v->start && addr < v->end))
		return v;
	struct rb_node *n = mm->vmas.top;
	struct vma *best = NULL;
	while (n) {
		v = rb_entry(n, struct vma, node);
		if (addr < v->end) {
			best = v;
			if (addr >= v->start)
				break;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	if (best)
		WRITE_ONCE(mm->cached, best);
	return best;
}

struct vma *vma_alloc(struct mm *mm, uaddr_t start, uaddr_t end, u32 flags)
{
	struct vma *v = kmem_cache_alloc(vma_cache);
	if (!v)
		return NULL;
	*v = (struct vma){ .start = start, .end = end, .flags = flags, .mm = mm };
	list_init(&v->object_node);
	return v;
}

static bool may_write_shared(const struct vma *v)
{
	const u32 both = VMA_SHARED | VMA_MAYWRITE;
	return (v->flags & both) == both;
}

void vma_set_object(struct vma *v, struct vm_object *o, u64 offset_bytes)
{
	vm_object_get(o);
	if (may_write_shared(v))
		__atomic_fetch_add(&o->writable_maps, 1, __ATOMIC_RELAXED);
	v->object = o;
	v->offset = offset_bytes;
}

int vma_set_new_object(struct vma *v, u64 offset, size_t bytes)
{
	struct vm_object *o = vm_object_create(offset + bytes);
	if (!o)
		return -ENOMEM;
	int err = v->flags & VMA_NORESERVE || vm_object_promise(o, bytes >> PAGE_SHIFT) ? 0 : -ENOMEM;
	if (!err)
		vma_set_object(v, o, offset);
	vm_object_put(o);
	return err;
}

int vma_set_sealed_object(struct vma *v, struct vm_object *o, u64 offset_bytes)
{
	/* An ordinary file's seals are that there will never be others: no lock for it. */
	if (!(v->flags & VMA_SHARED) || READ_ONCE(o->seals) == F_SEAL_SEAL) {
		vma_set_object(v, o, offset_bytes);
		return 0;
	}
	guard(spin)(&o->maps_lock);
	if (o->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) {
		if (v->flags & VMA_WRITE)
			return -EPERM;
		v->flags &= ~(u32)VMA_MAYWRITE;
	}
	vma_set_object(v, o, offset_bytes);
	return 0;
}

/* What a vma holds; it is on no list any more (or never was). */
void vma_free(struct vma *v)
{
	if (v->object && may_write_shared(v))
		__atomic_fetch_sub(&v->object->writable_maps, 1, __ATOMIC_RELEASE);
	if (v->object)
		vm_object_put(v->object);
	if (v->file)
		vma_file_put(v->file);
	kmem_cache_free(vma_cache, v);
}

static void object_link(struct vma *v)
{
	if (!v->object)
		return;
	spin_lock(&v->object->maps_lock);
	list_add_tail(&v->object->maps, &v->object_node);
	spin_unlock(&v->object->maps_lock);
}

static void object_unlink(struct vma *v)
{
	if (!v->object)
		return;
	spin_lock(&v->object->maps_lock);
	list_del(&v->object_node);
	spin_unlock(&v->object->maps_lock);
}

static void mm_count(struct mm *mm, struct vma *v, long sign)
{
	u64 n = sign * vma_pages(v);
	if (sign < 0)
		mm->total_peak = max(mm->total_peak, mm->total_pages);
	mm->total_pages += n;
	if (v->flags & VMA_STACK)
		mm->stack_pages += n;
	else if ((v->flags & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE)
		mm->data_pages += n;
	else if ((v->flags & (VMA_WRITE | VMA_EXEC)) == VMA_EXEC)
		mm->exec_pages += n;
	if (v->flags & VMA_LOCKED)
		mm->locked_pages += n;
}

static void insert_at(struct mm *mm, struct vma *v, struct rb_node *parent, struct rb_node **link)
{
	rb_link(&mm->vmas, &v->node, parent, link);
	mm->nr_vmas++;
	mm_count(mm, v, 1);
	object_link(v);
}

void vma_insert(struct mm *mm, struct vma *v)
{
	struct rb_node **link = &mm->vmas.top, *parent = NULL;
	while (*link) {
		parent = *link;
		link = v->start < rb_entry(parent, struct vma, node)->start ? &parent->left : &parent->right;
	}
	insert_at(mm, v, parent, link);
}

void vma_append(struct mm *mm, struct vma *v, struct vma *last)
{
	if (last)
		insert_at(mm, v, &last->node, &last->node.right);
	else
		insert_at(mm, v, NULL, &mm->vmas.top);
}

/* Takes it out of the tree; its pages must be unmapped by now (or belong to somebody else). */
void vma_remove(struct mm *mm, struct vma *v)
{
	object_unlink(v);
	mm_count(mm, v, -1);
	rb_erase(&mm->vmas, &v->node);
	mm->nr_vmas--;
	if (mm->cached == v)
		mm->cached = NULL;
}

struct vma *vma_take_first(struct mm *mm)
{
	struct vma *v = vma_of(rb_take_first(&mm->vmas));
	if (v)
		object_unlink(v);
	return v;
}

void vma_set_flags(struct mm *mm, struct vma *v, u32 flags)
{
	mm_count(mm, v, -1);
	v->flags = flags;
	mm_count(mm, v, 1);
}

void vma_set_end(struct mm *mm, struct vma *v, uaddr_t end)
{
	mm_count(mm, v, -1);
	if (v->object)
		spin_lock(&v->object->maps_lock);
	v->end = end;
	if (v->object)
		spin_unlock(&v->object->maps_lock);
	mm_count(mm, v, 1);
}

/* Cuts v in two at `at`; v keeps the lower part, the upper one is answered: NULL: no memory. */
struct vma *vma_split(struct mm *mm, struct vma *v, uaddr_t at)
{
	if (mm->nr_vmas >= READ_ONCE(mm_max_vmas))
		return NULL;
	struct vma *upper = kmem_cache_alloc(vma_cache);
	if (!upper)
		return NULL;
	*upper = *v;
	list_init(&upper->object_node);
	rb_init_node(&upper->node);
	upper->start = at;
	if (upper->object || (upper->flags & VMA_PHYS))
		upper->offset += at - v->start;
	if (upper->object)
		vma_set_object(upper, upper->object, upper->offset);
	if (upper->file)
		vma_file_get(upper->file);
	vma_insert(mm, upper);
	vma_set_end(mm, v, at);
	if (upper->ops && upper->ops->open)
		upper->ops->open(upper);
	return upper;
}

static bool can_merge(const struct vma *a, const struct vma *b)
{
	if (a->end != b->start || (a->flags ^ b->flags) & ~(u32)VMA_GUARDED || a->object != b->object ||
		a->file != b->file || a->ops || b->ops || (a->flags & VMA_PHYS))
		return false;
	return !a->object || a->offset + (a->end - a->start) == b->offset;
}

/* The upper goes only when the lower covers its range: else a truncation between the two would miss it. */
static void absorb(struct mm *mm, struct vma *lower, struct vma *upper)
{
	lower->flags |= upper->flags;
	vma_set_end(mm, lower, upper->end);
	vma_remove(mm, upper);
	vma_free(upper);
}

/* Joins v with its neighbours where it can; answers the vma that now covers v's range. */
struct vma *vma_merge(struct mm *mm, struct vma *v)
{
	struct vma *next = vma_next(v), *prev = vma_prev(v);
	if (next && can_merge(v, next))
		absorb(mm, v, next);
	if (!prev || !can_merge(prev, v))
		return v;
	absorb(mm, prev, v);
	return prev;
}

/* Makes `addr` a boundary between vmas. */
int vma_boundary(struct mm *mm, uaddr_t addr)
{
	struct vma *v = mm_find(mm, addr);
	if (!v || v->start >= addr)
		return 0;
	return vma_split(mm, v, addr) ? 0 : -ENOMEM;
}

bool vma_range_is_free(struct mm *mm, uaddr_t start, uaddr_t end)
{
	struct vma *v = mm_find(mm, start);
	return !v || v->start >= end;
}

/* A growing stack keeps this distance to what lies below it (CVE-2017-1000364). */
static uaddr_t vma_floor(const struct vma *v)
{
	uaddr_t gap = (v->flags & VMA_GROWSDOWN) ? STACK_GUARD_BYTES : 0;
	return v->start > gap ? v->start - gap : 0;
}

/* The highest free range below `ceiling`, not below `floor`; 0: none. */
static uaddr_t find_below(struct mm *mm, size_t bytes, uaddr_t floor, uaddr_t ceiling)
{
	uaddr_t top = ceiling;
	for (;;) {
		if (top < floor + bytes)
			return 0;
		/* The last vma that begins below top. */
		struct rb_node *n = mm->vmas.top;
		struct vma *below = NULL;
		while (n) {
			struct vma *v = rb_entry(n, struct vma, node);
			if (vma_floor(v) < top) {
				below = v;
				n = n->right;
			} else {
				n = n->left;
			}
		}
		if (!below || below->end + bytes <= top)
			return top - bytes;
		top = vma_floor(below);
	}
}

uaddr_t vma_find_free(struct mm *mm, uaddr_t hint, size_t bytes, int flags)
{
	if (bytes > USER_TOP)
		return 0;
	if (hint >= MMAP_MIN_ADDR && hint <= USER_TOP - bytes) {
		struct vma *v = mm_find(mm, hint);
		if (!v || hint + bytes <= vma_floor(v))
			return hint;
	}
	if (flags & MAP_32BIT)
		return find_below(mm, bytes, 0x40000000, 0x80000000); /* mmap(2): the first 2 GiB */
	uaddr_t found = find_below(mm, bytes, MMAP_MIN_ADDR, mm->mmap_base);
	return found ? found : find_below(mm, bytes, mm->mmap_base, USER_TOP);
}
