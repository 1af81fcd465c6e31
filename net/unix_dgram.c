// SPDX-License-Identifier: MIT
/*
 * unix_dgram: messages with boundaries: SOCK_DGRAM, to anybody who has a name, and SOCK_SEQPACKET, over a connection.
 *
 * Promise   A message is delivered whole, in order, or not at all; what a receiver's buffer cannot take of it is
 *           lost, and MSG_TRUNC says so. A socket that is connected takes messages of its peer alone (EPERM). In a
 *           receiver's queue lie max_dgram_qlen + 1 messages of those to whom it is not connected itself, at most. A
 *           sender is told of the end of its peer once (ECONNREFUSED) and is unconnected then. A message whose copy
 *           faults is lost. No SIGPIPE.
 * Locks     the receiver's lock for its queue, the sender's for its peer; never both, unless they are the same one (a
 *           socketpair), which is the short way
 * Lifetime  a message counts its sender, whose name is told when it is received; a connection's does not need to
 * Blocking  send: -EAGAIN while the own SO_SNDBUF is used up, or the peer is full; -EBUSY while another receiver is.
 *           A sender whose peer was full keeps a slot on that one's `room` queue, whose wakes are relayed to the
 *           sender's own queue: so poll(2), epoll(7) and write(2) wait as for anything else.
 *
 *	sender					receiver
 *	full? then room_slot on its `room`	take a message off
 *	full still? then sleep			wake `room`: the relay wakes the sender's queue
 * Linux     unix(7), connect(2), send(2), recv(2), socket(7) SO_PEEK_OFF, proc_sys_net(5)
 */
#include "kernel/core/alloc.h"
#include "kernel/core/pid.h"
#include "kernel/lib/errno.h"
#include "net/unix.h"

enum { SNDBUF_RESERVE = 32 }; /* of SO_SNDBUF, which no message may use */

unsigned unix_max_dgram_qlen = 10;

/* --- room at the receiver --- */

static bool dgram_is_full(struct sock *s)
{
	return READ_ONCE(unix_of(s)->nr_queued) > READ_ONCE(unix_of(s)->backlog) && !READ_ONCE(s->dead);
}

/* The receiver's limit does not count for the one it is connected to. */
static bool is_full_for(const struct unix_sock *u, struct unix_sock *to)
{
	return to != u && READ_ONCE(to->peer) != u && dgram_is_full(&to->sk);
}

static void relay_room(struct wake_relay *r, struct wake_list *list)
{
	struct unix_sock *u = container_of(r, struct unix_sock, room_relay);
	wake_relay_take(r);
	spin_lock(&u->sk.wq.lock);
	wake_locked(&u->sk.wq, UNIX_WRITABLE, list);
	spin_unlock(&u->sk.wq.lock);
}

static bool note_room(struct wait_slot *slot, u32 events, struct wake_list *list)
{
	wake_list_add(list, &container_of(slot, struct unix_sock, room_slot)->room_relay);
	return true;
}

static struct unix_sock *disarm_locked(struct unix_sock *u)
{
	if (u->armed_on)
		wait_remove(&u->room_slot);
	return take(u->armed_on);
}

void unix_disarm(struct unix_sock *u)
{
	unix_lock(u);
	struct unix_sock *was = disarm_locked(u);
	unix_unlock(u);
	unix_put(was);
}

/* From now on a wake of to's room wakes u, too. No lock is held. */
static void arm(struct unix_sock *u, struct unix_sock *to)
{
	UNIX_REF *was = NULL;
	guard(spin)(&u->lock->spin);
	if (u->armed_on == to || u->peer != to)
		return;
	was = disarm_locked(u);
	u->armed_on = unix_get(to);
	u->room_relay.run = relay_room;
	wait_add_callback(&u->room_slot, &to->sk.room, UNIX_WRITABLE, WAIT_SHARED, note_room);
}

static struct unix_sock *peer_get(struct unix_sock *u)
{
	guard(spin)(&u->lock->spin);
	return u->peer ? unix_get(u->peer) : NULL;
}

/* Is the peer full, so that a wake of its room will be one of ours? */
static bool peer_stays_full(struct unix_sock *u, struct unix_sock *peer)
{
	if (!is_full_for(u, peer))
		return false;
	arm(u, peer);
	return is_full_for(u, peer);
}

/* --- sending --- */

/* Queues b at `to`, whose lock is held: 0, -EBUSY: it is full, or -errno; -ECONNREFUSED: it has ended. */
static int deliver_locked(struct unix_sock *u, struct unix_sock *to, struct sockbuf *b, struct sock_msg *m)
{
	bool is_dgram = u->sk.type == SOCK_DGRAM;
	assert_unix_held(to);
	if (unlikely(is_dgram && to->peer && to->peer != u))
		return -EPERM;
	if (unlikely(to->sk.dead))
		return is_dgram ? -ECONNREFUSED : -EPIPE;
	if (unlikely(to->sk.shutdown & SHUT_IN))
		return -EPIPE;
	if (unlikely(m->scm.rights && !sock_has(&to->sk, SOCK_F_PASSRIGHTS)))
		return -EPERM;
	if (unlikely(is_full_for(u, to)))
		return -EBUSY;
	unix_add_creds(u, to, &m->scm);
	if (unlikely(m->scm.has_creds))
		unix_copy_creds(&b->scm, &m->scm);
	b->scm.rights = take(m->scm.rights);
	if (unlikely(sock_has(&to->sk, SOCK_F_STAMPS)))
		b->stamp_ns = realtime_now_ns();
	b->owner = is_dgram ? unix_get(u) : u;
	b->owner_counted = is_dgram;
	unix_enqueue(to, b);
	return 0;
}

static int deliver(struct unix_sock *u, struct unix_sock *to, struct sockbuf *b, struct sock_msg *m)
{
	bool boards = scm_board(m->scm.rights);
	unix_lock(to);
	int err = deliver_locked(u, to, b, m);
	unix_unlock(to);
	scm_boarded(boards);
	if (err == 0)
		wake_sync(&to->sk.wq, UNIX_READABLE | ASYNC_IN);
	return err;
}

/* After a change of u's peer from `old`, which may be NULL: messages on the way are lost. */
static void disconnected(struct unix_sock *u, struct unix_sock *old)
{
	unix_disarm(u);
	wake_all(&u->sk.wq, UNIX_WRITABLE);
	if (!old || list_is_empty(&u->queue))
		return;
	mutex_lock(&u->reading); /* another thread may be looking at a message */
	unix_purge(u);
	mutex_unlock(&u->reading);
	wake_all(&u->sk.room, UNIX_WRITABLE);
	if (READ_ONCE(old->peer) == u && !READ_ONCE(old->sk.dead)) {
		WRITE_ONCE(old->sk.error, ECONNRESET);
		wake_all(&old->sk.wq, UNIX_ALL_EVENTS);
	}
}

/* The peer has ended. */
static void forget_peer(struct unix_sock *u, struct unix_sock *peer)
{
	unix_lock(u);
	bool is_mine = u->peer == peer;
	if (is_mine) {
		WRITE_ONCE(u->peer, NULL);
		WRITE_ONCE(u->sk.state, SOCK_IDLE);
	}
	unix_unlock(u);
	if (!is_mine)
		return;
	disconnected(u, peer);
	unix_put(peer);
}

static int deliver_to_other(struct unix_sock *u, struct unix_sock *peer, struct sockbuf *b, struct sock_msg *m)
{
	int err;
	do
		err = deliver(u, peer, b, m);
	while (err == -EBUSY && !peer_stays_full(u, peer));
	if (err == -ECONNREFUSED)
		forget_peer(u, peer);
	return err == -EBUSY ? -EAGAIN : err;
}

static int deliver_to_peer(struct unix_sock *u, struct sockbuf *b, struct sock_msg *m)
{
	bool boards = scm_board(m->scm.rights);
	unix_lock(u);
	UNIX_REF *peer = u->peer ? unix_get(u->peer) : NULL;
	bool is_pair = peer && peer->lock == u->lock;
	int err = likely(is_pair) ? deliver_locked(u, peer, b, m) : -ENOTCONN;
	unix_unlock(u);
	scm_boarded(boards);
	if (likely(err == 0))
		wake_sync(&peer->sk.wq, UNIX_READABLE | ASYNC_IN);
	if (!peer || (is_pair && err != -EBUSY && err != -ECONNREFUSED))
		return err;
	return deliver_to_other(u, peer, b, m);
}

static int deliver_by_name(struct unix_sock *u, struct sockbuf *b, struct sock_msg *m)
{
	UNIX_REF *to = NULL;
	int err = unix_find(m->to, u->sk.type, &to);
	if (err == 0)
		err = deliver(u, to, b, m);
	if (err == -ECONNREFUSED && to)
		forget_peer(u, to);
	if (err == -EBUSY)
		m->full = &take(to)->sk;
	return err;
}

/* Why a message of n bytes cannot be made, or 0. */
static inline int may_send(struct unix_sock *u, const struct sock_msg *m)
{
	int err = sock_take_error(&u->sk);
	if (unlikely(err))
		return err;
	if (unlikely(READ_ONCE(u->sk.shutdown) & SHUT_OUT))
		return -EPIPE;
	if (unlikely(unix_is_over_sndbuf(u)))
		return -EAGAIN;
	return likely(!m->scm.rights) ? 0 : scm_may_fly();
}

static ssize_t send_message(struct unix_sock *u, struct sock_msg *m)
{
	size_t n = m->u->left;
	if (unlikely(n > READ_ONCE(u->sk.sndbuf) - SNDBUF_RESERVE))
		return -EMSGSIZE;
	int err = may_send(u, m);
	if (unlikely(err))
		return err;
	struct sockbuf *b = sockbuf_new(n);
	if (unlikely(!b))
		return -ENOBUFS;
	b->charge = sockbuf_dgram_charge(n);
	err = sockbuf_fill(b, m->u);
	if (likely(err == 0))
		err = m->to ? deliver_by_name(u, b, m) : deliver_to_peer(u, b, m);
	if (unlikely(err)) {
		sockbuf_free(b);
		return err;
	}
	return (ssize_t)n;
}

static ssize_t dgram_send(struct sock *s, struct sock_msg *m)
{
	struct unix_sock *u = unix_of(s);
	if (unlikely(m->flags & MSG_OOB))
		return -EOPNOTSUPP;
	int err = m->to ? unix_check_name(m->to) : 0;
	if (err == 0 && unlikely(sock_has(s, SOCK_F_IDENTITY)))
		err = unix_autobind(u);
	return unlikely(err) ? err : send_message(u, m);
}

static ssize_t seqpacket_send(struct sock *s, struct sock_msg *m)
{
	int err = sock_take_error(s);
	if (unlikely(err))
		return err;
	if (unlikely(READ_ONCE(s->state) != SOCK_CONNECTED))
		return -ENOTCONN;
	m->to = NULL;
	return dgram_send(s, m);
}

/* --- receiving --- */

/* The message to take, or to peek at from *off on. The reading lock is held: others may only add. */
static struct sockbuf *pick(struct unix_sock *u, u32 flags, size_t *off)
{
	struct sockbuf *b = list_first_or_null(&u->queue, struct sockbuf, node);
	*off = 0;
	if (likely(!(flags & MSG_PEEK)) || READ_ONCE(u->sk.peek_off) < 0 || !b)
		return b;
	*off = (size_t)READ_ONCE(u->sk.peek_off);
	for (; &b->node != &u->queue; b = list_next(b, node)) {
		if (*off < b->len || (!*off && !b->was_peeked)) {
			b->was_peeked |= !b->len;
			return b;
		}
		*off -= b->len;
	}
	return NULL;
}

static int why_nothing(struct unix_sock *u, u32 flags)
{
	int err = sock_take_error(&u->sk);
	if (err)
		return err;
	if (!(READ_ONCE(u->sk.shutdown) & SHUT_IN))
		return -EAGAIN;
	return u->sk.type == SOCK_DGRAM && flags & MSG_DONTWAIT ? -EAGAIN : 0; /* so says Linux */
}

/* Gives what was picked to the program. */
static ssize_t hand_over(struct unix_sock *u, struct sockbuf *b, size_t off, struct sock_msg *m)
{
	size_t len = b->len - off, n = min(len, m->u->left);
	if (unlikely(m->from))
		unix_tell_sender(b->owner, m);
	if (unlikely(n < len))
		m->out_flags |= MSG_TRUNC;
	if (unlikely(sockbuf_copy(b, off, m->u, n) < n))
		return -EFAULT;
	if (unlikely(b->scm.has_creds))
		unix_copy_creds(&m->scm, &b->scm);
	if (unlikely(b->scm.rights))
		unix_take_rights(u, b, m);
	if (unlikely(sock_has(&u->sk, SOCK_F_STAMPS)))
		m->stamp_ns = b->stamp_ns ? b->stamp_ns : realtime_now_ns();
	s32 peek_off = READ_ONCE(u->sk.peek_off);
	if (unlikely(peek_off >= 0))
		WRITE_ONCE(u->sk.peek_off, m->flags & MSG_PEEK ? peek_off + (s32)n : max(peek_off - (s32)b->len, 0));
	return (ssize_t)(m->flags & MSG_TRUNC ? len : n);
}

static ssize_t recv_message(struct unix_sock *u, struct sock_msg *m)
{
	size_t off;
	int err = sock_take_error(&u->sk);
	struct sockbuf *b = unlikely(err) ? NULL : pick(u, m->flags, &off);
	if (!b)
		return err ? err : why_nothing(u, m->flags);
	if (unlikely(m->flags & MSG_PEEK))
		return hand_over(u, b, off, m);
	unix_lock(u);
	unix_dequeue(u, b);
	unix_unlock(u);
	wake_sync(&u->sk.room, UNIX_WRITABLE);
	ssize_t n = hand_over(u, b, 0, m);
	unix_consumed(b);
	return n;
}

static ssize_t dgram_recv(struct sock *s, struct sock_msg *m)
{
	struct unix_sock *u = unix_of(s);
	if (unlikely(m->flags & MSG_OOB))
		return -EOPNOTSUPP;
	guard(mutex)(&u->reading);
	return recv_message(u, m);
}

static ssize_t seqpacket_recv(struct sock *s, struct sock_msg *m)
{
	if (unlikely(READ_ONCE(s->state) != SOCK_CONNECTED))
		return -ENOTCONN;
	return dgram_recv(s, m);
}

/* --- connecting --- */

static int dgram_connect(struct sock *s, const struct sock_name *name, struct sock **full)
{
	struct unix_sock *u = unix_of(s);
	UNIX_REF *other = NULL;
	int err = 0;
	if (name->len < (int)sizeof(name->family))
		return -EINVAL;
	if (name->family != AF_UNSPEC) {
		err = unix_check_name(name);
		if (err == 0 && sock_has(s, SOCK_F_IDENTITY))
			err = unix_autobind(u);
		if (err == 0)
			err = unix_find(name, s->type, &other);
		if (err == 0 && READ_ONCE(other->peer) && READ_ONCE(other->peer) != u)
			err = -EPERM;
	}
	if (err)
		return err;
	unix_lock(u);
	UNIX_REF *old = u->peer;
	bool is_same = old == other;
	WRITE_ONCE(s->state, other ? SOCK_CONNECTED : SOCK_IDLE);
	WRITE_ONCE(u->peer, take(other));
	unix_unlock(u);
	if (!is_same)
		disconnected(u, old);
	return 0;
}

/* --- asking --- */

static long dgram_unread(struct sock *s)
{
	struct unix_sock *u = unix_of(s);
	long n = 0;
	struct sockbuf *b;
	if (READ_ONCE(s->state) == SOCK_LISTENING)
		return -EINVAL;
	unix_lock(u);
	list_for_each(b, &u->queue, node) {
		n += b->len;
		if (s->type == SOCK_DGRAM)
			break; /* what the next recv answers */
	}
	unix_unlock(u);
	return n;
}

static u32 dgram_ready(struct sock *s)
{
	struct unix_sock *u = unix_of(s);
	u32 events = unix_state_events(u);
	if (!unix_is_writable(u))
		return events;
	if (READ_ONCE(u->peer) && s->type == SOCK_DGRAM) {
		UNIX_REF *peer = peer_get(u);
		if (peer && peer_stays_full(u, peer))
			return events;
	}
	return events | UNIX_WRITABLE;
}

#define MESSAGE_OPS                                                                                \
	.bind = unix_bind, .getname = unix_getname, .ready = dgram_ready, .shutdown = unix_shutdown, \
	.ioctl = unix_ioctl, .getsockopt = unix_getsockopt, .unread_bytes = dgram_unread, \
	.unsent_bytes = unix_unsent_bytes, .show = unix_show_fdinfo, .closing = unix_closing, \
	.release = unix_release, .free = unix_free

const struct sock_ops unix_dgram_ops = {
	.name = "unix-dgram",
	.connect = dgram_connect,
	.send = dgram_send,
	.recv = dgram_recv,
	.is_full = dgram_is_full,
	MESSAGE_OPS,
};

const struct sock_ops unix_seqpacket_ops = {
	.name = "unix-seqpacket",
	.listen = unix_listen,
	.connect = unix_stream_connect,
	.accept = unix_accept,
	.send = seqpacket_send,
	.recv = seqpacket_recv,
	.is_full = unix_stream_is_full,
	MESSAGE_OPS,
};
