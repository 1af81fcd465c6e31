// SPDX-License-Identifier: MIT
/*
 * pidfd: a descriptor that stands for a process, or with PIDFD_THREAD for a thread, and for no other ever.
 *
 * Promise   the descriptor holds the identity, not the number: after the process was reaped everything answers ESRCH,
 *           whoever has the number then. Readable when the process (or thread) has ended, POLLHUP as well
 *           when it has been reaped. What pidfd_getfd(2) allows is judged by the credentials that the target has
 *           when its file is in hand.
 * Locks     none of its own; proc_tree_lock for what must be of one moment
 * Lifetime  the file counts a struct pid, which outlives the process. Its queue is pid->wq. The inode that fstat(2)
 *           shows is made when somebody asks: its number is the pid's own, which no other ever has.
 * Linux     pidfd_open(2), pidfd_getfd(2), ioctl_pidfd(2), proc_pid_fdinfo(5). It is here and not in ipc/ because
 *           clone(2) makes pidfds and waitid(2) takes them. Not there: namespaces (GET_*_NAMESPACE answers
 *           EOPNOTSUPP, as on a kernel without them), cgroups, file handles, extended attributes.
 */
#include "kernel/proc/pidfd.h"
#include "fs/inode.h"
#include "fs/procfs.h"
#include "kernel/core/pid.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/procfiles.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/pidfd.h"
#include "kernel/uapi/wait.h"
#include "mm/uaccess.h"

#define ENDED (POLLIN | POLLRDNORM)

enum { NAMESPACE_NR_FIRST = 1, NAMESPACE_NR_LAST = 10, PIDFD_MODE = S_IRUSR | S_IWUSR | S_IXUSR };

/* --- the file --- */

static u32 pidfd_ready(struct file *f)
{
	struct pid *pid = f->priv;
	u32 events = 0;
	rcu_read_lock();
	struct task *t = rcu_load(pid->task);
	if (!t)
		events = ENDED | POLLHUP;
	else if (process_flags(t->process) & PROCESS_ZOMBIE)
		events = ENDED; /* a leader that left earlier than its threads is not told of before they have gone */
	rcu_read_unlock();
	return events;
}

static void pidfd_show(struct file *f, struct strbuf *sb)
{
	struct pid *pid = f->priv;
	int nr = READ_ONCE(pid->task) ? pid->nr : -1;
	strbuf_printf(sb, "Pid:\t%d\nNSpid:\t%d\n", nr, nr);
}

static struct inode *pidfd_inode(struct file *f)
{
	struct pid *pid = f->priv;
	struct inode *ino = anon_inode_new_kind(ANON_PIDFS, PIDFD_MODE);
	if (ino) {
		ino->ino = pid->ino;
		ino->uid = ino->gid = 0;
	}
	return ino;
}

static void pidfd_release(struct file *f)
{
	pid_put(f->priv);
}

/* --- PIDFD_GET_INFO --- */

static void tell_living(struct pidfd_info *info, const struct task *t)
{
	const struct process *p = t->process;
	const struct cred *c = rcu_load(t->cred);
	info->mask |= PIDFD_INFO_PID | PIDFD_INFO_CREDS;
	info->pid = (unsigned)t->pid->nr;
	info->tgid = (unsigned)p->pid->nr;
	info->ppid = p->parent ? (unsigned)p->parent->pid->nr : 0;
	info->ruid = c->uid;
	info->rgid = c->gid;
	info->euid = c->euid;
	info->egid = c->egid;
	info->suid = c->suid;
	info->sgid = c->sgid;
	info->fsuid = c->fsuid;
	info->fsgid = c->fsgid;
}

static int collect_info(const struct pid *pid, u64 asked, struct pidfd_info *info)
{
	*info = (struct pidfd_info){};
	guard(spin)(&proc_tree_lock);
	const struct task *t = pid->task;
	if (asked & PIDFD_INFO_COREDUMP) {
		info->mask |= PIDFD_INFO_COREDUMP;
		bool is_dumpable = t && READ_ONCE(t->process->dumpable) == DUMPABLE_BY_USER;
		if (t)
			info->coredump_mask = is_dumpable ? PIDFD_COREDUMP_USER : PIDFD_COREDUMP_SKIP;
	}
	if (t) {
		tell_living(info, t);
		return 0;
	}
	if (!(asked & PIDFD_INFO_EXIT))
		return -ESRCH;
	info->mask |= PIDFD_INFO_EXIT;
	info->exit_code = pid->exit_code;
	return 0;
}

static long get_info(const struct pid *pid, struct pidfd_info __user *out, size_t size)
{
	struct pidfd_info info;
	u64 asked;
	if (get_user(asked, &out->mask))
		return -EFAULT;
	int err = collect_info(pid, asked, &info);
	if (err)
		return err;
	if (copy_to_user(out, &info, min(size, sizeof(info))))
		return -EFAULT;
	return size > sizeof(info) ? clear_user((char __user *)out + sizeof(info), size - sizeof(info)) : 0;
}

static long pidfd_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	if (_IOC_TYPE(cmd) != PIDFS_IOCTL_MAGIC)
		return -ENOTTY;
	if (_IOC_NR(cmd) == _IOC_NR(PIDFD_GET_INFO) && _IOC_DIR(cmd) == _IOC_DIR(PIDFD_GET_INFO)) {
		if (_IOC_SIZE(cmd) < PIDFD_INFO_SIZE_VER0)
			return -ENOTTY;
		return get_info(f->priv, (struct pidfd_info __user *)arg, _IOC_SIZE(cmd));
	}
	bool is_namespace = _IOC_DIR(cmd) == 0 && _IOC_SIZE(cmd) == 0 && _IOC_NR(cmd) >= NAMESPACE_NR_FIRST &&
			    _IOC_NR(cmd) <= NAMESPACE_NR_LAST;
	return is_namespace ? -EOPNOTSUPP : -ENOTTY;
}

static const struct file_ops pidfd_ops = {
	.name = "[pidfd]",
	.ready = pidfd_ready,
	.ioctl = pidfd_ioctl,
	.show = pidfd_show,
	.make_inode = pidfd_inode,
	.release = pidfd_release,
};

/* --- making and finding --- */

int pidfd_prepare(struct pid *pid, u32 flags, struct file **out)
{
	int fd = fd_reserve(O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	*out = file_new(&pidfd_ops, pid, &pid->wq, O_RDWR | (flags & PIDFD_NONBLOCK));
	if (!*out) {
		fd_cancel(fd);
		return -ENOMEM;
	}
	(*out)->flags |= flags & PIDFD_THREAD;
	pid_get(pid);
	return fd;
}

static bool find_target(struct file *f, struct pidfd_target *out)
{
	if (f->ops != &pidfd_ops)
		return false;
	u32 flags = READ_ONCE(f->flags);
	*out = (struct pidfd_target){ pid_get(f->priv), flags & PIDFD_THREAD, flags & O_NONBLOCK };
	return true;
}

int pidfd_target_get(int fd, struct pidfd_target *out)
{
	FDREF r = fd_borrow(fd);
	return r.file && find_target(r.file, out) ? 0 : -EBADF;
}

int pidfd_target_get_any(int fd, struct pidfd_target *out)
{
	if (fd == PIDFD_SELF_THREAD || fd == PIDFD_SELF_THREAD_GROUP) {
		bool is_thread = fd == PIDFD_SELF_THREAD;
		struct pid *me = is_thread ? current->pid : current->process->pid;
		*out = (struct pidfd_target){ pid_get(me), is_thread, false };
		return 0;
	}
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (find_target(r.file, out))
		return 0;
	struct pid *pid = procfs_process_of(r.file);
	*out = (struct pidfd_target){ pid ? pid_get(pid) : NULL, false, false };
	return pid ? 0 : -EBADF;
}

/* --- calls --- */

/* Does the number stand for what the flags want? */
static int check_pid(const struct pid *pid, u32 flags)
{
	if (!READ_ONCE(pid->task))
		return -ESRCH;
	return flags & PIDFD_THREAD || READ_ONCE(pid->process) ? 0 : -ENOENT;
}

long sys_pidfd_open(int nr, unsigned flags)
{
	if (flags & ~(PIDFD_NONBLOCK | PIDFD_THREAD) || nr <= 0)
		return -EINVAL;
	struct pid *pid __autoput(pid) = pid_find_get(nr);
	int err = pid ? check_pid(pid, flags) : -ESRCH;
	if (err)
		return err;
	struct file *f;
	int fd = pidfd_prepare(pid, flags, &f);
	if (fd >= 0)
		fd_install(fd, f);
	return fd;
}

/* A file of the target's, counted. */
static int get_file(const struct pid *pid, int fd, struct file **out)
{
	struct task *t = pid_task_get(pid);
	if (!t)
		return -ESRCH;
	struct fdtable *files = task_fdtable_get(t);
	struct file *f = files ? fdtable_lookup(files, fd) : NULL;
	/* Asked last: a program that became another user's meanwhile keeps its files. */
	int err = !process_may_attach(t->process) ? -EPERM : !files ? -ESRCH : !f ? -EBADF : 0;
	if (err)
		file_put(f);
	else
		*out = f;
	fdtable_put(files);
	task_put(t);
	return err;
}

long sys_pidfd_getfd(int pidfd, int fd, unsigned flags)
{
	struct pidfd_target target;
	struct file *f;
	if (flags)
		return -EINVAL;
	int err = pidfd_target_get(pidfd, &target);
	if (err)
		return err;
	err = get_file(target.pid, fd, &f);
	pid_put(target.pid);
	if (err)
		return err;
	int mine = fd_reserve(O_CLOEXEC, 0);
	if (mine < 0)
		file_put(f);
	else
		fd_install(mine, f);
	return mine;
}
