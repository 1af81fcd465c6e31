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

enum {
	EXIT_STATUS = 42,
	NO_ROW = -2,
	PAGE = 4096,
	FILE_PAGES = 256, /* of the file /tmp/bench: page i begins with the byte i * 7, zeroes follow */
};

struct bench {
	const char *name; /* NULL ends the table */
	long count; /* operations of one pass */
	/* Runs n operations; answers the ns they took, -1 after bad(), or NO_ROW. */
	long (*run)(long n);
	void (*end)(void); /* after the last pass; may be NULL */
};
extern const struct bench process_benches[];
extern const struct bench memory_benches[];
extern const struct bench pipe_benches[];
extern const struct bench socket_benches[];
extern const struct bench crowd_benches[];
extern const struct bench event_benches[];
extern const struct bench signal_benches[];
extern const struct bench thread_benches[];
extern const struct bench realtime_benches[];
extern const struct bench file_benches[];

static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

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
bool has_one_cpu(void);
/* n round trips of `size` bytes: out on to[1], back on from[0]; the child answers each value plus 1. Closes all. */
long value_ping_pong(long n, const int to[2], const int from[2], long size);
extern const char *dynamic_path; /* a dynamic program that does nothing */
void *shared_memory(size_t bytes);
char *private_memory(size_t bytes); /* in pages of 4 KiB, also where the kernel has larger ones */

/* threads.c: threads without a library; *alive is the id until the thread has ended. */
enum { THREAD_STACK = 8192 };
bool thread_start(volatile int *alive, char *stack, int (*fn)(void *), void *arg);
void thread_join(volatile int *alive);
