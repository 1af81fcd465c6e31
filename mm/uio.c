// SPDX-License-Identifier: MIT
/*
 * uio: moving bytes between a file operation and its caller's memory; the theory is in uio.h.
 */
#include "mm/uio.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/string.h"
#include "mm/uaccess.h"

const struct iovec uio_no_segment;

void uio_init_iov(struct uio *u, const struct iovec *iov, unsigned n, size_t total)
{
	u->kind = UIO_USER;
	u->flags = 0;
	u->left = total;
	u->seg_off = 0;
	u->seg = iov;
}

ssize_t uio_import(struct uio *u, const struct iovec __user *uiov, unsigned n, struct iovec *small,
	unsigned nr_small, struct iovec **iov)
{
	*iov = NULL;
	if (n > IOV_MAX)
		return -EINVAL;
	struct iovec *v = n <= nr_small ? small : kmalloc(n * sizeof(*v));
	if (!v)
		return -ENOMEM;
	ssize_t err = n ? copy_from_user(v, uiov, n * sizeof(*v)) : 0;
	size_t total = 0;
	if (n == 1 && !err) /* cut before it is looked at, as on Linux, which knows no array of one */
		v->iov_len = (ssize_t)v->iov_len < 0 ? v->iov_len : min(v->iov_len, UIO_MAX_BYTES);
	bool is_copied = err == 0;
	for (unsigned i = 0; is_copied && i < n; i++) {
		ssize_t len = v[i].iov_len;
		if (len < 0) { /* counts for more than an address, wherever it stands */
			err = -EINVAL;
			break;
		}
		if (unlikely(!access_ok(v[i].iov_base, len)))
			err = -EFAULT;
		else if (len > UIO_MAX_BYTES - total)
			v[i].iov_len = UIO_MAX_BYTES - total;
		total += v[i].iov_len;
	}
	if (err) {
		if (v != small)
			kfree(v);
		return err;
	}
	*iov = v;
	uio_init_iov(u, v, n, total);
	return total;
}

void uio_iov_free(struct iovec *iov, struct iovec *small)
{
	if (iov != small)
		kfree(iov);
}

void uio_advance(struct uio *u, size_t n)
{
	u->left -= n;
	if (u->kind == UIO_KERNEL) {
		u->kbuf = (char *)u->kbuf + n;
		return;
	}
	u->seg_off += n;
}

size_t uio_segment_room(struct uio *u)
{
	while (u->seg_off == u->seg->iov_len) {
		u->seg++;
		u->seg_off = 0;
	}
	return u->seg->iov_len - u->seg_off;
}

enum direction { PUT, TAKE, ZERO };

static __always_inline size_t move_user(char __user *at, void *buf, size_t n, enum direction dir) /* bytes missed */
{
	return dir == PUT  ? arch_copy_to_user(at, buf, n) :
	       dir == TAKE ? arch_copy_from_user(buf, at, n) :
			     arch_clear_user(at, n);
}

/* Kernel memory, more than one segment, or more than is left. */
static __noinline size_t move_pieces(struct uio *u, void *buf, size_t n, enum direction dir)
{
	n = min(n, u->left);
	if (u->kind == UIO_KERNEL) {
		if (dir == PUT)
			memcpy(u->kbuf, buf, n);
		else if (dir == TAKE)
			memcpy(buf, u->kbuf, n);
		else
			memset(u->kbuf, 0, n);
		uio_advance(u, n);
		return n;
	}
	size_t done = 0;
	while (done < n) {
		size_t part = min(uio_segment_room(u), n - done);
		char __user *at = (char __user *)u->seg->iov_base + u->seg_off;
		size_t missed = move_user(at, (char *)buf + done, part, dir);
		uio_advance(u, part - missed);
		done += part - missed;
		if (missed)
			break;
	}
	return done;
}

/* Moves up to n bytes; answers how many before a fault. What is no user memory has no room in its segment. */
static __always_inline size_t move(struct uio *u, void *buf, size_t n, enum direction dir)
{
	if (unlikely(n > u->left || n > u->seg->iov_len - u->seg_off))
		return move_pieces(u, buf, n, dir);
	size_t missed = move_user((char __user *)u->seg->iov_base + u->seg_off, buf, n, dir);
	if (unlikely(missed))
		n -= missed;
	u->left -= n;
	u->seg_off += n;
	return n;
}

size_t uio_put(struct uio *u, const void *from, size_t n)
{
	lockrank_assert_may_touch_user();
	return move(u, (void *)from, n, PUT);
}

size_t uio_take(struct uio *u, void *to, size_t n)
{
	lockrank_assert_may_touch_user();
	return move(u, to, n, TAKE);
}

size_t uio_take_nofault(struct uio *u, void *to, size_t n)
{
	pagefault_disable();
	size_t done = move(u, to, n, TAKE);
	pagefault_enable();
	return done;
}

size_t uio_put_nofault(struct uio *u, const void *from, size_t n)
{
	pagefault_disable();
	size_t done = move(u, (void *)from, n, PUT);
	pagefault_enable();
	return done;
}

size_t uio_put_zero(struct uio *u, size_t n)
{
	lockrank_assert_may_touch_user();
	return move(u, NULL, n, ZERO);
}

int uio_put_all(struct uio *u, const void *from, size_t n)
{
	return uio_put(u, from, n) == n ? 0 : -EFAULT;
}

int uio_take_all(struct uio *u, void *to, size_t n)
{
	return uio_take(u, to, n) == n ? 0 : -EFAULT;
}
