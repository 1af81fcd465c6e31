// SPDX-License-Identifier: MIT
/*
 * usermem: the instructions that touch user memory, each covered by the exception table.
 *
 * Promise   the range check against USER_TOP is the caller's (mm/uaccess.h). A fault that cannot be
 *           served ends the copy: the block copies answer the number of bytes NOT copied (0 is
 *           success), the word accesses 0 or -EFAULT. SMAP is opened only inside these.
 * Blocking  they may fault and hence sleep, but for callers with page faults disabled
 *           (core/task.h: pagefault_disable()), for which every fault is an error at once.
 */
#pragma once
#include "kernel/lib/types.h"

size_t arch_copy_from_user(void *to, const void __user *from, size_t n);
size_t arch_copy_to_user(void __user *to, const void *from, size_t n);
size_t arch_clear_user(void __user *to, size_t n);
/* Copies up to n bytes to and including the NUL; length without NUL, n if there is none, -EFAULT. */
ssize_t arch_strncpy_from_user(char *to, const char __user *from, size_t n);
int arch_get_user_8(u8 *out, const void __user *from);
int arch_get_user_32(u32 *out, const void __user *from);
int arch_get_user_64(u64 *out, const void __user *from);
int arch_put_user_8(void __user *to, u8 v);
int arch_put_user_32(void __user *to, u32 v);
int arch_put_user_64(void __user *to, u64 v);
/* Compare and exchange of a word; *seen gets what was there. 0 or -EFAULT. */
int arch_cmpxchg_user_32(u32 __user *at, u32 *seen, u32 expected, u32 desired);
/* Kernel memory that may be unmapped (dumps): 0 or -EFAULT. */
int arch_probe_kernel_64(u64 *out, const void *from);
