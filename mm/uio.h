// SPDX-License-Identifier: MIT
/*
 * uio: where a read puts its bytes and where a write takes them from.
 *
 * Promise   user memory in pieces (iovec), or one kernel buffer, behind one interface, so that every
 *           file's read and write serves read, readv, pread, sendfile, process start-up and tests alike.
 *           A copy that faults part way reports the bytes done; uio_save/uio_restore rewind for a retry.
 * Locks     as mm/uaccess.h: no lock of rank >= RANK_MM
 */
#pragma once
#include "kernel/lib/types.h"
#include "kernel/uapi/uio.h"

/* One call moves at most this much, as on Linux (read(2)): it fits an int and is page-aligned. */
#define UIO_MAX_BYTES 0x7ffff000ul

enum uio_kind { UIO_USER, UIO_KERNEL };

/* Beside the RWF_* in flags: the file's read_deadline has passed, what is there now is all there will be. */
#define UIO_LAST_TRY 0x80000000u
/* The kind's own: an earlier try of this call has moved some of it, or slept. */
#define UIO_BEGUN 0x40000000u

struct mm;

struct uio {
	enum uio_kind kind;
	u32 flags;		/* RWF_*, UIO_* */
	size_t left;		/* bytes still to move */
	off_t pos;		/* file position for files that have one */
	size_t seg_off;		/* into the first segment */
	const struct iovec *seg; /* current segment (kernel copies of the iovecs); UIO_KERNEL: an empty one */
	struct iovec one;	/* the single-segment case */
	void *kbuf;		/* UIO_KERNEL: next byte */
};

struct uio_mark {
	size_t left, seg_off;
	const struct iovec *seg;
	void *kbuf;
};

extern const struct iovec uio_no_segment; /* has no room: what is in no user memory is for the slow way */
static inline void uio_init_user(struct uio *u, void __user *buf, size_t n) /* caller checked access_ok */
{
	u->kind = UIO_USER;
	u->flags = 0;
	u->left = n;
	u->seg_off = 0;
	u->one.iov_base = buf;
	u->one.iov_len = n;
	u->seg = &u->one;
}
static inline void uio_init_kernel(struct uio *u, void *buf, size_t n)
{
	u->kind = UIO_KERNEL;
	u->flags = 0;
	u->left = n;
	u->seg_off = 0;
	u->seg = &uio_no_segment;
	u->kbuf = buf;
}
void uio_init_iov(struct uio *u, const struct iovec *iov, unsigned n, size_t total);
/* Copies an iovec array in and checks it: -EINVAL (count, negative lengths), -EFAULT. *iov is kmalloc'ed
 * unless it fits `small`; free with uio_iov_free. Of the callers' counts only 32 bits are looked at, as on Linux. */
ssize_t uio_import(struct uio *u, const struct iovec __user *uiov, unsigned n, struct iovec *small,
	unsigned nr_small, struct iovec **iov);
void uio_iov_free(struct iovec *iov, struct iovec *small);
/* Kernel bytes into the uio (reads) / out of it (writes). Bytes done; less than n only after a fault or
 * when the uio is full/empty: 0 with left > 0 means a fault at the first byte. */
size_t uio_put(struct uio *u, const void *from, size_t n);
size_t uio_take(struct uio *u, void *to, size_t n);
size_t uio_put_zero(struct uio *u, size_t n);
/* The same for callers with a spinlock held: what is not in memory ends the copy. */
size_t uio_put_nofault(struct uio *u, const void *from, size_t n);
size_t uio_take_nofault(struct uio *u, void *to, size_t n);
void uio_advance(struct uio *u, size_t n); /* over bytes that were moved without these */
/* Skips finished segments; how much the current one still takes (user memory, left > 0). */
size_t uio_segment_room(struct uio *u);
/* Moves what fits, min(from->left, to->left) bytes, from the current address space into that of a task which sleeps
 * with `to`. All or nothing: 0 if the pages are not there and writable on that side, or not there on ours. */
size_t uio_hand_over(struct uio *to, struct mm *to_mm, struct uio *from);
/* The whole object or nothing: 0 or -EFAULT. */
int uio_put_all(struct uio *u, const void *from, size_t n);
int uio_take_all(struct uio *u, void *to, size_t n);
/* Would it end beyond what an offset can say? Asked where there is nothing to read or no room to write. */
static inline bool uio_overflows(const struct uio *u)
{
	return (off_t)((u64)u->pos + u->left) < 0;
}
static inline void uio_save(const struct uio *u, struct uio_mark *m)
{
	*m = (struct uio_mark){ u->left, u->seg_off, u->seg, u->kbuf };
}
static inline void uio_restore(struct uio *u, const struct uio_mark *m)
{
	u->left = m->left;
	u->seg_off = m->seg_off;
	u->seg = m->seg;
	u->kbuf = m->kbuf;
}
