// SPDX-License-Identifier: MIT
/*
 * macros: the few macros that are not worth a function and cannot be one.
 *
 * Promise   each evaluates its arguments once; none hides control flow
 */
#pragma once
#include "kernel/lib/types.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member)                                                            \
	({                                                                                         \
		const __typeof__(((type *)0)->member) *mptr_ = (ptr);                              \
		(type *)((char *)mptr_ - offsetof(type, member));                                  \
	})
/* Names that differ at each use, so that min(min(a, b), c) shadows nothing. */
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define UNIQUE(name) PASTE(name, __COUNTER__)
#define CHOOSE_(a, op, b, va, vb)                                                                  \
	({                                                                                         \
		__typeof__(a) va = (a);                                                            \
		__typeof__(b) vb = (b);                                                            \
		va op vb ? va : vb;                                                                \
	})
#define min(a, b) CHOOSE_(a, <, b, UNIQUE(min_a_), UNIQUE(min_b_))
#define max(a, b) CHOOSE_(a, >, b, UNIQUE(max_a_), UNIQUE(max_b_))
#define ALIGN_UP(x, a) (((x) + (a) - 1) & ~((__typeof__(x))(a) - 1)) /* a: a power of two */
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __section(s) __attribute__((section(s)))
#define __used __attribute__((used))
#define __unused __attribute__((unused))
#define __noreturn __attribute__((noreturn))
#define __noinline __attribute__((noinline))
#define __always_inline inline __attribute__((always_inline))
#define __printf(f, a) __attribute__((format(printf, f, a)))
#define __must_check __attribute__((warn_unused_result))
#define barrier() __asm__ volatile("" ::: "memory")
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
/* Hands a value out of a variable that a cleanup attribute guards: the variable is left empty. */
#define take(p)                                                                                    \
	({                                                                                         \
		__typeof__(p) take_ = (p);                                                         \
		(p) = NULL;                                                                        \
		take_;                                                                             \
	})
