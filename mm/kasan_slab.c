// SPDX-License-Identifier: MIT
/*
 * kasan_slab: marks slab objects, remembers who made and who freed them, and keeps freed ones for a while.
 *
 * Promise   an object is accessible for exactly the bytes that were asked for. A freed one is not handed out
 *           again before this CPU has freed QUARANTINE_SHARE of the memory's bytes, so a late access finds
 *           it still marked.
 * Locks     the quarantine is this CPU's: interrupts off
 * Lifetime  a zone lies behind its object in the same slab and lives as long
 */
#include "kernel/core/task.h"
#include "mm/kasan.h"
#include "mm/page.h"

#ifdef KASAN
enum { QUARANTINE_SHARE = 64 /* all CPUs together: one part in 64 of the memory */ };

struct quarantine {
	struct kasan_zone *oldest, *newest;
	u64 bytes;
};
static DEFINE_PERCPU(struct quarantine, quarantine);

void kasan_track_take(struct kasan_track *t)
{
	enum { SELF = 1 }; /* this function's own return address */
	u64 pcs[KASAN_TRACK_DEPTH + SELF];
	unsigned n = arch_backtrace(NULL, pcs, KASAN_TRACK_DEPTH + SELF);
	for (unsigned i = 0; i < KASAN_TRACK_DEPTH; i++)
		t->pcs[i] = i + SELF < n ? (u32)pcs[i + SELF] : 0;
	t->tid = current ? current->tid : 0;
	t->cpu = cpu_id();
}

void kasan_slab_made(struct kasan_zone *z, void *obj, size_t bytes, size_t room)
{
	kasan_track_take(&z->made);
	z->freed.pcs[0] = 0;
	kasan_poison(obj, room, KASAN_SLAB_ZONE);
	kasan_unpoison(obj, bytes);
}

void kasan_slab_freed(struct kasan_zone *z, void *obj, size_t room)
{
	kasan_track_take(&z->freed);
	kasan_poison(obj, room, KASAN_SLAB_FREED);
}

void kasan_quarantine_put(struct kasan_zone *z, u32 stride)
{
	struct quarantine *q = this_cpu_ptr(struct quarantine, quarantine);
	z->stride = stride;
	z->next = NULL;
	if (q->newest)
		q->newest->next = z;
	else
		q->oldest = z;
	q->newest = z;
	q->bytes += stride;
}

struct kasan_zone *kasan_quarantine_take(void)
{
	struct quarantine *q = this_cpu_ptr(struct quarantine, quarantine);
	struct kasan_zone *z = q->oldest;
	if (!z || q->bytes <= pages_total() * PAGE_SIZE / QUARANTINE_SHARE / nr_cpus)
		return NULL;
	q->oldest = z->next;
	if (!q->oldest)
		q->newest = NULL;
	q->bytes -= z->stride;
	return z;
}
#endif
