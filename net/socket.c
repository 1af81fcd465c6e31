// SPDX-License-Identifier: MIT
/*
 * socket: sockets as open files, and the calls that make, name, join and end them; the theory is in socket.h.
 *
 * Promise   read and write are recv and send without flags. accept takes a connection only when the descriptor and
 *           the file for it are there, so that no shortage loses one; a name that cannot be told loses it, as on
 *           Linux.
 * Locks     none of its own
 * Lifetime  a socket's inode is the file's: anonymous, on sockfs, with a number of its own
 * Blocking  accept and connect, as O_NONBLOCK and SO_RCVTIMEO, SO_SNDTIMEO say; connect and sends by name sleep at
 *           the other socket. Who was woken there and leaves wakes the next (sock_try_with_room()).
 * Linux     socket(2) socketpair(2) bind(2) listen(2) accept(2) connect(2) shutdown(2) getsockname(2)
 */
#include "net/socket.h"
#include "fs/async.h"
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/core/pid.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/signal.h"
#include "kernel/uapi/sockios.h"
#include "mm/uaccess.h"

enum { SOCKET_MODE = S_IFSOCK | 0777, MESSAGE_FLAGS = SOCK_CLOEXEC | SOCK_NONBLOCK };

unsigned sock_rmem_default = 212992, sock_wmem_default = 212992;
unsigned sock_rmem_max = 4 << 20, sock_wmem_max = 4 << 20, sock_optmem_max = 128 << 10, sock_somaxconn = SOMAXCONN;

/* --- life --- */

void sock_init(struct sock *s, const struct sock_ops *ops, int family, int type)
{
	ref_init(&s->ref);
	s->ops = ops;
	s->family = (u16)family;
	s->type = (u8)type;
	s->flags = SOCK_F_PASSRIGHTS;
	s->sndbuf = READ_ONCE(sock_wmem_default);
	s->rcvbuf = READ_ONCE(sock_rmem_default);
	s->rcvlowat = 1;
	s->peek_off = -1;
	s->rcv_patience_ns = s->snd_patience_ns = FOREVER;
	s->kept[KEPT_INCOMING_CPU] = UINT32_MAX;
	waitq_init(&s->wq, WAIT_UNIX, s);
	waitq_init(&s->room, WAIT_UNIX, s);
}

void sock_put(struct sock *s)
{
	if (s && ref_put(&s->ref))
		s->ops->free(s);
}

void sock_set_flag(struct sock *s, u32 flag, bool on)
{
	if (on)
		__atomic_fetch_or(&s->flags, flag, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&s->flags, ~flag, __ATOMIC_RELAXED);
}

struct file *sock_file_new(struct sock *like, u32 flags)
{
	bool is_stream = like->ops->flags & SOCK_SEND_ALL;
	struct inode *ino __autoput(inode) = anon_inode_new(SOCKET_MODE);
	struct file *f = ino ? file_new(is_stream ? &socket_file_ops : &socket_message_file_ops, NULL, NULL,
		O_RDWR | (flags & O_NONBLOCK)) : NULL;
	if (f)
		f->inode = take(ino);
	return f;
}

void sock_attach(struct file *f, struct sock *s)
{
	f->priv = s;
	f->wq = &s->wq;
	s->file = f;
	s->ino = f->inode->ino;
}

/* --- the file --- */

static u32 wait_flags(const struct file *f, const struct uio *u)
{
	return READ_ONCE(f->flags) & O_NONBLOCK || u->flags & RWF_NOWAIT ? MSG_DONTWAIT : 0;
}

static ssize_t socket_read(struct file *f, struct uio *u)
{
	struct sock *s = f->priv;
	if (unlikely(u->left == 0))
		return 0;
	struct sock_msg m = { .u = u, .flags = wait_flags(f, u) };
	ssize_t n = s->ops->recv(s, &m);
	if (unlikely(m.scm.rights || m.scm.pid))
		scm_drop(&m.scm);
	return n;
}

static ssize_t socket_write(struct file *f, struct uio *u)
{
	struct sock *s = f->priv;
	struct sock_msg m = { .u = u, .flags = wait_flags(f, u) };
	ssize_t n = s->ops->send(s, &m);
	if (unlikely(m.scm.pid))
		scm_drop(&m.scm);
	if (unlikely(n < 0 || u->left))
		sock_send_failed(s, &m, n);
	return n;
}

void sock_send_failed(struct sock *s, struct sock_msg *m, ssize_t n)
{
	if (n == -EPIPE && !(m->u->flags & UIO_BEGUN) && s->ops->flags & SOCK_SIGPIPE && !(m->flags & MSG_NOSIGNAL))
		signal_raise(SIGPIPE);
	m->u->flags |= UIO_BEGUN;
}

static u32 socket_ready(struct file *f)
{
	struct sock *s = f->priv;
	return s->ops->ready(s);
}

static u64 socket_patience_ns(struct file *f, u32 mask)
{
	struct sock *s = f->priv;
	return mask & POLLIN ? READ_ONCE(s->rcv_patience_ns) : READ_ONCE(s->snd_patience_ns);
}

static long socket_unread(struct sock *s, int __user *word)
{
	long n = s->ops->unread_bytes(s);
	return n < 0 ? n : put_user((int)n, word);
}

static long socket_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct sock *s = f->priv;
	int __user *word = (int __user *)arg;
	int v, type;
	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP:
		if (get_user(v, word))
			return -EFAULT;
		return file_set_owner(f, v);
	case FIOGETOWN:
	case SIOCGPGRP:
		v = async_get_owner(f, &type);
		return put_user(type == F_OWNER_PGRP ? -v : v, word);
	case SIOCINQ:
		return socket_unread(s, word);
	case SIOCOUTQ:
		if (s->state == SOCK_LISTENING)
			return -EINVAL;
		return put_user((int)s->ops->unsent_bytes(s), word);
	default:
		return s->ops->ioctl(s, cmd, arg);
	}
}

static void socket_show(struct file *f, struct strbuf *sb)
{
	struct sock *s = f->priv;
	s->ops->show(s, sb);
}

static int socket_flush(struct file *f)
{
	struct sock *s = f->priv;
	s->ops->closing(s);
	return 0;
}

/* A file that no socket was attached to has nothing to end. */
static void socket_release(struct file *f)
{
	struct sock *s = f->priv;
	if (s)
		s->ops->release(s);
}

#define SOCKET_OPS                                                                                 \
	.name = "socket", .read = socket_read, .write = socket_write, .ready = socket_ready,       \
	.patience_ns = socket_patience_ns, .ioctl = socket_ioctl, .show = socket_show, .flush = socket_flush, \
	.release = socket_release

const struct file_ops socket_file_ops = {
	.flags = FILE_WRITE_ALL | FILE_ASYNC | FILE_NO_SIGPIPE,
	SOCKET_OPS,
};

const struct file_ops socket_message_file_ops = {
	.flags = FILE_ASYNC | FILE_NO_SIGPIPE,
	SOCKET_OPS,
};

/* --- waiting at another socket --- */

static int wait_room(struct sock *full, u64 deadline_ns)
{
	struct waiter w;
	struct wait_slot slot;
	wait_begin(&w);
	wait_add(&w, &slot, &full->room, POLLOUT, WAIT_EXCLUSIVE);
	int err = full->ops->is_full(full) ? wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE) : 0;
	if (err)
		wait_remove_pass(&slot);
	else
		wait_remove(&slot);
	return err;
}

long sock_try_with_room(struct sock *s, u64 deadline_ns, long (*try)(struct sock *s, void *arg, struct sock **full),
	void *arg)
{
	struct sock *at = NULL;
	long result;
	for (;;) {
		struct sock *full = NULL;
		result = try(s, arg, &full);
		if (result != -EBUSY)
			break;
		sock_put(at);
		at = full;
		long err = deadline_ns ? wait_room(full, deadline_ns) : -ETIMEDOUT;
		if (err) {
			result = sock_interrupted(err, deadline_ns);
			break;
		}
	}
	if (at && !at->ops->is_full(at))
		wake(&at->room, POLLOUT); /* the baton */
	sock_put(at);
	return result;
}

/* --- making sockets --- */

static int check_type(int type)
{
	int flags = type & ~SOCK_TYPE_MASK;
	return flags & ~MESSAGE_FLAGS ? -EINVAL : 0;
}

static int sock_create(int family, int type, int protocol, struct sock **out)
{
	if (family < 0 || family >= AF_MAX)
		return -EAFNOSUPPORT;
	type &= SOCK_TYPE_MASK;
	if (type >= SOCK_TYPES)
		return -EINVAL;
	return family == AF_UNIX ? unix_create(type, protocol, out) : -EAFNOSUPPORT;
}

/* A fresh socket in a file; the socket's reference is eaten, also by an error. */
static struct file *file_of(struct sock *s, u32 flags)
{
	struct file *f = sock_file_new(s, flags);
	if (f)
		sock_attach(f, s);
	else
		s->ops->release(s);
	return f;
}

long sys_socket(int family, int type, int protocol)
{
	struct sock *s;
	int err = check_type(type);
	if (err == 0)
		err = sock_create(family, type, protocol, &s);
	if (err)
		return err;
	struct file *f __autoput(file) = file_of(s, (u32)type);
	if (!f)
		return -ENOMEM;
	int fd = fd_reserve((u32)type & O_CLOEXEC, 0);
	if (fd >= 0)
		fd_install(fd, take(f));
	return fd;
}

/* Two connected sockets in files, for descriptors that are reserved. */
static int make_pair(int family, int type, int protocol, const int fd[2])
{
	struct sock *a, *b;
	int err = sock_create(family, type, protocol, &a);
	if (err)
		return err;
	struct file *fa __autoput(file) = file_of(a, (u32)type);
	err = sock_create(family, type, protocol, &b);
	if (err)
		return err;
	struct file *fb __autoput(file) = file_of(b, (u32)type);
	if (!fa || !fb)
		return -ENOMEM;
	err = unix_connect_pair(a, b);
	if (err)
		return err;
	fd_install(fd[0], take(fa));
	fd_install(fd[1], take(fb));
	return 0;
}

/* The numbers are told before the sockets are made: so does Linux. */
long sys_socketpair(int family, int type, int protocol, int __user *fds)
{
	int fd[2], err = check_type(type);
	if (err == 0)
		err = fd_reserve_pair((u32)type & O_CLOEXEC, fds, fd);
	if (err)
		return err;
	err = make_pair(family, type, protocol, fd);
	if (err) {
		fd_cancel(fd[0]);
		fd_cancel(fd[1]);
	}
	return err;
}

/* --- names --- */

long sys_bind(int fd, const struct sockaddr __user *name, int length)
{
	FDREF r = {};
	struct sock *s;
	struct sock_name n;
	int err = sock_borrow(fd, &r, &s);
	if (err == 0)
		err = sock_name_in(&n, name, length);
	return err ? err : s->ops->bind(s, &n);
}

static long tell_name(int fd, bool of_peer, struct sockaddr __user *name, int __user *length)
{
	FDREF r = {};
	struct sock *s;
	struct sock_name n;
	int err = sock_borrow(fd, &r, &s);
	if (err == 0)
		err = s->ops->getname(s, of_peer, &n);
	return err ? err : sock_name_out(&n, name, length);
}

long sys_getsockname(int fd, struct sockaddr __user *name, int __user *length)
{
	return tell_name(fd, false, name, length);
}

long sys_getpeername(int fd, struct sockaddr __user *name, int __user *length)
{
	return tell_name(fd, true, name, length);
}

/* --- joining --- */

long sys_listen(int fd, int backlog)
{
	FDREF r = {};
	struct sock *s;
	int err = sock_borrow(fd, &r, &s);
	if (err)
		return err;
	if (!s->ops->listen)
		return -EOPNOTSUPP;
	int most = (int)READ_ONCE(sock_somaxconn);
	return s->ops->listen(s, (unsigned)backlog > (unsigned)most ? most : backlog);
}

static long try_connect(struct sock *s, void *name, struct sock **full)
{
	return s->ops->connect(s, name, full);
}

long sys_connect(int fd, const struct sockaddr __user *name, int length)
{
	FDREF r = fd_borrow(fd);
	struct sock_name n;
	if (!r.file)
		return -EBADF;
	long err = sock_name_in(&n, name, length); /* of any descriptor */
	struct sock *s = err ? NULL : sock_of_file(r.file);
	if (!s)
		return err ? err : -ENOTSOCK;
	u64 patience_ns = READ_ONCE(r.file->flags) & O_NONBLOCK ? 0 : READ_ONCE(s->snd_patience_ns);
	err = sock_try_with_room(s, patience_ns ? sock_deadline(patience_ns) : 0, try_connect, &n);
	return err == -ETIMEDOUT ? -EAGAIN : err;
}

static ssize_t try_accept(struct file *f, void *to)
{
	struct sock *s = f->priv;
	return s->ops->accept(s, to);
}

static long accept_into(struct file *f, struct sock *s, struct file *to)
{
	long err = s->ops->accept(s, to);
	if (err != -EAGAIN || READ_ONCE(f->flags) & O_NONBLOCK)
		return err;
	return file_retry_for(f, POLLIN, READ_ONCE(s->rcv_patience_ns), try_accept, to);
}

/* A look before anything is allocated. */
static bool has_nobody_to_accept(const struct file *f, struct sock *s)
{
	bool may_wait = !(READ_ONCE(f->flags) & O_NONBLOCK);
	return !may_wait && READ_ONCE(s->state) == SOCK_LISTENING && !(s->ops->ready(s) & POLLIN);
}

/* The connection is in `to`; its other end's name, if wanted. */
static int tell_peer(struct file *to, struct sockaddr __user *name, int __user *length)
{
	struct sock_name n;
	if (!name)
		return 0;
	struct sock *s = to->priv;
	return s->ops->getname(s, true, &n) ? -ECONNABORTED : sock_name_out(&n, name, length);
}

long sys_accept4(int fd, struct sockaddr __user *name, int __user *length, unsigned flags)
{
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (flags & ~MESSAGE_FLAGS)
		return -EINVAL;
	struct sock *s = sock_of_file(r.file);
	if (!s)
		return -ENOTSOCK;
	if (!s->ops->accept)
		return -EOPNOTSUPP;
	int new_fd = fd_reserve(flags & O_CLOEXEC, 0);
	if (new_fd < 0)
		return new_fd;
	bool is_vain = has_nobody_to_accept(r.file, s);
	struct file *f = is_vain ? NULL : sock_file_new(s, flags);
	long err = f ? accept_into(r.file, s, f) : is_vain ? -EAGAIN : -ENOMEM;
	if (err == 0)
		err = tell_peer(f, name, length);
	if (err) {
		fd_cancel(new_fd);
		file_put(f);
		return err;
	}
	fd_install(new_fd, f);
	return new_fd;
}

long sys_accept(int fd, struct sockaddr __user *name, int __user *length)
{
	return sys_accept4(fd, name, length, 0);
}

long sys_shutdown(int fd, int how)
{
	FDREF r = {};
	struct sock *s;
	int err = sock_borrow(fd, &r, &s);
	if (err)
		return err;
	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	s->ops->shutdown(s, (enum sock_shut)(how + 1));
	return 0;
}
