// SPDX-License-Identifier: MIT
/*
 * exec_cred: who a program runs as.
 *
 * Promise   set-user-ID and set-group-ID bits of the file that is run (not of a script) count, unless its mount
 *           is nosuid, no_new_privs is set, or somebody else shares the directory context. Capabilities
 *           change as capabilities(7) says: those of root come with uid 0, those of the file
 *           (security.capability) under the same conditions as set-id bits, and the ambient ones stay if
 *           neither of these does anything.
 * Lifetime  nothing is allocated when nothing changes, which is the usual case
 * Linux     execve(2), capabilities(7) "Transformation of capabilities during execve()", securebits
 */
#include "fs/inode.h"
#include "fs/xattr.h"
#include "kernel/proc/exec.h"
#include "kernel/uapi/mount.h"
#include "kernel/uapi/securebits.h"
#include "kernel/uapi/xattr.h"

/* Another process shares this one's root and directory: it could lead a set-id program astray. */
static bool fs_is_shared(void)
{
	struct fs_ctx *fs = current->fs;
	struct task *t;
	s32 mine = 0;
	spin_lock(&proc_tree_lock);
	list_for_each(t, &current->process->threads, thread_node)
		mine += READ_ONCE(t->fs) == fs;
	spin_unlock(&proc_tree_lock);
	return ref_count(&fs->ref) > mine;
}

static void apply_set_id(const struct exec *e, struct cred *c)
{
	const struct inode *ino = e->file->inode;
	u32 mode = READ_ONCE(ino->mode);
	enum { SET_GROUP = S_ISGID | S_IXGRP };
	if (likely(!(mode & S_ISUID) && (mode & SET_GROUP) != SET_GROUP))
		return;
	if (c->no_new_privs || READ_ONCE(e->file->path.mount->flags) & MS_NOSUID)
		return;
	if (mode & S_ISUID)
		c->euid = ino->uid;
	if ((mode & SET_GROUP) == SET_GROUP)
		c->egid = ino->gid;
}

static bool changes_id(const struct cred *old, const struct cred *c)
{
	return c->euid != old->euid || !cred_in_group(old, c->egid);
}

/* What the file gives: security.capability of its inode. */
struct file_caps {
	bool any, effective;
	u64 permitted, inheritable;
};

static void read_file_caps(const struct exec *e, struct file_caps *fc)
{
	struct inode *ino = e->file->inode;
	struct vfs_cap_data v = {};
	*fc = (struct file_caps){};
	if (likely(!READ_ONCE(ino->xattrs)) || READ_ONCE(e->file->path.mount->flags) & MS_NOSUID)
		return;
	if (xattr_read(ino, XATTR_NAME_CAPS, &v, sizeof(v)) <= 0 || v.rootid != 0)
		return;
	fc->any = true;
	fc->effective = v.magic_etc & VFS_CAP_FLAGS_EFFECTIVE;
	fc->permitted = (v.data[0].permitted | (u64)v.data[1].permitted << 32) & CAP_ALL;
	fc->inheritable = (v.data[0].inheritable | (u64)v.data[1].inheritable << 32) & CAP_ALL;
}

/* A program of uid 0 gets what a file with all capabilities would get, unless the file has some of its own and only
 * its set-user-ID bit makes it root. */
static void add_root_caps(struct file_caps *fc, const struct cred *c)
{
	if (c->securebits & SECBIT_NOROOT || (fc->any && c->euid == 0 && c->uid != 0))
		return;
	if (c->euid == 0 || c->uid == 0)
		fc->permitted = fc->inheritable = CAP_ALL;
	if (c->euid == 0)
		fc->effective = true;
}

/* Who shares the directory context, or asked for no new privileges, gets no more than before. */
static void hold_back(const struct cred *old, struct cred *c)
{
	bool gains = changes_id(old, c) || c->cap_permitted & ~old->cap_permitted;
	if (likely(!gains) || !(c->no_new_privs || fs_is_shared()))
		return;
	if (c->no_new_privs || !capable(CAP_SETUID)) { /* who could have set the id itself may */
		c->euid = c->uid;
		c->egid = c->gid;
	}
	c->cap_permitted &= old->cap_permitted;
}

/* Capabilities for c's ids. *raised: more than its ambient ones. -EPERM: a program that expects to have all that its
 * file gives would not get it. */
static int apply_capabilities(const struct exec *e, const struct cred *old, struct cred *c, bool *raised)
{
	struct file_caps fc;
	read_file_caps(e, &fc);
	bool has_own = fc.any;
	if (fc.effective && fc.permitted & ~((c->cap_inheritable & fc.inheritable) | (fc.permitted & c->cap_bounding)))
		return -EPERM;
	add_root_caps(&fc, c);
	c->cap_permitted = (c->cap_inheritable & fc.inheritable) | (fc.permitted & c->cap_bounding);
	hold_back(old, c);
	if (has_own || changes_id(old, c))
		c->cap_ambient = 0;
	c->cap_permitted |= c->cap_ambient;
	c->cap_effective = fc.effective ? c->cap_permitted : c->cap_ambient;
	*raised = fc.effective || c->cap_permitted & ~c->cap_ambient;
	return 0;
}

static bool same_identity(const struct cred *a, const struct cred *b)
{
	return a->euid == b->euid && a->suid == b->suid && a->fsuid == b->fsuid && a->egid == b->egid &&
	       a->sgid == b->sgid && a->fsgid == b->fsgid && a->cap_permitted == b->cap_permitted &&
	       a->cap_effective == b->cap_effective && a->cap_ambient == b->cap_ambient &&
	       a->securebits == b->securebits;
}

int exec_cred_prepare(struct exec *e)
{
	const struct cred *old = current_cred();
	struct cred next = *old; /* only looked at: its references stay old's */
	apply_set_id(e, &next);
	bool raised;
	int err = apply_capabilities(e, old, &next, &raised);
	if (err)
		return err;
	next.suid = next.fsuid = next.euid;
	next.sgid = next.fsgid = next.egid;
	next.securebits &= ~SECBIT_KEEP_CAPS;
	e->other_user = next.euid != old->euid || next.egid != old->egid;
	e->secure = next.euid != next.uid || next.egid != next.gid || (next.uid != 0 && raised);
	/* What the caller may not read, a dump of it must not show. */
	e->may_dump = !e->secure && !e->other_user && old->euid == old->uid && old->egid == old->gid &&
		      inode_permission(e->file->inode, WANT_READ) == 0;
	if (same_identity(old, &next))
		return 0;
	struct cred *c = cred_copy(old);
	if (!c)
		return -ENOMEM;
	c->euid = next.euid;
	c->suid = next.suid;
	c->fsuid = next.fsuid;
	c->egid = next.egid;
	c->sgid = next.sgid;
	c->fsgid = next.fsgid;
	c->cap_permitted = next.cap_permitted;
	c->cap_effective = next.cap_effective;
	c->cap_ambient = next.cap_ambient;
	c->securebits = next.securebits;
	e->cred = c;
	return 0;
}
