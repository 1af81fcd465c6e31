// SPDX-License-Identifier: MIT
/*
 * fail: the tables of tests/abi/fail/walk.c: every system call, called so that it succeeds, in a small world.
 *
 * Promise   A row is a call with its arguments. It is made in a child of its own, again and again, with the n-th
 *           allocation made to fail, n = 1, 2, 3 ... until none fails any more; walk.c says what is checked.
 *           world_make() sets up the same files, descriptors and memory for each attempt.
 * Linux     The answers that rows allow besides ENOMEM are those of the calls' man pages.
 */
#ifndef TESTS_FAIL_FAIL_H
#define TESTS_FAIL_FAIL_H

#include "tests/abi/abi.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* a row ends where it has said all */

/* Descriptors of the world: not blocking, and ready where they can be. */
enum {
	FILE_FD = 20, DIR_FD, PIPE_R, PIPE_W, EVENT_FD, TIMER_FD, SIGNAL_FD, EPOLL_FD, INOTIFY_FD, PID_FD, MEMFD_FD,
	MASTER_FD, SLAVE_FD, PROC_FD, OUT_FD, FREE_FD = 60,
};

enum { FILE_BYTES = 3 * PAGE, BIG = 64 * PAGE, MAP_BYTES = 64 * PAGE, ARGUMENTS = 6, ERRORS = 3 };

/* Memory of the world: BUF has never been touched, TEXT is filled, MAP is a mapping of MAP_BYTES, all touched. */
#define BUF 0x200000000000
#define TEXT 0x200000100000
#define MAP 0x200000200000
#define FREE 0x200010000000 /* nothing is here */

struct row {
	const char *call; /* its name in kernel/syscalls.def, if it is there; "": none, see what */
	long arg[ARGUMENTS];
	const char *what;     /* which of several rows of one call */
	void (*before)(void); /* in the child, before allocations fail */
	long (*act)(void);    /* instead of the call with its arguments */
	void (*undo)(void);   /* after a success: what the child's end does not take back */
	int error[ERRORS];    /* allowed besides ENOMEM */
	long success;	      /* an error that is the right answer; else any count or 0 is */
};

/* A table, in the order of the walk. */
struct rows {
	const struct row *row;
	int count;
};
#define ROWS(NAME) const struct rows NAME = { NAME##_rows, sizeof(NAME##_rows) / sizeof(NAME##_rows[0]) }

extern const struct rows file_calls, name_calls, memory_calls, process_calls, signal_calls, ipc_calls, other_calls;
extern const struct rows socket_calls, reads_of_proc, page_faults;

#define A(POINTER) ((long)(POINTER))

void world_make(void);

#endif
