// SPDX-License-Identifier: MIT
/*
 * types: the integer names and annotations that every kernel file uses.
 *
 * Promise   fixed-width names; `__user` makes a user pointer a different type (a distinct address
 *           space of the compiler), so that handing one where a kernel pointer is expected does not
 *           compile. Kernel code never dereferences one: mm/uaccess.h and mm/uio.h are the only ways.
 * Linux     the annotation is ours; sizes are those of the x86-64 ABI
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef long ssize_t;
typedef s64 off_t;   /* a file offset, in bytes */
typedef u64 phys_t;  /* a physical address */
typedef u64 uaddr_t; /* a user virtual address as a number */

#ifdef __KERNEL__
#ifdef __CHECKER__
#define __user __attribute__((noderef, address_space(1)))
#else
#define __user __seg_fs
#endif
#else
#define __user
#endif

#define FOREVER UINT64_MAX /* a deadline that never comes, in ns */
#define NSEC_PER_SEC 1000000000ul
#define NSEC_PER_MSEC 1000000ul
#define NSEC_PER_USEC 1000ul
#define USEC_PER_SEC 1000000l
