// SPDX-License-Identifier: MIT
/*
 * uapi/types: the few types and the pointer mark that the other ABI headers are written with.
 *
 * Linux     sizes of the x86-64 ABI; names are ours where Linux has none for user space
 */
#pragma once
#include <stddef.h>

/* A pointer inside an ABI structure: user memory to the kernel, plain memory to a program. */
#ifdef __KERNEL__
#ifdef __CHECKER__
#define __uptr(T) T __attribute__((noderef, address_space(1))) *
#else
#define __uptr(T) T __seg_fs *
#endif
#else
#define __uptr(T) T *
#endif

typedef unsigned long kuptr_t; /* a user pointer as an array element: argv, envp */
