// SPDX-License-Identifier: MIT
/*
 * vdso: the functions that programs call without entering the kernel.
 *
 * Promise   the same answers as the system calls of the same names; what cannot be answered from the data
 *           page goes to the kernel. Reads the clock after everything before it in program order.
 * Locks     none (data.h)
 * Linux     vdso(7): symbols, version LINUX_2.6, names without prefix as weak aliases. The coarse clocks are
 *           as exact as the others. User code: compiled for user space, it shares nothing with the
 *           kernel but data.h.
 */
#include "arch/x86_64/vdso/data.h"
#include "kernel/uapi/errno.h"

#define EXPORT __attribute__((visibility("default")))
#define likely(x) __builtin_expect(!!(x), 1)

enum { SYS_clock_gettime = 228, SYS_clock_getres = 229 };
enum { NANOSECONDS = 1000000000, NS_PER_US = 1000 };

extern const struct vdso_data vdso_data __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int clock, struct timespec *ts);
int __vdso_clock_getres(int clock, struct timespec *res);
int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz);
long __vdso_time(long *t);
long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused);

static inline long syscall3(long nr, long a, long b, long c)
{
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return result;
}

/* The kernel's clock_now_ns(), but for what the TSC stood at when the clock began. */
static inline u64 tsc_ns(void)
{
	u64 low, high; /* the instruction clears the upper halves */
	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
	return (u64)(((unsigned __int128)(high << 32 | low) * vdso_data.ns_per_cycle) >> VDSO_FRACTION_BITS);
}

/* A division costs more; ns is below 2^63, for which this is exact (data.h). */
static inline void split(u64 ns, struct timespec *ts)
{
	u64 seconds = (u64)(((unsigned __int128)ns * vdso_data.seconds_factor) >> 64) >> VDSO_SECONDS_SHIFT;
	ts->tv_sec = (long)seconds;
	ts->tv_nsec = (long)(ns - seconds * NANOSECONDS);
}

static inline bool is_known(unsigned clock)
{
	const volatile u32 *clocks = &vdso_data.clocks;
	return likely(clock < VDSO_CLOCKS) && likely(*clocks >> clock & 1);
}

/* All clocks but the one that is asked most. */
static __attribute__((noinline)) int other_clock(int clock, struct timespec *ts)
{
	const volatile u64 *offset_ns = vdso_data.offset_ns;
	if (!is_known((unsigned)clock))
		return (int)syscall3(SYS_clock_gettime, clock, (long)ts, 0);
	split(tsc_ns() + offset_ns[clock], ts);
	return 0;
}

EXPORT int __vdso_clock_gettime(int clock, struct timespec *ts)
{
	if (!likely(clock == vdso_data.fast_clock))
		return other_clock(clock, ts);
	/* tsc_ns() and split() in as few instructions as there are; compilers copy registers in between */
	u64 seconds, ns;
	__asm__ volatile("rdtscp\n\t"
			 "shlq $32, %%rdx\n\t"
			 "orq %%rdx, %%rax\n\t"
			 "mulq %2\n\t"
			 "shrdq %5, %%rdx, %%rax\n\t"
			 "subq %3, %%rax\n\t"
			 "movq %%rax, %%rcx\n\t"
			 "mulq %4\n\t"
			 "shrq %6, %%rdx"
			 : "=&d"(seconds), "=&c"(ns)
			 : "m"(vdso_data.ns_per_cycle), "m"(vdso_data.boot_ns), "m"(vdso_data.seconds_factor),
			 "i"(VDSO_FRACTION_BITS), "i"(VDSO_SECONDS_SHIFT)
			 : "rax", "cc", "memory");
	ts->tv_sec = (long)seconds;
	ts->tv_nsec = (long)(ns - seconds * NANOSECONDS);
	return 0;
}

EXPORT int __vdso_clock_getres(int clock, struct timespec *res)
{
	if (!is_known((unsigned)clock))
		return (int)syscall3(SYS_clock_getres, clock, (long)res, 0);
	bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
	if (res)
		*res = (struct timespec){ .tv_nsec = coarse ? VDSO_COARSE_NS : 1 };
	return 0;
}

EXPORT int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz)
{
	if (tv) {
		struct timespec now;
		__vdso_clock_gettime(CLOCK_REALTIME, &now);
		tv->tv_sec = now.tv_sec;
		tv->tv_usec = (long)((unsigned long)now.tv_nsec / NS_PER_US);
	}
	if (tz)
		*tz = (struct timezone){ 0, 0 };
	return 0;
}

EXPORT long __vdso_time(long *t)
{
	struct timespec now;
	__vdso_clock_gettime(CLOCK_REALTIME, &now);
	if (t)
		*t = now.tv_sec;
	return now.tv_sec;
}

/* Each CPU has a segment whose limit is its number: every CPU can look at that, and cheaply. */
EXPORT long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused)
{
	u32 number;
	__asm__ volatile("lsll %1, %0" : "=r"(number) : "r"(VDSO_CPU_NUMBER_SELECTOR) : "cc");
	if (cpu)
		*cpu = number;
	if (node)
		*node = 0;
	return 0;
}

#define ALIAS(name) __attribute__((weak, alias("__vdso_" #name), visibility("default")))
int clock_gettime(int clock, struct timespec *ts) ALIAS(clock_gettime);
int clock_getres(int clock, struct timespec *res) ALIAS(clock_getres);
int gettimeofday(struct timeval *tv, struct timezone *tz) ALIAS(gettimeofday);
long time(long *t) ALIAS(time);
long getcpu(unsigned *cpu, unsigned *node, void *unused) ALIAS(getcpu);
