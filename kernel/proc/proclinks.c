// SPDX-License-Identifier: MIT
/*
 * proclinks: /proc/PID/{exe,cwd,root,fd,fdinfo}: the ways from a process to the files that it uses.
 *
 * Promise   a link leads to the very object: opening /proc/PID/fd/N opens the file, pipe or terminal anew, with a
 *           description of its own, whatever its name is by now. Its text is the name as the reader sees it.
 * Locks     task->lock to take a table or a place; then none
 * Lifetime  tables, files and places are counted while they are looked at: a file that a process
 *           closes meanwhile may be closed for good by the reader
 * Linux     following or reading needs what ptrace(2) calls PTRACE_MODE_READ: EACCES. A zombie has no files.
 *           fd is open to its own process even after it changed its user.
 */
#include "kernel/core/cred.h"
#include "kernel/lib/string.h"
#include "kernel/proc/procfiles.h"

enum { LINK_BYTES = 64 /* the size that a link in fd says it has */ };

struct fdtable *task_fdtable_get(struct task *t)
{
	guard(spin)(&t->lock);
	return t->fdtable ? fdtable_get(t->fdtable) : NULL;
}

struct fs_ctx *task_fs_get(struct task *t)
{
	guard(spin)(&t->lock);
	return t->fs ? fs_ctx_get(t->fs) : NULL;
}

/* --- from a node to the place it leads to: 0 and a counted path, or -errno --- */

static int exe_path(struct task *t, unsigned number, struct path *out)
{
	struct process *p = t->process;
	if (!READ_ONCE(t->mm))
		return -ENOENT;
	guard(spin)(&p->lock);
	if (!p->exe)
		return -ENOENT;
	*out = p->exe->path;
	path_get(out);
	return 0;
}

static int cwd_path(struct task *t, unsigned number, struct path *out)
{
	struct fs_ctx *fs = task_fs_get(t);
	if (!fs)
		return -ENOENT;
	fs_ctx_paths(fs, NULL, out);
	fs_ctx_put(fs);
	return 0;
}

static int root_path(struct task *t, unsigned number, struct path *out)
{
	struct fs_ctx *fs = task_fs_get(t);
	if (!fs)
		return -ENOENT;
	fs_ctx_paths(fs, out, NULL);
	fs_ctx_put(fs);
	return 0;
}

static struct file *task_file(struct task *t, unsigned fd)
{
	struct fdtable *table = task_fdtable_get(t);
	struct file *f = table ? fdtable_lookup(table, (int)fd) : NULL;
	fdtable_put(table);
	return f;
}

static int fd_path(struct task *t, unsigned fd, struct path *out)
{
	struct file *f __autoput(file) = task_file(t, fd);
	return f ? file_path_get(f, out) : -ENOENT;
}

typedef int path_fn(struct task *t, unsigned number, struct path *out);

static int follow(const struct procfs_node *n, struct path *out, path_fn *fn)
{
	struct task *t __autoput(task) = procfs_task(n);
	if (!t)
		return -ENOENT;
	return process_may_trace(t->process) ? fn(t, n->number, out) : -EACCES;
}

static int readlink(const struct procfs_node *n, char *buf, size_t size, path_fn *fn)
{
	PATHREF p = {};
	char *start;
	int err = follow(n, &p, fn);
	if (err == 0)
		err = path_show(&p, buf, size, &start);
	if (err == 0)
		memmove(buf, start, strlen(start) + 1);
	return err;
}

#define DEFINE_LINK(link)                                                                          \
	static int link##_follow(const struct procfs_node *n, struct path *out)                    \
	{                                                                                          \
		return follow(n, out, link##_path);                                                \
	}                                                                                          \
	static int link##_readlink(const struct procfs_node *n, char *buf, size_t size)            \
	{                                                                                          \
		return readlink(n, buf, size, link##_path);                                        \
	}
DEFINE_LINK(exe)
DEFINE_LINK(cwd)
DEFINE_LINK(root)
DEFINE_LINK(fd)

const struct procfs_item proc_exe = {
	.name = "exe", .mode = S_IFLNK | 0777, .follow = exe_follow, .readlink = exe_readlink,
};
const struct procfs_item proc_cwd = {
	.name = "cwd", .mode = S_IFLNK | 0777, .follow = cwd_follow, .readlink = cwd_readlink,
};
const struct procfs_item proc_root = {
	.name = "root", .mode = S_IFLNK | 0777, .follow = root_follow, .readlink = root_readlink,
};

/* --- descriptors --- */

/* Under RCU: enum file_mode, or -ENOENT when it is closed. */
static int descriptor_mode(const struct procfs_node *n, struct task *t)
{
	guard(spin)(&t->lock);
	int mode = t->fdtable ? fdtable_mode(t->fdtable, (int)n->number) : -EBADF;
	return mode < 0 ? -ENOENT : mode;
}

static int fd_revalidate(const struct procfs_node *n, struct task *t)
{
	int mode = descriptor_mode(n, t);
	if (mode < 0)
		return mode;
	return (int)S_IFLNK | (mode & FILE_READ ? S_IRUSR | S_IXUSR : 0) |
	       (mode & FILE_WRITE ? S_IWUSR | S_IXUSR : 0);
}

static int fdinfo_revalidate(const struct procfs_node *n, struct task *t)
{
	int mode = descriptor_mode(n, t);
	return mode < 0 ? mode : 0;
}

static void fd_getattr(const struct procfs_node *n, struct stat *st)
{
	st->st_size = LINK_BYTES;
}

static int fd_next(const struct procfs_node *dir, struct procfs_node *child)
{
	struct task *t __autoput(task) = procfs_task(dir);
	struct fdtable *table = t ? task_fdtable_get(t) : NULL;
	if (!table)
		return -ENOENT;
	struct file *f = fdtable_next(table, &child->number);
	fdtable_put(table);
	file_put(f);
	if (!f)
		return -ENOENT;
	child->pid = pid_get(dir->pid);
	return 0;
}

static int fd_find(const struct procfs_node *dir, struct procfs_node *child)
{
	struct task *t __autoput(task) = procfs_task(dir);
	if (!t || descriptor_mode(child, t) < 0)
		return -ENOENT;
	child->pid = pid_get(dir->pid);
	return 0;
}

/* The size of the directory is the number of its entries. */
static void fd_dir_getattr(const struct procfs_node *n, struct stat *st)
{
	struct task *t __autoput(task) = procfs_task(n);
	struct fdtable *table = t ? task_fdtable_get(t) : NULL;
	struct file *f;
	if (!table)
		return;
	for (unsigned fd = 0; (f = fdtable_next(table, &fd)); fd++) {
		st->st_size++;
		file_put(f);
	}
	fdtable_put(table);
}

static int fd_permission(struct inode *ino, unsigned want)
{
	struct procfs_node *n = ino->priv;
	struct task *t = rcu_load(n->pid->task);
	int err = cred_permits(current_cred(), ino->uid, ino->gid, ino->mode, want, true);
	return err && t && t->process == current->process ? 0 : err;
}

static int fdinfo_permission(struct inode *ino, unsigned want)
{
	struct procfs_node *n = ino->priv;
	struct task *t = rcu_load(n->pid->task);
	if (!t)
		return -ESRCH;
	return process_may_trace(t->process) ?
		       cred_permits(current_cred(), ino->uid, ino->gid, ino->mode, want, true) : -EACCES;
}

static int fdinfo_open(struct procfs_open *o, struct task *t)
{
	return process_may_trace(t->process) ? 0 : -EACCES;
}

static int fdinfo_show(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	int fd = (int)o->node->number;
	struct fdtable *table = t ? task_fdtable_get(t) : NULL;
	struct file *f = table ? fdtable_lookup(table, fd) : NULL;
	int err = f ? file_show_fdinfo(f, table, fd, sb) : -ENOENT;
	file_put(f);
	fdtable_put(table);
	return err;
}

static const struct procfs_item fd_item = {
	.name = "fd", .mode = S_IFLNK | S_IRWXU, .follow = fd_follow, .readlink = fd_readlink,
	.revalidate = fd_revalidate, .getattr = fd_getattr,
};
static const struct procfs_item fdinfo_item = {
	.name = "fdinfo", .mode = S_IFREG | 0444, .open = fdinfo_open, .show_of = fdinfo_show,
	.revalidate = fdinfo_revalidate,
};
static const struct procfs_numbers fd_numbers = { .item = &fd_item, .next = fd_next, .find = fd_find };
static const struct procfs_numbers fdinfo_numbers = { .item = &fdinfo_item, .next = fd_next, .find = fd_find };

const struct procfs_item proc_fd = {
	.name = "fd", .mode = S_IFDIR | 0500, .flags = PROCFS_GUARDED, .numbers = &fd_numbers,
	.permission = fd_permission, .getattr = fd_dir_getattr,
};
const struct procfs_item proc_fdinfo = {
	.name = "fdinfo", .mode = S_IFDIR | 0555, .flags = PROCFS_GUARDED | PROCFS_PUBLIC,
	.numbers = &fdinfo_numbers, .permission = fdinfo_permission,
};
