// SPDX-License-Identifier: MIT
/*
 * namespace: /proc/PID/ns: the name spaces a task lives in, as files.
 *
 * Promise   there is one name space of each kind, the first, and everybody is in it: a link of /proc/PID/ns says
 *           "KIND:[NUMBER]" with the number that Linux gives the first one, and opening it gives a file that keeps
 *           the name space alive, compares equal by fstat(2), and answers ioctl_nsfs(2).
 * Locks     none: everything is made at boot and stays
 * Lifetime  an inode and a name per kind, for ever
 * Linux     namespaces(7), ioctl_nsfs(2); following or reading a link needs what ptrace(2) calls PTRACE_MODE_READ.
 *           More name spaces cannot be made, nor lists of mount name spaces walked (README, CAVEATS).
 */
#include "fs/mount.h"
#include "fs/path.h"
#include "kernel/core/cred.h"
#include "kernel/core/panic.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/procfiles.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/nsfs.h"
#include "kernel/uapi/sched.h"
#include "mm/uaccess.h"

#define NSFS_MODE (S_IFREG | 0444)

struct namespace {
	const char *kind;
	u32 clone_flag;	 /* clone(2) makes another one of the kind with it */
	u64 ino, id;	 /* as on Linux */
	struct path path; /* [boot] counted */
};

enum { NS_CGROUP, NS_IPC, NS_MNT, NS_NET, NS_PID, NS_TIME, NS_USER, NS_UTS };
static struct namespace first[] = {
	[NS_CGROUP] = { "cgroup", CLONE_NEWCGROUP, 0xeffffffb, 5, {} },
	[NS_IPC] = { "ipc", CLONE_NEWIPC, 0xefffffff, 0x1002, {} },
	[NS_MNT] = { "mnt", CLONE_NEWNS, 0xeffffff8, 4, {} },
	[NS_NET] = { "net", CLONE_NEWNET, 0xeffffff9, 3, {} },
	[NS_PID] = { "pid", CLONE_NEWPID, 0xeffffffc, 0x1004, {} },
	[NS_TIME] = { "time", CLONE_NEWTIME, 0xeffffffa, 2, {} },
	[NS_USER] = { "user", CLONE_NEWUSER, 0xeffffffd, 0x1003, {} },
	[NS_UTS] = { "uts", CLONE_NEWUTS, 0xeffffffe, 1, {} },
};

/* --- the files --- */

static int open_user_namespace(void)
{
	struct file *f;
	int fd = fd_reserve(O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	int err = open_path(&first[NS_USER].path, O_RDONLY, &f);
	if (err) {
		fd_cancel(fd);
		return err;
	}
	fd_install(fd, f);
	return fd;
}

/* The number of a task, or of its process, in the only name space there is. */
static long translate_pid(int nr, bool of_process)
{
	struct task *t __autoput(task) = task_find_get(nr);
	if (!t)
		return -ESRCH;
	return of_process ? t->process->pid->nr : nr;
}

static long namespace_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	const struct namespace *ns = f->inode->priv;
	switch (cmd) {
	case NS_GET_NSTYPE:
		return ns->clone_flag;
	case NS_GET_USERNS:
		return ns == &first[NS_USER] ? -EPERM : open_user_namespace();
	case NS_GET_PARENT:
		return ns == &first[NS_USER] || ns == &first[NS_PID] ? -EPERM : -EINVAL;
	case NS_GET_OWNER_UID:
		return ns == &first[NS_USER] ? put_user(0u, (u32 __user *)arg) : -EINVAL;
	case NS_GET_MNTNS_ID:
		return ns == &first[NS_MNT] ? put_user(ns->id, (u64 __user *)arg) : -EINVAL;
	case NS_GET_ID:
		return put_user(ns->id, (u64 __user *)arg);
	case NS_GET_PID_FROM_PIDNS:
	case NS_GET_PID_IN_PIDNS:
		return ns == &first[NS_PID] ? translate_pid((int)arg, false) : -EINVAL;
	case NS_GET_TGID_FROM_PIDNS:
	case NS_GET_TGID_IN_PIDNS:
		return ns == &first[NS_PID] ? translate_pid((int)arg, true) : -EINVAL;
	}
	return -ENOTTY;
}

static const struct file_ops namespace_ops = { .name = "namespace", .ioctl = namespace_ioctl };

/* Nobody changes one, whoever he is: Linux's inodes are immutable. */
static int namespace_permission(struct inode *ino, unsigned want)
{
	return want & WANT_WRITE ? -EPERM : cred_permits(current_cred(), ino->uid, ino->gid, ino->mode, want, false);
}

static int namespace_setattr(struct inode *ino, u32 mode, u32 uid, u32 gid)
{
	return -EPERM;
}

static const struct inode_ops namespace_inode_ops = {
	.permission = namespace_permission, .setattr = namespace_setattr,
};
static const struct inode_ops root_ops = {};
static const struct fs_type nsfs_type = { .name = "nsfs", .flags = FS_NODEV };

static bool make_namespace(struct namespace *ns, struct superblock *sb, struct mount *m)
{
	char name[32];
	struct inode *ino = inode_new(sb, NSFS_MODE, &namespace_inode_ops);
	if (!ino)
		return false;
	ino->fops = &namespace_ops;
	ino->ino = ns->ino;
	ino->priv = ns;
	ino->uid = ino->gid = 0;
	int len = fmt_snprintf(name, sizeof(name), "%s:[%lu]", ns->kind, ns->ino);
	struct dentry *d = dentry_new(NULL, name, (size_t)len, ino);
	if (!d)
		return false;
	d->unhashed = false; /* found by no name, but not removed either */
	ns->path = (struct path){ mount_get(m), d };
	return true;
}

void namespace_init(void)
{
	struct superblock *sb = superblock_new(&nsfs_type, NSFS_MAGIC);
	struct inode *root = sb ? inode_new(sb, S_IFDIR | S_IRUSR | S_IXUSR, &root_ops) : NULL;
	struct mount *m = NULL;
	bool ok = root && (sb->root = dentry_new_root(root)) && (m = mount_new(sb, sb->root, 0, nsfs_type.name));
	for (unsigned i = 0; ok && i < ARRAY_LEN(first); i++)
		ok = make_namespace(&first[i], sb, m);
	if (!ok)
		panic("namespace: no memory");
}

/* --- the links --- */

/* A zombie has left all but those of its number and its user. */
static int namespace_path(const struct procfs_node *n, const struct namespace *ns, bool is_for_children,
	struct path *out)
{
	struct task *t __autoput(task) = procfs_task(n);
	if (!t)
		return -ENOENT;
	if (!process_may_trace(t->process))
		return -EACCES;
	bool outlives = (ns == &first[NS_PID] && !is_for_children) || ns == &first[NS_USER];
	struct fs_ctx *fs = outlives ? NULL : task_fs_get(t);
	if (!outlives && !fs)
		return -ENOENT;
	fs_ctx_put(fs);
	path_get(&ns->path);
	*out = ns->path;
	return 0;
}

static int namespace_text(const struct procfs_node *n, const struct namespace *ns, bool is_for_children, char *buf,
	size_t size)
{
	PATHREF p = {};
	int err = namespace_path(n, ns, is_for_children, &p);
	if (err == 0)
		fmt_snprintf(buf, size, "%s:[%lu]", ns->kind, ns->ino);
	return err;
}

/* NAME in /proc/PID/ns, a function prefix; the kind; whether children will be born into it. */
#define NAMESPACE_LINKS(X)                                                                         \
	X("net", net, NS_NET, false)                                                               \
	X("uts", uts, NS_UTS, false)                                                               \
	X("ipc", ipc, NS_IPC, false)                                                               \
	X("pid", pid, NS_PID, false)                                                               \
	X("pid_for_children", pid_for_children, NS_PID, true)                                      \
	X("user", user, NS_USER, false)                                                            \
	X("mnt", mnt, NS_MNT, false)                                                               \
	X("cgroup", cgroup, NS_CGROUP, false)                                                      \
	X("time", time, NS_TIME, false)                                                            \
	X("time_for_children", time_for_children, NS_TIME, true)

#define DEFINE_LINK(text, id, ns, is_for_children)                                                 \
	static int id##_follow(const struct procfs_node *n, struct path *out)                      \
	{                                                                                          \
		return namespace_path(n, &first[ns], is_for_children, out);                        \
	}                                                                                          \
	static int id##_readlink(const struct procfs_node *n, char *buf, size_t size)              \
	{                                                                                          \
		return namespace_text(n, &first[ns], is_for_children, buf, size);                  \
	}                                                                                          \
	static const struct procfs_item id##_link = {                                              \
		.name = text, .mode = S_IFLNK | 0777, .follow = id##_follow, .readlink = id##_readlink, \
	};
NAMESPACE_LINKS(DEFINE_LINK)
#undef DEFINE_LINK

#define POINTER_TO_LINK(text, id, ns, is_for_children) &id##_link,
static const struct procfs_item *const links[] = { NAMESPACE_LINKS(POINTER_TO_LINK) NULL };
#undef POINTER_TO_LINK

const struct procfs_item proc_ns = { .name = "ns", .mode = S_IFDIR | 0511, .items = links };
