// SPDX-License-Identifier: MIT
/*
 * exit: the orderly and the disorderly ends of a program.
 *
 * Promise   exit() runs what atexit() registered, last first, then writes out the streams.
 * Linux     exit(3), atexit(3), abort(3)
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <assert.h>
#include <unistd.h>
#include "user/libc/libc.h"

enum { MAX_ATEXIT = 64 };

static void (*at_exit[MAX_ATEXIT])(void);
static int nr_at_exit;

int atexit(void (*fn)(void))
{
	if (nr_at_exit == MAX_ATEXIT)
		return -1;
	at_exit[nr_at_exit++] = fn;
	return 0;
}

void exit(int status)
{
	while (nr_at_exit > 0)
		at_exit[--nr_at_exit]();
	__stdio_flush_all();
	_exit(status);
}

void _Exit(int status)
{
	_exit(status);
}

void abort(void)
{
	sigset_t set;

	raise(SIGABRT); /* a handler may return */
	signal(SIGABRT, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGABRT);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(SIGABRT);
	_exit(127);
}

void __assert_fail(const char *expr, const char *file, int line, const char *func)
{
	dprintf(STDERR_FILENO, "%s: %s:%d: %s: Assertion `%s' failed.\n", program_invocation_short_name,
		file, line, func, expr);
	abort();
}
