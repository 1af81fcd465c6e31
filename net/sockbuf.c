// SPDX-License-Identifier: MIT
/*
 * sockbuf: pieces of data between sockets; the theory is in sockbuf.h.
 *
 * Linux     the charge of a message is not documented. Measured (SIOCOUTQ): each piece costs BOOK bytes, and its
 *           linear part with TAIL bytes behind it a block of a power of two of bytes. A stream's piece has what is
 *           beyond HEAD_MAX in pages; a datagram what is beyond DGRAM_LINEAR_MAX, at most FRAG_PAGES.
 */
#include "net/sockbuf.h"
#include "kernel/lib/ring.h"
#include "mm/page.h"

enum {
	BOOK = 256, TAIL = 320, TAIL_ALIGN = 64, BLOCK_MIN = 512,
	HEAD_MAX = SOCKBUF_INLINE_MAX, DGRAM_LINEAR_MAX = 16064, FRAG_PAGES = 17,
};

static u32 block_charge(size_t linear, size_t paged)
{
	u32 block = round_up_pow2((u32)ALIGN_UP(linear, (size_t)TAIL_ALIGN) + TAIL);
	return BOOK + max(block, (u32)BLOCK_MIN) + (u32)ALIGN_UP(paged, PAGE_SIZE);
}

u32 sockbuf_stream_charge(size_t len)
{
	if (likely(len <= HEAD_MAX))
		return block_charge(len, 0);
	size_t paged = min(ALIGN_UP(len - HEAD_MAX, PAGE_SIZE), len);
	return block_charge(len - paged, paged);
}

u32 sockbuf_dgram_charge(size_t len)
{
	if (likely(len <= DGRAM_LINEAR_MAX))
		return block_charge(len, 0);
	size_t paged = ALIGN_UP(min(len - DGRAM_LINEAR_MAX, FRAG_PAGES * PAGE_SIZE), PAGE_SIZE);
	return block_charge(len - paged, paged);
}

/* So many bytes in pages: those allocated so far are put if one is missing. */
static struct sockbuf *new_paged(size_t len)
{
	u32 nr = (u32)(ALIGN_UP(len, PAGE_SIZE) >> PAGE_SHIFT);
	struct sockbuf *b = kmalloc(sizeof(*b) + nr * sizeof(b->pages[0]));
	if (!b)
		return NULL;
	for (b->nr_pages = 0; b->nr_pages < nr; b->nr_pages++) {
		b->pages[b->nr_pages] = page_alloc(0, PAGE_KERNEL);
		if (!b->pages[b->nr_pages]) {
			page_put_all(b->pages, b->nr_pages);
			kfree(b);
			return NULL;
		}
	}
	return b;
}

struct sockbuf *sockbuf_new(size_t len)
{
	struct sockbuf *b;
	if (likely(len <= SOCKBUF_INLINE_MAX)) {
		b = kmalloc(sizeof(*b) + len);
		if (b)
			b->nr_pages = 0;
	} else {
		b = new_paged(len);
	}
	if (unlikely(!b))
		return NULL;
	b->len = (u32)len;
	b->off = 0;
	b->was_peeked = false;
	b->owner_counted = false;
	b->stamp_ns = 0;
	b->scm = (struct scm){};
	return b;
}

int sockbuf_fill_pages(struct sockbuf *b, struct uio *from)
{
	u32 left = b->len;
	for (u32 i = 0; i < b->nr_pages; i++) {
		u32 part = min(left, (u32)PAGE_SIZE);
		if (uio_take(from, page_virt(b->pages[i]), part) < part)
			return -EFAULT;
		left -= part;
	}
	return 0;
}

size_t sockbuf_copy_pages(struct sockbuf *b, size_t off, struct uio *to, size_t n)
{
	size_t done = 0;
	while (done < n) {
		size_t at = off + done, in_page = at & (PAGE_SIZE - 1);
		size_t part = min(n - done, PAGE_SIZE - in_page);
		size_t got = uio_put(to, (char *)page_virt(b->pages[at >> PAGE_SHIFT]) + in_page, part);
		done += got;
		if (got < part)
			break;
	}
	return done;
}

void sockbuf_drop(struct sockbuf *b)
{
	scm_drop(&b->scm);
	if (b->nr_pages)
		page_put_all(b->pages, b->nr_pages);
}
