// SPDX-License-Identifier: MIT
/*
 * malloc: memory in pieces.
 *
 * Promise   pieces are aligned to 16 bytes. Small ones come from free lists, one per size class (four
 *           to every doubling, so that at most a quarter is wasted); a list that is empty cuts a new
 *           piece off a mapped region. Large ones are mappings of their own and go back at free().
 * Locks     one, around the free lists and the region
 * Linux     malloc(3). Small pieces never return to the system: programs here are short-lived.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "user/libc/libc.h"

enum {
	ALIGN = 16,
	MIN_CLASS_BYTES = 32,
	NR_CLASSES = 48,
	SMALL_MAX_BYTES = 112 * 1024, /* a class of its own; above: a mapping each */
	REGION_BYTES = 256 * 1024,
	PAGE_BYTES = 4096,
};

/* Before every piece. `offset`: how far below the piece its memory begins (aligned_alloc). */
struct header {
	size_t size; /* of the whole, this header included */
	size_t offset;
};
_Static_assert(sizeof(struct header) == ALIGN, "pieces stay aligned");

struct free_piece {
	struct free_piece *next;
};

int __malloc_lock;
static struct free_piece *free_lists[NR_CLASSES];
static char *region, *region_end;

/* The class whose pieces hold `size` bytes, and their real size: 32 48 64 80 96 112 128 160 192 ... */
static unsigned class_of(size_t size, size_t *rounded)
{
	if (size < MIN_CLASS_BYTES)
		size = MIN_CLASS_BYTES;
	unsigned top = 63 - __builtin_clzl(size - 1); /* 2^top < size <= 2^(top+1) */
	size_t step = 1ul << top >> 2;
	if (step < ALIGN)
		step = ALIGN;
	size_t r = (size + step - 1) / step * step;
	top = 63 - __builtin_clzl(r);
	*rounded = r;
	return (top - 5) * 4 + ((r >> (top - 2)) & 3);
}

static void *map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* A new piece from the region; what is left of an old region is given up. */
static void *cut(size_t size)
{
	if ((size_t)(region_end - region) < size) {
		region = map(REGION_BYTES);
		region_end = region ? region + REGION_BYTES : NULL;
		if (!region)
			return NULL;
	}
	void *p = region;
	region += size;
	return p;
}

static struct header *allocate_small(size_t size)
{
	unsigned class = class_of(size, &size);

	__lock(&__malloc_lock);
	struct free_piece *piece = free_lists[class];
	if (piece)
		free_lists[class] = piece->next;
	else
		piece = cut(size);
	__unlock(&__malloc_lock);
	struct header *h = (struct header *)piece;
	if (h)
		h->size = size;
	return h;
}

void *malloc(size_t n)
{
	struct header *h;

	if (n > PTRDIFF_MAX - PAGE_BYTES) {
		errno = ENOMEM;
		return NULL;
	}
	size_t size = n + sizeof(*h);
	if (size <= SMALL_MAX_BYTES) {
		h = allocate_small(size);
	} else {
		size = (size + PAGE_BYTES - 1) & -(size_t)PAGE_BYTES;
		h = map(size);
		if (h)
			h->size = size;
	}
	if (!h) {
		errno = ENOMEM;
		return NULL;
	}
	h->offset = 0;
	return h + 1;
}

void free(void *p)
{
	if (!p)
		return;
	struct header *h = (struct header *)p - 1;
	if (h->offset)
		h = (struct header *)((char *)p - h->offset) - 1;
	if (h->size > SMALL_MAX_BYTES) {
		int saved = errno;
		munmap(h, h->size);
		errno = saved;
		return;
	}
	size_t rounded;
	unsigned class = class_of(h->size, &rounded);
	struct free_piece *piece = (struct free_piece *)h;
	__lock(&__malloc_lock);
	piece->next = free_lists[class];
	free_lists[class] = piece;
	__unlock(&__malloc_lock);
}

void *calloc(size_t count, size_t n)
{
	size_t total;

	if (__builtin_mul_overflow(count, n, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	void *p = malloc(total);
	if (p)
		memset(p, 0, total);
	return p;
}

void *realloc(void *p, size_t n)
{
	if (!p)
		return malloc(n);
	struct header *h = (struct header *)p - 1;
	size_t room = h->size - sizeof(*h);
	if (n <= room && n >= room / 2)
		return p;
	void *q = malloc(n);
	if (q) {
		memcpy(q, p, n < room ? n : room);
		free(p);
	}
	return q;
}

void *reallocarray(void *p, size_t count, size_t n)
{
	size_t total;

	if (__builtin_mul_overflow(count, n, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, total);
}

void *aligned_alloc(size_t align, size_t n)
{
	if (align <= ALIGN)
		return malloc(n);
	char *p = malloc(n + align + sizeof(struct header));
	if (!p)
		return NULL;
	char *q = (char *)(((uintptr_t)p + sizeof(struct header) + align - 1) & -align);
	struct header *h = (struct header *)q - 1;
	h->size = ((struct header *)p - 1)->size - (q - p);
	h->offset = q - p;
	return q;
}

int posix_memalign(void **out, size_t align, size_t n)
{
	int saved = errno;

	if (align < sizeof(void *) || (align & (align - 1)))
		return EINVAL;
	void *p = aligned_alloc(align, n);
	errno = saved;
	if (!p)
		return ENOMEM;
	*out = p;
	return 0;
}
