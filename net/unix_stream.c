// SPDX-License-Identifier: MIT
/*
 * unix_stream: bytes between the two ends of a SOCK_STREAM connection, and the urgent byte among them.
 *
 * Promise   Bytes come out in the order they went in, a call's bytes together unless it had to wait. A read takes
 *           what is there, of one sender only if it wants to know who that is, and ends behind a piece that carried
 *           descriptors. A write's pieces are charged as on Linux (sockbuf.h) and not merged, so that as much fits
 *           in. The urgent byte (MSG_OOB) is the last of its send. A read ends in front of it; the next one passes
 *           over it, unless SO_OOBINLINE is set. Taken by MSG_OOB it leaves a mark, where a read ends just so. A
 *           newer one makes the older an ordinary byte.
 * Locks     reading: who takes bytes; the connection's lock: who changes the queue. A sender fills its piece before
 *           it takes the lock, a reader empties one without it: memory that does not answer stops nobody else.
 * Lifetime  a piece is the queue's; read pieces are taken off by the reader that has emptied them
 * Blocking  send: -EAGAIN while as much as SO_SNDBUF is unread; it is woken at a quarter. recv: -EAGAIN while nothing
 *           is there, or less than SO_RCVLOWAT and the sender could send more.
 * Linux     unix(7), send(2), recv(2), socket(7) SO_PEEK_OFF. With SO_RCVLOWAT Linux takes bytes out while it waits;
 *           here they stay in the queue until there are enough.
 */
#include "fs/async.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "net/unix.h"

/* --- sending --- */

/* Why not, or 0. The lock is held, or this is a first look. */
static inline int may_send(const struct unix_sock *u, const struct unix_sock *peer)
{
	if (unlikely(READ_ONCE(u->sk.shutdown) & SHUT_OUT || READ_ONCE(peer->sk.shutdown) & SHUT_IN))
		return -EPIPE;
	return unlikely(unix_is_over_sndbuf(u)) ? -EAGAIN : 0;
}

static int check_rights(const struct unix_sock *peer, const struct scm *scm)
{
	if (likely(!scm->rights))
		return 0;
	return sock_has(&peer->sk, SOCK_F_PASSRIGHTS) ? scm_may_fly() : -EPERM;
}

/* The piece joins the peer's queue, with what travels beside the message's first: 0 or -errno. The lock is held. */
static int append_locked(struct unix_sock *u, struct unix_sock *peer, struct sockbuf *b, struct sock_msg *m,
	bool urgent)
{
	assert_unix_held(u);
	int err = may_send(u, peer);
	if (err == 0)
		err = check_rights(peer, &m->scm);
	if (unlikely(err))
		return err;
	unix_add_creds(u, peer, &m->scm);
	if (unlikely(m->scm.has_creds))
		unix_copy_creds(&b->scm, &m->scm);
	b->scm.rights = m->scm.rights;
	m->scm.rights = NULL;
	if (unlikely(urgent)) {
		WRITE_ONCE(peer->urgent, b); /* before it can be found in the queue */
		if (peer->sk.file)
			async_urgent(peer->sk.file);
	}
	unix_enqueue(peer, b);
	return 0;
}

/* Sends the next n bytes as one piece: 0 or -errno, with the bytes where they were. */
static int send_piece(struct unix_sock *u, struct unix_sock *peer, struct sock_msg *m, size_t n, bool urgent)
{
	struct uio_mark mark;
	int err = may_send(u, peer);
	if (unlikely(err))
		return err;
	struct sockbuf *b = sockbuf_new(n);
	if (unlikely(!b))
		return -ENOBUFS;
	b->owner = u;
	b->charge = sockbuf_stream_charge(n);
	uio_save(m->u, &mark);
	err = sockbuf_fill(b, m->u);
	if (likely(err == 0)) {
		bool boards = scm_board(m->scm.rights);
		unix_lock(u);
		err = append_locked(u, peer, b, m, urgent);
		unix_unlock(u);
		scm_boarded(boards);
	}
	if (unlikely(err)) {
		uio_restore(m->u, &mark);
		sockbuf_free(b);
		return err;
	}
	wake_sync(&peer->sk.wq, UNIX_READABLE | (urgent ? POLLPRI : 0) | ASYNC_IN);
	return 0;
}

static size_t piece_max(const struct unix_sock *u)
{
	const size_t slack = 64; /* two pieces of the largest size fit, says Linux */
	return min((size_t)READ_ONCE(u->sk.sndbuf) / 2 - slack, (size_t)SOCKBUF_STREAM_MAX);
}

static ssize_t stream_send(struct sock *s, struct sock_msg *m)
{
	struct unix_sock *u = unix_of(s), *peer = READ_ONCE(u->peer); /* for as long as the file is open */
	bool urgent = m->flags & MSG_OOB;
	ssize_t done = 0;
	if (unlikely(urgent && !m->u->left))
		return -EOPNOTSUPP;
	if (unlikely(m->to))
		return READ_ONCE(s->state) == SOCK_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	if (unlikely(!peer))
		return -ENOTCONN;
	/* A fresh call asks first whether it may; who slept is told of the error first. */
	int pending = m->u->flags & UIO_BEGUN ? sock_take_error(s) : READ_ONCE(s->shutdown) & SHUT_OUT ? -EPIPE : 0;
	if (unlikely(pending))
		return pending;
	while (m->u->left) {
		bool is_last = urgent && m->u->left == 1;
		size_t n = is_last ? 1 : min(m->u->left - urgent, piece_max(u));
		int err = send_piece(u, peer, m, n, is_last);
		if (unlikely(err))
			return done ? done : err;
		done += (ssize_t)n;
	}
	return done;
}

/* --- receiving --- */

enum step { STEP_READ, STEP_SKIP, STEP_DROP, STEP_STOP };

/* A read comes to an urgent byte, or the mark that one has left; `any`: it has got bytes already. */
static __noinline enum step at_mark(struct unix_sock *u, const struct sockbuf *b, u32 flags, bool any)
{
	const struct sockbuf *urgent = READ_ONCE(u->urgent);
	if (!sockbuf_left(b)) {
		if (any && !urgent)
			return STEP_STOP;
		return flags & MSG_PEEK ? STEP_SKIP : STEP_DROP;
	}
	if (any)
		return STEP_STOP;
	if (sock_has(&u->sk, SOCK_F_OOBINLINE))
		return STEP_READ;
	return flags & MSG_PEEK ? STEP_SKIP : STEP_DROP;
}

static bool same_sender(const struct scm *a, const struct scm *b)
{
	return a->has_creds == b->has_creds &&
	       (!a->has_creds || (a->pid == b->pid && a->uid == b->uid && a->gid == b->gid));
}

/* A reader that wants to know the sender gets no other's bytes with the first one's. False: they stay. */
static bool fix_sender(struct unix_sock *u, const struct sockbuf *b, struct sock_msg *m)
{
	if (likely(!sock_has(&u->sk, SOCK_F_IDENTITY | SOCK_F_PASSSEC)))
		return true;
	if (m->creds_fixed)
		return same_sender(&m->scm, &b->scm);
	unix_copy_creds(&m->scm, &b->scm);
	m->creds_fixed = true;
	return true;
}

struct taking {
	ssize_t done;		/* bytes, or -EFAULT for the first of them */
	size_t skip;		/* peeking: so many are still to be passed over */
	struct sockbuf *kept;	/* the last piece that was passed over and stays */
	struct sockbuf *next;	/* where the taking ended; NULL: at the end of the queue */
	bool in_front;		/* of `next`: nothing was taken from it */
};

/* Some bytes of one piece. False: the read ends here. */
static __always_inline bool take_piece(struct unix_sock *u, struct sockbuf *b, struct sock_msg *m, struct taking *t)
{
	size_t n = min(sockbuf_left(b) - t->skip, m->u->left);
	size_t got = sockbuf_copy(b, b->off + t->skip, m->u, n);
	if (unlikely(got < n)) {
		if (!t->done)
			t->done = -EFAULT;
		m->stop = t->in_front = true;
		return false;
	}
	t->done += (ssize_t)n;
	t->skip = 0;
	if (!(m->flags & MSG_PEEK))
		WRITE_ONCE(b->off, b->off + (u32)n);
	if (unlikely(b->scm.rights)) {
		unix_take_rights(u, b, m);
		m->stop = true;
	}
	return !m->stop && (m->flags & MSG_PEEK || !sockbuf_left(b));
}

/* Walks along the queue, which others may only lengthen meanwhile. */
static __always_inline void take_bytes(struct unix_sock *u, struct sock_msg *m, struct taking *t)
{
	struct sockbuf *b = list_first(&u->queue, struct sockbuf, node);
	for (; &b->node != &u->queue; b = list_next(b, node)) {
		t->next = b;
		enum step step = STEP_READ;
		if (unlikely(b == READ_ONCE(u->urgent) || !sockbuf_left(b)))
			step = at_mark(u, b, m->flags, t->done || m->done);
		if (unlikely(t->skip) && step == STEP_READ && t->skip >= sockbuf_left(b)) {
			t->skip -= sockbuf_left(b);
			step = STEP_SKIP;
		}
		if (unlikely(step == STEP_STOP || (step == STEP_READ && !fix_sender(u, b, m)))) {
			m->stop = t->in_front = true;
			return;
		}
		if (step == STEP_READ) {
			bool goes_on = take_piece(u, b, m, t);
			if (!goes_on || !m->u->left)
				return;
		}
		if (unlikely(step == STEP_DROP))
			WRITE_ONCE(b->off, b->len);
		t->kept = b;
	}
	t->next = NULL;
}

/* Takes what has been emptied off the queue, up to where the taking ended. The lock is held. */
static __always_inline void drop_emptied_locked(struct unix_sock *u, struct taking *t, struct list *emptied)
{
	struct sockbuf *b, *next;
	list_for_each_safe(b, next, &u->queue, node) {
		bool is_end = b == t->next;
		if (sockbuf_left(b) || (is_end && t->in_front))
			return;
		if (unlikely(u->urgent == b))
			WRITE_ONCE(u->urgent, NULL);
		unix_dequeue(u, b);
		list_add_tail(emptied, &b->node);
		if (is_end)
			return;
	}
}

/* Nothing could be taken: 1: more has come meanwhile, 0: the end, -EAGAIN, or the pending error. The lock is held. */
static int why_nothing_locked(struct unix_sock *u, const struct taking *t)
{
	const struct sockbuf *last = list_is_empty(&u->queue) ? NULL : list_last(&u->queue, struct sockbuf, node);
	if (last != t->kept)
		return 1;
	int err = sock_take_error(&u->sk);
	if (err)
		return err;
	return READ_ONCE(u->sk.shutdown) & SHUT_IN ? 0 : -EAGAIN;
}

static void move_peek_off(struct sock *s, u32 flags, ssize_t n)
{
	s32 off = READ_ONCE(s->peek_off);
	if (likely(off < 0) || n <= 0)
		return;
	WRITE_ONCE(s->peek_off, flags & MSG_PEEK ? off + (s32)n : max(off - (s32)n, 0));
}

static long stream_unread(struct sock *s)
{
	struct unix_sock *u = unix_of(s);
	long n = 0;
	struct sockbuf *b;
	if (READ_ONCE(s->state) == SOCK_LISTENING)
		return -EINVAL;
	unix_lock(u);
	list_for_each(b, &u->queue, node)
		n += sockbuf_left(b);
	unix_unlock(u);
	return n;
}

/* SO_RCVLOWAT: is it worth while to wait for more? */
static __noinline bool wants_more(struct unix_sock *u, const struct sock_msg *m)
{
	const struct unix_sock *peer = u->peer;
	if (m->flags & MSG_DONTWAIT || READ_ONCE(u->sk.shutdown) & SHUT_IN || READ_ONCE(u->sk.error))
		return false;
	size_t wanted = min((size_t)READ_ONCE(u->sk.rcvlowat), m->u->left);
	return (size_t)stream_unread(&u->sk) < wanted && !unix_is_over_sndbuf(peer);
}

static __noinline ssize_t recv_urgent(struct unix_sock *u, struct sock_msg *m)
{
	guard(mutex)(&u->reading);
	unix_lock(u);
	struct sockbuf *b = sock_has(&u->sk, SOCK_F_OOBINLINE) ? NULL : u->urgent;
	if (b && !(m->flags & MSG_PEEK))
		WRITE_ONCE(u->urgent, NULL);
	unix_unlock(u);
	if (!b)
		return -EINVAL;
	size_t got = sockbuf_copy(b, 0, m->u, 1);
	if (!(m->flags & MSG_PEEK))
		WRITE_ONCE(b->off, 1);
	m->out_flags |= MSG_OOB;
	return got ? 1 : -EFAULT;
}

static ssize_t recv_once(struct unix_sock *u, struct sock_msg *m)
{
	struct list emptied = LIST_INIT(emptied);
	for (;;) {
		struct taking t = { .skip = m->flags & MSG_PEEK ? (size_t)max(READ_ONCE(u->sk.peek_off), 0) : 0 };
		take_bytes(u, m, &t);
		unix_lock(u);
		if (likely(!(m->flags & MSG_PEEK)))
			drop_emptied_locked(u, &t, &emptied);
		if (t.kept && list_is_empty(&u->queue))
			t.kept = NULL;
		int more = t.done || t.next ? 0 : why_nothing_locked(u, &t);
		unix_unlock(u);
		while (unlikely(!list_is_empty(&emptied))) {
			struct sockbuf *b = list_first(&emptied, struct sockbuf, node);
			list_del(&b->node);
			unix_consumed(b);
		}
		if (likely(t.done || more <= 0))
			return t.done ? t.done : more;
	}
}

static ssize_t stream_recv(struct sock *s, struct sock_msg *m)
{
	struct unix_sock *u = unix_of(s);
	if (unlikely(m->flags & MSG_OOB))
		return recv_urgent(u, m);
	if (unlikely(READ_ONCE(s->state) != SOCK_CONNECTED))
		return -EINVAL;
	mutex_lock(&u->reading);
	ssize_t n = unlikely(READ_ONCE(s->rcvlowat) > 1) && wants_more(u, m) ? -EAGAIN : recv_once(u, m);
	move_peek_off(s, m->flags, n);
	mutex_unlock(&u->reading);
	if (unlikely(m->from) && n > 0)
		unix_tell_sender(u->peer, m);
	return n;
}

/* --- asking --- */

static u32 stream_ready(struct sock *s)
{
	struct unix_sock *u = unix_of(s);
	return unix_state_events(u) | (READ_ONCE(u->urgent) ? POLLPRI : 0) | (unix_is_writable(u) ? UNIX_WRITABLE : 0);
}

/* Is the next byte the urgent one, or would it be, had it not been taken? */
bool unix_is_at_mark(struct unix_sock *u)
{
	guard(spin)(&u->lock->spin);
	if (list_is_empty(&u->queue))
		return false;
	const struct sockbuf *b = list_first(&u->queue, struct sockbuf, node);
	if (b == u->urgent)
		return true;
	return !sockbuf_left(b) && (!u->urgent || b->node.next == &u->urgent->node);
}

const struct sock_ops unix_stream_ops = {
	.name = "unix-stream",
	.flags = SOCK_SIGPIPE | SOCK_SEND_ALL | SOCK_WAIT_ALL,
	.bind = unix_bind,
	.listen = unix_listen,
	.connect = unix_stream_connect,
	.accept = unix_accept,
	.getname = unix_getname,
	.send = stream_send,
	.recv = stream_recv,
	.ready = stream_ready,
	.is_full = unix_stream_is_full,
	.shutdown = unix_shutdown,
	.ioctl = unix_ioctl,
	.getsockopt = unix_getsockopt,
	.unread_bytes = stream_unread,
	.unsent_bytes = unix_unsent_bytes,
	.show = unix_show_fdinfo,
	.closing = unix_closing,
	.release = unix_release,
	.free = unix_free,
};
