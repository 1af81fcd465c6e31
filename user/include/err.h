// SPDX-License-Identifier: MIT
/*
 * err.h: complaints on standard error, with the program's name; those with x without the reason.
 */
#pragma once
#include <stdarg.h>

#define __ERR(f, a) __attribute__((format(printf, f, a)))
__ERR(1, 2) void warn(const char *fmt, ...);
__ERR(1, 2) void warnx(const char *fmt, ...);
__ERR(2, 3) __attribute__((noreturn)) void err(int status, const char *fmt, ...);
__ERR(2, 3) __attribute__((noreturn)) void errx(int status, const char *fmt, ...);
__ERR(1, 0) void vwarn(const char *fmt, va_list ap);
__ERR(1, 0) void vwarnx(const char *fmt, va_list ap);
__ERR(2, 0) __attribute__((noreturn)) void verr(int status, const char *fmt, va_list ap);
__ERR(2, 0) __attribute__((noreturn)) void verrx(int status, const char *fmt, va_list ap);
