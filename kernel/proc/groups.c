// SPDX-License-Identifier: MIT
/*
 * groups: the supplementary groups of a task.
 *
 * Promise   getgroups(2) answers them sorted, as Linux does; permission checks search them by halves
 * Lifetime  a struct groups never changes once it is in a cred; counted by the creds that share it
 * Linux     getgroups(2), setgroups(2): up to NGROUPS_MAX, CAP_SETGID to set
 */
#include "kernel/core/alloc.h"
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/limits.h"
#include "mm/uaccess.h"

/* Lets the entry at `at` sink to its place in the heap of the first n. */
static void sink(u32 *v, u32 at, u32 n)
{
	for (;;) {
		u32 child = 2 * at + 1;
		if (child >= n)
			return;
		if (child + 1 < n && v[child + 1] > v[child])
			child++;
		if (v[at] >= v[child])
			return;
		u32 t = v[at];
		v[at] = v[child];
		v[child] = t;
		at = child;
	}
}

/* A heap sort: the list is the caller's choice, so no order of it may be slow. */
static void sort(u32 *v, u32 n)
{
	for (u32 i = n / 2; i-- > 0;)
		sink(v, i, n);
	for (u32 i = n; i-- > 1;) {
		u32 t = v[0];
		v[0] = v[i];
		v[i] = t;
		sink(v, 0, i);
	}
}

long sys_getgroups(int size, unsigned __user *list)
{
	const struct groups *g = current_cred()->groups;
	if (size < 0 || (size && (u32)size < g->nr))
		return -EINVAL;
	if (size && g->nr && copy_to_user(list, g->gid, g->nr * sizeof(g->gid[0])))
		return -EFAULT;
	return g->nr;
}

static void groups_put(struct groups *g)
{
	if (ref_put(&g->ref))
		kfree(g);
}

/* One by one: -1, which is nobody's number, counts before what cannot be read behind it. */
static int import_groups(struct groups *g, const unsigned __user *list)
{
	for (u32 i = 0; i < g->nr; i++) {
		if (get_user(g->gid[i], list + i))
			return -EFAULT;
		if (g->gid[i] == UINT32_MAX)
			return -EINVAL;
	}
	return 0;
}

long sys_setgroups(int size, const unsigned __user *list)
{
	if (!capable(CAP_SETGID))
		return -EPERM;
	if ((unsigned)size > NGROUPS_MAX)
		return -EINVAL;
	struct groups *g = kmalloc(sizeof(*g) + (size_t)size * sizeof(g->gid[0]));
	if (!g)
		return -ENOMEM;
	ref_init(&g->ref);
	g->nr = size;
	int err = import_groups(g, list);
	if (err) {
		kfree(g);
		return err;
	}
	sort(g->gid, g->nr);
	struct cred *c = cred_copy(current_cred());
	if (!c) {
		kfree(g);
		return -ENOMEM;
	}
	groups_put(c->groups);
	c->groups = g;
	cred_commit_checked(c);
	return 0;
}
