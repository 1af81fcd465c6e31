// SPDX-License-Identifier: MIT
/*
 * unix: AF_UNIX sockets: their life, listening and connecting; the map of the files is in unix.h.
 *
 * Promise   A connection is there when connect(2) returns, accepted or not: the server's side is made by the client,
 *           with his lock, and waits in the listener's queue, backlog + 1 of them at most. A listener that ends
 *           resets those that wait. Who ends with unread bytes resets the other side (ECONNRESET once), else it reads
 *           the end; from then on writes are EPIPE. SO_PEERCRED tells who called listen(2), connect(2) or
 *           socketpair(2).
 * Locks     the socket's own lock, then the listener's accept_lock. No two sockets' locks.
 * Lifetime  see unix.h. The peer's reference is dropped by unix_release(); the memory goes after a grace period,
 *           because a wake at a receiver may be on its way to a sender that ends.
 * Blocking  connect: -EBUSY while the listener's queue is full; accept: -EAGAIN while it is empty
 * Linux     unix(7), connect(2), listen(2), accept(2), shutdown(2), socketpair(2)
 */
#include "net/unix.h"
#include "fs/async.h"
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/core/pid.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "net/unix_gc.h"

struct spinlock unix_all_lock = SPINLOCK_INIT(RANK_OBJECT);
struct list unix_all = LIST_INIT(unix_all);

/* --- birth and end --- */

static struct sock_lock *lock_new(void)
{
	struct sock_lock *l = kmalloc(sizeof(*l));
	if (!l)
		return NULL;
	ref_init(&l->ref);
	spin_init(&l->spin, RANK_SOCK);
	return l;
}

static void lock_put(struct sock_lock *l)
{
	if (ref_put(&l->ref))
		kfree(l);
}

/* With a lock of its own, or another socket's. NULL: no memory. */
static struct unix_sock *unix_new(const struct sock_ops *ops, int type, struct sock_lock *shared)
{
	struct unix_sock *u = kzalloc(sizeof(*u));
	struct sock_lock *l = !u ? NULL : shared ? shared : lock_new();
	if (!l) {
		kfree(u);
		return NULL;
	}
	if (shared)
		ref_get(&shared->ref);
	sock_init(&u->sk, ops, AF_UNIX, type);
	u->lock = l;
	mutex_init(&u->reading, RANK_SOCK_READ);
	spin_init(&u->accept_lock, RANK_OBJECT);
	u->backlog = READ_ONCE(unix_max_dgram_qlen);
	list_init(&u->queue);
	list_init(&u->hash_node);
	list_init(&u->waiting);
	list_init(&u->waiting_node);
	list_init(&u->held);
	list_init(&u->holder_node);
	list_init(&u->flight_node);
	list_init(&u->work_node);
	spin_lock(&unix_all_lock);
	list_add(&unix_all, &u->all_node);
	spin_unlock(&unix_all_lock);
	return u;
}

int unix_create(int type, int protocol, struct sock **out)
{
	static const struct sock_ops *const by_type[SOCK_TYPES] = {
		[SOCK_STREAM] = &unix_stream_ops, [SOCK_DGRAM] = &unix_dgram_ops,
		[SOCK_SEQPACKET] = &unix_seqpacket_ops,
	};
	if (protocol && protocol != PF_UNIX)
		return -EPROTONOSUPPORT;
	if (type == SOCK_RAW)
		type = SOCK_DGRAM; /* the same, on Linux */
	if (!by_type[type])
		return -ESOCKTNOSUPPORT;
	struct unix_sock *u = unix_new(by_type[type], type, NULL);
	if (!u)
		return -ENOMEM;
	*out = &u->sk;
	return 0;
}

static void free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct unix_sock, sk.rcu));
}

void unix_free(struct sock *s)
{
	struct unix_sock *u = unix_of(s);
	spin_lock(&unix_all_lock);
	list_del(&u->all_node);
	spin_unlock(&unix_all_lock);
	unix_name_put(u->name);
	pid_put(u->peer_pid);
	if (u->peer_cred)
		cred_put(u->peer_cred);
	lock_put(u->lock);
	rcu_defer(&s->rcu, free_rcu);
}

/* Who is on the other side, for SO_PEERCRED. */
static void set_peer_cred_locked(struct unix_sock *u, struct pid *pid, const struct cred *cred)
{
	if (pid)
		pid_get(pid);
	pid_put(u->peer_pid);
	u->peer_pid = pid;
	if (cred)
		cred_get(cred);
	if (u->peer_cred)
		cred_put(u->peer_cred);
	u->peer_cred = cred;
}

static void set_current_cred_locked(struct unix_sock *u)
{
	set_peer_cred_locked(u, current_process_pid(), current_cred());
}

/* Both ends of a new connection point to each other. */
static void join_locked(struct unix_sock *a, struct unix_sock *b)
{
	a->peer = unix_get(b);
	b->peer = unix_get(a);
	WRITE_ONCE(a->sk.state, SOCK_CONNECTED);
	WRITE_ONCE(b->sk.state, SOCK_CONNECTED);
}

int unix_connect_pair(struct sock *sa, struct sock *sb)
{
	struct unix_sock *a = unix_of(sa), *b = unix_of(sb);
	lock_put(b->lock); /* fresh: nobody else knows it yet */
	b->lock = a->lock;
	ref_get(&a->lock->ref);
	unix_lock(a);
	set_current_cred_locked(a);
	set_current_cred_locked(b);
	join_locked(a, b);
	unix_unlock(a);
	return 0;
}

/* The connections that nobody has accepted lose their listener, and end. */
static void end_waiting(struct unix_sock *u)
{
	for (;;) {
		spin_lock(&u->accept_lock);
		struct unix_sock *waiting = list_first_or_null(&u->waiting, struct unix_sock, waiting_node);
		spin_unlock(&u->accept_lock);
		if (!waiting)
			return;
		unix_gc_leave(waiting);
		spin_lock(&u->accept_lock);
		list_del(&waiting->waiting_node);
		u->nr_waiting--;
		spin_unlock(&u->accept_lock);
		waiting->sk.ops->release(&waiting->sk);
	}
}

/* A stream's other end learns of it: what it wrote and we have not read is lost, which it is told. */
static void hang_up_locked(struct unix_sock *u, bool was_accepted)
{
	struct unix_sock *peer = u->peer;
	assert_unix_held(u);
	struct sockbuf *b = list_first_or_null(&u->queue, struct sockbuf, node);
	if (b && u->sk.type == SOCK_STREAM && !sockbuf_left(b)) /* the mark of an urgent byte that was taken */
		b = b->node.next == &u->queue ? NULL : list_next(b, node);
	WRITE_ONCE(peer->sk.shutdown, SHUT_BOTH);
	if (b || !was_accepted)
		WRITE_ONCE(peer->sk.error, ECONNRESET);
}

void unix_release(struct sock *s)
{
	struct unix_sock *u = unix_of(s);
	bool is_stream = s->type != SOCK_DGRAM;
	unix_lock(u);
	bool was_accepted = s->file;
	struct unix_sock *peer = u->peer;
	WRITE_ONCE(s->dead, true);
	s->file = NULL;
	spin_lock(&u->accept_lock);
	bool was_listening = s->state == SOCK_LISTENING;
	WRITE_ONCE(s->state, SOCK_IDLE);
	WRITE_ONCE(s->shutdown, SHUT_BOTH);
	spin_unlock(&u->accept_lock);
	if (peer && is_stream)
		hang_up_locked(u, was_accepted);
	WRITE_ONCE(u->peer, NULL);
	unix_unlock(u);
	if (peer && is_stream)
		wake_all(&peer->sk.wq, UNIX_ALL_EVENTS | ASYNC_IN);
	wake_all(&s->room, UNIX_ALL_EVENTS);
	if (was_listening)
		end_waiting(u);
	unix_disarm(u);
	unix_unbind(u);
	unix_purge(u);
	unix_put(peer);
	sock_put(s);
	unix_gc_ended();
}

/* --- queues --- */

void unix_consumed(struct sockbuf *b)
{
	struct unix_sock *from = b->owner;
	bool counted = b->owner_counted;
	__atomic_fetch_sub(&from->unsent, b->charge, __ATOMIC_RELAXED);
	if (unix_is_writable(from))
		wake_sync(&from->sk.wq, UNIX_WRITABLE | ASYNC_OUT);
	sockbuf_free(b);
	if (counted)
		unix_put(from);
}

void unix_purge(struct unix_sock *u)
{
	for (;;) {
		unix_lock(u);
		struct sockbuf *b = list_first_or_null(&u->queue, struct sockbuf, node);
		if (b)
			unix_dequeue(u, b);
		u->urgent = NULL;
		if (b && b->scm.rights)
			u->nr_fds -= b->scm.rights->nr;
		unix_unlock(u);
		if (!b)
			return;
		unix_consumed(b);
	}
}

void unix_tell_sender(const struct unix_sock *from, struct sock_msg *m)
{
	const struct unix_name *n = __atomic_load_n(&from->name, __ATOMIC_ACQUIRE);
	if (n)
		unix_name_tell(n, m->from);
}

void unix_copy_creds(struct scm *to, const struct scm *from)
{
	if (!from->has_creds)
		return;
	to->pid = from->pid ? pid_get(from->pid) : NULL;
	to->uid = from->uid;
	to->gid = from->gid;
	to->has_creds = true;
}

void unix_take_rights(struct unix_sock *u, struct sockbuf *b, struct sock_msg *m)
{
	if (m->flags & MSG_PEEK) {
		m->scm.rights = scm_rights_copy(b->scm.rights);
		if (!m->scm.rights)
			m->out_flags |= MSG_CTRUNC;
		return;
	}
	m->scm.rights = take(b->scm.rights);
	scm_arrive(m->scm.rights);
	unix_lock(u);
	u->nr_fds -= m->scm.rights->nr;
	unix_unlock(u);
}

/* --- listening --- */

int unix_listen(struct sock *s, int backlog)
{
	struct unix_sock *u = unix_of(s);
	if (!READ_ONCE(u->name))
		return -EINVAL;
	unix_lock(u);
	bool may = s->state != SOCK_CONNECTED;
	if (may) {
		spin_lock(&u->accept_lock); /* also for whoever connects, and copies the identity */
		set_current_cred_locked(u);
		WRITE_ONCE(u->backlog, (u32)backlog);
		WRITE_ONCE(s->state, SOCK_LISTENING);
		spin_unlock(&u->accept_lock);
	}
	unix_unlock(u);
	if (!may)
		return -EINVAL;
	wake_all(&s->room, POLLOUT);
	return 0;
}

bool unix_stream_is_full(struct sock *s)
{
	const struct unix_sock *u = unix_of(s);
	return READ_ONCE(u->nr_waiting) > READ_ONCE(u->backlog) && READ_ONCE(s->state) == SOCK_LISTENING &&
	       !(READ_ONCE(s->shutdown) & SHUT_IN);
}

/* u is connected to `far`, which joins the listener's queue: 0, -ECONNREFUSED, -EBUSY. */
static int join_queue(struct unix_sock *listener, struct unix_sock *u, struct unix_sock *far)
{
	guard(spin)(&listener->accept_lock);
	if (listener->sk.state != SOCK_LISTENING || listener->sk.shutdown & SHUT_IN)
		return -ECONNREFUSED;
	if (listener->nr_waiting > listener->backlog)
		return -EBUSY;
	set_peer_cred_locked(u, listener->peer_pid, listener->peer_cred);
	join_locked(u, far);
	far->listener = listener;
	list_add_tail(&listener->waiting, &far->waiting_node);
	WRITE_ONCE(listener->nr_waiting, listener->nr_waiting + 1);
	return 0;
}

/* The lock is held. `far` has been made for this, and is the listener's on success. */
static int connect_locked(struct unix_sock *u, struct unix_sock *listener, struct unix_sock *far)
{
	if (u->sk.state == SOCK_CONNECTED)
		return -EISCONN;
	if (u->sk.state != SOCK_IDLE)
		return -EINVAL;
	far->name = unix_name_get(listener->name);
	far->sk.flags = (far->sk.flags & ~(u32)SOCK_F_INHERITED) | (READ_ONCE(listener->sk.flags) & SOCK_F_INHERITED);
	set_current_cred_locked(far);
	return join_queue(listener, u, far);
}

static int connect_to(struct unix_sock *u, struct unix_sock *listener)
{
	struct unix_sock *far = unix_new(u->sk.ops, u->sk.type, u->lock);
	if (!far)
		return -ENOMEM;
	unix_lock(u);
	int err = connect_locked(u, listener, far);
	unix_unlock(u);
	if (err == 0)
		wake(&listener->sk.wq, UNIX_READABLE | ASYNC_IN);
	else
		far->sk.ops->release(&far->sk);
	return err;
}

int unix_stream_connect(struct sock *s, const struct sock_name *name, struct sock **full)
{
	struct unix_sock *u = unix_of(s);
	UNIX_REF *listener = NULL;
	int err = unix_check_name(name);
	if (err == 0 && sock_has(s, SOCK_F_IDENTITY))
		err = unix_autobind(u);
	if (err == 0)
		err = unix_find(name, s->type, &listener);
	if (err)
		return err;
	err = connect_to(u, listener);
	if (err == -EBUSY)
		*full = &take(listener)->sk;
	return err;
}

static struct unix_sock *first_waiting(struct unix_sock *u)
{
	guard(spin)(&u->accept_lock);
	struct unix_sock *far = list_first_or_null(&u->waiting, struct unix_sock, waiting_node);
	if (far) {
		list_del(&far->waiting_node);
		WRITE_ONCE(u->nr_waiting, u->nr_waiting - 1);
	}
	return far;
}

int unix_accept(struct sock *s, struct file *to)
{
	struct unix_sock *u = unix_of(s);
	if (READ_ONCE(s->state) != SOCK_LISTENING)
		return -EINVAL;
	struct unix_sock *far = unix_gc_accept(u, to, first_waiting);
	if (!far)
		return READ_ONCE(s->shutdown) & SHUT_IN ? -EINVAL : -EAGAIN;
	wake(&s->room, POLLOUT);
	return 0;
}

/* --- asking --- */

int unix_getname(struct sock *s, bool of_peer, struct sock_name *out)
{
	struct unix_sock *u = unix_of(s);
	guard(spin)(&u->lock->spin);
	if (of_peer && !u->peer)
		return -ENOTCONN;
	unix_name_tell(__atomic_load_n(of_peer ? &u->peer->name : &u->name, __ATOMIC_ACQUIRE), out);
	return 0;
}

u64 unix_unsent_bytes(struct sock *s)
{
	return (u64)__atomic_load_n(&unix_of(s)->unsent, __ATOMIC_RELAXED);
}

void unix_show_fdinfo(struct sock *s, struct strbuf *sb)
{
	strbuf_printf(sb, "scm_fds: %u\n", READ_ONCE(unix_of(s)->nr_fds));
}

u32 unix_state_events(const struct unix_sock *u)
{
	u32 shut = READ_ONCE(u->sk.shutdown), events = 0;
	if (unlikely(READ_ONCE(u->sk.error)))
		events |= POLLERR;
	if (unlikely(shut)) {
		if (shut == SHUT_BOTH)
			events |= POLLHUP;
		if (shut & SHUT_IN)
			events |= POLLRDHUP | UNIX_READABLE;
	}
	if (!list_is_empty(&u->queue) || READ_ONCE(u->nr_waiting))
		events |= UNIX_READABLE;
	if (u->sk.type != SOCK_DGRAM && READ_ONCE(u->sk.state) == SOCK_IDLE)
		events |= POLLHUP;
	return events;
}

void unix_shutdown(struct sock *s, enum sock_shut how)
{
	struct unix_sock *u = unix_of(s);
	u32 mirrored = (how & SHUT_IN ? SHUT_OUT : 0) | (how & SHUT_OUT ? SHUT_IN : 0);
	unix_lock(u);
	UNIX_REF *peer = s->type != SOCK_DGRAM && u->peer ? unix_get(u->peer) : NULL;
	spin_lock(&u->accept_lock); /* who connects looks under this one */
	WRITE_ONCE(s->shutdown, (u8)(s->shutdown | how));
	spin_unlock(&u->accept_lock);
	if (peer)
		WRITE_ONCE(peer->sk.shutdown, (u8)(peer->sk.shutdown | mirrored));
	unix_unlock(u);
	wake_all(&s->wq, UNIX_ALL_EVENTS);
	wake_all(&s->room, UNIX_ALL_EVENTS);
	if (peer)
		wake_all(&peer->sk.wq, UNIX_ALL_EVENTS | ASYNC_IN);
}
