// SPDX-License-Identifier: MIT
/*
 * clone: what the calls that make tasks (clone.c) ask of fork.c.
 */
#pragma once
#include "kernel/proc/process.h"
#include "kernel/uapi/sched.h"

/* Checked by clone.c: flags agree with one another. */
struct clone_request {
	u64 flags;	  /* CLONE_*, without the signal */
	int exit_signal;  /* what the parent gets at the child's end; 0: nothing */
	uaddr_t stack;	  /* its stack pointer; 0: the parent's */
	uaddr_t tls;
	int __user *parent_tid, *child_tid;
	int __user *pidfd; /* CLONE_PIDFD */
	int set_tid;	  /* the number it must have, if nr_set_tid is 1 */
	unsigned nr_set_tid;
};
long process_clone(const struct clone_request *rq); /* the child's tid or -errno */
void uncharge_task(const struct cred *cred);	    /* one task less for its real user */
