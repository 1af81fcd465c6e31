// SPDX-License-Identifier: MIT
/*
 * offer: a sleeping reader's memory, which a writer may fill itself: one copy instead of two.
 *
 * Promise   a kind of file with ops->read_or_offer keeps a list of offers in its object. Bytes go to the first
 *           offer, or to the object's own buffer if that is not empty or the offer cannot take all that
 *           both sides have (its pages are not there): an offer is filled once, or not at all. What was
 *           filled in counts as read, even if a signal ended the sleep meanwhile.
 * Locks     the object's lock guards the list, and is held while an offer is filled. `filled` may be looked at
 *           without: it is set last, when the writer is done with the offer.
 * Lifetime  on the reader's stack; read_blocking() in file.c does not return with an offer on a list
 * Linux     not visible: a read of a pipe takes what one write, or several, have left there
 *
 *     reader                                   writer
 *     lock; nothing there; offer_make; unlock
 *     sleep                                    lock; offer_fill: copy, unlink, wake, set `filled`; unlock
 *     `filled` is set: answer it
 */
#pragma once
#include "kernel/core/wait.h"
#include "kernel/lib/list.h"
#include "mm/uio.h"

/* Below this a second copy costs less than the way through the reader's page tables. */
enum { OFFER_MIN_BYTES = 1024 };

struct read_offer {
	struct list node;	/* [object's lock] */
	struct uio *u;		/* [object's lock while it is on the list] */
	struct mm *mm;		/* [const] the reader's */
	struct wait_slot *slot; /* [const] on the file's queue */
	size_t filled;		/* [atomic] bytes */
};

static inline size_t offer_filled(const struct read_offer *o)
{
	return __atomic_load_n(&o->filled, __ATOMIC_ACQUIRE);
}
/* Puts it on the list, if it is not there yet. */
static inline void offer_make(struct read_offer *o, struct list *offers)
{
	if (!list_is_linked(&o->node))
		list_add_tail(offers, &o->node);
}
static inline void offer_withdraw(struct read_offer *o)
{
	list_del(&o->node);
}
/* Fills the first offer from the current task's `from`: bytes moved, 0: none, the offers are as before. */
size_t offer_fill(struct list *offers, struct uio *from);
