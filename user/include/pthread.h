// SPDX-License-Identifier: MIT
/*
 * pthread.h: threads, and what they wait for one another with. What is not here: priorities and
 * priority inheritance, spin locks, and cancellation in calls that are not of this header or of semaphore.h.
 */
#pragma once
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#define PTHREAD_OF_PARLEY 1 /* for programs that are built with several libraries */

typedef struct thread *pthread_t;
typedef struct {
	int detached;
	size_t stack_size, guard_size;
	void *stack; /* the lowest byte of the caller's own; NULL: one is mapped */
} pthread_attr_t;

enum { PTHREAD_CREATE_JOINABLE, PTHREAD_CREATE_DETACHED };

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg);
__attribute__((noreturn)) void pthread_exit(void *result);
int pthread_join(pthread_t thread, void **result);
int pthread_detach(pthread_t thread);
pthread_t pthread_self(void);
int pthread_equal(pthread_t a, pthread_t b);
int pthread_kill(pthread_t thread, int sig);

int pthread_attr_init(pthread_attr_t *attr);
int pthread_attr_destroy(pthread_attr_t *attr);
int pthread_attr_setdetachstate(pthread_attr_t *attr, int state);
int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state);
int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size);
int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size);
int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size);
int pthread_attr_getguardsize(const pthread_attr_t *attr, size_t *size);
int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size);
int pthread_attr_getstack(const pthread_attr_t *attr, void **stack, size_t *size);

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

/* --- cancellation --- */
enum { PTHREAD_CANCEL_ENABLE, PTHREAD_CANCEL_DISABLE };
enum { PTHREAD_CANCEL_DEFERRED, PTHREAD_CANCEL_ASYNCHRONOUS };
#define PTHREAD_CANCELED ((void *)-1)

int pthread_cancel(pthread_t thread);
int pthread_setcancelstate(int state, int *old);
int pthread_setcanceltype(int type, int *old);
void pthread_testcancel(void);

struct pthread_cleanup {
	void (*fn)(void *);
	void *arg;
	struct pthread_cleanup *next;
};
void __cleanup_push(struct pthread_cleanup *cleanup);
void __cleanup_pop(int run);
/* The two open and close one block, as POSIX allows. */
#define __CLEANUP_NAME_(line) cleanup_of_line_##line
#define __CLEANUP_NAME(line) __CLEANUP_NAME_(line)
#define pthread_cleanup_push(function, argument) \
	do { \
		struct pthread_cleanup __CLEANUP_NAME(__LINE__) = { (function), (argument), NULL }; \
		__cleanup_push(&__CLEANUP_NAME(__LINE__))
#define pthread_cleanup_pop(run) \
		__cleanup_pop(run); \
	} while (0)

/* --- mutexes --- */
enum { PTHREAD_PROCESS_PRIVATE, PTHREAD_PROCESS_SHARED };
enum { PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK };
enum { PTHREAD_MUTEX_DEFAULT = PTHREAD_MUTEX_NORMAL };
enum { PTHREAD_MUTEX_STALLED, PTHREAD_MUTEX_ROBUST };

typedef struct {
	unsigned char type, robust, shared;
} pthread_mutexattr_t;
typedef struct {
	unsigned word;	/* the owner's id and the bits of the kernel's robust futexes */
	unsigned again; /* how often the owner has locked it beyond once */
	pthread_mutexattr_t attr;
	unsigned char inconsistent; /* the owner before this one died */
	void *next, *prev;	    /* in the owner's list of robust mutexes */
} pthread_mutex_t;
#define PTHREAD_MUTEX_INITIALIZER { 0 }
#define PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP { .attr = { .type = PTHREAD_MUTEX_RECURSIVE } }
#define PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP { .attr = { .type = PTHREAD_MUTEX_ERRORCHECK } }

int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr);
int pthread_mutex_destroy(pthread_mutex_t *m);
int pthread_mutex_lock(pthread_mutex_t *m);
int pthread_mutex_trylock(pthread_mutex_t *m);
int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *deadline);
int pthread_mutex_clocklock(pthread_mutex_t *m, clockid_t clock, const struct timespec *deadline);
int pthread_mutex_unlock(pthread_mutex_t *m);
int pthread_mutex_consistent(pthread_mutex_t *m);
int pthread_mutexattr_init(pthread_mutexattr_t *attr);
int pthread_mutexattr_destroy(pthread_mutexattr_t *attr);
int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type);
int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type);
int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robust);
int pthread_mutexattr_getrobust(const pthread_mutexattr_t *attr, int *robust);
int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared);
int pthread_mutexattr_getpshared(const pthread_mutexattr_t *attr, int *shared);

/* --- condition variables --- */
typedef struct {
	clockid_t clock;
	int shared;
} pthread_condattr_t;
typedef struct {
	unsigned sequence, waiters;
	pthread_condattr_t attr;
} pthread_cond_t;
#define PTHREAD_COND_INITIALIZER { 0 }

int pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr);
int pthread_cond_destroy(pthread_cond_t *c);
int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m);
int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *deadline);
int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock,
	const struct timespec *deadline);
int pthread_cond_signal(pthread_cond_t *c);
int pthread_cond_broadcast(pthread_cond_t *c);
int pthread_condattr_init(pthread_condattr_t *attr);
int pthread_condattr_destroy(pthread_condattr_t *attr);
int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock);
int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock);
int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared);
int pthread_condattr_getpshared(const pthread_condattr_t *attr, int *shared);

/* --- locks for many readers or one writer --- */
typedef struct {
	int shared;
} pthread_rwlockattr_t;
typedef struct {
	unsigned state;
	unsigned writer; /* its id */
	pthread_rwlockattr_t attr;
} pthread_rwlock_t;
#define PTHREAD_RWLOCK_INITIALIZER { 0 }

int pthread_rwlock_init(pthread_rwlock_t *l, const pthread_rwlockattr_t *attr);
int pthread_rwlock_destroy(pthread_rwlock_t *l);
int pthread_rwlock_rdlock(pthread_rwlock_t *l);
int pthread_rwlock_tryrdlock(pthread_rwlock_t *l);
int pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *deadline);
int pthread_rwlock_wrlock(pthread_rwlock_t *l);
int pthread_rwlock_trywrlock(pthread_rwlock_t *l);
int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *deadline);
int pthread_rwlock_unlock(pthread_rwlock_t *l);
int pthread_rwlockattr_init(pthread_rwlockattr_t *attr);
int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attr);
int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attr, int shared);
int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *attr, int *shared);

/* --- barriers --- */
enum { PTHREAD_BARRIER_SERIAL_THREAD = -1 };
typedef struct {
	int shared;
} pthread_barrierattr_t;
typedef struct {
	unsigned long round; /* its number in the lower half, who has arrived in the upper */
	unsigned count, inside;
	pthread_barrierattr_t attr;
} pthread_barrier_t;

int pthread_barrier_init(pthread_barrier_t *b, const pthread_barrierattr_t *attr, unsigned count);
int pthread_barrier_destroy(pthread_barrier_t *b);
int pthread_barrier_wait(pthread_barrier_t *b);
int pthread_barrierattr_init(pthread_barrierattr_t *attr);
int pthread_barrierattr_destroy(pthread_barrierattr_t *attr);
int pthread_barrierattr_setpshared(pthread_barrierattr_t *attr, int shared);
int pthread_barrierattr_getpshared(const pthread_barrierattr_t *attr, int *shared);

/* --- what happens once, what each thread has --- */
typedef unsigned pthread_once_t;
typedef unsigned pthread_key_t;
#define PTHREAD_ONCE_INIT 0

int pthread_once(pthread_once_t *once, void (*fn)(void));
int pthread_key_create(pthread_key_t *key, void (*destructor)(void *));
int pthread_key_delete(pthread_key_t key);
void *pthread_getspecific(pthread_key_t key);
int pthread_setspecific(pthread_key_t key, const void *value);
