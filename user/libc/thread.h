// SPDX-License-Identifier: MIT
/*
 * thread: what the files about threads share.
 *
 * Promise   __self() is the control block of the calling thread. A thread's number is asked once: in a program
 *           that has no threads and no mutexes, never.
 * Lifetime  The first thread's block is there for good. The others' lie in the mapping of their stack, which is given
 *           back by who joins, or, of a detached thread, by the next pthread_create().
 */
#pragma once
#include <pthread.h>
#include "kernel/uapi/futex.h"
#include "user/libc/libc.h"

/* Whether anybody waits for the end of the thread. */
enum thread_state { THREAD_JOINABLE, THREAD_DETACHED, THREAD_FINISHED };

/* Bits of `cancel`; jump.S knows the first two and where the word is. */
enum { CANCEL_ASKED = 1, CANCEL_DISABLED = 2, CANCEL_ANYWHERE = 4 };

struct key_value;

/* What %fs points to; the thread-local variables lie below. */
struct thread {
	struct thread *self; /* the ABI's */
	unsigned long unused[4];
	unsigned long canary; /* %fs:0x28, of -fstack-protector */
	int cancel;	      /* [atomic] */
	int tid;	      /* 0: not asked yet; of a thread of pthread_create(): it is gone */
	int state;	      /* [atomic] enum thread_state */
	int lock;	      /* around a signal to it, and its end */
	bool ended;	      /* [lock] */
	bool made;	      /* by pthread_create() */
	void *(*fn)(void *);
	void *arg, *result;
	struct pthread_cleanup *cleanup;
	struct key_value *values; /* of pthread_setspecific(); NULL: none yet */
	struct robust_list_head robust; /* registered when `list.next` is set */
	void *map;			/* of the stack and of this; NULL: not ours */
	size_t map_size;
	struct thread *next_dead;
};
enum { CANCEL_OFFSET = 0x30 };
_Static_assert(offsetof(struct thread, canary) == 0x28, "the compiler's");
_Static_assert(offsetof(struct thread, cancel) == CANCEL_OFFSET, "jump.S");

static inline struct thread *__self(void)
{
	struct thread *t;

	__asm__("mov %%fs:0, %0" : "=r"(t));
	return t;
}

static inline unsigned __thread_id(void)
{
	struct thread *t = __self();

	if (!t->tid)
		t->tid = sys_gettid();
	return t->tid;
}

#define load(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)

/* tls.c: how many bytes a thread's variables and its block take, and both at the end of some memory. */
size_t __tls_room(void);
struct thread *__tls_make(char *end, char **begin);
void __tls_start(void);

/* thread.c */
extern int __nr_threads;
void __forget_threads(void);

/* key.c: runs the destructors of the calling thread's values. */
void __drop_values(struct thread *self);

/* cancel.c */
bool __cancel_due(void);
void __cancel_self(void) __attribute__((noreturn));

/* futex.c: waits while *word is `value`: 0, -EAGAIN (it is not), -EINTR, -ETIMEDOUT. No deadline: NULL. */
int __futex_wait(unsigned *word, unsigned value, bool shared, clockid_t clock, const struct timespec *deadline);
/* The same as a cancellation point: -ECANCELED, after which the caller tidies up and calls __cancel_self(). */
int __futex_wait_cancelable(unsigned *word, unsigned value, bool shared, clockid_t clock,
	const struct timespec *deadline);
void __futex_wake(unsigned *word, int count, bool shared);
/* EINVAL for a deadline or a clock that nobody can wait for, or 0. */
int __check_deadline(clockid_t clock, const struct timespec *deadline);
enum { EVERYBODY = 0x7fffffff };

/* Counts those inside of something that may be destroyed as soon as they need not wait any more. */
void __enter(unsigned *inside);
void __leave(unsigned *inside, bool shared);
void __wait_until_left(unsigned *inside, bool shared);
