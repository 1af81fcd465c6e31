// SPDX-License-Identifier: MIT
/*
 * kasan_calls: checks around the functions that touch memory without the compiler's knowledge.
 *
 * Promise   block and string functions of kernel/lib/string.c, and the kernel's side of the user copies in
 *           usercopy.S, are asked for their whole range before they move a byte: a copy that is too long
 *           is told even if it fits into the object's neighbour, or if the user side would fault first.
 * Locks     none
 *
 * The linker sends each call of NAME to __wrap_NAME (--wrap, see the Makefile), where __real_NAME is the function.
 * So neither the functions nor their callers know; other builds have nothing of this. Two pages have their calls in
 * mm/page.c: they are called from their own file.
 */
#include "arch/x86_64/arch.h"
#include "kernel/lib/string.h"
#include "mm/kasan.h"

#ifdef KASAN
#undef memcpy
#undef memset
#undef memmove
#undef memcmp
#undef strlen
#undef strcmp

#define CALLER __builtin_return_address(0)
#define READS(p, n) kasan_check((u64)(p), (n), false, (u64)CALLER)
#define WRITES(p, n) kasan_check((u64)(p), (n), true, (u64)CALLER)
/* Declares __real_NAME() and defines __wrap_NAME(), which only the linker calls. */
#define WRAP(type, name, ...)                                                                      \
	type __real_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__)

WRAP(void *, memcpy, void *to, const void *from, size_t n)
{
	READS(from, n);
	WRITES(to, n);
	return __real_memcpy(to, from, n);
}

WRAP(void *, memmove, void *to, const void *from, size_t n)
{
	READS(from, n);
	WRITES(to, n);
	return __real_memmove(to, from, n);
}

WRAP(void *, memset, void *to, int c, size_t n)
{
	WRITES(to, n);
	return __real_memset(to, c, n);
}

WRAP(int, memcmp, const void *a, const void *b, size_t n)
{
	READS(a, n);
	READS(b, n);
	return __real_memcmp(a, b, n);
}

WRAP(void *, memchr, const void *s, int c, size_t n)
{
	void *found = __real_memchr(s, c, n);
	READS(s, found ? (size_t)((char *)found - (const char *)s) + 1 : n);
	return found;
}

WRAP(size_t, strlen, const char *s)
{
	size_t n = __real_strlen(s);
	READS(s, n + 1);
	return n;
}

WRAP(size_t, strnlen, const char *s, size_t max)
{
	size_t n = __real_strnlen(s, max);
	READS(s, n < max ? n + 1 : max);
	return n;
}

/* As far as a comparison of at most n bytes reads. */
static void check_compared(const char *a, const char *b, size_t n, u64 pc)
{
	size_t same = 0;
	while (same < n && a[same] && a[same] == b[same])
		same++;
	same += same < n;
	kasan_check((u64)a, same, false, pc);
	kasan_check((u64)b, same, false, pc);
}

WRAP(int, strcmp, const char *a, const char *b)
{
	check_compared(a, b, UINT64_MAX, (u64)CALLER);
	return __real_strcmp(a, b);
}

WRAP(int, strncmp, const char *a, const char *b, size_t n)
{
	check_compared(a, b, n, (u64)CALLER);
	return __real_strncmp(a, b, n);
}

WRAP(char *, strchr, const char *s, int c)
{
	char *found = __real_strchr(s, c);
	READS(s, (found ? (size_t)(found - s) : __real_strlen(s)) + 1);
	return found;
}

WRAP(char *, strrchr, const char *s, int c)
{
	READS(s, __real_strlen(s) + 1);
	return __real_strrchr(s, c);
}

WRAP(size_t, strlcpy, char *to, const char *from, size_t size)
{
	size_t n = __real_strlen(from);
	READS(from, n + 1);
	WRITES(to, min(n + 1, size));
	return __real_strlcpy(to, from, size);
}

WRAP(ssize_t, strscpy, char *to, const char *from, size_t size)
{
	size_t n = __real_strnlen(from, size);
	READS(from, min(n + 1, size));
	WRITES(to, min(n + 1, size));
	return __real_strscpy(to, from, size);
}

/* --- the kernel's side of user copies --- */

WRAP(size_t, arch_copy_from_user, void *to, const void __user *from, size_t n)
{
	WRITES(to, n);
	return __real_arch_copy_from_user(to, from, n);
}

WRAP(size_t, arch_copy_to_user, void __user *to, const void *from, size_t n)
{
	READS(from, n);
	return __real_arch_copy_to_user(to, from, n);
}

WRAP(ssize_t, arch_strncpy_from_user, char *to, const char __user *from, size_t n)
{
	WRITES(to, n);
	return __real_arch_strncpy_from_user(to, from, n);
}

WRAP(int, arch_get_user_8, u8 *out, const void __user *from)
{
	WRITES(out, sizeof(*out));
	return __real_arch_get_user_8(out, from);
}

WRAP(int, arch_get_user_32, u32 *out, const void __user *from)
{
	WRITES(out, sizeof(*out));
	return __real_arch_get_user_32(out, from);
}

WRAP(int, arch_get_user_64, u64 *out, const void __user *from)
{
	WRITES(out, sizeof(*out));
	return __real_arch_get_user_64(out, from);
}

WRAP(int, arch_cmpxchg_user_32, u32 __user *at, u32 *seen, u32 expected, u32 desired)
{
	WRITES(seen, sizeof(*seen));
	return __real_arch_cmpxchg_user_32(at, seen, expected, desired);
}
#endif
