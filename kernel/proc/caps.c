// SPDX-License-Identifier: MIT
/*
 * caps: capget and capset.
 *
 * Promise   capset(2) only lets go: nothing new becomes permitted; what becomes inheritable lies within the
 *           bounding set, and without CAP_SETPCAP within what was permitted or inheritable. Ambient
 *           capabilities stay within both.
 * Linux     capget(2): versions 1 (32 bits) and 2, 3 (64 bits); an unknown version is answered with ours
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/capability.h"
#include "mm/uaccess.h"

/* How many struct cap_data belong to the version: 0 or -errno. */
static int read_header(struct cap_header __user *user, struct cap_header *h, unsigned *words)
{
	if (get_user(h->version, &user->version))
		return -EFAULT;
	switch (h->version) {
	case _LINUX_CAPABILITY_VERSION_1:
		*words = _LINUX_CAPABILITY_U32S_1;
		break;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3:
		*words = _LINUX_CAPABILITY_U32S_3;
		break;
	default:
		return put_user(_LINUX_CAPABILITY_VERSION_3, &user->version) ? -EFAULT : -EINVAL;
	}
	return get_user(h->pid, &user->pid); /* after the version, which is refused without it */
}

static u32 half(u64 set, unsigned i)
{
	return (u32)(set >> (32 * i));
}

static int caps_of(int pid, struct cred *out)
{
	struct task *t __autoput(task) = NULL;
	if (pid && pid != current->tid) {
		t = task_find_get(pid);
		if (!t)
			return -ESRCH;
	}
	rcu_read_lock();
	const struct cred *c = rcu_load((t ? t : current)->cred);
	out->cap_effective = c->cap_effective;
	out->cap_permitted = c->cap_permitted;
	out->cap_inheritable = c->cap_inheritable;
	rcu_read_unlock();
	return 0;
}

long sys_capget(struct cap_header __user *header, struct cap_data __user *user)
{
	struct cap_header h;
	unsigned words;
	int err = read_header(header, &h, &words);
	if (!user)
		return err == -EINVAL ? 0 : err;
	if (err)
		return err;
	if (h.pid < 0)
		return -EINVAL;
	struct cred c;
	err = caps_of(h.pid, &c);
	if (err)
		return err;
	struct cap_data data[_LINUX_CAPABILITY_U32S_3];
	for (unsigned i = 0; i < words; i++)
		data[i] = (struct cap_data){
			half(c.cap_effective, i), half(c.cap_permitted, i), half(c.cap_inheritable, i),
		};
	return copy_to_user(user, data, words * sizeof(data[0]));
}

static int may_set(const struct cred *old, u64 effective, u64 permitted, u64 inheritable)
{
	bool beyond_own = inheritable & ~(old->cap_inheritable | old->cap_permitted);
	if (beyond_own && !capable(CAP_SETPCAP))
		return -EPERM;
	if (inheritable & ~(old->cap_inheritable | old->cap_bounding))
		return -EPERM;
	if (permitted & ~old->cap_permitted || effective & ~permitted)
		return -EPERM;
	return 0;
}

long sys_capset(struct cap_header __user *header, const struct cap_data __user *user)
{
	struct cap_header h;
	unsigned words;
	int err = read_header(header, &h, &words);
	if (err)
		return err;
	if (h.pid && h.pid != current->tid)
		return -EPERM;
	struct cap_data data[_LINUX_CAPABILITY_U32S_3] = {};
	if (copy_from_user(data, user, words * sizeof(data[0])))
		return -EFAULT;
	u64 effective = (data[0].effective | (u64)data[1].effective << 32) & CAP_ALL;
	u64 permitted = (data[0].permitted | (u64)data[1].permitted << 32) & CAP_ALL;
	u64 inheritable = (data[0].inheritable | (u64)data[1].inheritable << 32) & CAP_ALL;
	const struct cred *old = current_cred();
	err = may_set(old, effective, permitted, inheritable);
	if (err)
		return err;
	struct cred *c = cred_copy(old);
	if (!c)
		return -ENOMEM;
	c->cap_effective = effective;
	c->cap_permitted = permitted;
	c->cap_inheritable = inheritable;
	c->cap_ambient &= permitted & inheritable;
	cred_commit_checked(c);
	return 0;
}
