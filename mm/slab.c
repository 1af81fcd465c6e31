// SPDX-License-Identifier: MIT
/*
 * slab: per-type caches with per-CPU magazines.
 *
 * Promise   see kernel/core/alloc.h. A slab is a block of pages cut into equal objects, with its header in
 *           front; free objects of a slab are chained through their first word. A magazine is a CPU's
 *           stack of free objects, filled and drained by half.
 * Locks     cache->lock (RANK_SLAB) guards slabs and their chains; magazines: interrupts off
 * Lifetime  an empty slab goes back to the page allocator when another empty one is there
 * Debug     DEBUG_SLAB: freed objects are filled with POISON and checked when they are handed out; a zone
 *           behind each object says whether it is live, how many bytes were asked for and by whom:
 *           slab_show_sites() counts live objects by that, to find leaks. What lies around an object is
 *           looked at when it is freed, which catches overruns to both sides and double frees. In kasan
 *           builds freed objects wait in a quarantine, and the zone has more (mm/kasan_slab.c).
 */
#include "mm/slab.h"
#include "kernel/core/panic.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/symbols.h"
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"
#include "mm/fail.h"
#include "mm/kasan.h"
#include "mm/page.h"

enum { MAGAZINE_OBJECTS = 31, MAX_CACHES = 96, SLAB_MIN_OBJECTS = 8, SLAB_MAX_ORDER = 3, NAME_BYTES = 24 };
enum { KMALLOC_MAX_CACHED = 8192 };

struct magazine {
	u32 count;
	void *objects[MAGAZINE_OBJECTS];
};

struct slab {
	struct list node;	  /* [cache->lock] on partial or full */
	struct kmem_cache *cache; /* [const] */
	void *free;		  /* [cache->lock] chain of free objects */
	u32 nr_free;		  /* [cache->lock] */
};

struct kmem_cache {
	struct spinlock lock;
	u32 size, stride, per_slab, first_offset; /* [const] bytes, bytes, objects, bytes */
	u8 order;				  /* [const] of a slab's pages */
	struct list partial, full;		  /* [lock] */
	u32 nr_slabs, nr_empty;			  /* [lock] */
	u64 nr_out;				  /* [lock] objects out of slabs: live, in magazines or in quarantine */
	u64 nr_quarantined;			  /* [atomic] */
	char name[NAME_BYTES];			  /* [const] */
	struct magazine *magazines[MAX_CPUS];	  /* [that CPU] NULL until first used there */
};

static struct kmem_cache caches[MAX_CACHES];
static u32 nr_caches;
static struct spinlock create_lock = SPINLOCK_INIT(RANK_SLAB);
static struct kmem_cache *kmalloc_caches[16];
static const u16 kmalloc_sizes[] = { 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096, 8192 };
static u8 kmalloc_small[257 / 16 + 1]; /* index of the cache for sizes up to 256, by (n + 15) / 16 */

#ifdef DEBUG_SLAB
enum { POISON = 0x6b };
#define ZONE_LIVE 0x11f3c0dede1f3a11ull
#define ZONE_FREE 0xf4eef4eef4eef4eeull
/* the word before each object: the last of the zone before it, or of the header */
#define ZONE_END 0xedbeedbeedbeedbeull

/* Behind each object. */
struct zone {
	u64 state;
	const void *site;
	u64 bytes; /* asked for */
	struct kasan_zone kasan;
	u64 end;
};
enum { ZONE_BYTES = sizeof(struct zone), LEFT_BYTES = sizeof(u64) };

static struct zone *zone_of(struct kmem_cache *c, void *obj)
{
	return (struct zone *)((char *)obj + c->stride - ZONE_BYTES);
}

static size_t object_room(struct kmem_cache *c)
{
	return c->stride - ZONE_BYTES;
}

static void make_free(struct kmem_cache *c, void *obj)
{
	kasan_unpoison(obj, object_room(c));
	memset(obj, POISON, object_room(c));
	zone_of(c, obj)->state = ZONE_FREE;
}

/* A new slab and its objects, before they are chained. */
static void debug_on_slab(struct kmem_cache *c, void *slab)
{
	kasan_poison(slab, PAGE_SIZE << c->order, KASAN_SLAB_ZONE);
	for (u32 i = 0; i < c->per_slab; i++) {
		void *obj = (char *)slab + c->first_offset + i * c->stride;
		make_free(c, obj);
		zone_of(c, obj)->end = ((u64 *)obj)[-1] = ZONE_END;
		kasan_poison(obj, object_room(c), KASAN_SLAB_FREED);
	}
}

static bool is_poison(const u8 *from, const u8 *end)
{
	while (from < end && *from == POISON)
		from++;
	return from == end;
}

static void debug_on_alloc(struct kmem_cache *c, void *obj, size_t bytes, const void *site)
{
	struct zone *z = zone_of(c, obj);
	if (z->state != ZONE_FREE)
		panic("slab: %s object %p: zone %lx at allocation", c->name, obj, z->state);
	if (!is_poison((u8 *)obj + sizeof(void *), (u8 *)obj + object_room(c)))
		panic("slab: %s object %p: written after free", c->name, obj);
	*(u64 *)obj = POISON * 0x0101010101010101ull; /* the chain of free objects ran through it */
	z->state = ZONE_LIVE;
	z->bytes = bytes;
	z->site = site;
	kasan_slab_made(&z->kasan, obj, bytes, object_room(c));
}

/* More of the object's room is used from now on. */
static void debug_on_resize(struct kmem_cache *c, void *obj, size_t bytes)
{
	struct zone *z = zone_of(c, obj);
	z->bytes = max(z->bytes, (u64)bytes);
	kasan_unpoison(obj, z->bytes);
}

static size_t asked_bytes(struct kmem_cache *c, void *obj)
{
	return zone_of(c, obj)->bytes;
}

/* A free that makes no sense; kasan may be told to go on. */
static void refuse_free(struct kmem_cache *c, void *obj, const char *bug, const void *site)
{
#ifdef KASAN
	kasan_report_free(obj, bug, (u64)site);
#else
	panic("slab: %s object %p: %s", c->name, obj, bug);
#endif
}

/* False: it is not to be freed. */
static bool debug_on_free(struct kmem_cache *c, void *obj, const void *site)
{
	struct zone *z = zone_of(c, obj);
	bool is_start = ((u64)obj - (u64)page_of_virt(obj)->owner - c->first_offset) % c->stride == 0;
	if (!is_start || z->state == ZONE_FREE) {
		refuse_free(c, obj, is_start ? "double free" : "free of no object's start", site);
		return false;
	}
	if (z->state != ZONE_LIVE)
		panic("slab: %s object %p: overrun", c->name, obj);
	if (((u64 *)obj)[-1] != ZONE_END || z->end != ZONE_END)
		panic("slab: %s object %p: what lies before it was written", c->name, obj);
	if (!is_poison((u8 *)obj + z->bytes, (u8 *)obj + object_room(c)))
		panic("slab: %s object %p: written behind the %lu bytes that were asked for", c->name, obj, z->bytes);
	make_free(c, obj);
	kasan_slab_freed(&z->kasan, obj, object_room(c));
	return true;
}
#else
enum { ZONE_BYTES = 0, LEFT_BYTES = 0 };
static inline void debug_on_slab(struct kmem_cache *c, void *slab) {}
static inline void debug_on_alloc(struct kmem_cache *c, void *obj, size_t bytes, const void *site) {}
static inline void debug_on_resize(struct kmem_cache *c, void *obj, size_t bytes) {}
static inline bool debug_on_free(struct kmem_cache *c, void *obj, const void *site)
{
	return true;
}
static inline size_t asked_bytes(struct kmem_cache *c, void *obj)
{
	return c->size;
}
#endif

static void cache_set_up(struct kmem_cache *c, const char *name, size_t size, size_t align)
{
	memset(c, 0, sizeof(*c));
	spin_init(&c->lock, RANK_SLAB);
	align = max(align, sizeof(void *));
	c->size = size;
	c->stride = ALIGN_UP(max(size, sizeof(void *)) + ZONE_BYTES, align);
	c->first_offset = ALIGN_UP(sizeof(struct slab) + LEFT_BYTES, align);
	while (c->order < SLAB_MAX_ORDER &&
		((PAGE_SIZE << c->order) - c->first_offset) / c->stride < SLAB_MIN_OBJECTS)
		c->order++;
	c->per_slab = ((PAGE_SIZE << c->order) - c->first_offset) / c->stride;
	list_init(&c->partial);
	list_init(&c->full);
	strlcpy(c->name, name, sizeof(c->name));
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align)
{
	u64 irq = spin_lock_irqsave(&create_lock);
	if (nr_caches == MAX_CACHES)
		panic("slab: more than %u caches", MAX_CACHES);
	struct kmem_cache *c = &caches[nr_caches++];
	spin_unlock_irqrestore(&create_lock, irq);
	cache_set_up(c, name, size, align);
	return c;
}

static struct slab *slab_create(struct kmem_cache *c)
{
	struct page *pg = page_alloc_inner(c->order, PAGE_SLAB);
	if (!pg)
		return NULL;
	struct slab *s = page_virt(pg);
	for (u64 i = 0; i < 1ul << c->order; i++)
		pg[i].owner = s;
	list_init(&s->node);
	s->cache = c;
	s->free = NULL;
	s->nr_free = c->per_slab;
	debug_on_slab(c, s);
	for (u32 i = c->per_slab; i-- > 0;) {
		void *obj = (char *)s + c->first_offset + i * c->stride;
		*(void **)obj = s->free;
		s->free = obj;
	}
	return s;
}

/* One object out of a slab; the lock is held, and dropped while pages are allocated. */
static void *slab_take(struct kmem_cache *c)
{
	if (list_is_empty(&c->partial)) {
		spin_unlock(&c->lock);
		struct slab *fresh = slab_create(c);
		spin_lock(&c->lock);
		if (fresh) {
			c->nr_slabs++;
			c->nr_empty++;
			list_add_tail(&c->partial, &fresh->node);
		}
		if (list_is_empty(&c->partial))
			return NULL;
	}
	struct slab *s = list_first(&c->partial, struct slab, node);
	if (s->nr_free == c->per_slab)
		c->nr_empty--;
	void *obj = s->free;
	s->free = *(void **)obj;
	if (--s->nr_free == 0) {
		list_del(&s->node);
		list_add(&c->full, &s->node);
	}
	c->nr_out++;
	return obj;
}

/* One object back into its slab; the lock is held. A slab to free is answered. */
static struct slab *slab_return(struct kmem_cache *c, void *obj)
{
	struct slab *s = page_of_virt(obj)->owner;
	*(void **)obj = s->free;
	s->free = obj;
	c->nr_out--;
	if (s->nr_free++ == 0) {
		list_del(&s->node);
		list_add(&c->partial, &s->node);
	}
	if (s->nr_free < c->per_slab)
		return NULL;
	if (c->nr_empty == 0) {
		c->nr_empty++;
		return NULL;
	}
	list_del(&s->node);
	c->nr_slabs--;
	return s;
}

static struct magazine *magazine_create(void)
{
	static char *room;
	static u32 room_left;
	struct magazine *m = NULL;
	spin_lock(&create_lock);
	if (room_left < sizeof(*m)) {
		spin_unlock(&create_lock);
		struct page *pg = page_alloc_inner(0, PAGE_KERNEL);
		if (pg)
			page_clear(page_virt(pg));
		spin_lock(&create_lock);
		if (pg) {
			room = page_virt(pg);
			room_left = PAGE_SIZE;
		}
	}
	if (room_left >= sizeof(*m)) {
		m = (struct magazine *)room;
		room += sizeof(*m);
		room_left -= sizeof(*m);
	}
	spin_unlock(&create_lock);
	return m;
}

/* Fills this CPU's magazine by half and takes one; interrupts are off. */
static __noinline void *cache_alloc_slow(struct kmem_cache *c)
{
	struct magazine *m = c->magazines[cpu_id()];
	if (!m)
		m = c->magazines[cpu_id()] = magazine_create();
	spin_lock(&c->lock);
	void *obj = slab_take(c);
	while (obj && m && m->count < MAGAZINE_OBJECTS / 2) {
		void *more = slab_take(c);
		if (!more)
			break;
		m->objects[m->count++] = more;
	}
	spin_unlock(&c->lock);
	return obj;
}

/* `bytes`: what is used of the object. `site`: the code that asked. */
static __always_inline void *cache_alloc(struct kmem_cache *c, size_t bytes, const void *site)
{
	if (alloc_should_fail())
		return NULL;
	u64 irq = irq_save();
	struct magazine *m = c->magazines[cpu_id()];
	void *obj = likely(m && m->count) ? m->objects[--m->count] : cache_alloc_slow(c);
	irq_restore(irq);
	if (likely(obj))
		debug_on_alloc(c, obj, bytes, site);
	return obj;
}

#define CALLER __builtin_return_address(0)

void *kmem_cache_alloc(struct kmem_cache *c)
{
	return cache_alloc(c, c->size, CALLER);
}

void *kmem_cache_zalloc(struct kmem_cache *c)
{
	void *obj = cache_alloc(c, c->size, CALLER);
	if (likely(obj))
		memset(obj, 0, c->size);
	return obj;
}

static __noinline void cache_free_slow(struct kmem_cache *c, struct magazine *m, void *obj)
{
	struct slab *dead[MAGAZINE_OBJECTS + 1];
	u32 nr_dead = 0;
	spin_lock(&c->lock);
	struct slab *s = slab_return(c, obj);
	if (s)
		dead[nr_dead++] = s;
	while (m && m->count > MAGAZINE_OBJECTS / 2) {
		s = slab_return(c, m->objects[--m->count]);
		if (s)
			dead[nr_dead++] = s;
	}
	spin_unlock(&c->lock);
	while (nr_dead)
		page_put(page_of_virt(dead[--nr_dead]));
}

/* Interrupts are off. */
static __always_inline void magazine_push(struct kmem_cache *c, void *obj)
{
	struct magazine *m = c->magazines[cpu_id()];
	if (likely(m && m->count < MAGAZINE_OBJECTS))
		m->objects[m->count++] = obj;
	else
		cache_free_slow(c, m, obj);
}

#ifdef KASAN
static void free_at_last(struct kasan_zone *kasan)
{
	struct zone *z = container_of(kasan, struct zone, kasan);
	struct kmem_cache *c = ((struct slab *)page_of_virt(z)->owner)->cache;
	__atomic_fetch_sub(&c->nr_quarantined, 1, __ATOMIC_RELAXED);
	magazine_push(c, (char *)z - object_room(c));
}

static void cache_put(struct kmem_cache *c, void *obj)
{
	struct kasan_zone *z = &zone_of(c, obj)->kasan;
	__atomic_fetch_add(&c->nr_quarantined, 1, __ATOMIC_RELAXED);
	kasan_quarantine_put(z, c->stride);
	while ((z = kasan_quarantine_take()))
		free_at_last(z);
}

bool slab_find(u64 va, struct slab_place *place)
{
	struct slab *s = page_of_virt((void *)ALIGN_DOWN(va, PAGE_SIZE))->owner;
	struct kmem_cache *c = s->cache;
	u64 first = (u64)s + c->first_offset;
	u64 i = va < first ? 0 : min((va - first) / c->stride, (u64)c->per_slab - 1);
	u64 obj = first + i * c->stride;
	/* In a zone: nearer to the object behind it? */
	if (va > obj + object_room(c) && i + 1 < c->per_slab && va - (obj + object_room(c)) > obj + c->stride - va)
		obj += c->stride;
	place->cache = c->name;
	place->object = obj;
	place->bytes = asked_bytes(c, (void *)obj);
	place->zone = &zone_of(c, (void *)obj)->kasan;
	return true;
}
#else
#define cache_put magazine_push
#endif

static __always_inline void cache_free(struct kmem_cache *c, void *obj, const void *site)
{
	if (!debug_on_free(c, obj, site))
		return;
	u64 irq = irq_save();
	cache_put(c, obj);
	irq_restore(irq);
}

void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	cache_free(c, obj, CALLER);
}

/* --- sizes instead of types --- */

void slab_init(void)
{
	for (unsigned i = 0; i < ARRAY_LEN(kmalloc_sizes); i++) {
		char name[NAME_BYTES];
		fmt_snprintf(name, sizeof(name), "kmalloc-%u", kmalloc_sizes[i]);
		kmalloc_caches[i] = kmem_cache_create(name, kmalloc_sizes[i], 16);
	}
	for (unsigned step = 0; step < ARRAY_LEN(kmalloc_small); step++)
		while (kmalloc_sizes[kmalloc_small[step]] < step * 16)
			kmalloc_small[step]++;
}

static struct kmem_cache *kmalloc_cache(size_t n)
{
	if (n <= 256)
		return kmalloc_caches[kmalloc_small[(n + 15) / 16]];
	unsigned i = 7;
	while (kmalloc_sizes[i] < n)
		i++;
	return kmalloc_caches[i];
}

static void *alloc_bytes(size_t n, const void *site)
{
	if (likely(n <= KMALLOC_MAX_CACHED))
		return cache_alloc(kmalloc_cache(n), n, site);
	if (n > PAGE_SIZE << PAGE_MAX_ORDER)
		return NULL;
	unsigned order = 64 - __builtin_clzll((n - 1) >> PAGE_SHIFT);
	struct page *pg = page_alloc(order, PAGE_KERNEL);
	if (!pg)
		return NULL;
	pg->index = n;
	kasan_poison(page_virt(pg), PAGE_SIZE << order, KASAN_PAGE_ZONE);
	kasan_unpoison(page_virt(pg), n);
	return page_virt(pg);
}

void *kmalloc(size_t n)
{
	return alloc_bytes(n, CALLER);
}

void *kzalloc(size_t n)
{
	void *p = alloc_bytes(n, CALLER);
	if (p)
		memset(p, 0, n);
	return p;
}

void kfree(const void *p)
{
	if (!p)
		return;
	struct page *pg = page_of_virt(p);
	if (pg->kind == PAGE_SLAB)
		cache_free(((struct slab *)pg->owner)->cache, (void *)p, CALLER);
	else
		page_put(pg);
}

/* Lets an allocation have n bytes where it is; false: it has not so much room. */
static bool resize_in_place(void *p, size_t n)
{
	struct page *pg = page_of_virt(p);
	if (pg->kind == PAGE_SLAB) {
		struct kmem_cache *c = ((struct slab *)pg->owner)->cache;
		if (n > c->size)
			return false;
		debug_on_resize(c, p, n);
		return true;
	}
	if (n > PAGE_SIZE << pg->order)
		return false;
	pg->index = max(pg->index, (u64)n);
	kasan_unpoison(p, pg->index);
	return true;
}

static size_t used_bytes(void *p)
{
	struct page *pg = page_of_virt(p);
	return pg->kind == PAGE_SLAB ? asked_bytes(((struct slab *)pg->owner)->cache, p) : pg->index;
}

void *krealloc(void *p, size_t n)
{
	if (p && resize_in_place(p, n))
		return p;
	void *bigger = alloc_bytes(n, CALLER);
	if (bigger && p) {
		memcpy(bigger, p, used_bytes(p));
		kfree(p);
	}
	return bigger;
}

char *kstrdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = alloc_bytes(n, CALLER);
	if (copy)
		memcpy(copy, s, n);
	return copy;
}

/* --- figures --- */

static u64 cache_live(struct kmem_cache *c)
{
	u64 in_magazines = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		in_magazines += c->magazines[cpu] ? READ_ONCE(c->magazines[cpu]->count) : 0;
	return c->nr_out - in_magazines - READ_ONCE(c->nr_quarantined);
}

u64 slab_live_objects(void)
{
	u64 n = 0;
	for (u32 i = 0; i < nr_caches; i++)
		n += cache_live(&caches[i]);
	return n;
}

void slab_show(struct strbuf *sb)
{
	strbuf_printf(sb, "slabinfo - version: 2.1\n"
			  "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables "
			  "<limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for (u32 i = 0; i < nr_caches; i++) {
		struct kmem_cache *c = &caches[i];
		strbuf_printf(sb, "%-17s %6lu %6lu %6u %4u %4u : tunables    0    0    0 : slabdata %6u %6u      0\n",
			c->name, cache_live(c), (u64)c->nr_slabs * c->per_slab, c->size, c->per_slab, 1u << c->order,
			c->nr_slabs, c->nr_slabs);
	}
}

#ifdef DEBUG_SLAB
enum { SITES_MAX = 128, SITES_TEXT_BYTES = 32 << 10 };

struct sites {
	unsigned nr;
	struct { u64 pc, live; } at[SITES_MAX];
};

static void count_site(struct sites *sites, u64 pc)
{
	unsigned i = 0;
	while (i < sites->nr && sites->at[i].pc != pc)
		i++;
	if (i == SITES_MAX)
		return;
	if (i == sites->nr)
		sites->at[sites->nr++].pc = pc;
	sites->at[i].live++;
}

static void count_slabs(struct kmem_cache *c, struct list *slabs, struct sites *sites)
{
	struct slab *s;
	list_for_each(s, slabs, node)
		for (u32 i = 0; i < c->per_slab; i++) {
			struct zone *z = zone_of(c, (char *)s + c->first_offset + i * c->stride);
			if (z->state == ZONE_LIVE)
				count_site(sites, (u64)z->site);
		}
}

void slab_show_sites(struct strbuf *sb)
{
	struct sites *sites = kzalloc(sizeof(*sites));
	/* The text's own memory is counted, too: let it have its last size from the first line on. */
	strbuf_pad(sb, SITES_TEXT_BYTES);
	strbuf_reset(sb);
	for (u32 k = 0; sites && k < nr_caches; k++) {
		struct kmem_cache *c = &caches[k];
		memset(sites, 0, sizeof(*sites));
		u64 irq = spin_lock_irqsave(&c->lock);
		count_slabs(c, &c->partial, sites);
		count_slabs(c, &c->full, sites);
		spin_unlock_irqrestore(&c->lock, irq);
		for (unsigned i = 0; i < sites->nr; i++) {
			char name[96];
			symbol_describe(sites->at[i].pc, name, sizeof(name));
			strbuf_printf(sb, "%-17s %6lu %s\n", c->name, sites->at[i].live, name);
		}
	}
	kfree(sites);
}
#else
void slab_show_sites(struct strbuf *sb)
{
	strbuf_puts(sb, "only the debug build keeps these\n");
}
#endif
