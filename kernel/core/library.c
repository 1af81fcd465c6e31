// SPDX-License-Identifier: MIT
/*
 * library: the allocator hooks of kernel/lib.
 *
 * Promise   nodes of id tables come from a cache of their own and go back after a grace period, because
 *           readers walk them under RCU; growing text comes from kmalloc
 */
#include "kernel/core/library.h"
#include "kernel/core/alloc.h"
#include "kernel/core/rcu.h"
#include "kernel/lib/idtable.h"
#include "kernel/lib/strbuf.h"

static struct kmem_cache *node_cache;

static void *node_alloc(size_t bytes)
{
	return kmem_cache_alloc(node_cache);
}

static void node_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(node_cache, container_of((uintptr_t *)head, struct idtable_node, defer[0]));
}

static void node_free(struct idtable_node *node)
{
	_Static_assert(sizeof(node->defer) >= sizeof(struct rcu_head), "defer is room for an rcu_head");
	rcu_defer((struct rcu_head *)node->defer, node_free_rcu);
}

void library_init(void)
{
	static const struct idtable_ops idtable_ops = { node_alloc, node_free };
	static const struct strbuf_ops strbuf_ops = { krealloc, (void (*)(void *))kfree };
	node_cache = kmem_cache_create("idtable_node", sizeof(struct idtable_node), 8);
	idtable_set_allocator(&idtable_ops);
	strbuf_set_allocator(&strbuf_ops);
}
