// SPDX-License-Identifier: MIT
/*
 * fs_ctx: root, working directory and umask of a task, shared by clone(CLONE_FS).
 *
 * Promise   chdir(2), fchdir(2), chroot(2), umask(2), getcwd(2)
 * Locks     ctx->lock for writers; a walk reads root and cwd under RCU with ctx->seq (fs_ctx_peek)
 * Lifetime  counted; a path that was replaced is put after the change is visible: what a reader under
 *           RCU has seen of it stays valid memory for a grace period
 */
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/walk.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

struct fs_ctx *fs_ctx_new(const struct path *root)
{
	enum { USUAL_UMASK = 022 };
	struct fs_ctx *c = kzalloc(sizeof(*c));
	if (!c)
		return NULL;
	ref_init(&c->ref);
	spin_init(&c->lock, RANK_OBJECT);
	path_get(root);
	path_get(root);
	c->root = c->cwd = *root;
	c->umask = USUAL_UMASK;
	return c;
}

struct fs_ctx *fs_ctx_copy(struct fs_ctx *from)
{
	struct fs_ctx *c = kzalloc(sizeof(*c));
	if (!c)
		return NULL;
	ref_init(&c->ref);
	spin_init(&c->lock, RANK_OBJECT);
	fs_ctx_paths(from, &c->root, &c->cwd);
	c->umask = READ_ONCE(from->umask);
	return c;
}

struct fs_ctx *fs_ctx_get(struct fs_ctx *c)
{
	ref_get(&c->ref);
	return c;
}

void fs_ctx_put(struct fs_ctx *c)
{
	if (!c || !ref_put(&c->ref))
		return;
	path_put(&c->root);
	path_put(&c->cwd);
	kfree(c);
}

void fs_ctx_paths(struct fs_ctx *c, struct path *root, struct path *cwd)
{
	guard(spin)(&c->lock);
	if (root) {
		path_get(&c->root);
		*root = c->root;
	}
	if (cwd) {
		path_get(&c->cwd);
		*cwd = c->cwd;
	}
}

static void replace(struct fs_ctx *c, struct path *which, const struct path *p)
{
	path_get(p);
	spin_lock(&c->lock);
	struct path old = *which;
	__atomic_store_n(&c->seq, c->seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	WRITE_ONCE(which->mount, p->mount);
	WRITE_ONCE(which->dentry, p->dentry);
	__atomic_store_n(&c->seq, c->seq + 1, __ATOMIC_RELEASE);
	spin_unlock(&c->lock);
	path_put(&old);
}

void fs_ctx_set_root(struct fs_ctx *c, const struct path *p)
{
	replace(c, &c->root, p);
}

void fs_ctx_set_cwd(struct fs_ctx *c, const struct path *p)
{
	replace(c, &c->cwd, p);
}

static long change_dir_checked(const struct path *p)
{
	if (!S_ISDIR(p->dentry->inode->mode))
		return -ENOTDIR;
	int err = inode_permission(p->dentry->inode, WANT_EXEC);
	if (err == 0)
		fs_ctx_set_cwd(current->fs, p);
	return err;
}

long sys_chdir(const char __user *path)
{
	PATHREF p = {};
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);
	return err ? err : change_dir_checked(&p);
}

long sys_fchdir(int fd)
{
	FDREF f = fd_borrow_any(fd);
	if (!f.file)
		return -EBADF;
	return f.file->path.dentry ? change_dir_checked(&f.file->path) : -ENOTDIR;
}

long sys_chroot(const char __user *path)
{
	PATHREF p = {};
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);
	if (err == 0)
		err = inode_permission(p.dentry->inode, WANT_EXEC);
	if (err)
		return err;
	if (!capable(CAP_SYS_CHROOT))
		return -EPERM;
	fs_ctx_set_root(current->fs, &p);
	return 0;
}

long sys_umask(unsigned mask)
{
	struct fs_ctx *c = current->fs;
	guard(spin)(&c->lock);
	u32 old = c->umask;
	c->umask = mask & 0777;
	return old;
}

/* Answers the length with the NUL, as the raw call does. */
long sys_getcwd(void __user *buf, size_t size)
{
	static const char unreachable[] = "(unreachable)";
	enum { PREFIX = sizeof(unreachable) - 1 };
	char *page = kmalloc(FS_PATH_MAX + PREFIX), *start;
	if (!page)
		return -ENOMEM;
	PATHREF cwd = {};
	fs_ctx_paths(current->fs, NULL, &cwd);
	long err = READ_ONCE(cwd.dentry->unhashed) ? -ENOENT :
		   path_show(&cwd, page + PREFIX, FS_PATH_MAX, &start);
	if (err == 0 && !path_is_reachable(&cwd)) {
		start -= PREFIX;
		memcpy(start, unreachable, PREFIX);
	}
	if (err == 0) {
		size_t n = strlen(start) + 1;
		err = n > size ? -ERANGE : copy_to_user(buf, start, n);
		if (err == 0)
			err = (long)n;
	}
	kfree(page);
	return err;
}
