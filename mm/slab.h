// SPDX-License-Identifier: MIT
/*
 * slab: small kernel objects from per-type caches with per-CPU magazines.
 *
 * Promise   a cache hands out objects of one size; the usual allocation or free is a pop or push on this
 *           CPU's magazine. Debug builds poison freed objects, put red zones around live ones, detect
 *           double frees, and can make the n-th allocation fail. Live counts per cache show leaks.
 * Locks     RANK_SLAB per cache; callable from interrupts
 */
#pragma once
#include "kernel/lib/types.h"

struct kmem_cache;
struct strbuf;

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align); /* panics: boot only */
void *kmem_cache_alloc(struct kmem_cache *c);	/* NULL: no memory; contents undefined */
void *kmem_cache_zalloc(struct kmem_cache *c);
void kmem_cache_free(struct kmem_cache *c, void *obj);

void *kmalloc(size_t n) __attribute__((malloc)); /* up to 4 MiB, physically contiguous; NULL: no memory */
void *kzalloc(size_t n) __attribute__((malloc));
void kfree(const void *p);			 /* accepts NULL */
void *krealloc(void *p, size_t n);
char *kstrdup(const char *s);
static inline void *kcalloc(size_t n, size_t size)
{
	size_t bytes;
	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kzalloc(bytes);
}
void slab_init(void);
void slab_show(struct strbuf *sb); /* /proc/slabinfo */
u64 slab_live_objects(void);
extern u64 alloc_fail_nth; /* debug: the n-th allocation from now fails once (0: never) */

void *kvirt_alloc(size_t bytes);	/* page-wise, guard page behind; may sleep; zeroed; NULL */
void kvirt_free(void *p);
void *kvirt_map_phys(phys_t pa, size_t bytes, int prot); /* devices; enum kmap_prot */
void *kstack_alloc(void);		/* KSTACK_BYTES with a guard page below; cached per CPU */
void kstack_free(void *lowest);
void kvirt_init(void);
