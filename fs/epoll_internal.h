// SPDX-License-Identifier: MIT
/*
 * epoll_internal: sets and items, for the files of epoll; the theory is in epoll.c.
 */
#pragma once
#include "fs/file.h"
#include "kernel/lib/rbtree.h"
#include "kernel/uapi/epoll.h"

#define EPOLL_PRIVATE_BITS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)

struct epoll_set {
	struct ref ref;
	struct mutex lock;
	struct waitq wq;	 /* its lock guards `ready` too */
	struct list ready;	 /* [wq.lock; walked under lock] struct epoll_item by in_ready: to be looked at */
	struct rb_root items;	 /* [lock] by descriptor, then file */
	struct list inner;	 /* [nest_lock] items whose file is a set */
	bool called;		 /* [hint] an exclusive wake is on its way to who waits: the next is for another set */
	struct file *file;	 /* [const] not counted: while it is open */
	struct account *account; /* [const] counted: of the maker */
	struct epoll_params busy; /* [lock] */
	u64 walk;		 /* [nest_lock] the last walk that came by */
	unsigned below;		 /* [nest_lock] what it found */
	struct rcu_head rcu;
};

struct epoll_item {
	struct rb_node node;	 /* [set->lock] */
	struct epoll_set *set;	 /* [const] */
	struct file *file;	 /* [const] not counted, see Lifetime */
	int fd;			 /* [const] */
	u32 events;		 /* [set->lock] as asked for, and what is always reported; one shot: private bits only */
	epoll_data_t data;	 /* [set->lock] */
	struct list in_file;	 /* [file->lock; of a set's file: nest_lock too] in file->epolls */
	struct list in_ready;	 /* [set->wq.lock] leaves the list under set->lock, too */
	struct list in_inner;	 /* [nest_lock] */
	bool fresh;		 /* [atomic] woken since it was looked at: set under set->wq.lock */
	bool gone;		 /* [set->wq.lock] */
	struct wait_slot slot;
	struct wake_relay relay;
	struct rcu_head rcu;
};

extern const struct file_ops epoll_ops;
static inline struct epoll_set *epoll_set_of(const struct file *f) /* NULL: it is another kind of file */
{
	return f->ops == &epoll_ops ? f->priv : NULL;
}

/* --- epoll_wait.c --- */
/* A watched file was woken; under its queue's lock. */
bool epoll_item_fired(struct wait_slot *slot, u32 events, struct wake_list *list);
void epoll_item_relay(struct wake_relay *r, struct wake_list *list); /* what is left to do when that lock is dropped */
void epoll_item_make_ready(struct epoll_item *it); /* it is to be looked at */
/* What holds of what the item asks for; its set's lock is held, with subrank `depth`. */
u32 epoll_item_look(struct epoll_item *it, unsigned depth);
u32 epoll_set_look(struct epoll_set *s, unsigned depth); /* is anything ready in it? */
