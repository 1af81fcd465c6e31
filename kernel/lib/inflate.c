// SPDX-License-Identifier: MIT
/*
 * inflate: the decoder. The contract is in inflate.h.
 *
 * Promise   every length, distance and code is checked against what is there before it is used; each turn
 *           of a loop consumes input or produces output that input paid for, so hostile data costs time in
 *           proportion to what it claims to contain
 * Locks     none
 *
 * The first error is kept in s->err and makes all further reading answer zeroes, so that the decoder
 * asks once per symbol or block rather than once per bit.
 *
 * Codes are canonical: those of one length are consecutive numbers, given out in the order of the
 * symbols, so the counts per length and the sorted symbols describe a code completely. Short codes are
 * looked up by the next ten bits; longer ones are found length by length.
 */
#include "kernel/lib/inflate.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"

enum {
	MIN_LITERAL_CODES = 257, END_OF_BLOCK = 256, MAX_LITERAL_CODES = 286, MAX_DISTANCE_CODES = 30,
	LENGTH_CODES = 19, FIXED_DISTANCES = 32,
	REPEAT_LAST = 16, REPEAT_ZERO_SHORT = 17, REPEAT_ZERO_LONG = 18,
	SYMBOL_SHIFT = 4, LENGTH_MASK = 15,
};

enum { GZIP_MAGIC0 = 0x1f, GZIP_MAGIC1 = 0x8b, GZIP_DEFLATE = 8, GZIP_HEADER = 10, GZIP_TRAILER = 8 };
enum { GZIP_HCRC = 2, GZIP_EXTRA = 4, GZIP_NAME = 8, GZIP_COMMENT = 16, GZIP_RESERVED = 0xe0 };

static int fail(struct inflate *s, const char *why)
{
	if (!s->err) {
		s->err = -EINVAL;
		s->why = why;
	}
	s->in = s->in_end;
	s->bits = s->nr_bits = 0;
	return s->err;
}

/* --- bits --- */

static inline void refill(struct inflate *s)
{
	while (s->nr_bits <= 56 && s->in < s->in_end) {
		s->bits |= (u64)*s->in++ << s->nr_bits;
		s->nr_bits += 8;
	}
}

static inline void drop(struct inflate *s, unsigned n)
{
	if (n > s->nr_bits) {
		fail(s, "the data ends too early");
		return;
	}
	s->bits >>= n;
	s->nr_bits -= n;
}

static u32 take_bits(struct inflate *s, unsigned n)
{
	refill(s);
	u32 v = s->bits & ((1u << n) - 1);
	drop(s, n);
	return s->err ? 0 : v;
}

/* --- output --- */

static void flush(struct inflate *s, size_t n)
{
	u32 crc = s->crc;
	for (size_t i = 0; i < n; i++)
		crc = crc >> 8 ^ s->crc_table[(crc ^ s->window[i]) & 0xff];
	s->crc = crc;
	int err = n ? s->sink(s->arg, s->window, n) : 0;
	if (err && !s->err) {
		s->err = err;
		s->why = "the receiver gave up";
	}
}

static inline void put_byte(struct inflate *s, u8 byte)
{
	size_t at = s->total++ % INFLATE_WINDOW;
	s->window[at] = byte;
	if (at == INFLATE_WINDOW - 1)
		flush(s, INFLATE_WINDOW);
}

static void put_match(struct inflate *s, unsigned length, unsigned distance)
{
	size_t from = (s->total - distance) % INFLATE_WINDOW, to = s->total % INFLATE_WINDOW;
	if (from + length < INFLATE_WINDOW && to + length < INFLATE_WINDOW) {
		/* no wrap within; byte by byte, for a match may reach into itself */
		for (unsigned i = 0; i < length; i++)
			s->window[to + i] = s->window[from + i];
		s->total += length;
		return;
	}
	while (length--)
		put_byte(s, s->window[(s->total - distance) % INFLATE_WINDOW]);
}

/* --- codes --- */

static unsigned reverse_bits(unsigned code, unsigned length)
{
	unsigned r = 0;
	for (; length; length--, code >>= 1)
		r = r << 1 | (code & 1);
	return r;
}

/* Makes the code with these lengths (0: symbol not used). Answers how many bit patterns remain without
 * meaning (0: complete), or -1 if there are more codes than fit. */
static int build_code(struct inflate_code *code, const u8 *lengths, unsigned n)
{
	u16 place[INFLATE_MAX_BITS + 2] = { 0 }, next[INFLATE_MAX_BITS + 1];
	int left = 1;
	unsigned number = 0;
	memset(code, 0, sizeof(*code));
	for (unsigned i = 0; i < n; i++)
		code->count[lengths[i]]++;
	code->count[0] = 0;
	for (unsigned length = 1; length <= INFLATE_MAX_BITS; length++) {
		left = left * 2 - code->count[length];
		if (left < 0)
			return -1;
		number = (number + code->count[length - 1]) * 2;
		next[length] = number;
		place[length + 1] = place[length] + code->count[length];
	}
	for (unsigned symbol = 0; symbol < n; symbol++) {
		unsigned length = lengths[symbol];
		if (!length)
			continue;
		code->symbol[place[length]++] = symbol;
		unsigned bits = next[length]++;
		if (length > INFLATE_FAST_BITS)
			continue;
		for (unsigned i = reverse_bits(bits, length); i < ARRAY_LEN(code->fast); i += 1u << length)
			code->fast[i] = symbol << SYMBOL_SHIFT | length;
	}
	return left;
}

/* The next symbol; after an error any. */
static unsigned take_symbol(struct inflate *s, const struct inflate_code *code)
{
	refill(s);
	unsigned entry = code->fast[s->bits & (ARRAY_LEN(code->fast) - 1)];
	if (likely(entry)) {
		drop(s, entry & LENGTH_MASK);
		return entry >> SYMBOL_SHIFT;
	}
	/* `first` is the first code of a length, `index` its place among the symbols */
	unsigned bits = 0, first = 0, index = 0;
	for (unsigned length = 1; length <= INFLATE_MAX_BITS; length++) {
		bits |= s->bits >> (length - 1) & 1;
		unsigned count = code->count[length];
		if (bits < first + count) {
			drop(s, length);
			return code->symbol[index + (bits - first)];
		}
		index += count;
		first = (first + count) << 1;
		bits <<= 1;
	}
	fail(s, s->nr_bits < INFLATE_MAX_BITS ? "the data ends too early" : "a code without meaning");
	return 0;
}

/* --- blocks --- */

static void stored_block(struct inflate *s)
{
	drop(s, s->nr_bits % 8);
	u32 n = take_bits(s, 16), complement = take_bits(s, 16);
	if (!s->err && (n ^ complement) != 0xffff)
		fail(s, "a stored block's length is damaged");
	for (; n && !s->err; n--) {
		u32 byte = take_bits(s, 8);
		if (!s->err)
			put_byte(s, (u8)byte);
	}
}

static void coded_block(struct inflate *s)
{
	static const u16 length_base[] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43,
		51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
	static const u8 length_extra[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4,
		4, 4, 5, 5, 5, 5, 0 };
	static const u16 distance_base[] = { 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257,
		385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
	while (!s->err) {
		unsigned symbol = take_symbol(s, &s->literals);
		if (s->err || symbol == END_OF_BLOCK)
			return;
		if (symbol < END_OF_BLOCK) {
			put_byte(s, (u8)symbol);
			continue;
		}
		symbol -= END_OF_BLOCK + 1;
		if (symbol >= ARRAY_LEN(length_base)) {
			fail(s, "a length code that does not exist");
			return;
		}
		unsigned length = length_base[symbol] + take_bits(s, length_extra[symbol]);
		unsigned code = take_symbol(s, &s->distances);
		if (code >= ARRAY_LEN(distance_base)) {
			fail(s, "a distance code that does not exist");
			return;
		}
		unsigned distance = distance_base[code] + take_bits(s, code < 2 ? 0 : code / 2 - 1);
		if (s->err)
			return;
		if (distance > s->total) {
			fail(s, "a distance reaches before the beginning");
			return;
		}
		put_match(s, length, distance);
	}
}

static void fixed_codes(struct inflate *s)
{
	u8 lengths[INFLATE_SYMBOLS];
	for (unsigned i = 0; i < INFLATE_SYMBOLS; i++)
		lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	build_code(&s->literals, lengths, INFLATE_SYMBOLS);
	memset(lengths, 5, FIXED_DISTANCES);
	build_code(&s->distances, lengths, FIXED_DISTANCES);
}

/* Reads `n` code lengths, themselves coded by s->literals. */
static int read_lengths(struct inflate *s, u8 *lengths, unsigned n)
{
	for (unsigned i = 0; i < n;) {
		unsigned symbol = take_symbol(s, &s->literals), repeat;
		u8 value = 0;
		if (s->err)
			return s->err;
		if (symbol < REPEAT_LAST) {
			lengths[i++] = (u8)symbol;
			continue;
		}
		if (symbol == REPEAT_LAST) {
			if (!i)
				return fail(s, "a repeated length without a first one");
			value = lengths[i - 1];
			repeat = 3 + take_bits(s, 2);
		} else if (symbol == REPEAT_ZERO_SHORT) {
			repeat = 3 + take_bits(s, 3);
		} else {
			repeat = 11 + take_bits(s, 7);
		}
		if (repeat > n - i)
			return fail(s, "more code lengths than announced");
		memset(lengths + i, value, repeat);
		i += repeat;
	}
	return s->err;
}

/* A code may leave bit patterns unused only if it has a single symbol (of length 1) or none. */
static bool is_usable(const struct inflate_code *code, int left)
{
	if (left <= 0)
		return left == 0;
	for (unsigned length = 2; length <= INFLATE_MAX_BITS; length++)
		if (code->count[length])
			return false;
	return true;
}

static int dynamic_codes(struct inflate *s)
{
	static const u8 order[LENGTH_CODES] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1,
		15 };
	u8 lengths[MAX_LITERAL_CODES + MAX_DISTANCE_CODES + 2] = { 0 };
	unsigned nr_literals = MIN_LITERAL_CODES + take_bits(s, 5);
	unsigned nr_distances = 1 + take_bits(s, 5);
	unsigned nr_lengths = 4 + take_bits(s, 4);
	if (nr_literals > MAX_LITERAL_CODES || nr_distances > MAX_DISTANCE_CODES)
		return fail(s, "too many codes");
	for (unsigned i = 0; i < nr_lengths; i++)
		lengths[order[i]] = take_bits(s, 3);
	if (s->err || build_code(&s->literals, lengths, LENGTH_CODES) != 0)
		return fail(s, "the code of the code lengths is damaged");
	if (read_lengths(s, lengths, nr_literals + nr_distances))
		return s->err;
	if (!lengths[END_OF_BLOCK])
		return fail(s, "a block without an end");
	int left = build_code(&s->literals, lengths, nr_literals);
	if (!is_usable(&s->literals, left))
		return fail(s, "the literal code is damaged");
	left = build_code(&s->distances, lengths + nr_literals, nr_distances);
	if (!is_usable(&s->distances, left))
		return fail(s, "the distance code is damaged");
	return 0;
}

/* --- streams --- */

static void prepare(struct inflate *s, const u8 *data, size_t n)
{
	enum { CRC_POLYNOMIAL = 0xedb88320 };
	s->in = data;
	s->in_end = data + n;
	s->bits = s->nr_bits = 0;
	s->err = 0;
	s->why = "";
	s->crc = ~0u;
	s->total = 0;
	for (u32 i = 0; i < ARRAY_LEN(s->crc_table); i++) {
		u32 c = i;
		for (unsigned bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ CRC_POLYNOMIAL : c >> 1;
		s->crc_table[i] = c;
	}
}

/* All blocks of a stream; afterwards s->in is the first byte behind it. */
static int inflate_blocks(struct inflate *s)
{
	bool last = false;
	while (!last && !s->err) {
		last = take_bits(s, 1);
		u32 type = take_bits(s, 2);
		if (s->err)
			break;
		if (type == 0) {
			stored_block(s);
		} else if (type == 1) {
			fixed_codes(s);
			coded_block(s);
		} else if (type == 2) {
			if (!dynamic_codes(s))
				coded_block(s);
		} else {
			fail(s, "a block type that does not exist");
		}
	}
	if (s->err)
		return s->err;
	flush(s, s->total % INFLATE_WINDOW);
	s->in -= s->nr_bits / 8;
	return s->err;
}

int inflate_raw(struct inflate *s, const void *data, size_t n, size_t *used)
{
	prepare(s, data, n);
	int err = inflate_blocks(s);
	if (!err)
		*used = s->in - (const u8 *)data;
	return err;
}

bool inflate_is_gzip(const void *data, size_t n)
{
	const u8 *p = data;
	return n >= 2 && p[0] == GZIP_MAGIC0 && p[1] == GZIP_MAGIC1;
}

static u32 load_le(const u8 *p, unsigned bytes)
{
	u32 v = 0;
	for (unsigned i = 0; i < bytes; i++)
		v |= (u32)p[i] << (8 * i);
	return v;
}

/* Advances over a NUL-terminated text. */
static bool skip_text(struct inflate *s)
{
	while (s->in < s->in_end)
		if (!*s->in++)
			return true;
	return false;
}

/* The optional parts of a member's header, s->in being behind the fixed one. */
static int skip_gzip_options(struct inflate *s, const u8 *header)
{
	u8 flags = header[3];
	if (flags & GZIP_EXTRA) {
		if (s->in_end - s->in < 2)
			return fail(s, "the data ends too early");
		size_t n = load_le(s->in, 2);
		s->in += 2;
		if (n > (size_t)(s->in_end - s->in))
			return fail(s, "the data ends too early");
		s->in += n;
	}
	if (((flags & GZIP_NAME) && !skip_text(s)) || ((flags & GZIP_COMMENT) && !skip_text(s)))
		return fail(s, "the data ends too early");
	if (flags & GZIP_HCRC) {
		u32 crc = ~0u;
		if (s->in_end - s->in < 2)
			return fail(s, "the data ends too early");
		for (const u8 *p = header; p < s->in; p++)
			crc = crc >> 8 ^ s->crc_table[(crc ^ *p) & 0xff];
		if (load_le(s->in, 2) != (~crc & 0xffff))
			return fail(s, "the header's checksum is wrong");
		s->in += 2;
	}
	return 0;
}

int inflate_gzip(struct inflate *s, const void *data, size_t n, size_t *used)
{
	const u8 *header = data;
	prepare(s, header, n);
	if (n < GZIP_HEADER)
		return fail(s, "the data ends too early");
	if (!inflate_is_gzip(header, n) || header[2] != GZIP_DEFLATE || (header[3] & GZIP_RESERVED))
		return fail(s, "not gzip data");
	s->in += GZIP_HEADER;
	int err = skip_gzip_options(s, header);
	if (!err)
		err = inflate_blocks(s);
	if (err)
		return err;
	if (s->in_end - s->in < GZIP_TRAILER)
		return fail(s, "the data ends too early");
	if (load_le(s->in, 4) != ~s->crc)
		return fail(s, "the checksum is wrong");
	if (load_le(s->in + 4, 4) != (u32)s->total)
		return fail(s, "the length is wrong");
	*used = s->in + GZIP_TRAILER - header;
	return 0;
}
