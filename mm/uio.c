// SPDX-License-Identifier: MIT
/*
 * uio: moving bytes between a file operation and its caller's memory; the theory is in uio.h.
 */
#include "mm/uio.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/string.h"
#include "mm/page.h"
#include "mm/pagetable.h"
#include "mm/uaccess.h"

void uio_init_iov(struct uio *u, const struct iovec *iov, unsigned n, size_t total)
{
	u->kind = UIO_USER;
	u->flags = 0;
	u->left = total;
	u->seg_off = 0;
	u->seg = iov;
}

ssize_t uio_import(struct uio *u, const struct iovec __user *uiov, unsigned long n, struct iovec *small,
	unsigned nr_small, struct iovec **iov)
{
	*iov = NULL;
	if (n > IOV_MAX)
		return -EINVAL;
	struct iovec *v = n <= nr_small ? small : kmalloc(n * sizeof(*v));
	if (!v)
		return -ENOMEM;
	ssize_t err = copy_from_user(v, uiov, n * sizeof(*v));
	size_t total = 0;
	for (unsigned long i = 0; !err && i < n; i++) {
		ssize_t len = v[i].iov_len;
		if (len < 0)
			err = -EINVAL;
		else if (!access_ok(v[i].iov_base, len))
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

static void advance(struct uio *u, size_t n)
{
	u->left -= n;
	if (u->kind == UIO_KERNEL) {
		u->kbuf = (char *)u->kbuf + n;
		return;
	}
	u->seg_off += n;
}

/* Skips finished segments; answers how much the current one still takes (left > 0). */
static size_t segment_room(struct uio *u)
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
		advance(u, n);
		return n;
	}
	size_t done = 0;
	while (done < n) {
		size_t part = min(segment_room(u), n - done);
		char __user *at = (char __user *)u->seg->iov_base + u->seg_off;
		size_t missed = move_user(at, (char *)buf + done, part, dir);
		advance(u, part - missed);
		done += part - missed;
		if (missed)
			break;
	}
	return done;
}

/* Moves up to n bytes; answers how many before a fault. */
static __always_inline size_t move(struct uio *u, void *buf, size_t n, enum direction dir)
{
	if (unlikely(u->kind != UIO_USER || n > u->left || n > u->seg->iov_len - u->seg_off))
		return move_pieces(u, buf, n, dir);
	n -= move_user((char __user *)u->seg->iov_base + u->seg_off, buf, n, dir);
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

/* --- into another address space --- */

/* Fills n bytes at `at`, within one page. The table's lock keeps the page where it is, also from a truncation; a fork
 * that would share it needs mm->lock, which is held for reading. */
static bool fill_remote(struct mm *mm, uaddr_t at, size_t n, struct uio *from)
{
	const pte_t writable = PTE_PRESENT | PTE_USER | PTE_WRITE;
	pte_t *pte = pt_find(mm, at);
	if (!pte)
		return false;
	guard(spin)(pt_lock_of(pte));
	pte_t e = *pte;
	if ((e & writable) != writable)
		return false;
	return uio_take_nofault(from, (char *)page_virt(page_of_phys(pte_phys(e))) + (at & ~PAGE_MASK), n) == n;
}

size_t uio_hand_over(struct uio *to, struct mm *to_mm, struct uio *from)
{
	struct uio_mark to_mark, from_mark;
	size_t total = min(to->left, from->left);
	uio_save(to, &to_mark);
	uio_save(from, &from_mark);
	guard(rwread)(&to_mm->lock);
	for (size_t done = 0; done < total;) {
		size_t part = min(segment_room(to), total - done);
		uaddr_t at = (uaddr_t)to->seg->iov_base + to->seg_off;
		part = min(part, PAGE_SIZE - (at & ~PAGE_MASK));
		if (!fill_remote(to_mm, at, part, from)) {
			uio_restore(to, &to_mark);
			uio_restore(from, &from_mark);
			return 0;
		}
		advance(to, part);
		done += part;
	}
	return total;
}
