// SPDX-License-Identifier: MIT
/*
 * uaccess: the only ways to touch user memory from system call and ioctl bodies.
 *
 * Promise   a hostile pointer costs -EFAULT, nothing else: ranges are checked against USER_TOP, faults
 *           are mended by the exception table. get_user/put_user take typed pointers of 1, 4 or 8 bytes.
 * Locks     no lock of rank >= RANK_MM may be held (asserted in debug builds), except by the _nofault
 *           forms, which fail instead of faulting
 */
#pragma once
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"

static inline bool access_ok(const void __user *p, size_t n)
{
	return n <= USER_TOP && (uaddr_t)p <= USER_TOP - n;
}
/* Of no bytes the address does not matter. */
static inline int __must_check copy_from_user(void *to, const void __user *from, size_t n)
{
	lockrank_assert_may_touch_user();
	return !n || (access_ok(from, n) && arch_copy_from_user(to, from, n) == 0) ? 0 : -EFAULT;
}
static inline int __must_check copy_to_user(void __user *to, const void *from, size_t n)
{
	lockrank_assert_may_touch_user();
	return !n || (access_ok(to, n) && arch_copy_to_user(to, from, n) == 0) ? 0 : -EFAULT;
}
static inline int __must_check clear_user(void __user *to, size_t n)
{
	lockrank_assert_may_touch_user();
	return !n || (access_ok(to, n) && arch_clear_user(to, n) == 0) ? 0 : -EFAULT;
}
/* Copies a string with its NUL into buf: its length, -ENAMETOOLONG if it does not fit, -EFAULT. */
static inline ssize_t __must_check strncpy_from_user(char *buf, const char __user *from, size_t n)
{
	lockrank_assert_may_touch_user();
	if ((uaddr_t)from >= USER_TOP)
		return -EFAULT;
	size_t room = USER_TOP - (uaddr_t)from < n ? USER_TOP - (uaddr_t)from : n;
	ssize_t len = arch_strncpy_from_user(buf, from, room);
	return len < (ssize_t)room ? len : room == n ? -ENAMETOOLONG : -EFAULT;
}
/* `v` is a variable of the word's size; answers 0 or -EFAULT. */
#define get_user(v, p)                                                                             \
	({                                                                                         \
		_Static_assert(sizeof(v) == sizeof(*(p)), "get_user: sizes differ");               \
		int gu_err_;                                                                       \
		lockrank_assert_may_touch_user();                                                  \
		if (!access_ok((p), sizeof(v)))                                                    \
			gu_err_ = -EFAULT;                                                         \
		else if (sizeof(v) == 8)                                                           \
			gu_err_ = arch_get_user_64((u64 *)(void *)&(v), (p));                      \
		else if (sizeof(v) == 4)                                                           \
			gu_err_ = arch_get_user_32((u32 *)(void *)&(v), (p));                      \
		else                                                                               \
			gu_err_ = arch_get_user_8((u8 *)(void *)&(v), (p));                        \
		gu_err_;                                                                           \
	})
#define put_user(v, p)                                                                             \
	({                                                                                         \
		_Static_assert(sizeof(*(p)) == 8 || sizeof(*(p)) == 4 || sizeof(*(p)) == 1, "put_user"); \
		int pu_err_;                                                                       \
		lockrank_assert_may_touch_user();                                                  \
		if (!access_ok((p), sizeof(*(p))))                                                 \
			pu_err_ = -EFAULT;                                                         \
		else if (sizeof(*(p)) == 8)                                                        \
			pu_err_ = arch_put_user_64((p), (u64)(v));                                 \
		else if (sizeof(*(p)) == 4)                                                        \
			pu_err_ = arch_put_user_32((p), (u32)(v));                                 \
		else                                                                               \
			pu_err_ = arch_put_user_8((p), (u8)(v));                                   \
		pu_err_;                                                                           \
	})
/* For use under spinlocks: never faults a page in. */
static inline int get_user_nofault(u32 *out, const u32 __user *p)
{
	if (!access_ok(p, sizeof(*p)))
		return -EFAULT;
	pagefault_disable();
	int err = arch_get_user_32(out, p);
	pagefault_enable();
	return err;
}
/* Puts `desired` there if `expected` is there; *seen is what was. A full barrier. 0 or -EFAULT: it cannot be
 * written, whatever it is. */
static inline int __must_check cmpxchg_user(u32 __user *p, u32 *seen, u32 expected, u32 desired)
{
	lockrank_assert_may_touch_user();
	return access_ok(p, sizeof(*p)) ? arch_cmpxchg_user_32(p, seen, expected, desired) : -EFAULT;
}
static inline int __must_check cmpxchg_user_nofault(u32 __user *p, u32 *seen, u32 expected, u32 desired)
{
	if (!access_ok(p, sizeof(*p)))
		return -EFAULT;
	pagefault_disable();
	int err = arch_cmpxchg_user_32(p, seen, expected, desired);
	pagefault_enable();
	return err;
}
