// SPDX-License-Identifier: MIT
/*
 * socket: what all kinds of sockets have in common: the file, the options, the calls.
 *
 * Promise   a kind of socket supplies tries that never sleep and a readiness function, as a kind of file does; the
 *           socket_*.c files do descriptors, user memory, blocking, time limits, SIGPIPE and options, once.
 * Contract  for ops: one that answers -EAGAIN has had no effect: it can go on after a wake of s->wq. -EBUSY is the
 *           same, but the wake will be of another socket's `room`, which it has counted in *full. One that moved
 *           bytes answers their number, and has set sock_msg.stop if the call must not ask for more.
 * Locks     fields marked [lock]: the kind's own (RANK_SOCK); options are single words, set and read without
 * Lifetime  counted: by the open file, by the other end, by messages that it sent and that nobody has read. When the
 *           file ends ops->release is called; the memory goes with the last reference, after a grace period.
 */
#pragma once
#include "fs/file.h"
#include "kernel/core/clock.h"
#include "kernel/core/wait.h"
#include "kernel/uapi/socket.h"
#include "net/scm.h"

struct sock;

enum sock_state { SOCK_IDLE, SOCK_LISTENING, SOCK_CONNECTED };
enum sock_shut { SHUT_IN = 1, SHUT_OUT = 2, SHUT_BOTH = 3 };

/* Options that are on or off. */
enum sock_flag {
	SOCK_F_DEBUG = 1 << 0, SOCK_F_REUSEADDR = 1 << 1, SOCK_F_DONTROUTE = 1 << 2, SOCK_F_BROADCAST = 1 << 3,
	SOCK_F_KEEPALIVE = 1 << 4, SOCK_F_OOBINLINE = 1 << 5, SOCK_F_NO_CHECK = 1 << 6, SOCK_F_PASSCRED = 1 << 7,
	SOCK_F_TIMESTAMP = 1 << 8, SOCK_F_PASSSEC = 1 << 9, SOCK_F_TIMESTAMPNS = 1 << 10, SOCK_F_RXQ_OVFL = 1 << 11,
	SOCK_F_WIFI_STATUS = 1 << 12, SOCK_F_NOFCS = 1 << 13, SOCK_F_LOCK_FILTER = 1 << 14,
	SOCK_F_SELECT_ERR_QUEUE = 1 << 15, SOCK_F_PREFER_BUSY_POLL = 1 << 16, SOCK_F_PASSPIDFD = 1 << 17,
	SOCK_F_PASSRIGHTS = 1 << 18, SOCK_F_INQ = 1 << 19, SOCK_F_LINGER = 1 << 20,
};
#define SOCK_F_IDENTITY (SOCK_F_PASSCRED | SOCK_F_PASSPIDFD) /* wants to know who sent */
#define SOCK_F_STAMPS (SOCK_F_TIMESTAMP | SOCK_F_TIMESTAMPNS) /* wants to know when; one of them at most */
#define SOCK_F_INHERITED (SOCK_F_IDENTITY | SOCK_F_PASSSEC | SOCK_F_PASSRIGHTS) /* from a listener to what it accepts */

/* Options that are kept for whoever asks, and do nothing here. */
enum sock_kept { KEPT_PRIORITY, KEPT_MARK, KEPT_LINGER, KEPT_BUSY_POLL, KEPT_INCOMING_CPU, KEPT_WORDS };

enum { SOCK_NAME_MAX = 128 }; /* of any family: struct sockaddr_storage */

struct sock_name {
	int len;
	union {
		sa_family_t family;
		char bytes[SOCK_NAME_MAX];
	};
};

/* One message on its way between a program and a socket. */
struct sock_msg {
	struct uio *u;
	u32 flags;		/* MSG_* asked for; MSG_DONTWAIT: the call will not wait */
	u32 out_flags;		/* MSG_* answered */
	size_t done;		/* bytes that earlier tries of the same call have moved */
	bool creds_fixed;	/* recv: scm is of an earlier piece: no other sender's joins it */
	bool stop;		/* a boundary: the call ends here, whatever MSG_WAITALL says */
	const struct sock_name *to; /* send: NULL: to the peer */
	struct sock_name *from;	/* recv: filled if not NULL */
	struct sock *full;	/* with -EBUSY: the one that has no room, counted */
	s64 stamp_ns;		/* recv: when it was sent, for SO_TIMESTAMP; 0: not asked for */
	struct scm scm;
};

struct sock_ops {
	const char *name;
	u32 flags; /* enum sock_ops_flags */
	int (*bind)(struct sock *s, const struct sock_name *name);
	int (*listen)(struct sock *s, int backlog);
	/* -EBUSY with *full set (counted): the listener has no room. */
	int (*connect)(struct sock *s, const struct sock_name *name, struct sock **full);
	/* Gives the first that waits to file, whose reference it becomes; 0, -EAGAIN. */
	int (*accept)(struct sock *s, struct file *to);
	int (*getname)(struct sock *s, bool of_peer, struct sock_name *out);
	ssize_t (*send)(struct sock *s, struct sock_msg *m);
	ssize_t (*recv)(struct sock *s, struct sock_msg *m);
	u32 (*ready)(struct sock *s);
	bool (*is_full)(struct sock *s); /* still no room, for those that wait on s->room? */
	void (*shutdown)(struct sock *s, enum sock_shut how);
	long (*ioctl)(struct sock *s, u32 cmd, unsigned long arg);
	/* Options that only this kind knows; -ENOPROTOOPT: nor does it. */
	int (*getsockopt)(struct sock *s, int name, void __user *value, int __user *ulen, int len);
	long (*unread_bytes)(struct sock *s); /* SIOCINQ, SO_INQ; or -errno */
	u64 (*unsent_bytes)(struct sock *s);  /* SIOCOUTQ */
	void (*show)(struct sock *s, struct strbuf *sb);
	void (*closing)(struct sock *s); /* a descriptor of its goes, perhaps not the last */
	void (*release)(struct sock *s); /* the file goes; the reference is the op's */
	void (*free)(struct sock *s);	 /* the last reference went */
};

enum sock_ops_flags {
	SOCK_SIGPIPE = 1,   /* -EPIPE comes with the signal */
	SOCK_SEND_ALL = 2,  /* a blocking send goes on until all is out */
	SOCK_WAIT_ALL = 4,  /* MSG_WAITALL and SO_RCVLOWAT mean something */
};

struct sock {
	struct ref ref;
	const struct sock_ops *ops; /* [const] */
	u16 family;		/* [const] */
	u8 type;		/* [const] SOCK_STREAM... */
	u8 state;		/* [lock; readers] enum sock_state */
	u8 shutdown;		/* [lock; readers] enum sock_shut */
	bool dead;		/* [lock; readers] its file has ended */
	int error;		/* [atomic] an errno that the next call answers, positive */
	u32 flags;		/* [atomic] enum sock_flag */
	u32 sndbuf, rcvbuf;	/* [atomic] bytes, overhead included */
	s32 rcvlowat;		/* [atomic] */
	s32 peek_off;		/* [atomic] SO_PEEK_OFF; negative: off */
	u64 rcv_patience_ns, snd_patience_ns; /* [atomic] FOREVER: no limit */
	u32 kept[KEPT_WORDS];	/* [atomic] enum sock_kept */
	struct waitq wq;	/* readers and writers */
	struct waitq room;	/* others, who want to leave something here */
	struct file *file;	/* [lock] not counted: it ends this; NULL: none yet, or no more */
	u64 ino;		/* [lock] of the file's inode; 0: none yet */
	u64 cookie;		/* [atomic] SO_COOKIE; 0: nobody has asked */
	struct rcu_head rcu;
};

void sock_init(struct sock *s, const struct sock_ops *ops, int family, int type);
static inline struct sock *sock_get(struct sock *s)
{
	ref_get(&s->ref);
	return s;
}
void sock_put(struct sock *s); /* accepts NULL */
DEFINE_AUTOPUT(sock)
/* The pending error, which is then forgotten: 0 or -errno. */
static inline int sock_take_error(struct sock *s)
{
	return likely(!READ_ONCE(s->error)) ? 0 : -__atomic_exchange_n(&s->error, 0, __ATOMIC_RELAXED);
}
static inline bool sock_has(const struct sock *s, u32 flags)
{
	return READ_ONCE(s->flags) & flags;
}
void sock_set_flag(struct sock *s, u32 flag, bool on);

/* --- socket.c --- */
extern const struct file_ops socket_file_ops, socket_message_file_ops;
static inline struct sock *sock_of_file(const struct file *f) /* borrowed; NULL: not a socket */
{
	return f->ops == &socket_file_ops || f->ops == &socket_message_file_ops ? f->priv : NULL;
}
/* A descriptor's socket: 0, -EBADF, -ENOTSOCK. */
static inline int sock_borrow(int fd, struct fdref *r, struct sock **s)
{
	*r = fd_borrow(fd);
	if (unlikely(!r->file))
		return -EBADF;
	*s = sock_of_file(r->file);
	return likely(*s != NULL) ? 0 : -ENOTSOCK;
}
/* A file for a socket that comes later, sock_attach(): NULL: no memory. */
struct file *sock_file_new(struct sock *like, u32 flags);
void sock_attach(struct file *f, struct sock *s); /* the socket's reference becomes the file's */
/* After a send that answered n and did not move all: SIGPIPE, if it is due. A call that has begun is told by its result
 * alone: the signal is for one that finds nobody at all. */
void sock_send_failed(struct sock *s, struct sock_msg *m, ssize_t n);
/* Tries again whenever there is room at the socket that try() found full, until it answers something else than -EBUSY,
 * or deadline_ns (0: now): -ETIMEDOUT. */
long sock_try_with_room(struct sock *s, u64 deadline_ns, long (*try)(struct sock *s, void *arg, struct sock **full),
	void *arg);
static inline u64 sock_deadline(u64 patience_ns)
{
	return patience_ns == FOREVER ? FOREVER : deadline_after(patience_ns);
}
/* What an interrupted wait answers: with a time limit it is not begun again (signal(7)). */
static inline long sock_interrupted(long err, u64 deadline_ns)
{
	return err == -ERESTART && deadline_ns != FOREVER ? -EINTR : err;
}

/* --- families --- */
int unix_create(int type, int protocol, struct sock **out); /* 0 or -errno */
int unix_connect_pair(struct sock *a, struct sock *b); /* fresh ones: 0 or -errno */

/* --- socket_msg.c --- */
int sock_name_in(struct sock_name *out, const void __user *name, int len); /* 0, -EINVAL, -EFAULT */
int sock_name_out(const struct sock_name *name, void __user *to, int __user *len);
/* Limits, for /proc/sys/net/core. */
enum { SOCK_SNDBUF_MIN = 4608, SOCK_RCVBUF_MIN = 2304 }; /* measured on Linux */
extern unsigned sock_rmem_default, sock_wmem_default, sock_rmem_max, sock_wmem_max, sock_optmem_max, sock_somaxconn;
