// SPDX-License-Identifier: MIT
/*
 * unix_gc: sockets whose descriptors are in flight, and the collector of those that nobody can reach any more.
 * The theory is in unix_gc.c.
 */
#pragma once
#include "net/scm.h"

struct unix_sock;

/* Rights with sockets among them come into holder's queue, whose lock is held, as the collector's, or go out of it. */
void unix_gc_begin(void); /* the collector's lock: taken before the queue's */
void unix_gc_end(void);
void unix_gc_depart(struct scm_rights *r, struct unix_sock *holder, struct sockbuf *b);
void unix_gc_arrive(struct scm_rights *r);
/* Counts the files of rights that are in flight for a copy, under the collector's lock. */
void unix_gc_copy(const struct scm_rights *r, struct scm_rights *copy);
/* A connection leaves its listener's queue and gets its file, in one step for the collector. */
struct unix_sock *unix_gc_accept(struct unix_sock *listener, struct file *to,
	struct unix_sock *(*take_first)(struct unix_sock *listener));
void unix_gc_leave(struct unix_sock *u); /* it has no listener any more, but has not left its queue yet */
/* A reference to f is about to be dropped: does that leave it in flight only? Then the collector is due. */
bool unix_gc_is_due(const struct file *f);
void unix_gc_dropped(void); /* such a reference has gone, no lock is held */
void unix_gc_ended(void);	/* a socket has ended, no lock is held */
u32 unix_gc_nr_in_flight(void); /* sockets */
