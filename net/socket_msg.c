// SPDX-License-Identifier: MIT
/*
 * socket_msg: the calls that move messages: send, recv and their kin.
 *
 * Promise   a blocking send of a stream goes on until all is out, or answers what went out before an error; SIGPIPE
 *           comes only when nothing did, and not with MSG_NOSIGNAL. A blocking recv takes what there is, with
 *           MSG_WAITALL all that was asked for. The many-message calls answer how many were moved; an error behind
 *           the first is told by the next call (recvmmsg) or not at all (sendmmsg).
 * Locks     none; user memory is touched freely
 * Blocking  on the socket's own queue, but for a send by name to a socket that is full: see socket.h. With a time
 *           limit a signal answers EINTR, else the call is restarted as the table says.
 * Linux     send(2) recv(2) sendmmsg(2) recvmmsg(2). recvmmsg's time limit is looked at between messages only.
 */
#include "fs/poll.h"
#include "kernel/core/alloc.h"
#include "kernel/core/pid.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/time.h"
#include "mm/uaccess.h"
#include "net/socket.h"

enum { SMALL_IOV = 8, SMALL_CONTROL = 64, SENDMMSG_MAX = UIO_MAXIOV };

/* --- addresses --- */

int sock_name_in(struct sock_name *out, const void __user *name, int len)
{
	if (len < 0 || len > SOCK_NAME_MAX)
		return -EINVAL;
	out->len = len;
	return len ? copy_from_user(out->bytes, name, (size_t)len) : 0;
}

int sock_name_out(const struct sock_name *name, void __user *to, int __user *len)
{
	int room;
	if (get_user(room, len))
		return -EFAULT;
	room = min(room, name->len);
	if (room < 0)
		return -EINVAL;
	if (room && copy_to_user(to, name->bytes, (size_t)room))
		return -EFAULT;
	return put_user(name->len, len);
}

/* A call with one buffer: its memory is looked at before the descriptor, cut to what one call moves. */
static inline int begin_plain(int fd, void __user *buf, size_t count, struct fdref *r, struct sock **s, struct uio *u)
{
	count = min(count, UIO_MAX_BYTES);
	if (unlikely(!access_ok(buf, count)))
		return -EFAULT;
	uio_init_user(u, buf, count);
	return sock_borrow(fd, r, s);
}

/* --- one send --- */

static inline bool may_wait(const struct file *f, u32 flags)
{
	return !(flags & MSG_DONTWAIT || READ_ONCE(f->flags) & O_NONBLOCK);
}

/* A try that finds no room leaves the bytes where they were. */
static inline long try_send(struct sock *s, void *arg, struct sock **full)
{
	struct sock_msg *m = arg;
	struct uio_mark mark;
	uio_save(m->u, &mark);
	long n = s->ops->send(s, m);
	if (unlikely(n == -EAGAIN || n == -EBUSY))
		uio_restore(m->u, &mark);
	if (unlikely(n < 0 || m->u->left))
		sock_send_failed(s, m, n);
	*full = m->full;
	return n;
}

static ssize_t try_send_again(struct file *f, void *arg)
{
	struct sock *full;
	return try_send(f->priv, arg, &full);
}

/* One piece, or a whole datagram. */
static ssize_t send_piece(struct file *f, struct sock *s, struct sock_msg *m)
{
	u64 deadline_ns = sock_deadline(READ_ONCE(s->snd_patience_ns));
	for (;;) {
		ssize_t n = sock_try_with_room(s, deadline_ns, try_send, m);
		if (n == -ETIMEDOUT)
			return -EAGAIN;
		if (n != -EAGAIN)
			return n;
		n = file_retry(f, POLLOUT, deadline_ns, try_send_again, m);
		if (n != -EBUSY)
			return sock_interrupted(n, deadline_ns);
		sock_put(m->full);
	}
}

static __noinline ssize_t send_rest(struct file *f, struct sock *s, struct sock_msg *m, ssize_t n)
{
	ssize_t done = max(n, (ssize_t)0);
	if (n == -EAGAIN || n == -EBUSY) {
		if (n == -EBUSY)
			sock_put(m->full);
		n = m->flags & MSG_DONTWAIT ? -EAGAIN : send_piece(f, s, m);
		done = max(n, (ssize_t)0);
	}
	bool goes_on = s->ops->flags & SOCK_SEND_ALL && !(m->flags & MSG_DONTWAIT);
	while (n > 0 && m->u->left && goes_on) {
		n = send_piece(f, s, m);
		done += max(n, (ssize_t)0);
	}
	return done ? done : n;
}

static inline ssize_t sock_send(struct file *f, struct sock *s, struct sock_msg *m)
{
	struct sock *full;
	if (!may_wait(f, m->flags))
		m->flags |= MSG_DONTWAIT;
	ssize_t n = try_send(s, m, &full);
	if (unlikely(n < 0 || m->u->left))
		n = send_rest(f, s, m, n);
	return n;
}

long sys_sendto(int fd, const void __user *buf, size_t count, unsigned flags, const struct sockaddr __user *name,
	int length)
{
	FDREF r = {};
	struct sock *s;
	struct uio u;
	struct sock_name to;
	int err = begin_plain(fd, (void __user *)buf, count, &r, &s, &u);
	if (unlikely(err))
		return err;
	struct sock_msg m = { .u = &u, .flags = flags };
	if (name) {
		err = sock_name_in(&to, name, length);
		if (err)
			return err;
		m.to = to.len ? &to : NULL;
	}
	ssize_t n = sock_send(r.file, s, &m);
	if (unlikely(m.scm.pid))
		scm_drop(&m.scm);
	return n;
}

/* --- sendmsg --- */

/* A descriptor's socket, for messages with a header: 0 or -errno. What is for calls of 32 bits is refused first. */
static int borrow_for_headers(int fd, u32 flags, struct fdref *r, struct sock **s)
{
	return flags & MSG_CMSG_COMPAT ? -EINVAL : sock_borrow(fd, r, s);
}

/* What a struct msghdr leads to, in kernel memory. */
struct call {
	struct uio u;
	struct sock_name name;
	struct iovec small[SMALL_IOV], *iov;
};

static int read_header(struct msghdr *h, const struct msghdr __user *user)
{
	if (copy_from_user(h, user, sizeof(*h)))
		return -EFAULT;
	if (h->msg_namelen < 0)
		return -EINVAL;
	if (!h->msg_name)
		h->msg_namelen = 0;
	h->msg_namelen = min(h->msg_namelen, (int)SOCK_NAME_MAX);
	return 0;
}

static int import_bytes(struct call *c, const struct msghdr *h)
{
	if (h->msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	ssize_t n = uio_import(&c->u, h->msg_iov, (unsigned)h->msg_iovlen, c->small, SMALL_IOV, &c->iov);
	return n < 0 ? (int)n : 0;
}

static int import_control(const struct msghdr *h, struct scm *out)
{
	u8 small[SMALL_CONTROL] __aligned(8);
	size_t n = h->msg_controllen;
	if (n > INT32_MAX || n > READ_ONCE(sock_optmem_max))
		return -ENOBUFS;
	u8 *control = n <= sizeof(small) ? small : kmalloc(n);
	if (!control)
		return -ENOBUFS;
	int err = copy_from_user(control, h->msg_control, n);
	if (err == 0)
		err = scm_parse(control, n, out);
	if (control != small)
		kfree(control);
	return err;
}

static ssize_t send_header(struct file *f, struct sock *s, const struct msghdr __user *user, u32 flags)
{
	struct msghdr h;
	struct call c;
	struct sock_msg m = { .u = &c.u, .flags = flags };
	int err = read_header(&h, user);
	if (err == 0 && h.msg_namelen)
		err = sock_name_in(&c.name, h.msg_name, h.msg_namelen);
	if (err)
		return err;
	m.to = h.msg_namelen ? &c.name : NULL;
	err = import_bytes(&c, &h);
	if (err)
		return err;
	ssize_t n = h.msg_controllen ? import_control(&h, &m.scm) : 0;
	if (n == 0)
		n = sock_send(f, s, &m);
	scm_drop(&m.scm);
	uio_iov_free(c.iov, c.small);
	return n;
}

long sys_sendmsg(int fd, const struct msghdr __user *msg, unsigned flags)
{
	FDREF r = {};
	struct sock *s;
	int err = borrow_for_headers(fd, flags, &r, &s);
	return err ? err : send_header(r.file, s, msg, flags);
}

long sys_sendmmsg(int fd, struct mmsghdr __user *msgs, unsigned nr, unsigned flags)
{
	FDREF r = {};
	struct sock *s;
	unsigned i = 0;
	long err = borrow_for_headers(fd, flags, &r, &s);
	nr = min(nr, (unsigned)SENDMMSG_MAX);
	for (; err == 0 && i < nr; i++) {
		ssize_t n = send_header(r.file, s, &msgs[i].msg_hdr, flags);
		err = n < 0 ? n : put_user((unsigned)n, &msgs[i].msg_len);
		if (err)
			break;
	}
	return i ? (long)i : err;
}

/* --- one recv --- */

static ssize_t try_recv(struct file *f, void *arg)
{
	struct sock *s = f->priv;
	return s->ops->recv(s, arg);
}

/* Nothing was there, or less than all that is wanted. */
static __noinline ssize_t recv_rest(struct file *f, struct sock *s, struct sock_msg *m, ssize_t n)
{
	u64 deadline_ns = sock_deadline(READ_ONCE(s->rcv_patience_ns));
	bool all = s->ops->flags & SOCK_WAIT_ALL && m->flags & MSG_WAITALL && !(m->flags & MSG_PEEK);
	m->done = (size_t)max(n, (ssize_t)0);
	while (n == -EAGAIN || (n > 0 && all && m->u->left && !m->stop)) {
		n = file_retry(f, POLLIN, deadline_ns, try_recv, m);
		if (n <= 0)
			break;
		m->done += (size_t)n;
	}
	return m->done ? (ssize_t)m->done : sock_interrupted(n, deadline_ns);
}

static inline ssize_t sock_recv(struct file *f, struct sock *s, struct sock_msg *m)
{
	if (!may_wait(f, m->flags))
		m->flags |= MSG_DONTWAIT;
	ssize_t n = s->ops->recv(s, m);
	if (unlikely((n == -EAGAIN || (n > 0 && m->flags & MSG_WAITALL)) && !(m->flags & MSG_DONTWAIT)))
		n = recv_rest(f, s, m, n);
	return n;
}

long sys_recvfrom(int fd, void __user *buf, size_t count, unsigned flags, struct sockaddr __user *name,
	int __user *length)
{
	FDREF r = {};
	struct sock *s;
	struct uio u;
	struct sock_name from;
	int err = begin_plain(fd, buf, count, &r, &s, &u);
	if (unlikely(err))
		return err;
	struct sock_msg m = { .u = &u, .flags = flags };
	if (name) {
		from.len = 0;
		m.from = &from;
	}
	ssize_t n = sock_recv(r.file, s, &m);
	if (unlikely(m.scm.rights || m.scm.pid))
		scm_drop(&m.scm);
	if (name && n >= 0 && sock_name_out(&from, name, length))
		return -EFAULT;
	return n;
}

/* --- recvmsg --- */

static void put_stamp(struct sock *s, s64 ns, struct scm_sink *to)
{
	struct timespec ts = ns_to_timespec(ns);
	struct timeval tv = { ts.tv_sec, ts.tv_nsec / (long)NSEC_PER_USEC };
	if (sock_has(s, SOCK_F_TIMESTAMPNS))
		scm_put(to, SOL_SOCKET, SO_TIMESTAMPNS, &ts, sizeof(ts));
	else
		scm_put(to, SOL_SOCKET, SO_TIMESTAMP, &tv, sizeof(tv));
}

/* What came with n bytes is told: n or -errno. */
static ssize_t tell_message(struct sock *s, struct sock_msg *m, const struct msghdr *h, struct msghdr __user *user,
	ssize_t n)
{
	struct scm_sink sink = {
		.at = h->msg_control, .left = h->msg_control ? h->msg_controllen : 0,
		.cloexec = m->flags & MSG_CMSG_CLOEXEC,
	};
	if (unlikely(m->stamp_ns))
		put_stamp(s, m->stamp_ns, &sink);
	scm_deliver(s, &m->scm, &sink);
	u32 flags = m->out_flags | (m->flags & MSG_CMSG_CLOEXEC) | (sink.truncated ? MSG_CTRUNC : 0);
	size_t used = h->msg_control ? (size_t)((char __user *)sink.at - (char __user *)h->msg_control) : 0;
	if (m->from && h->msg_name) {
		size_t room = (size_t)min(h->msg_namelen, m->from->len);
		if (copy_to_user(h->msg_name, m->from->bytes, room) || put_user(m->from->len, &user->msg_namelen))
			return -EFAULT;
	}
	if (put_user(flags, &user->msg_flags) || put_user(used, &user->msg_controllen))
		return -EFAULT;
	return n;
}

static ssize_t recv_header(struct file *f, struct sock *s, struct msghdr __user *user, u32 flags, u32 *out_flags)
{
	struct msghdr h;
	struct call c;
	struct sock_msg m = { .u = &c.u, .flags = flags };
	int err = read_header(&h, user);
	if (err == 0)
		err = import_bytes(&c, &h);
	if (err)
		return err;
	c.name.len = 0;
	m.from = h.msg_name ? &c.name : NULL;
	ssize_t n = sock_recv(f, s, &m);
	if (n >= 0)
		n = tell_message(s, &m, &h, user, n);
	scm_drop(&m.scm);
	uio_iov_free(c.iov, c.small);
	*out_flags = m.out_flags;
	return n;
}

long sys_recvmsg(int fd, struct msghdr __user *msg, unsigned flags)
{
	FDREF r = {};
	struct sock *s;
	u32 answered;
	int err = borrow_for_headers(fd, flags, &r, &s);
	return err ? err : recv_header(r.file, s, msg, flags, &answered);
}

/* Messages until nr, the deadline, or one that must be the last; how many, or the first one's error. */
static long recv_many(struct file *f, struct sock *s, struct mmsghdr __user *msgs, unsigned nr, u32 flags,
	u64 deadline_ns)
{
	unsigned i = 0;
	long err = sock_take_error(s);
	while (err == 0 && i < nr) {
		u32 answered = 0;
		ssize_t n = recv_header(f, s, &msgs[i].msg_hdr, flags & ~(u32)MSG_WAITFORONE, &answered);
		err = n < 0 ? n : put_user((unsigned)n, &msgs[i].msg_len);
		if (err)
			break;
		i++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (answered & MSG_OOB || clock_now_ns() >= deadline_ns)
			break;
	}
	/* The next call tells it: what has been received must be answered now. */
	if (i && err && err != -EAGAIN && err != -ERESTART && err != -EINTR)
		WRITE_ONCE(s->error, (int)-err);
	return i ? (long)i : err;
}

long sys_recvmmsg(int fd, struct mmsghdr __user *msgs, unsigned nr, unsigned flags, struct timespec __user *timeout)
{
	FDREF r = {};
	struct sock *s;
	u64 deadline_ns = FOREVER;
	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL; /* before the time */
	long n = poll_import_timespec(timeout, &deadline_ns);
	if (n == 0)
		n = sock_borrow(fd, &r, &s);
	if (n == 0)
		n = recv_many(r.file, s, msgs, nr, flags, deadline_ns);
	if (n <= 0 || !timeout)
		return n;
	struct timespec ts = ns_to_timespec((s64)poll_time_left_ns(deadline_ns));
	return copy_to_user(timeout, &ts, sizeof(ts)) ? -EFAULT : n;
}
