// SPDX-License-Identifier: MIT
/*
 * inotify: what its two halves share: inotify.c has the descriptor and its queue, notify.c who is told what.
 */
#pragma once
#include "fs/inode.h"
#include "kernel/lib/idtable.h"
#include "kernel/uapi/inotify.h"

/* One inode seen by one descriptor. */
struct watch {
	struct watch *next;	 /* [notify_lock] of the same inode; after removal: of those to free */
	struct inode *inode;	 /* [const] counted if pins_inode */
	struct inotify *inotify; /* [const] */
	u32 mask;		 /* [notify_lock] IN_ALL_EVENTS, IN_ONESHOT, IN_EXCL_UNLINK */
	int wd;			 /* [const] */
	bool pins_inode;	 /* [const] */
};

struct inotify {
	struct list events;	/* [notify_lock] of struct event, oldest first */
	u32 nr_events;		/* [notify_lock] */
	u32 max_events;		/* [const] */
	u32 bytes;		/* [notify_lock] that reading all of them would answer */
	struct event *overflow; /* [const] is in the queue when events were lost there */
	struct idtable watches; /* [notify_lock] by wd */
	int next_wd;		/* [notify_lock] */
	struct account *account; /* [const] counted */
	struct waitq wq;
};

extern struct spinlock notify_lock;
extern u32 inotify_max_queued_events, inotify_max_user_instances, inotify_max_user_watches; /* [atomic] sysctls */

/* notify_lock held. One more event; the same one twice in a row counts once. */
void inotify_queue(struct inotify *in, const struct inotify_event *what, const char *name, size_t name_len);
/* notify_lock held. Takes the watch from its inode and its descriptor and puts it on the list of those to free. */
void watch_remove(struct watch *w, struct watch **dead);
void watch_end(struct watch *w, struct watch **dead); /* the same, and says so: IN_IGNORED */
void watches_free(struct watch *dead); /* may sleep */
