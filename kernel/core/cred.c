// SPDX-License-Identifier: MIT
/*
 * cred: identities, accounts, and the one permission check.
 *
 * Promise   see cred.h. A check reads one immutable struct and takes no lock.
 * Locks     accounts_lock (RANK_OBJECT) guards the list of accounts; counters are atomic
 * Lifetime  a cred is freed after a grace period, with its groups and its account; an account when nobody
 *           refers to it: charges are held by objects that hold the account
 * Linux     path_resolution(7) "Permissions", capabilities(7) CAP_DAC_*
 */
#include "kernel/core/cred.h"
#include "kernel/core/alloc.h"
#include "kernel/core/panic.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"

enum { MODE_ANY_EXEC = 0111, OWNER_SHIFT = 6, GROUP_SHIFT = 3, RWX = 7 };

static struct spinlock accounts_lock = SPINLOCK_INIT(RANK_OBJECT);
static struct list accounts = LIST_INIT(accounts); /* [accounts_lock] a handful: a list is enough */

static struct account root_account = { .ref = { 1 } };
static struct groups no_groups = { .ref = { 1 } };
static struct cred root_cred = {
	.ref = { 1 },
	.groups = &no_groups,
	.account = &root_account,
	.cap_permitted = CAP_ALL,
	.cap_effective = CAP_ALL,
	.cap_bounding = CAP_ALL,
};

void cred_init(void)
{
	list_add_tail(&accounts, &root_account.node);
	current->cred = cred_of_kernel();
}

const struct cred *cred_of_kernel(void)
{
	return cred_get(&root_cred);
}

const struct cred *cred_get(const struct cred *c)
{
	ref_get(&((struct cred *)c)->ref);
	return c;
}

static void groups_put(struct groups *g)
{
	if (g && ref_put(&g->ref))
		kfree(g);
}

static void cred_free_rcu(struct rcu_head *head)
{
	struct cred *c = container_of(head, struct cred, rcu);
	groups_put(c->groups);
	account_put(c->account);
	kfree(c);
}

void cred_put(const struct cred *c)
{
	struct cred *mine = (struct cred *)c;
	if (c && ref_put(&mine->ref))
		rcu_defer(&mine->rcu, cred_free_rcu);
}

struct cred *cred_copy(const struct cred *c)
{
	struct cred *copy = kmalloc(sizeof(*copy));
	if (!copy)
		return NULL;
	*copy = *c;
	ref_init(&copy->ref);
	ref_get(&copy->groups->ref);
	ref_get(&copy->account->ref);
	return copy;
}

void cred_commit(struct cred *c)
{
	const struct cred *old = current->cred;
	spin_lock(&current->lock);
	rcu_publish(current->cred, c);
	spin_unlock(&current->lock);
	cred_put(old);
}

bool cred_has_cap(const struct cred *c, int cap)
{
	return c->cap_effective >> cap & 1;
}

bool cred_in_group(const struct cred *c, u32 gid)
{
	if (c->fsgid == gid)
		return true;
	u32 low = 0, high = c->groups->nr;
	while (low < high) {
		u32 middle = low + (high - low) / 2;
		if (c->groups->gid[middle] == gid)
			return true;
		if (c->groups->gid[middle] < gid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* What the mode bits refuse, a capability may still grant. */
static bool override(const struct cred *c, u32 mode, unsigned want, bool is_dir)
{
	if ((is_dir || !(want & WANT_EXEC) || (mode & MODE_ANY_EXEC)) && cred_has_cap(c, CAP_DAC_OVERRIDE))
		return true;
	bool only_looks = is_dir ? !(want & WANT_WRITE) : want == WANT_READ;
	return only_looks && cred_has_cap(c, CAP_DAC_READ_SEARCH);
}

int cred_permits(const struct cred *c, u32 uid, u32 gid, u32 mode, unsigned want, bool is_dir)
{
	u32 bits = c->fsuid == uid	 ? mode >> OWNER_SHIFT :
		   cred_in_group(c, gid) ? mode >> GROUP_SHIFT :
					   mode;
	if (likely((want & ~bits & RWX) == 0))
		return 0;
	return override(c, mode, want, is_dir) ? 0 : -EACCES;
}

/* --- accounts --- */

static struct account *account_find_locked(u32 uid)
{
	struct account *a;
	list_for_each(a, &accounts, node)
		if (a->uid == uid && ref_tryget(&a->ref))
			return a;
	return NULL;
}

struct account *account_get(u32 uid)
{
	spin_lock(&accounts_lock);
	struct account *a = account_find_locked(uid);
	spin_unlock(&accounts_lock);
	if (a)
		return a;
	struct account *fresh = kzalloc(sizeof(*fresh));
	if (!fresh)
		return NULL;
	ref_init(&fresh->ref);
	fresh->uid = uid;
	spin_lock(&accounts_lock);
	a = account_find_locked(uid); /* somebody else may have made it meanwhile */
	if (!a)
		list_add_tail(&accounts, &fresh->node);
	spin_unlock(&accounts_lock);
	if (!a)
		return fresh;
	kfree(fresh);
	return a;
}

static void account_free(struct rcu_head *head)
{
	struct account *a = container_of(head, struct account, rcu);
	for (unsigned kind = 0; kind < CHARGE_KINDS; kind++)
		WARN_ON(a->used[kind] != 0);
	spin_lock(&accounts_lock);
	list_del(&a->node);
	spin_unlock(&accounts_lock);
	kfree(a);
}

/* Interrupts and holders of inner locks give up their accounts too: the list is left later. */
void account_put(struct account *a)
{
	if (a && ref_put(&a->ref))
		rcu_defer(&a->rcu, account_free);
}

int cred_set_account(struct cred *c, u32 uid)
{
	struct account *a = account_get(uid);
	if (!a)
		return -ENOMEM;
	account_put(c->account);
	c->account = a;
	return 0;
}

s64 charge(struct account *a, enum charge_kind kind, s64 n)
{
	return __atomic_add_fetch(&a->used[kind], n, __ATOMIC_RELAXED);
}

void uncharge(struct account *a, enum charge_kind kind, s64 n)
{
	__atomic_sub_fetch(&a->used[kind], n, __ATOMIC_RELAXED);
}

static const char *const charge_names[CHARGE_KINDS] = {
	[CHARGE_PIPE_PAGES] = "pipe-pages", [CHARGE_SIGPENDING] = "signals", [CHARGE_PROCESSES] = "processes",
	[CHARGE_FILES] = "files", [CHARGE_INOTIFY_INSTANCES] = "inotify-instances",
	[CHARGE_INOTIFY_WATCHES] = "inotify-watches", [CHARGE_EPOLL_WATCHES] = "epoll-watches",
	[CHARGE_FILELOCKS] = "file-locks", [CHARGE_FILES_IN_FLIGHT] = "files-in-flight",
};

void accounts_show(struct strbuf *sb)
{
	s64 sums[CHARGE_KINDS] = {};
	struct account *a;
	spin_lock(&accounts_lock);
	list_for_each(a, &accounts, node)
		for (unsigned kind = 0; kind < CHARGE_KINDS; kind++)
			sums[kind] += __atomic_load_n(&a->used[kind], __ATOMIC_RELAXED);
	spin_unlock(&accounts_lock);
	for (unsigned kind = 0; kind < CHARGE_KINDS; kind++)
		strbuf_printf(sb, "%s %ld\n", charge_names[kind], sums[kind]);
}
