// SPDX-License-Identifier: MIT
/*
 * thread: beginning, ending and waiting for threads.
 *
 * Promise   A thread is a clone() that shares everything and brings its own stack and variables. The program ends with
 *           the last of its threads, or when one returns from main().
 * Lifetime  One mapping for guard, stack, variables and control block. The kernel clears `tid` and wakes the joiner
 *           when the thread does not use the mapping any more (CLONE_CHILD_CLEARTID); the joiner unmaps it. Nobody
 *           joins a detached thread: it puts itself on a list of the dead on its way out, and each pthread_create()
 *           unmaps those of the list that are gone. So no thread has to unmap what it stands on.
 * Locks     `lock` of a thread: its end and a signal to it; `dead_lock`: the list of the dead
 * Linux     clone(2), set_tid_address(2), tgkill(2); pthread_create(3), pthread_join(3), pthread_detach(3)
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "user/libc/thread.h"

enum {
	PAGE_BYTES = 4096,
	CLONE_THREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
			     CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
};

int __nr_threads = 1; /* [atomic] */
static int dead_lock;
static struct thread *dead; /* [dead_lock] */

static size_t whole_pages(size_t size)
{
	return (size + PAGE_BYTES - 1) & -(size_t)PAGE_BYTES;
}

static void unmap(struct thread *t)
{
	if (t->map)
		munmap(t->map, t->map_size);
}

static void put_on_list_of_dead(struct thread *t)
{
	__lock(&dead_lock);
	t->next_dead = dead;
	dead = t;
	__unlock(&dead_lock);
}

static void bury_the_dead(void)
{
	__lock(&dead_lock);
	for (struct thread **at = &dead, *t; (t = *at) != NULL;) {
		if (load(&t->tid)) {
			at = &t->next_dead;
			continue;
		}
		*at = t->next_dead;
		unmap(t);
	}
	__unlock(&dead_lock);
}

/* A thread that has not begun, and where its stack does. NULL: no memory. */
static struct thread *make_thread(const pthread_attr_t *attr, char **stack)
{
	if (attr->stack)
		return __tls_make((char *)attr->stack + attr->stack_size, stack);
	size_t guard = whole_pages(attr->guard_size);
	size_t size = guard + whole_pages(attr->stack_size + __tls_room());
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (map == MAP_FAILED)
		return NULL;
	if (guard && mprotect(map, guard, PROT_NONE)) {
		munmap(map, size);
		return NULL;
	}
	struct thread *t = __tls_make(map + size, stack);
	t->map = map;
	t->map_size = size;
	return t;
}

static int run(void *arg)
{
	struct thread *t = arg;

	pthread_exit(t->fn(t->arg));
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
	pthread_attr_t usual;
	char *stack;

	pthread_attr_init(&usual);
	bury_the_dead();
	struct thread *t = make_thread(attr ? attr : &usual, &stack);
	if (!t)
		return EAGAIN;
	t->canary = __self()->canary;
	t->made = true;
	t->fn = fn;
	t->arg = arg;
	t->state = attr && attr->detached ? THREAD_DETACHED : THREAD_JOINABLE;
	__thread_id(); /* whoever waits for the first thread relies on its number, too */
	*thread = t;
	__atomic_add_fetch(&__nr_threads, 1, __ATOMIC_SEQ_CST);
	if (clone(run, stack, CLONE_THREAD_FLAGS, t, &t->tid, t, &t->tid) < 0) {
		__atomic_sub_fetch(&__nr_threads, 1, __ATOMIC_SEQ_CST);
		unmap(t);
		return EAGAIN;
	}
	return 0;
}

/* From here on nobody sends it a signal, and none comes from outside. */
static void stop_signals(struct thread *self)
{
	sigset_t all = ~0ul;

	sys_rt_sigprocmask(SIG_BLOCK, &all, NULL, sizeof(all));
	__lock(&self->lock);
	self->ended = true;
	__unlock(&self->lock);
}

void pthread_exit(void *result)
{
	struct thread *self = __self();

	self->result = result;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	while (self->cleanup)
		__cleanup_pop(true);
	__drop_values(self);
	if (__atomic_sub_fetch(&__nr_threads, 1, __ATOMIC_SEQ_CST) == 0)
		exit(0);
	stop_signals(self);
	if (!self->made)
		sys_set_tid_address(&self->tid);
	if (__atomic_exchange_n(&self->state, THREAD_FINISHED, __ATOMIC_SEQ_CST) == THREAD_DETACHED)
		put_on_list_of_dead(self);
	for (;;)
		sys_exit(0);
}

int pthread_join(pthread_t t, void **result)
{
	if (t == __self())
		return EDEADLK;
	if (load(&t->state) == THREAD_DETACHED)
		return EINVAL;
	pthread_testcancel();
	/* The kernel's wake is one for shared words. */
	for (int tid; (tid = load(&t->tid)) != 0;)
		if (__futex_wait_cancelable((unsigned *)&t->tid, tid, true, CLOCK_REALTIME, NULL) == -ECANCELED)
			__cancel_self();
	if (result)
		*result = t->result;
	unmap(t);
	return 0;
}

int pthread_detach(pthread_t t)
{
	int was = THREAD_JOINABLE;

	if (__atomic_compare_exchange_n(&t->state, &was, THREAD_DETACHED, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return 0;
	if (was == THREAD_DETACHED)
		return EINVAL;
	put_on_list_of_dead(t);
	return 0;
}

pthread_t pthread_self(void)
{
	return __self();
}

int pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}

int pthread_kill(pthread_t t, int sig)
{
	long err = 0;

	if ((unsigned)sig > _NSIG)
		return EINVAL;
	__lock(&t->lock);
	if (!t->ended)
		err = -sys_tgkill(sys_getpid(), t == __self() ? __thread_id() : (unsigned)t->tid, sig);
	__unlock(&t->lock);
	return (int)err;
}

/* In the child of a fork(): this thread is the only one, and another to the kernel. */
void __forget_threads(void)
{
	struct thread *self = __self();

	if (self->tid)
		self->tid = 0;
	if (self->robust.list.next)
		self->robust.list.next = NULL;
	if (__nr_threads != 1)
		__nr_threads = 1;
}
