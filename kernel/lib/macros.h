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
/* Each use has variables of its own, so that one may stand within another. */
#define MACRO_NAME2(name, n) name##n
#define MACRO_NAME(name, n) MACRO_NAME2(name, n)
#define SMALLER_OR_LARGER(a, b, op, a_, b_)                                                        \
	({                                                                                         \
		__typeof__(a) a_ = (a);                                                            \
		__typeof__(b) b_ = (b);                                                            \
		a_ op b_ ? a_ : b_;                                                                \
	})
#define min(a, b) SMALLER_OR_LARGER(a, b, <, MACRO_NAME(a_, __COUNTER__), MACRO_NAME(b_, __COUNTER__))
#define max(a, b) SMALLER_OR_LARGER(a, b, >, MACRO_NAME(a_, __COUNTER__), MACRO_NAME(b_, __COUNTER__))
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
