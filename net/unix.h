// SPDX-License-Identifier: MIT
/*
 * unix: what the files of AF_UNIX share: the socket, its name, its lock.
 *
 *	unix.c		life, connecting, listening, options		unix_name.c	bind, look-up, autobind
 *	unix_stream.c	bytes, urgent ones too				unix_dgram.c	messages
 *	unix_gc.c	sockets in flight				unix_opt.c	questions about the other end
 *	unix_show.c	/proc/net/unix
 *
 * Promise   see each
 * Locks     lock->spin (RANK_SOCK): queues, peers, states. The two ends of a connection, and of a pair, have the same
 *           one for life: a connection's server side is made by connect(2) and takes the client's. So nobody ever
 *           needs two. accept_lock (RANK_OBJECT): a listener's queue of connections, and whether it listens. reading
 *           (RANK_SOCK_READ): one reader at a time, so that bytes are copied to user memory without the lock: a
 *           reader whose memory does not answer holds up other readers of that socket, and nobody else.
 * Lifetime  counted by its file, its peer, and datagrams that nobody has read; a stream's peer stays until the own
 *           file ends, dead or not, so that its name can be told
 */
#pragma once
#include "fs/async.h"
#include "fs/path.h"
#include "net/sockbuf.h"
#include "net/socket.h"

struct inode;

/* A name as the program sees it: immutable, counted, shared by a listener and its connections. */
struct unix_name {
	struct ref ref;
	u32 len;	/* with the family */
	union {
		sa_family_t family;
		char bytes[SOCK_NAME_MAX];
	};
};

struct sock_lock {
	struct ref ref;
	struct spinlock spin;
};

struct unix_sock {
	struct sock sk;
	struct sock_lock *lock;	/* [const] counted */
	struct unix_sock *peer;	/* [lock; compared without] counted */
	struct mutex reading;
	struct list queue;	/* [lock; the reader looks at what is there without] struct sockbuf */
	u32 nr_queued;		/* [lock; readers] */
	struct sockbuf *urgent;	/* [lock; readers] in `queue`: the byte of MSG_OOB */
	s64 unsent;		/* [atomic] charges of what we sent and nobody has read */
	u32 nr_fds;		/* [lock] descriptors in `queue` */
	struct pid *peer_pid;	/* [lock] counted: SO_PEERCRED; NULL: not known */
	const struct cred *peer_cred; /* [lock] counted */
	/* name: unix_name.c */
	struct unix_name *name;	/* [lock; readers] counted; set once; NULL: unbound */
	struct path path;	/* [lock] counted: keeps the bound inode */
	struct list hash_node;	/* [names lock] abstract names */
	/* listening: unix.c */
	struct spinlock accept_lock;
	struct list waiting;	/* [accept_lock] connections that nobody has accepted */
	u32 nr_waiting, backlog; /* [accept_lock; readers] */
	struct list waiting_node; /* [listener's accept_lock] */
	struct unix_sock *listener; /* [gc lock] in whose queue it waits; NULL: in none */
	/* room at a receiver: unix_dgram.c */
	struct unix_sock *armed_on; /* [lock] counted: on whose `room` the slot is */
	struct wait_slot room_slot;
	struct wake_relay room_relay;
	/* in flight: unix_gc.c */
	struct list held;	/* [gc lock] struct scm_rights with sockets in our queue */
	struct list holder_node; /* [gc lock] in the list of those with `held` */
	struct list flight_node; /* [gc lock] in the list of those in flight */
	struct list work_node;	/* [gc lock] */
	u32 in_flight;		/* [gc lock; readers] how often the file is in a queue */
	u64 reached;		/* [gc lock] the number of the collection that found it reachable */
	struct list all_node;	/* [unix_all_lock] */
};

static inline struct unix_sock *unix_of(const struct sock *s)
{
	return container_of(s, struct unix_sock, sk);
}
static inline struct unix_sock *unix_get(struct unix_sock *u)
{
	sock_get(&u->sk);
	return u;
}
static inline void unix_put(struct unix_sock *u)
{
	if (u)
		sock_put(&u->sk);
}
static inline void unix_autoput_(struct unix_sock **u)
{
	unix_put(*u);
}
#define UNIX_REF __cleanup(unix_autoput_) struct unix_sock
static inline void unix_lock(struct unix_sock *u)
{
	spin_lock(&u->lock->spin);
}
static inline void unix_unlock(struct unix_sock *u)
{
	spin_unlock(&u->lock->spin);
}
#define assert_unix_held(u) assert_spin_held(&(u)->lock->spin)

extern const struct sock_ops unix_stream_ops, unix_dgram_ops, unix_seqpacket_ops;

/* --- unix.c --- */
extern struct spinlock unix_all_lock; /* RANK_OBJECT */
extern struct list unix_all;	      /* [unix_all_lock] struct unix_sock */
#define UNIX_READABLE (POLLIN | POLLRDNORM)
#define UNIX_WRITABLE (POLLOUT | POLLWRNORM | POLLWRBAND)
#define UNIX_ALL_EVENTS (UNIX_READABLE | UNIX_WRITABLE | POLLERR | POLLHUP | POLLRDHUP | POLLPRI)
int unix_listen(struct sock *s, int backlog);
int unix_stream_connect(struct sock *s, const struct sock_name *name, struct sock **full);
int unix_accept(struct sock *s, struct file *to);
int unix_getname(struct sock *s, bool of_peer, struct sock_name *out);
bool unix_stream_is_full(struct sock *s);
void unix_shutdown(struct sock *s, enum sock_shut how);
int unix_getsockopt(struct sock *s, int name, void __user *value, int __user *ulen, int len);
u64 unix_unsent_bytes(struct sock *s);
void unix_show_fdinfo(struct sock *s, struct strbuf *sb);
void unix_closing(struct sock *s);
void unix_release(struct sock *s);
void unix_free(struct sock *s);
u32 unix_state_events(const struct unix_sock *u); /* readiness that is the same for all types, but for writing */
static inline bool unix_is_writable(const struct unix_sock *u) /* a quarter of the buffer is in use, at most */
{
	return READ_ONCE(u->sk.state) != SOCK_LISTENING &&
	       __atomic_load_n(&u->unsent, __ATOMIC_RELAXED) * 4 <= (s64)READ_ONCE(u->sk.sndbuf);
}
static inline bool unix_is_over_sndbuf(const struct unix_sock *u)
{
	return __atomic_load_n(&u->unsent, __ATOMIC_RELAXED) >= (s64)READ_ONCE(u->sk.sndbuf);
}
/* Into the queue of `to`, whose lock is held; charged to b->owner. */
static inline void unix_enqueue(struct unix_sock *to, struct sockbuf *b)
{
	assert_unix_held(to);
	if (unlikely(b->scm.rights)) {
		to->nr_fds += b->scm.rights->nr;
		scm_depart(b->scm.rights, to, b);
	}
	__atomic_fetch_add(&b->owner->unsent, b->charge, __ATOMIC_RELAXED);
	list_add_tail(&to->queue, &b->node);
	WRITE_ONCE(to->nr_queued, to->nr_queued + 1);
}
/* Out of the queue, whose lock is held; the charge stays until unix_consumed(). */
static inline void unix_dequeue(struct unix_sock *u, struct sockbuf *b)
{
	assert_unix_held(u);
	list_del(&b->node);
	WRITE_ONCE(u->nr_queued, u->nr_queued - 1);
}
void unix_consumed(struct sockbuf *b); /* no lock held: gives the charge back, tells the sender, frees */
/* throws away what is queued; the reading lock is held, or there are no readers */
void unix_purge(struct unix_sock *u);
/* The identity that travels with a message, if either side wants it, or may want it when it has been accepted. */
static inline void unix_add_creds(const struct unix_sock *from, const struct unix_sock *to, struct scm *scm)
{
	if (unlikely((READ_ONCE(from->sk.flags) | READ_ONCE(to->sk.flags)) & SOCK_F_IDENTITY || !to->sk.file))
		scm_current(scm);
}
void unix_tell_sender(const struct unix_sock *from, struct sock_msg *m); /* its name, if it has one */
void unix_copy_creds(struct scm *to, const struct scm *from);
/* The rights that b has go to the receiver's message; peeking copies them. The reading lock is held. */
void unix_take_rights(struct unix_sock *u, struct sockbuf *b, struct sock_msg *m);
bool unix_is_at_mark(struct unix_sock *u); /* SIOCATMARK */
long unix_ioctl(struct sock *s, u32 cmd, unsigned long arg);

/* --- unix_name.c --- */
int unix_bind(struct sock *s, const struct sock_name *name);
int unix_autobind(struct unix_sock *u);	/* if it has no name */
int unix_check_name(const struct sock_name *name); /* 0 or -EINVAL */
/* Who is bound to that name and is of that type, counted. Permission is checked: 0 or -errno. */
int unix_find(const struct sock_name *name, int type, struct unix_sock **out);
void unix_unbind(struct unix_sock *u);	/* its end: nobody finds it any more */
struct unix_name *unix_name_get(struct unix_name *n); /* accepts NULL */
void unix_name_put(struct unix_name *n);	      /* accepts NULL */
void unix_name_tell(const struct unix_name *n, struct sock_name *out); /* NULL: unnamed */

/* --- unix_dgram.c --- */
extern unsigned unix_max_dgram_qlen; /* [atomic] /proc/sys/net/unix */
void unix_disarm(struct unix_sock *u); /* its room slot, at its end or when its peer changes; no lock held */

/* --- unix_show.c --- */
void unix_show(struct strbuf *sb);
