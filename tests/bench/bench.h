// SPDX-License-Identifier: MIT
/*
 * bench.h: what the files of rows share: how a row is described, the clock, complaints.
 *
 * Promise   see bench.c
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { NO_ROW = -2, EXIT_STATUS = 42 };

struct bench {
	const char *name;
	long count; /* operations of one pass */
	/* Runs n operations; answers the ns they took, -1 after bad(), or NO_ROW. */
	long (*run)(long n);
};

static inline long raw(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

/* Each row calls it right before and right behind what counts; profile.py goes by its address. */
long now(void);
__attribute__((format(printf, 1, 2))) long bad(const char *fmt, ...); /* answers -1 */
bool ended_with(pid_t pid, int code); /* waits for it */

extern const struct bench file_benches[]; /* files.c; a row without a name ends it */
