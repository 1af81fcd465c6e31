// SPDX-License-Identifier: MIT
/*
 * ids: user and group ids.
 *
 * Promise   credentials(7): without CAP_SETUID (CAP_SETGID) an id may only become one of those that the
 *           task has already. A change that leaves root behind drops capabilities as capabilities(7) says.
 *           Each call checks everything, then publishes one new struct cred.
 * Lifetime  the processes of a user are charged to the account of his real uid: a change moves the charge
 * Linux     setuid(2), setreuid(2), setresuid(2), setfsuid(2) and the same for groups. They change the calling
 *           thread alone: the C library makes the others follow.
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/securebits.h"
#include "mm/uaccess.h"

#define KEEP UINT32_MAX /* the argument -1: leave this one alone */
#define CAP_BIT(cap) (1ull << (cap))
/* What goes with the right to a file: setfsuid(2). */
#define CAP_FILE_SET                                                                               \
	(CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_DAC_READ_SEARCH) |           \
		CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) | CAP_BIT(CAP_LINUX_IMMUTABLE) |         \
		CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_MAC_OVERRIDE))

/* --- publishing --- */

static void move_charge(const struct cred *old, const struct cred *c)
{
	if (old->account == c->account)
		return;
	uncharge(old->account, CHARGE_PROCESSES, 1);
	s64 others = charge(c->account, CHARGE_PROCESSES, 1) - 1;
	/* setuid(2): it succeeds, but the next execve(2) will ask again. */
	if (c->account->uid != 0 && others > 0 && (u64)others > rlimit(RLIMIT_NPROC))
		process_set(current->process, PROCESS_NPROC_EXCEEDED);
	else
		process_clear(current->process, PROCESS_NPROC_EXCEEDED);
}

void cred_commit_checked(struct cred *c)
{
	const struct cred *old = current_cred();
	bool other = old->euid != c->euid || old->egid != c->egid || old->fsuid != c->fsuid ||
		     old->fsgid != c->fsgid || c->cap_permitted & ~old->cap_permitted;
	if (other) {
		WRITE_ONCE(current->process->dumpable, 0);
		current->pdeath_signal = 0;
	}
	move_charge(old, c);
	cred_commit(c);
}

static bool has_root_id(const struct cred *c)
{
	return c->uid == 0 || c->euid == 0 || c->suid == 0;
}

static void fix_capabilities(const struct cred *old, struct cred *c)
{
	if (c->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (has_root_id(old) && !has_root_id(c)) {
		if (!(c->securebits & SECBIT_KEEP_CAPS))
			c->cap_permitted = c->cap_effective = 0;
		c->cap_ambient = 0;
	}
	if (old->euid == 0 && c->euid != 0)
		c->cap_effective = 0;
	if (old->euid != 0 && c->euid == 0)
		c->cap_effective = c->cap_permitted;
}

/* --- the calls, for users and groups alike --- */

enum kind { USER, GROUP };

static const struct ids *my_ids(enum kind kind)
{
	return kind == USER ? &current_cred()->user : &current_cred()->group;
}

static bool may_any(enum kind kind)
{
	return capable(kind == USER ? CAP_SETUID : CAP_SETGID);
}

/* A copy of the caller's credentials with these ids; NULL: no memory. */
static struct cred *copy_with(enum kind kind, const struct ids *to)
{
	struct cred *c = cred_copy(current_cred());
	if (c)
		*(kind == USER ? &c->user : &c->group) = *to;
	return c;
}

static long change(enum kind kind, const struct ids *to)
{
	struct cred *c = copy_with(kind, to);
	if (!c)
		return -ENOMEM;
	const struct cred *old = current_cred();
	int err = c->uid != old->uid ? cred_set_account(c, c->uid) : 0;
	if (err) {
		cred_put(c);
		return err;
	}
	if (kind == USER)
		fix_capabilities(old, c);
	cred_commit_checked(c);
	return 0;
}

static long put_ids(const struct ids *ids, unsigned __user *real, unsigned __user *effective, unsigned __user *saved)
{
	int err = put_user(ids->real, real);
	if (!err)
		err = put_user(ids->effective, effective);
	return err ? err : put_user(ids->saved, saved);
}

static long set_id(enum kind kind, u32 id)
{
	struct ids to = *my_ids(kind);
	if (id == KEEP)
		return -EINVAL;
	if (may_any(kind))
		to.real = to.saved = id;
	else if (id != to.real && id != to.saved)
		return -EPERM;
	to.effective = to.fs = id;
	return change(kind, &to);
}

static bool is_one_of(const struct ids *ids, u32 id)
{
	return id == KEEP || id == ids->real || id == ids->effective || id == ids->saved;
}

static long set_real_effective(enum kind kind, u32 real, u32 effective)
{
	const struct ids *old = my_ids(kind);
	struct ids to = *old;
	bool own = (real == KEEP || real == old->real || real == old->effective) && is_one_of(old, effective);
	if (!own && !may_any(kind))
		return -EPERM;
	if (real != KEEP)
		to.real = real;
	if (effective != KEEP)
		to.effective = effective;
	if (real != KEEP || (effective != KEEP && effective != old->real))
		to.saved = to.effective;
	to.fs = to.effective;
	return change(kind, &to);
}

static long set_three(enum kind kind, u32 real, u32 effective, u32 saved)
{
	struct ids to = *my_ids(kind);
	bool own = is_one_of(&to, real) && is_one_of(&to, effective) && is_one_of(&to, saved);
	if (!own && !may_any(kind))
		return -EPERM;
	if (real != KEEP)
		to.real = real;
	if (effective != KEEP)
		to.effective = effective;
	if (saved != KEEP)
		to.saved = saved;
	to.fs = to.effective;
	return change(kind, &to);
}

static void fix_file_capabilities(struct cred *c, u32 before)
{
	if (c->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (before == 0)
		c->cap_effective &= ~CAP_FILE_SET;
	else if (c->fsuid == 0)
		c->cap_effective |= CAP_FILE_SET & c->cap_permitted;
}

static long set_fs_id(enum kind kind, u32 id)
{
	struct ids to = *my_ids(kind);
	u32 before = to.fs;
	if (id == KEEP || id == before || !(is_one_of(&to, id) || may_any(kind)))
		return before;
	to.fs = id;
	struct cred *c = copy_with(kind, &to);
	if (!c)
		return before; /* setfsuid(2) has no way to tell */
	if (kind == USER)
		fix_file_capabilities(c, before);
	cred_commit_checked(c);
	return before;
}

/* --- users --- */

long sys_getuid(void)
{
	return current_cred()->uid;
}

long sys_geteuid(void)
{
	return current_cred()->euid;
}

long sys_getresuid(unsigned __user *ruid, unsigned __user *euid, unsigned __user *suid)
{
	return put_ids(my_ids(USER), ruid, euid, suid);
}

long sys_setuid(unsigned uid)
{
	return set_id(USER, uid);
}

long sys_setreuid(unsigned ruid, unsigned euid)
{
	return set_real_effective(USER, ruid, euid);
}

long sys_setresuid(unsigned ruid, unsigned euid, unsigned suid)
{
	return set_three(USER, ruid, euid, suid);
}

long sys_setfsuid(unsigned uid)
{
	return set_fs_id(USER, uid);
}

/* --- groups --- */

long sys_getgid(void)
{
	return current_cred()->gid;
}

long sys_getegid(void)
{
	return current_cred()->egid;
}

long sys_getresgid(unsigned __user *rgid, unsigned __user *egid, unsigned __user *sgid)
{
	return put_ids(my_ids(GROUP), rgid, egid, sgid);
}

long sys_setgid(unsigned gid)
{
	return set_id(GROUP, gid);
}

long sys_setregid(unsigned rgid, unsigned egid)
{
	return set_real_effective(GROUP, rgid, egid);
}

long sys_setresgid(unsigned rgid, unsigned egid, unsigned sgid)
{
	return set_three(GROUP, rgid, egid, sgid);
}

long sys_setfsgid(unsigned gid)
{
	return set_fs_id(GROUP, gid);
}
