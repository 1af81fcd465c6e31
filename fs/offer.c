// SPDX-License-Identifier: MIT
/*
 * offer: filling a sleeping reader's memory; the theory is in offer.h.
 */
#include "fs/offer.h"
#include "kernel/uapi/poll.h"

size_t offer_fill(struct list *offers, struct uio *from)
{
	if (from->kind != UIO_USER || from->left < OFFER_MIN_BYTES)
		return 0;
	struct read_offer *o = list_first(offers, struct read_offer, node);
	size_t n = uio_hand_over(o->u, o->mm, from);
	if (!n)
		return 0;
	list_del(&o->node);
	wake_slot_sync(o->slot, POLLIN);
	__atomic_store_n(&o->filled, n, __ATOMIC_RELEASE); /* the reader may be gone after this */
	return n;
}
