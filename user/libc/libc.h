// SPDX-License-Identifier: MIT
/*
 * libc: what the files of the library share; no program includes it.
 *
 * Promise   sys_NAME() is the bare system call with its typed arguments: the result or the negative
 *           error number. ret() turns that into the C library's convention.
 */
#pragma once
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include "kernel/syscall.h"

long __set_errno(long result); /* -1 and errno for -4095..-1, else the result */

#define ret(result) __set_errno(result)

/* lock.c: for the shared structures of the library. */
void __lock(int *lock);
void __unlock(int *lock);
/* malloc.c: what fork() must hold while there are threads. */
extern int __malloc_lock;

/* start.c */
extern unsigned long *__auxv;
/* vdso.c: the address of a function of the vDSO; NULL: there is none. */
void *__vdso_find(const char *name);
/* shm.c: the file of a name: 0, or -1 and errno. */
#define SHM_DIR "/dev/shm/"
enum { SHM_PATH_BYTES = sizeof(SHM_DIR) + NAME_MAX };
int __shm_path(const char *prefix, const char *name, char path[SHM_PATH_BYTES]);
/* stdio.c: writes out every stream. */
void __stdio_flush_all(void);
/* The one formatter: hands pieces of the text to `put`; answers the length of the whole. */
struct sink {
	void (*put)(struct sink *s, const char *text, size_t len);
	size_t len;
};
#include <stdarg.h>
int __format(struct sink *s, const char *fmt, va_list ap);
/* fmt_float.c: digits of a double for the formatter, see there. */
int __format_double(char *buf, size_t size, double value, char conversion, int precision, bool alternate);
