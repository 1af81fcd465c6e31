// SPDX-License-Identifier: MIT
/*
 * kasan: the address sanitizer of BUILD=kasan, declared here for every layer, defined in mm/kasan*.c.
 *
 * Promise   in that build each load and store of the kernel's C code, each block copy, fill and string
 *           function, and the kernel's side of each user copy asks a shadow byte whether these bytes may
 *           be touched. What may not be: the red zones of slab objects, globals and local arrays, freed
 *           objects (which wait in a quarantine), freed pages, freed kernel stacks. The first wrong
 *           access is told with the object, who asked for it and who freed it; then the kernel panics,
 *           or goes on and counts (option kasan=warn). In other builds all of this is nothing.
 * Locks     none: callable from everywhere, NMIs included
 *
 * One shadow byte stands for 8 bytes: 0, all may be touched; 1..7, so many from the start; else none, and the
 * value says why. The byte of address a lies at a / 8 + KASAN_OFFSET, which the Makefile also tells the compiler:
 * functions with local arrays mark them inline.
 */
#pragma once
#include "kernel/lib/types.h"

enum kasan_why {
	/* the compiler's */
	KASAN_STACK_LEFT = 0xf1, KASAN_STACK_BETWEEN = 0xf2, KASAN_STACK_RIGHT = 0xf3,
	/* ours */
	KASAN_GLOBAL_ZONE = 0xf9, KASAN_KVIRT_FREED = 0xfa, KASAN_SLAB_FREED = 0xfb, KASAN_SLAB_ZONE = 0xfc,
	KASAN_STACK_FREED = 0xfd, KASAN_PAGE_ZONE = 0xfe, KASAN_PAGE_FREED = 0xff,
};

#ifdef KASAN
enum { KASAN_GRANULE_SHIFT = 3, KASAN_GRANULE = 1 << KASAN_GRANULE_SHIFT, KASAN_TRACK_DEPTH = 10 };

/* Who did something to an object, and from where. */
struct kasan_track {
	u32 pcs[KASAN_TRACK_DEPTH]; /* lower halves of addresses in the kernel's text; 0: no more */
	s32 tid;
	u32 cpu;
};

/* What the sanitizer keeps behind each slab object. */
struct kasan_zone {
	struct kasan_track made, freed;
	struct kasan_zone *next; /* [this CPU] in the quarantine */
	u64 stride;		 /* in the quarantine: bytes of object and zone */
};

static inline u64 kasan_shadow_of(u64 va)
{
	return (va >> KASAN_GRANULE_SHIFT) + KASAN_OFFSET;
}
/* The shadow of the whole kernel half. */
#define KASAN_SHADOW_START 0xffffec0000000000ul
#define KASAN_SHADOW_END 0xfffffc0000000000ul
static inline bool kasan_is_shadow(u64 va)
{
	return va >= KASAN_SHADOW_START && va < KASAN_SHADOW_END;
}
/* Start-up: kasan_map() for everything that is mapped before, then the globals' red zones, and it is on. */
void kasan_init(void);
/* Maps the shadow of [va, va + bytes), all of it accessible; false: no memory. */
bool kasan_map(u64 va, size_t bytes);
/* Whole granules from p on may not be touched. */
void kasan_poison(const void *p, size_t bytes, enum kasan_why why);
/* These bytes may be touched; the rest of the last granule may not. */
void kasan_unpoison(const void *p, size_t bytes);
void kasan_check_read(const void *p, size_t bytes);
void kasan_check_write(const void *p, size_t bytes);
void kasan_track_take(struct kasan_track *t); /* the callers of the function that calls it */
#else
struct kasan_track {};
struct kasan_zone {};
static inline u64 kasan_shadow_of(u64 va)
{
	return va;
}
static inline bool kasan_is_shadow(u64 va)
{
	return false;
}
static inline void kasan_init(void) {}
static inline bool kasan_map(u64 va, size_t bytes)
{
	return true;
}
static inline void kasan_poison(const void *p, size_t bytes, enum kasan_why why) {}
static inline void kasan_unpoison(const void *p, size_t bytes) {}
static inline void kasan_check_read(const void *p, size_t bytes) {}
static inline void kasan_check_write(const void *p, size_t bytes) {}
static inline void kasan_track_take(struct kasan_track *t) {}
#endif

/* --- for tests and options --- */
enum kasan_mode { KASAN_PANICS, KASAN_WARNS, KASAN_IS_OFF };
extern enum kasan_mode kasan_mode; /* [const after options_parse] what follows a report */

struct kasan_report {
	const char *bug;	    /* "use after free" */
	u64 address, pc;	    /* the first wrong byte; who touched it */
	size_t bytes;		    /* of the access */
	bool is_write;
	const char *object;	    /* its cache, its variable, or NULL */
	s64 offset;		    /* of `address` from the start of the object */
	size_t object_bytes;
	struct kasan_track made, freed; /* copies: where they are kept may not be touched */
};
/* Until kasan_expect_end() the current task's reports are kept instead of told. Answers how many came, and the first. */
void kasan_expect_begin(void);
unsigned kasan_expect_end(struct kasan_report *first);
