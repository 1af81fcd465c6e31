// SPDX-License-Identifier: MIT
/*
 * fork: a new process with one thread, the caller's.
 *
 * Promise   The child can allocate memory although other threads of the parent were about to. Streams that other
 *           threads were using stay locked in it, as POSIX warns. Handlers of pthread_atfork(): the first ones in
 *           reverse order of their registration, the others in order.
 * Linux     fork(2), pthread_atfork(3)
 */
#include <unistd.h>
#include "user/libc/thread.h"

enum { MAX_HANDLERS = 32 };

static int handlers_lock;
static unsigned nr_handlers; /* [handlers_lock] */
static struct {
	void (*prepare)(void);
	void (*parent)(void);
	void (*child)(void);
} handlers[MAX_HANDLERS];

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	int err = ENOMEM;

	__lock(&handlers_lock);
	if (nr_handlers < MAX_HANDLERS) {
		handlers[nr_handlers].prepare = prepare;
		handlers[nr_handlers].parent = parent;
		handlers[nr_handlers].child = child;
		__atomic_store_n(&nr_handlers, nr_handlers + 1, __ATOMIC_RELEASE);
		err = 0;
	}
	__unlock(&handlers_lock);
	return err;
}

pid_t fork(void)
{
	unsigned count = load(&nr_handlers);

	for (unsigned i = count; i-- > 0;)
		if (handlers[i].prepare)
			handlers[i].prepare();
	bool threads = load(&__nr_threads) > 1;
	if (threads)
		__lock(&__malloc_lock);
	long pid = sys_fork();
	if (threads)
		__unlock(&__malloc_lock);
	if (pid == 0)
		__forget_threads();
	for (unsigned i = 0; i < count; i++) {
		void (*fn)(void) = pid == 0 ? handlers[i].child : handlers[i].parent;
		if (fn)
			fn();
	}
	return (pid_t)ret(pid);
}
