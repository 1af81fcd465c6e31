// SPDX-License-Identifier: MIT
/*
 * bench.h: what the files of the benchmark share.
 *
 * Promise   a row is one line of a table; bench.c runs the tables, the other files have rows by theme
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>

enum { EXIT_STATUS = 42, NO_ROW = -2 };

struct bench {
	const char *name; /* NULL ends the table */
	long count; /* operations of one pass */
	/* Runs n operations; answers the ns they took, -1 after bad(), or NO_ROW. */
	long (*run)(long n);
};
extern const struct bench event_benches[]; /* events.c */
extern const struct bench file_benches[];  /* files.c */

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
