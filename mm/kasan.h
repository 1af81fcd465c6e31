// SPDX-License-Identifier: MIT
/*
 * kasan: what the files of the sanitizer need of each other and of the slab allocator.
 */
#pragma once
#include "kernel/core/kasan.h"

#ifdef KASAN
void kasan_check(u64 va, size_t bytes, bool is_write, u64 pc);
u8 kasan_shadow_byte(u64 va); /* 0 where no shadow is mapped */
void kasan_report_access(u64 first_bad, size_t bytes, bool is_write, u64 pc);
/* An object that is not live, or an address that is no object's start. */
void kasan_report_free(const void *p, const char *bug, u64 pc);

/* A slab object was handed out, of which `bytes` were asked for; was freed. `room`: all bytes of the object. */
void kasan_slab_made(struct kasan_zone *z, void *obj, size_t bytes, size_t room);
void kasan_slab_freed(struct kasan_zone *z, void *obj, size_t room);
/* The quarantine of this CPU; interrupts are off. Takes one freed object, of `stride` bytes in all; answers one
 * that has been there long enough, or NULL: ask until then. */
void kasan_quarantine_put(struct kasan_zone *z, u32 stride);
struct kasan_zone *kasan_quarantine_take(void);

/* From mm/slab.c: the object whose memory, zone included, `va` lies in. */
struct slab_place {
	const char *cache;
	u64 object;
	size_t bytes; /* asked for */
	struct kasan_zone *zone;
};
bool slab_find(u64 va, struct slab_place *place);
#else
static inline void kasan_slab_made(struct kasan_zone *z, void *obj, size_t bytes, size_t room) {}
static inline void kasan_slab_freed(struct kasan_zone *z, void *obj, size_t room) {}
#endif
