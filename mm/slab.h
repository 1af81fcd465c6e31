// SPDX-License-Identifier: MIT
/*
 * slab: small kernel objects from per-type caches with per-CPU magazines.
 *
 * Promise   a cache hands out objects of one size; the usual allocation or free is a pop or push on this
 *           CPU's magazine. Debug builds poison freed objects, put red zones around live ones, detect
 *           double frees, and can make the n-th allocation fail (mm/fail.h). Live counts per cache show leaks.
 * Locks     RANK_SLAB per cache; callable from interrupts
 */
#pragma once
#include "kernel/core/alloc.h"

struct strbuf;

void slab_init(void);
void slab_show(struct strbuf *sb); /* /proc/slabinfo */
void slab_show_sites(struct strbuf *sb); /* /proc/ipc/allocations: live objects by who asked for them */
u64 slab_live_objects(void);

void *kvirt_alloc(size_t bytes);	/* page-wise, guard page behind; may sleep; zeroed; NULL */
void kvirt_free(void *p);
u64 kvirt_pages_used(void);
void *kvirt_map_phys(phys_t pa, size_t bytes, int prot); /* devices; enum kmap_prot */
void kvirt_init(void);
