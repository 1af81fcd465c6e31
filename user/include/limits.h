// SPDX-License-Identifier: MIT
/*
 * limits.h: the ranges of the integer types, and the limits of the ABI.
 */
#pragma once
#include "kernel/uapi/limits.h"

#define CHAR_BIT 8
#define SCHAR_MIN (-128)
#define SCHAR_MAX 127
#define UCHAR_MAX 255
#define CHAR_MIN SCHAR_MIN
#define CHAR_MAX SCHAR_MAX
#define SHRT_MIN (-32768)
#define SHRT_MAX 32767
#define USHRT_MAX 65535
#define INT_MAX __INT_MAX__
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX 0xffffffffu
#define LONG_MAX __LONG_MAX__
#define LONG_MIN (-LONG_MAX - 1)
#define ULONG_MAX (2ul * LONG_MAX + 1)
#define LLONG_MAX __LONG_LONG_MAX__
#define LLONG_MIN (-LLONG_MAX - 1)
#define ULLONG_MAX (2ull * LLONG_MAX + 1)
#define SSIZE_MAX LONG_MAX
#define MB_LEN_MAX 4
#define OPEN_MAX 1024
#define HOST_NAME_MAX 64
#define LOGIN_NAME_MAX 256
#define LINE_MAX 2048
#define DELAYTIMER_MAX INT_MAX
#define PTHREAD_STACK_MIN 16384
#define PTHREAD_KEYS_MAX 128
#define PTHREAD_DESTRUCTOR_ITERATIONS 4
#define PAGESIZE 4096
#define PAGE_SIZE PAGESIZE
