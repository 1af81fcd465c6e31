// SPDX-License-Identifier: MIT
/*
 * alloc: small kernel objects, declared here for every layer, defined in mm/slab.c and mm/kvirt.c.
 *
 * Promise   a cache hands out objects of one size; the usual allocation or free is a pop or push on this
 *           CPU's magazine. Debug builds poison freed objects, put red zones around live ones and detect
 *           double frees. Every allocation may answer NULL.
 * Locks     RANK_SLAB per cache; callable from interrupts, but for kstack_alloc() and kstack_trim()
 */
#pragma once
#include "kernel/lib/types.h"

struct kmem_cache;

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
void *kstack_alloc(void);		/* KSTACK_BYTES with a guard page below; cached per CPU */
void kstack_free(void *lowest);
u64 kstack_trim(void);			/* gives back those kept for the next threads: how many pages; may sleep */
