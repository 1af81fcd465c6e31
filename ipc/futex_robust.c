// SPDX-License-Identifier: MIT
/*
 * futex_robust: the locks that a thread dies with.
 *
 * Promise   of each lock word on the thread's list (set_robust_list(2)) that names it as the owner, the owner is
 *           replaced by OWNER_DIED, and a waiter is woken if the word says that there are any. The lock that the
 *           thread was just about to take or to release counts, too: its owner bits may be clear already, and
 *           then somebody is woken, because the thread may not have come to that.
 * Hostile   the list is the program's: it may be circular, endless or pure invention. The walk reads and writes
 *           user memory only, by checked accesses, ends at the first that fails, and after 2,048 entries. A
 *           word that names another thread is not touched.
 * Locks     none
 * Blocking  page faults
 * Linux     get_robust_list(2). Entries of priority-inheriting locks are only marked: futex_pi.c gives these locks to
 *           those who wait for them, whether they are on the list or not.
 */
#include "ipc/futex.h"
#include "kernel/core/task.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/futex.h"
#include "mm/uaccess.h"

enum { ENTRY_IS_PI = 1 }; /* bit 0 of a pointer to an entry */

struct robust_entry {
	uaddr_t at;
	bool is_pi;
};

static int read_entry(const void __user *link, struct robust_entry *e)
{
	u64 value;
	if (get_user(value, (const u64 __user *)link))
		return -EFAULT;
	*e = (struct robust_entry){ value & ~(u64)ENTRY_IS_PI, value & ENTRY_IS_PI };
	return 0;
}

/* -EFAULT ends the walk. */
static int owner_died(uaddr_t word, bool is_pi, bool is_pending)
{
	u32 __user *uaddr = (u32 __user *)word;
	u32 old, seen;
	if (word % sizeof(u32) || get_user(old, uaddr))
		return -EFAULT;
	for (;; old = seen) {
		u32 owner = old & FUTEX_TID_MASK;
		if (is_pending && !is_pi && !owner)
			break;
		if (owner != (u32)current->tid)
			return 0;
		if (cmpxchg_user(uaddr, &seen, old, (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
			return -EFAULT;
		if (seen == old) {
			if (is_pi || !(old & FUTEX_WAITERS))
				return 0;
			break;
		}
	}
	futex_wake_one_user((int __user *)uaddr);
	return 0;
}

static void walk(struct robust_list_head __user *head)
{
	struct robust_entry e, pending, next;
	s64 offset;
	if (read_entry(&head->list.next, &e) || get_user(offset, (s64 __user *)&head->futex_offset) ||
		read_entry(&head->list_op_pending, &pending))
		return;
	for (unsigned n = 0; n < ROBUST_LIST_LIMIT && e.at != (uaddr_t)head; n++) {
		/* Before the lock is given away: whoever gets it may free the memory of the entry. */
		int err = read_entry(&((struct robust_list __user *)e.at)->next, &next);
		if (e.at != pending.at && owner_died(e.at + (u64)offset, e.is_pi, false))
			return;
		if (err)
			break;
		e = next;
	}
	if (pending.at)
		(void)owner_died(pending.at + (u64)offset, pending.is_pi, true);
}

void futex_robust_exec(void)
{
	struct robust_list_head __user *head = take(current->robust_list);
	if (head)
		walk(head);
}

void futex_robust_exit(struct task *t)
{
	if (t == current) /* else it is a child that never ran */
		futex_robust_exec();
}
