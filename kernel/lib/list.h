// SPDX-License-Identifier: MIT
/*
 * list: circular doubly linked lists with the links inside the objects.
 *
 * Promise   every operation is O(1) but the walks; an object removed with list_del() may be removed
 *           again and reports list_is_linked() == false
 * Locks     the caller's
 */
#pragma once
#include "kernel/lib/macros.h"

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(name) { &(name), &(name) }

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_is_empty(const struct list *l)
{
	return READ_ONCE(l->next) == l;
}

/* True while the node is on some list; a node must have seen list_init() before it is asked. */
static inline bool list_is_linked(const struct list *node)
{
	return READ_ONCE(node->next) != node;
}

static inline void list_insert_(struct list *node, struct list *prev, struct list *next)
{
	node->prev = prev;
	node->next = next;
	next->prev = node;
	prev->next = node;
}

static inline void list_add(struct list *head, struct list *node) /* in front */
{
	list_insert_(node, head, head->next);
}

static inline void list_add_tail(struct list *head, struct list *node)
{
	list_insert_(node, head->prev, head);
}

static inline void list_add_before(struct list *pos, struct list *node)
{
	list_insert_(node, pos->prev, pos);
}

static inline void list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* Moves all of `from` behind the last node of `to`; `from` is left empty. */
static inline void list_splice_tail(struct list *to, struct list *from)
{
	if (list_is_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first(head, type, member) list_entry((head)->next, type, member)
#define list_last(head, type, member) list_entry((head)->prev, type, member)
#define list_first_or_null(head, type, member)                                                     \
	(list_is_empty(head) ? NULL : list_first(head, type, member))
#define list_next(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_for_each(pos, head, member)                                                           \
	for (pos = list_first(head, __typeof__(*pos), member); &pos->member != (head);             \
		pos = list_next(pos, member))
/* Safe against removal of `pos`, not of its neighbour. */
#define list_for_each_safe(pos, tmp, head, member)                                                 \
	for (pos = list_first(head, __typeof__(*pos), member), tmp = list_next(pos, member);       \
		&pos->member != (head); pos = tmp, tmp = list_next(tmp, member))
