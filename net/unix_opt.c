// SPDX-License-Identifier: MIT
/*
 * unix_opt: what programs ask AF_UNIX sockets about the other end, and about urgent bytes.
 *
 * Promise   SO_PEERCRED, SO_PEERGROUPS and SO_PEERPIDFD tell who the other end was when it called listen(2),
 *           connect(2) or socketpair(2), whoever holds it now. A pidfd is for that very process, also when it has
 *           ended.
 * Locks     the socket's lock, to count what is told
 * Linux     unix(7), socket(7), ioctl SIOCATMARK (sockatmark(3)). No LSM, hence no SO_PEERSEC.
 */
#include "kernel/core/pid.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/pidfd.h"
#include "kernel/uapi/sockios.h"
#include "mm/uaccess.h"
#include "net/unix.h"

static int put_value(void __user *value, int __user *ulen, int len, const void *what, int n)
{
	n = min(n, len);
	if (copy_to_user(value, what, (size_t)n))
		return -EFAULT;
	return put_user(n, ulen);
}

static struct pid *peer_pid_get(struct unix_sock *u)
{
	guard(spin)(&u->lock->spin);
	return u->peer_pid ? pid_get(u->peer_pid) : NULL;
}

static const struct cred *peer_cred_get(struct unix_sock *u)
{
	guard(spin)(&u->lock->spin);
	return u->peer_cred ? cred_get(u->peer_cred) : NULL;
}

static int peer_cred(struct unix_sock *u, void __user *value, int __user *ulen, int len)
{
	struct ucred told = { 0, UINT32_MAX, UINT32_MAX };
	struct pid *pid __autoput(pid) = peer_pid_get(u);
	const struct cred *cred = peer_cred_get(u);
	if (pid)
		told.pid = pid_number(pid);
	if (cred) {
		told.uid = cred->euid;
		told.gid = cred->egid;
		cred_put(cred);
	}
	return put_value(value, ulen, len, &told, sizeof(told));
}

static int put_groups(const struct groups *g, void __user *value, int __user *ulen, int len)
{
	int n = (int)(g->nr * sizeof(g->gid[0]));
	if (len < n)
		return put_user(n, ulen) ?: -ERANGE;
	return put_value(value, ulen, len, g->gid, n);
}

static int peer_groups(struct unix_sock *u, void __user *value, int __user *ulen, int len)
{
	const struct cred *cred = peer_cred_get(u);
	if (!cred)
		return -ENODATA;
	int err = put_groups(cred->groups, value, ulen, len);
	cred_put(cred);
	return err;
}

static int peer_pidfd(struct unix_sock *u, void __user *value, int __user *ulen, int len)
{
	struct file *f;
	struct pid *pid __autoput(pid) = peer_pid_get(u);
	if (!pid)
		return -ENODATA;
	int fd = pidfd_prepare(pid, 0, &f);
	if (fd < 0)
		return fd;
	int err = put_value(value, ulen, len, &fd, sizeof(fd));
	if (err) {
		fd_cancel(fd);
		file_put(f);
		return err;
	}
	fd_install(fd, f);
	return 0;
}

static int peer_name(struct unix_sock *u, void __user *value, int __user *ulen, int len)
{
	struct sock_name n;
	int err = unix_getname(&u->sk, true, &n);
	if (err)
		return err;
	return n.len < len ? -EINVAL : put_value(value, ulen, len, n.bytes, n.len);
}

int unix_getsockopt(struct sock *s, int name, void __user *value, int __user *ulen, int len)
{
	struct unix_sock *u = unix_of(s);
	switch (name) {
	case SO_PEERCRED:
		return peer_cred(u, value, ulen, len);
	case SO_PEERGROUPS:
		return peer_groups(u, value, ulen, len);
	case SO_PEERPIDFD:
		return peer_pidfd(u, value, ulen, len);
	case SO_PEERNAME:
		return peer_name(u, value, ulen, len);
	default:
		return -ENOPROTOOPT;
	}
}

long unix_ioctl(struct sock *s, u32 cmd, unsigned long arg)
{
	if (cmd != SIOCATMARK)
		return -ENOIOCTLCMD;
	if (s->type != SOCK_STREAM)
		return -EOPNOTSUPP;
	return put_user((int)unix_is_at_mark(unix_of(s)), (int __user *)arg);
}
