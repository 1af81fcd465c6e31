// SPDX-License-Identifier: MIT
/*
 * ring: the arithmetic of bounded queues, once: for pipe slots, logs and traces.
 *
 * Promise   head counts what was ever put in, tail what was ever taken out; both run freely through 2^32
 *           and are masked only when a slot is addressed. So full and empty differ without a spare slot,
 *           and the number in the queue is head - tail, also across the wrap. Capacities are powers of
 *           two up to 2^31.
 * Locks     the caller's; with one producer and one consumer on different CPUs, head is written by the
 *           one and tail by the other, each with release, and read by the other side with acquire
 */
#pragma once
#include "kernel/lib/macros.h"

struct ring {
	u32 head, tail;
	u32 mask; /* capacity - 1 */
};

static inline void ring_init(struct ring *r, u32 capacity)
{
	*r = (struct ring){ .mask = capacity - 1 };
}

static inline u32 ring_capacity(const struct ring *r)
{
	return r->mask + 1;
}

static inline u32 ring_used(const struct ring *r)
{
	return r->head - r->tail;
}

static inline u32 ring_room(const struct ring *r)
{
	return ring_capacity(r) - ring_used(r);
}

static inline bool ring_is_empty(const struct ring *r)
{
	return r->head == r->tail;
}

static inline bool ring_is_full(const struct ring *r)
{
	return ring_used(r) > r->mask;
}

/* The slot of the n-th element from the oldest (tail) on. */
static inline u32 ring_slot(const struct ring *r, u32 n)
{
	return (r->tail + n) & r->mask;
}

/* The slot that the next element goes to; there must be room. */
static inline u32 ring_head_slot(const struct ring *r)
{
	return r->head & r->mask;
}

static inline u32 ring_tail_slot(const struct ring *r)
{
	return r->tail & r->mask;
}

static inline void ring_push(struct ring *r, u32 n)
{
	r->head += n;
}

static inline void ring_pop(struct ring *r, u32 n)
{
	r->tail += n;
}

/* For rings of bytes: how many lie in one piece from the given end on before the array wraps. */
static inline u32 ring_room_contiguous(const struct ring *r)
{
	u32 to_end = ring_capacity(r) - ring_head_slot(r);
	u32 room = ring_room(r);
	return min(to_end, room);
}

static inline u32 ring_used_contiguous(const struct ring *r)
{
	u32 to_end = ring_capacity(r) - ring_tail_slot(r);
	u32 used = ring_used(r);
	return min(to_end, used);
}

/* The smallest power of two that is not below n (n from 1 to 2^31). */
static inline u32 round_up_pow2(u32 n)
{
	return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1));
}
