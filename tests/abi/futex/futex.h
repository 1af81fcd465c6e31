// SPDX-License-Identifier: MIT
/*
 * futex.h: names of futex(2), and tasks that sleep in a call until the case lets them go.
 *
 * Promise   a sleeper that start_*() gave back is asleep in the kernel; finish() waits for its end and answers
 *           what its call did. Threads share memory with the case and use bare calls only.
 * Linux     futex(2), futex_waitv(2)
 */
#ifndef TESTS_ABI_FUTEX_H
#define TESTS_ABI_FUTEX_H

#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

enum {
	WAIT = 0, WAKE = 1, REQUEUE = 3, CMP_REQUEUE = 4, WAKE_OP = 5, LOCK_PI = 6, UNLOCK_PI = 7, TRYLOCK_PI = 8,
	WAIT_BITSET = 9, WAKE_BITSET = 10, WAIT_REQUEUE_PI = 11, CMP_REQUEUE_PI = 12, LOCK_PI2 = 13,
	PRIVATE = 128, REALTIME = 256,
	U32 = 2, U32_PRIVATE = U32 | PRIVATE, /* flags of the newer calls */
	WAITV_MOST = 128,
	ALL_OF_THEM = 1000,
	SHORT_MS = 30, LONG_MS = 60000,
};

#define ANY 0xffffffffu
#define WAITERS 0x80000000u
#define OWNER_DIED 0x40000000u

struct waitv {
	uint64_t val, uaddr;
	uint32_t flags, reserved;
};

struct sleeper {
	long call[7]; /* number and arguments */
	long pid;
	int done;
	volatile long result;
};

static inline int sleeper_run(void *arg)
{
	struct sleeper *s = arg;

	s->result = sys6(s->call[0], s->call[1], s->call[2], s->call[3], s->call[4], s->call[5], s->call[6]);
	return 0;
}

#define SLEEP_IN(...) ((struct sleeper){.call = {__VA_ARGS__}})

static inline void start_in_thread(struct sleeper *s)
{
	s->pid = start_thread(&s->done, sleeper_run, s);
	CHECK(s->pid > 0);
	wait_state(s->pid, 'S');
}

static inline long finish(struct sleeper *s)
{
	join_thread(&s->done);
	return s->result;
}

/* The same in a process; it exits with 0 if the call answers `result`. */
static inline int start_in_process(struct sleeper s, long result)
{
	int pid;

	CHILD(pid)
	{
		sleeper_run(&s);
		CHECK_EQ(s.result, result);
	}
	CHECK(pid > 0);
	wait_state(pid, 'S');
	return pid;
}

static inline void start_waiters(struct sleeper *s, int n, uint32_t *word)
{
	for (int i = 0; i < n; i++) {
		s[i] = SLEEP_IN(SYS_futex, (long)word, WAIT | PRIVATE, *word, 0);
		start_in_thread(&s[i]);
	}
}

static inline long wake_private(uint32_t *word, int nr)
{
	return sys(SYS_futex, word, WAKE | PRIVATE, nr);
}

static inline struct timespec in_ms(int clock, long ms)
{
	int64_t ns = now_ns(clock) + ms * 1000000LL;

	return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

#endif
