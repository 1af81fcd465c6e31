// SPDX-License-Identifier: MIT
/*
 * sockbuf: one piece of data on its way from socket to socket, with what travels beside it.
 *
 * Promise   a small piece is one allocation, a large one pages besides. Its charge against the sender's SO_SNDBUF is
 *           what Linux would charge, overhead included, so that as many messages fit as there: programs count on
 *           EAGAIN and on POLLOUT at certain points.
 * Locks     the queue that it is in
 * Lifetime  owned by the queue; sockbuf_free() drops what it holds
 */
#pragma once
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/list.h"
#include "mm/uio.h"
#include "net/scm.h"

enum {
	SOCKBUF_INLINE_MAX = 3776,	/* more goes into pages */
	SOCKBUF_STREAM_MAX = SOCKBUF_INLINE_MAX + 32768, /* a stream's writes are cut into pieces of this size */
};

struct sockbuf {
	struct list node;	/* [receiver's lock] */
	u32 len;		/* [const] bytes */
	u32 off;		/* [receiver's reading lock] so many have been read */
	u32 charge;		/* [const] against owner's SO_SNDBUF */
	u32 nr_pages;		/* [const] 0: the bytes are in `data` */
	bool was_peeked;	/* [receiver's reading lock] an empty message is seen once by SO_PEEK_OFF */
	bool owner_counted;	/* [const] */
	struct unix_sock *owner; /* [const] the sender */
	s64 stamp_ns;		/* [const] datagrams: when it was sent, if the receiver wanted to know; 0: not noted */
	struct scm scm;		/* [receiver's reading lock] */
	union {
		u8 data[0];
		struct page *pages[0];
	};
};

struct sockbuf *sockbuf_new(size_t len); /* NULL: no memory */
int sockbuf_fill_pages(struct sockbuf *b, struct uio *from);
static inline int sockbuf_fill(struct sockbuf *b, struct uio *from) /* all of it: 0 or -EFAULT */
{
	if (unlikely(b->nr_pages))
		return sockbuf_fill_pages(b, from);
	return likely(uio_take(from, b->data, b->len) == b->len) ? 0 : -EFAULT;
}
size_t sockbuf_copy_pages(struct sockbuf *b, size_t off, struct uio *to, size_t n);
/* Bytes; less than n: a fault. */
static inline size_t sockbuf_copy(struct sockbuf *b, size_t off, struct uio *to, size_t n)
{
	return likely(!b->nr_pages) ? uio_put(to, b->data + off, n) : sockbuf_copy_pages(b, off, to, n);
}
void sockbuf_drop(struct sockbuf *b); /* what it holds besides its bytes */
static inline void sockbuf_free(struct sockbuf *b)
{
	if (unlikely(b->scm.rights || b->scm.pid || b->nr_pages))
		sockbuf_drop(b);
	kfree(b);
}
u32 sockbuf_stream_charge(size_t len);
u32 sockbuf_dgram_charge(size_t len);
static inline u32 sockbuf_left(const struct sockbuf *b)
{
	return b->len - READ_ONCE(b->off);
}
