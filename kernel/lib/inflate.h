// SPDX-License-Identifier: MIT
/*
 * inflate: unpacks deflate and gzip data (RFC 1951, RFC 1952).
 *
 * Promise   any input whatever ends with 0 or -EINVAL and a sentence in `why`; nothing is read outside the
 *           input. The output goes to the sink in order, in pieces of up to 32 KiB, so that no room for the
 *           whole of it is needed; the checksum is known after the last piece only.
 * Lifetime  struct inflate (about 40 KiB) is the caller's; it holds nothing between calls
 */
#pragma once
#include "kernel/lib/macros.h"

enum {
	INFLATE_WINDOW = 32768,
	INFLATE_MAX_BITS = 15,
	INFLATE_FAST_BITS = 10,
	INFLATE_SYMBOLS = 288,
};

struct inflate_code {
	u16 fast[1 << INFLATE_FAST_BITS]; /* by the next bits: symbol << 4 | length; 0: longer or none */
	u16 count[INFLATE_MAX_BITS + 1];  /* codes of each length */
	u16 symbol[INFLATE_SYMBOLS];	  /* in the order of their codes */
};

struct inflate {
	/* set by the caller: takes n bytes; anything but 0 ends the work and is its result */
	int (*sink)(void *arg, const u8 *data, size_t n);
	void *arg;
	const char *why; /* after -EINVAL: what is wrong, for a message */
	/* inside */
	const u8 *in, *in_end;
	u64 bits;	/* read ahead, next bit lowest */
	unsigned nr_bits;
	int err;
	u32 crc;
	u64 total;	/* bytes put out */
	struct inflate_code literals, distances;
	u32 crc_table[256];
	u8 window[INFLATE_WINDOW];
};

bool inflate_is_gzip(const void *data, size_t n);
/* One raw deflate stream, or one gzip member, at the start of data; *used: how many bytes it took. */
int inflate_raw(struct inflate *s, const void *data, size_t n, size_t *used);
int inflate_gzip(struct inflate *s, const void *data, size_t n, size_t *used);
