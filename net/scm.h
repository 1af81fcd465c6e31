// SPDX-License-Identifier: MIT
/*
 * scm: what travels beside the bytes of a message: open files and the sender's identity.
 *
 * Promise   a message's files are counted from the moment it is made until they are installed or closed. At most
 *           SCM_MAX_FD to a message; in flight, they are charged to the sender's user, and with more than
 *           RLIMIT_NOFILE of them in flight he gets -ETOOMANYREFS unless privileged. Credentials that a program names
 *           are checked. Chains of sockets in flight, however deep, are closed by a loop.
 * Locks     none of its own; what is in flight is the collector's: unix_gc.c
 * Lifetime  struct scm owns what it points to; scm_drop() ends it. Rights in a receiver's queue belong to their
 *           buffer.
 * Linux     unix(7) "Ancillary messages", cmsg(3)
 */
#pragma once
#include "fs/file.h"
#include "kernel/uapi/socket.h"

struct sock;
struct sockbuf;
struct unix_sock;

struct scm_rights {
	u32 nr;
	u32 nr_sockets;		/* AF_UNIX sockets among them: only these can be part of a cycle */
	bool in_flight;		/* [receiver's reading lock] in a queue: charged */
	struct account *account; /* [const] whom it is charged to: counted */
	struct unix_sock *holder; /* [gc lock] in whose queue it lies, if it holds sockets */
	struct sockbuf *buf;	/* [gc lock] the buffer that has it then */
	struct list node;	/* [gc lock] in holder->held; or in a list of those that end */
	struct file *files[];	/* [const] counted */
};

struct scm {
	struct scm_rights *rights; /* NULL: none */
	struct pid *pid;	/* counted; NULL: nobody has said */
	u32 uid, gid;
	bool has_creds;		/* pid, uid, gid are set */
};

/* Where ancillary messages to a program go. */
struct scm_sink {
	void __user *at;	/* NULL: nowhere */
	size_t left;
	bool cloexec;		/* MSG_CMSG_CLOEXEC */
	bool truncated;		/* MSG_CTRUNC */
};

int scm_parse(const void *control, size_t len, struct scm *out); /* a sender's, in kernel memory: 0 or -errno */
void scm_current(struct scm *scm); /* the identity of the current process, if none is named yet */
void scm_drop(struct scm *scm);
/* May the current user have more files in flight? 0 or -ETOOMANYREFS. */
int scm_may_fly(void);
/* Around scm_depart(), no lock held: rights with sockets among them depart under the collector's lock. Accepts NULL; true:
 * it is held. */
bool scm_board_slow(const struct scm_rights *r);
void scm_boarded_slow(void);
static inline bool scm_board(const struct scm_rights *r)
{
	return unlikely(r != NULL) && scm_board_slow(r);
}
static inline void scm_boarded(bool is_held)
{
	if (unlikely(is_held))
		scm_boarded_slow();
}
/* into its queue, whose lock is held */
void scm_depart(struct scm_rights *r, struct unix_sock *holder, struct sockbuf *b);
void scm_arrive(struct scm_rights *r); /* out of it again */
struct scm_rights *scm_rights_copy(struct scm_rights *r); /* for MSG_PEEK: NULL: no memory */
void scm_rights_free(struct scm_rights *r);
/* Tells the program what has come with a message, as the socket's options want it. Empties scm. */
void scm_deliver(struct sock *s, struct scm *scm, struct scm_sink *to);
/* One ancillary message; what does not fit is cut off. */
void scm_put(struct scm_sink *to, int level, int type, const void *data, size_t n);
