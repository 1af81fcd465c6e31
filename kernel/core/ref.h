// SPDX-License-Identifier: MIT
/*
 * ref: the one reference count.
 *
 * Promise   an object is born with one reference; x_get(x) answers x; the last x_put(x) calls the type's
 *           free; ref_tryget() takes a reference unless the count has reached 0 (for look-ups under
 *           RCU). Counts saturate instead of wrapping; an underflow or a get from 0 panics.
 * Linux     no other counter is called a reference: readers, nlink, nattch are plain numbers
 */
#pragma once
#include "kernel/lib/macros.h"

struct ref {
	s32 count; /* [atomic] */
};

enum { REF_SATURATED = 0x40000000 };
__noreturn void ref_bug(struct ref *r, const char *what); /* core/panic.c */

static inline void ref_init(struct ref *r)
{
	__atomic_store_n(&r->count, 1, __ATOMIC_RELAXED);
}

/* Nobody has it yet, and nobody gets it: for what can be looked at before it is made, as after its end. */
static inline void ref_init_dead(struct ref *r)
{
	__atomic_store_n(&r->count, 0, __ATOMIC_RELAXED);
}

static inline void ref_get(struct ref *r)
{
	s32 old = __atomic_fetch_add(&r->count, 1, __ATOMIC_RELAXED);
	if (unlikely(old <= 0))
		ref_bug(r, "get of a dead object");
	if (unlikely(old >= REF_SATURATED))
		__atomic_store_n(&r->count, REF_SATURATED, __ATOMIC_RELAXED);
}

static inline bool __must_check ref_tryget(struct ref *r)
{
	s32 old = __atomic_load_n(&r->count, __ATOMIC_RELAXED);
	do {
		if (old <= 0)
			return false;
	} while (!__atomic_compare_exchange_n(&r->count, &old, old >= REF_SATURATED ? old : old + 1, true,
		__ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

/* True when this was the last one: the caller frees. */
static inline bool __must_check ref_put(struct ref *r)
{
	s32 old = __atomic_fetch_sub(&r->count, 1, __ATOMIC_ACQ_REL);
	if (unlikely(old <= 0))
		ref_bug(r, "put of a dead object");
	if (unlikely(old >= REF_SATURATED)) {
		__atomic_store_n(&r->count, REF_SATURATED, __ATOMIC_RELAXED);
		return false;
	}
	return old == 1;
}

static inline s32 ref_count(const struct ref *r) /* a hint: for "am I alone" tests by an owner, and dumps */
{
	return __atomic_load_n(&r->count, __ATOMIC_ACQUIRE);
}
