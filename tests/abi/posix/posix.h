// SPDX-License-Identifier: MIT
/*
 * posix.h: what the cases about threads and semaphores of the C library share.
 *
 * Promise   The programs of this folder use POSIX only, so that they can be built with any C library: with ours they
 *           are tests of it and of the kernel; with Debian's glibc and musl, of the kernel (tests/debian).
 * Blocking  wait_asleep() says that another thread of this process sleeps
 */
#ifndef TESTS_ABI_POSIX_POSIX_H
#define TESTS_ABI_POSIX_POSIX_H

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include "tests/abi/abi.h"

enum { NS_PER_MS = 1000000, MS_PER_S = 1000, SHORT_MS = 20, LONG_MS = 60000 };

#ifdef __GLIBC__
#define LIBRARY "glibc"
#elif defined(PTHREAD_OF_PARLEY)
#define LIBRARY "ours"
#else
#define LIBRARY "musl"
#endif

/* Skips the case with a library that is known to do otherwise on Linux, too. */
static inline void not_with(const char *library, const char *why)
{
	if (strcmp(library, LIBRARY) == 0)
		SKIP("%s %s", library, why);
}

static inline pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	CHECK_EQ(pthread_create(&t, NULL, fn, arg), 0);
	return t;
}

static inline void *join(pthread_t t)
{
	void *result = NULL;

	CHECK_EQ(pthread_join(t, &result), 0);
	return result;
}

/* So many milliseconds from now. */
static inline struct timespec in_ms(clockid_t clock, long ms)
{
	int64_t at = now_ns(clock) + ms * NS_PER_MS;

	return (struct timespec){.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
}

/* The caller's number among the threads, for wait_asleep(). */
static inline int thread_number(void)
{
	return sys(SYS_gettid);
}

/* Waits until *number is set and its thread sleeps. */
static inline void wait_asleep(int *number)
{
	while (!__atomic_load_n(number, __ATOMIC_ACQUIRE))
		sched_yield();
	tap_wait_blocked(*number);
}

static inline void say_number(int *number)
{
	__atomic_store_n(number, thread_number(), __ATOMIC_RELEASE);
}

/* Of this process, as the kernel counts. */
static inline int number_of_threads(void)
{
	char text[2048], *at;

	CHECK(slurp("/proc/self/status", text, sizeof(text)) > 0);
	at = strstr(text, "Threads:");
	CHECK(at);
	return atoi(at + strlen("Threads:"));
}

static inline pthread_mutex_t *make_mutex(pthread_mutex_t *m, int type, int robust, int shared)
{
	pthread_mutexattr_t attr;

	CHECK_EQ(pthread_mutexattr_init(&attr), 0);
	CHECK_EQ(pthread_mutexattr_settype(&attr, type), 0);
	CHECK_EQ(pthread_mutexattr_setrobust(&attr, robust), 0);
	CHECK_EQ(pthread_mutexattr_setpshared(&attr, shared), 0);
	CHECK_EQ(pthread_mutex_init(m, &attr), 0);
	CHECK_EQ(pthread_mutexattr_destroy(&attr), 0);
	return m;
}

#endif
