// SPDX-License-Identifier: MIT
/*
 * random: a ChaCha20 generator with fast key erasure.
 *
 * Promise   see random.h. Each request runs the cipher under the current key; the first 32 bytes of its
 *           output replace the key before anything is handed out, so that the old key is gone.
 * Locks     lock (RANK_DEVICE), interrupts off; held for one block of output at a time
 * Linux     random(4). Seeds: the processor's generator where there is one, the RTC, and the jitter of the
 *           time stamp counter against memory accesses. Under a deterministic emulator without RDRAND
 *           all of that can be predicted: random_ready() says so by answering false.
 */
#include "kernel/core/random.h"
#include "kernel/core/spinlock.h"
#include "kernel/lib/string.h"

enum { KEY_WORDS = 8, BLOCK_WORDS = 16, BLOCK_BYTES = 64, DOUBLE_ROUNDS = 10, JITTER_ROUNDS = 1024 };

static struct spinlock lock = SPINLOCK_INIT(RANK_DEVICE);
static u32 key[KEY_WORDS];	  /* [lock] */
static u64 counter;		  /* [lock] blocks made under this key and all before */
static bool is_predictable;	  /* [boot] */
static bool seeded_by_hardware;	  /* [atomic] */

static inline u32 rotl(u32 v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static inline void quarter(u32 *a, u32 *b, u32 *c, u32 *d)
{
	*a += *b, *d = rotl(*d ^ *a, 16);
	*c += *d, *b = rotl(*b ^ *c, 12);
	*a += *b, *d = rotl(*d ^ *a, 8);
	*c += *d, *b = rotl(*b ^ *c, 7);
}

/* RFC 8439's block function with a 64-bit counter and a zero nonce. */
static void chacha_block(u32 out[BLOCK_WORDS])
{
	u32 in[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	memcpy(in + 4, key, sizeof(key));
	in[12] = (u32)counter;
	in[13] = (u32)(counter >> 32);
	counter++;
	memcpy(out, in, sizeof(in));
	for (unsigned i = 0; i < DOUBLE_ROUNDS; i++) {
		for (unsigned c = 0; c < 4; c++)
			quarter(&out[c], &out[4 + c], &out[8 + c], &out[12 + c]);
		for (unsigned c = 0; c < 4; c++)
			quarter(&out[c], &out[4 + (c + 1) % 4], &out[8 + (c + 2) % 4], &out[12 + (c + 3) % 4]);
	}
	for (unsigned i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

/* A block whose first half becomes the next key; the second half is output. */
static void next_output(u32 out[KEY_WORDS])
{
	u32 block[BLOCK_WORDS];
	chacha_block(block);
	memcpy(key, block, sizeof(key));
	memcpy(out, block + KEY_WORDS, KEY_WORDS * sizeof(u32));
	memset(block, 0, sizeof(block));
	barrier();
}

void random_bytes(void *buf, size_t n)
{
	u8 *to = buf;
	while (n) {
		u32 out[KEY_WORDS];
		u64 irq = spin_lock_irqsave(&lock);
		next_output(out);
		spin_unlock_irqrestore(&lock, irq);
		size_t part = min(n, sizeof(out));
		memcpy(to, out, part);
		to += part;
		n -= part;
	}
}

u64 random_u64(void)
{
	u64 v;
	random_bytes(&v, sizeof(v));
	return v;
}

void random_add(const void *data, size_t n)
{
	const u8 *from = data;
	u64 irq = spin_lock_irqsave(&lock);
	while (n) {
		size_t part = min(n, sizeof(key));
		for (size_t i = 0; i < part; i++)
			((u8 *)key)[i] ^= from[i];
		u32 discarded[KEY_WORDS];
		next_output(discarded);
		from += part;
		n -= part;
	}
	spin_unlock_irqrestore(&lock, irq);
}

bool random_ready(void)
{
	return READ_ONCE(seeded_by_hardware);
}

void random_predictable(u64 seed)
{
	is_predictable = true;
	random_add(&seed, sizeof(seed));
}

void random_init(void)
{
	if (is_predictable)
		return;
	u64 seed[KEY_WORDS / 2];
	unsigned got = 0;
	for (unsigned i = 0; i < ARRAY_LEN(seed); i++) {
		seed[i] = 0;
		got += arch_random(&seed[i]);
	}
	random_add(seed, sizeof(seed));
	u64 jitter[4] = { arch_boot_realtime_ns(), clock_now_ns(), arch_cycles() };
	for (unsigned i = 0; i < JITTER_ROUNDS; i++) {
		jitter[3] = jitter[3] * 31 + (arch_cycles() ^ READ_ONCE(key[i % KEY_WORDS]));
		if (i % (JITTER_ROUNDS / KEY_WORDS) == 0)
			random_add(jitter, sizeof(jitter));
	}
	WRITE_ONCE(seeded_by_hardware, got == ARRAY_LEN(seed));
}
