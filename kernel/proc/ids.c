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
		current->process->pdeath_signal = 0;
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

/* Publishes a change of user ids, or drops the copy with the error. */
static long commit_uids(struct cred *c, int err)
{
	const struct cred *old = current_cred();
	if (!err && c->uid != old->uid)
		err = cred_set_account(c, c->uid);
	if (err) {
		cred_put(c);
		return err;
	}
	fix_capabilities(old, c);
	cred_commit_checked(c);
	return 0;
}

static long commit_gids(struct cred *c, int err)
{
	if (err)
		cred_put(c);
	else
		cred_commit_checked(c);
	return err;
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
	const struct cred *c = current_cred();
	int err = put_user(c->uid, ruid);
	if (!err)
		err = put_user(c->euid, euid);
	return err ? err : put_user(c->suid, suid);
}

long sys_setuid(unsigned uid)
{
	if (uid == KEEP)
		return -EINVAL;
	struct cred *c = cred_copy(current_cred());
	if (!c)
		return -ENOMEM;
	int err = 0;
	if (capable(CAP_SETUID))
		c->uid = c->suid = uid;
	else if (uid != c->uid && uid != c->suid)
		err = -EPERM;
	c->euid = c->fsuid = uid;
	return commit_uids(c, err);
}

long sys_setreuid(unsigned ruid, unsigned euid)
{
	const struct cred *old = current_cred();
	bool may_any = capable(CAP_SETUID);
	if (ruid != KEEP && ruid != old->uid && ruid != old->euid && !may_any)
		return -EPERM;
	if (euid != KEEP && euid != old->uid && euid != old->euid && euid != old->suid && !may_any)
		return -EPERM;
	struct cred *c = cred_copy(old);
	if (!c)
		return -ENOMEM;
	if (ruid != KEEP)
		c->uid = ruid;
	if (euid != KEEP)
		c->euid = euid;
	if (ruid != KEEP || (euid != KEEP && euid != old->uid))
		c->suid = c->euid;
	c->fsuid = c->euid;
	return commit_uids(c, 0);
}

static bool is_one_of_uids(const struct cred *c, u32 uid)
{
	return uid == KEEP || uid == c->uid || uid == c->euid || uid == c->suid;
}

long sys_setresuid(unsigned ruid, unsigned euid, unsigned suid)
{
	const struct cred *old = current_cred();
	bool own = is_one_of_uids(old, ruid) && is_one_of_uids(old, euid) && is_one_of_uids(old, suid);
	if (!own && !capable(CAP_SETUID))
		return -EPERM;
	struct cred *c = cred_copy(old);
	if (!c)
		return -ENOMEM;
	if (ruid != KEEP)
		c->uid = ruid;
	if (euid != KEEP)
		c->euid = euid;
	if (suid != KEEP)
		c->suid = suid;
	c->fsuid = c->euid;
	return commit_uids(c, 0);
}

long sys_setfsuid(unsigned uid)
{
	const struct cred *old = current_cred();
	u32 before = old->fsuid;
	bool may = is_one_of_uids(old, uid) || uid == before || capable(CAP_SETUID);
	if (uid == KEEP || uid == before || !may)
		return before;
	struct cred *c = cred_copy(old);
	if (!c)
		return before; /* setfsuid(2) has no way to tell */
	c->fsuid = uid;
	if (!(c->securebits & SECBIT_NO_SETUID_FIXUP)) {
		if (before == 0)
			c->cap_effective &= ~CAP_FILE_SET;
		else if (uid == 0)
			c->cap_effective |= CAP_FILE_SET & c->cap_permitted;
	}
	cred_commit_checked(c);
	return before;
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
	const struct cred *c = current_cred();
	int err = put_user(c->gid, rgid);
	if (!err)
		err = put_user(c->egid, egid);
	return err ? err : put_user(c->sgid, sgid);
}

long sys_setgid(unsigned gid)
{
	if (gid == KEEP)
		return -EINVAL;
	struct cred *c = cred_copy(current_cred());
	if (!c)
		return -ENOMEM;
	int err = 0;
	if (capable(CAP_SETGID))
		c->gid = c->sgid = gid;
	else if (gid != c->gid && gid != c->sgid)
		err = -EPERM;
	c->egid = c->fsgid = gid;
	return commit_gids(c, err);
}

long sys_setregid(unsigned rgid, unsigned egid)
{
	const struct cred *old = current_cred();
	bool may_any = capable(CAP_SETGID);
	if (rgid != KEEP && rgid != old->gid && rgid != old->egid && !may_any)
		return -EPERM;
	if (egid != KEEP && egid != old->gid && egid != old->egid && egid != old->sgid && !may_any)
		return -EPERM;
	struct cred *c = cred_copy(old);
	if (!c)
		return -ENOMEM;
	if (rgid != KEEP)
		c->gid = rgid;
	if (egid != KEEP)
		c->egid = egid;
	if (rgid != KEEP || (egid != KEEP && egid != old->gid))
		c->sgid = c->egid;
	c->fsgid = c->egid;
	return commit_gids(c, 0);
}

static bool is_one_of_gids(const struct cred *c, u32 gid)
{
	return gid == KEEP || gid == c->gid || gid == c->egid || gid == c->sgid;
}

long sys_setresgid(unsigned rgid, unsigned egid, unsigned sgid)
{
	const struct cred *old = current_cred();
	bool own = is_one_of_gids(old, rgid) && is_one_of_gids(old, egid) && is_one_of_gids(old, sgid);
	if (!own && !capable(CAP_SETGID))
		return -EPERM;
	struct cred *c = cred_copy(old);
	if (!c)
		return -ENOMEM;
	if (rgid != KEEP)
		c->gid = rgid;
	if (egid != KEEP)
		c->egid = egid;
	if (sgid != KEEP)
		c->sgid = sgid;
	c->fsgid = c->egid;
	return commit_gids(c, 0);
}

long sys_setfsgid(unsigned gid)
{
	const struct cred *old = current_cred();
	u32 before = old->fsgid;
	bool may = is_one_of_gids(old, gid) || gid == before || capable(CAP_SETGID);
	if (gid == KEEP || gid == before || !may)
		return before;
	struct cred *c = cred_copy(old);
	if (!c)
		return before;
	c->fsgid = gid;
	cred_commit_checked(c);
	return before;
}
