// SPDX-License-Identifier: MIT
/*
 * async: signals instead of waiting: O_ASYNC, F_SETOWN, F_SETSIG.
 *
 * Promise   an open file in O_ASYNC mode sends its owner a signal whenever its kind says that input came or
 *           that there is room for output: SIGIO without details, or the signal of F_SETSIG with them, which
 *           becomes SIGIO when it cannot be queued. The owner is judged by the ids of the caller of
 *           F_SETOWN, whoever causes the event.
 * Use       a kind of file sets FILE_ASYNC in its ops, and adds ASYNC_IN or ASYNC_OUT to the events of those
 *           wakes that are to be signalled. Nothing else: without O_ASYNC nobody listens for these bits.
 * Locks     file->lock for what fcntl(2) sets; wakes look at it under RCU
 * Lifetime  made by the first of these fcntl(2) calls, ends with the open file; the memory a grace period later
 * Linux     fcntl(2) "Managing signals", signal(7)
 */
#pragma once
#include "kernel/core/rcu.h"
#include "kernel/core/timer.h"
#include "kernel/core/upcalls.h"
#include "kernel/core/wait.h"

struct file;

/* Events of our own beside POLL*, as in wake(&q, POLLIN | POLLRDNORM | ASYNC_IN). */
#define ASYNC_IN (1u << 21)
#define ASYNC_OUT (1u << 22)
#define ASYNC_URGENT (1u << 23) /* never a wake's: see async_urgent() */

/* Who gets the signals: replaced as a whole. */
struct async_owner {
	struct io_owner to;	/* [const] .pid is counted; NULL: nobody */
	struct rcu_head rcu;
};

struct async {
	struct async_owner *owner; /* [file->lock; RCU readers] NULL: never set */
	u8 sig;			/* [atomic] F_SETSIG; 0: SIGIO without details */
	bool on;		/* [file->lock] `slot` is on the file's queue */
	bool gone;		/* [atomic] the file is: no more retries */
	int fd;			/* [atomic] by which O_ASYNC was set: what si_fd says */
	u32 events;		/* [atomic] ASYNC_ bits that are still to be told */
	struct wait_slot slot;
	struct wake_relay relay;
	struct timer retry;	/* the owner could not be told at once */
	struct rcu_head rcu;
};

int async_switch(struct file *f, int fd, bool on); /* O_ASYNC has been asked for, or not: 0 or -ENOMEM */
int async_set_owner(struct file *f, struct pid *pid, int type); /* eats the reference; NULL: nobody; -ENOMEM */
long file_set_owner(struct file *f, int who); /* F_SETOWN: a process, -who: a group, 0: nobody */
/* the same, if there is none: takes its own reference */
int async_default_owner(struct file *f, struct pid *pid, int type);
int async_set_signal(struct file *f, int sig); /* 0 or -ENOMEM */
int async_signal(const struct file *f);
int async_get_owner(struct file *f, int *type); /* its number, 0: none that lives */
void async_get_uids(struct file *f, u32 uids[2]); /* real and effective, of who set the owner */
/* Urgent data came: SIGURG to the owner, with O_ASYNC or without. The file may be ending, but its memory is there. */
void async_urgent(struct file *f);
void async_file_gone(struct file *f);
