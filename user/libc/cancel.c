// SPDX-License-Identifier: MIT
/*
 * cancel: asking a thread to end, and what it does before.
 *
 * Promise   The cancellation points are the waits of pthread.h and semaphore.h, and pthread_testcancel(). Of other
 *           calls a thread is taken only when it has chosen PTHREAD_CANCEL_ASYNCHRONOUS.
 * How       The asker sets a bit and sends signal CANCEL_SIGNAL. A thread that looks at the bit and then waits could
 *           be signalled between the two, and sleep for ever. So the look and the call are a few instructions in
 *           jump.S with a label at each end: a handler that finds the thread between the labels moves it to the
 *           place that answers -ECANCELED. Behind them the call has had its effect, and the answer is its own.
 * Locks     none; `cancel` is atomic
 * Linux     pthread_cancel(3). A program that blocks CANCEL_SIGNAL is cancelled when it next looks.
 */
#include <signal.h>
#include <ucontext.h>
#include "user/libc/thread.h"

enum { CANCEL_SIGNAL = 32 };

extern const char __cancel_begin[], __cancel_end[], __cancel_out[];

static bool is_due(int cancel)
{
	return (cancel & (CANCEL_ASKED | CANCEL_DISABLED)) == CANCEL_ASKED;
}

bool __cancel_due(void)
{
	return is_due(load(&__self()->cancel));
}

void __cancel_self(void)
{
	pthread_exit(PTHREAD_CANCELED);
}

void pthread_testcancel(void)
{
	if (__cancel_due())
		__cancel_self();
}

static void on_cancel(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	int cancel = load(&__self()->cancel);
	unsigned long at = uc->uc_mcontext.gregs[REG_RIP];

	(void)sig, (void)info;
	if (!is_due(cancel))
		return;
	if (at >= (unsigned long)__cancel_begin && at < (unsigned long)__cancel_end)
		uc->uc_mcontext.gregs[REG_RIP] = (long)__cancel_out;
	else if (cancel & CANCEL_ANYWHERE)
		__cancel_self();
}

static void install_handler(void)
{
	struct sigaction act = { .sa_sigaction = on_cancel, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER };

	sigaction(CANCEL_SIGNAL, &act, NULL);
}

int pthread_cancel(pthread_t t)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install_handler);
	int cancel = __atomic_or_fetch(&t->cancel, CANCEL_ASKED, __ATOMIC_SEQ_CST);
	if (t != __self())
		return pthread_kill(t, CANCEL_SIGNAL);
	if (cancel & CANCEL_ANYWHERE)
		pthread_testcancel();
	return 0;
}

/* Makes a bit of the calling thread what `value` has there; answers whether it was set. */
static bool change(int bit, int value)
{
	int *cancel = &__self()->cancel, old = load(cancel);

	while (!__atomic_compare_exchange_n(cancel, &old, (old & ~bit) | value, false, __ATOMIC_SEQ_CST,
		__ATOMIC_SEQ_CST))
		;
	if (load(cancel) & CANCEL_ANYWHERE)
		pthread_testcancel();
	return old & bit;
}

int pthread_setcancelstate(int state, int *old)
{
	if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	bool was = change(CANCEL_DISABLED, state == PTHREAD_CANCEL_DISABLE ? CANCEL_DISABLED : 0);
	if (old)
		*old = was ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
	return 0;
}

int pthread_setcanceltype(int type, int *old)
{
	if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
		return EINVAL;
	bool was = change(CANCEL_ANYWHERE, type == PTHREAD_CANCEL_ASYNCHRONOUS ? CANCEL_ANYWHERE : 0);
	if (old)
		*old = was ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED;
	return 0;
}

void __cleanup_push(struct pthread_cleanup *cleanup)
{
	struct thread *self = __self();

	cleanup->next = self->cleanup;
	self->cleanup = cleanup;
}

void __cleanup_pop(int run)
{
	struct thread *self = __self();
	struct pthread_cleanup *last = self->cleanup;

	self->cleanup = last->next;
	if (run)
		last->fn(last->arg);
}
