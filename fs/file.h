// SPDX-License-Identifier: MIT
/*
 * file: the open file description, and everything that is common to all kinds of them.
 *
 * Promise   a kind of file supplies only non-blocking tries and a readiness function; file.c does access
 *           mode, O_NONBLOCK, RWF_NOWAIT, the retry loop on the wait core, restart, SIGPIPE on EPIPE, file
 *           positions and tracing, once. A new kind is one .c file with a `static const struct file_ops`.
 * Contract  for ops: one that answers -EAGAIN has had no effect (file.c rewinds the uio); one that moved bytes
 *           answers their number.
 *           An op never sleeps to wait for data (it may sleep on a mutex or a page fault).
 * Locks     pos_lock (RANK_POS) for files with a position shared between descriptors
 * Lifetime  counted; the last put calls ops->release, from task context
 *
 * Missing ops (NULL) have one documented answer: read, write -> -EINVAL; ready -> always IN|OUT;
 * ioctl -> -ENOTTY; mmap -> -ENODEV; seek -> -ESPIPE; readdir -> -ENOTDIR; fsync -> -EINVAL;
 * fallocate -> -ENODEV (-ESPIPE for pipes); fcntl -> -EINVAL; read_deadline, patience_ns -> FOREVER.
 */
#pragma once
#include "fs/path.h"
#include "kernel/core/cred.h"
#include "kernel/core/mutex.h"
#include "kernel/lib/idtable.h"
#include "kernel/lib/strbuf.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/poll.h"
#include "mm/uio.h"

struct file;
struct vma;
struct inode;
struct read_offer;
struct async;

/* readdir's sink. Entries are collected and handed on in pieces, so that many can be had under one lock. */
struct dir_emit {
	/* Collects one and moves pos behind it. Never sleeps; false: no room, flush() first. */
	bool (*add)(struct dir_emit *e, const char *name, size_t len, u64 ino, u32 mode, off_t next_pos);
	bool (*flush)(struct dir_emit *e); /* may sleep; false: nobody wants more. After a fault pos is set back. */
	off_t pos;	/* where to go on: 0 at the start */
};
static inline bool dir_emit(struct dir_emit *e, const char *name, size_t len, u64 ino, u32 mode, off_t next_pos)
{
	return e->add(e, name, len, ino, mode, next_pos) ||
	       (e->flush(e) && e->add(e, name, len, ino, mode, next_pos));
}

struct file_ops {
	const char *name; /* "pipe", "[eventfd]"...: for diagnosis and /proc/PID/fd of anonymous files */
	u32 flags;	  /* enum file_ops_flags */
	ssize_t (*read)(struct file *f, struct uio *u);
	ssize_t (*write)(struct file *f, struct uio *u);
	/* For kinds whose writers can fill a sleeping reader's memory, see offer.h. Like read with o->u, before each
	 * sleep; when it answers -EAGAIN the offer is on the object's list. cancel_offer takes it off again. */
	ssize_t (*read_or_offer)(struct file *f, struct read_offer *o);
	void (*cancel_offer)(struct file *f, struct read_offer *o);
	/* Until when a read that began at began_ns may wait for (more) data; asked before each sleep. Then it is tried
	 * once more with UIO_LAST_TRY, and -EAGAIN becomes 0 (terminals' VTIME). NULL: for ever. */
	u64 (*read_deadline)(struct file *f, u64 began_ns);
	/* How long a read (POLLIN) or a write (POLLOUT) may wait in all (SO_RCVTIMEO): then -EAGAIN stands, and a signal
	 * ends it with -EINTR, whatever its handler's flags. */
	u64 (*patience_ns)(struct file *f, u32 mask);
	u32 (*ready)(struct file *f); /* POLL* that hold now */
	long (*ioctl)(struct file *f, u32 cmd, unsigned long arg);
	int (*mmap)(struct file *f, struct vma *v);
	off_t (*seek)(struct file *f, off_t offset, int whence); /* pos_lock held; sets and answers f->pos */
	int (*readdir)(struct file *f, struct dir_emit *d);	 /* inode lock taken inside */
	int (*fsync)(struct file *f);
	long (*fallocate)(struct file *f, int mode, off_t offset, off_t len);
	long (*fcntl)(struct file *f, unsigned cmd, unsigned long arg); /* commands that only this kind knows */
	int (*set_flags)(struct file *f, u32 flags); /* F_SETFL wants these: 0 or -errno */
	int (*open)(struct file *f);		     /* devices: the node was opened; may change ops, priv, wq */
	int (*flush)(struct file *f);		     /* each close(2), not only the last */
	void (*release)(struct file *f);
	void (*show)(struct file *f, struct strbuf *sb);     /* more lines for /proc/PID/fdinfo */
	struct waitq *(*waitq)(struct file *f);		     /* for kinds whose queue is not f->wq (signalfd) */
	/* files without inode: a new one to show, counted; NULL: no memory */
	struct inode *(*make_inode)(struct file *f);
};

enum file_ops_flags {
	FILE_WRITE_ALL = 1, /* a blocking write goes on until all is out (pipes, stream sockets) */
	FILE_SEEKABLE = 2,  /* has a position: pread and lseek work */
	FILE_NO_NOWAIT = 4, /* RWF_NOWAIT -> -EOPNOTSUPP */
	FILE_WAIT_SHARED = 16, /* a wake may suit one sleeper and not another: all of them try (eventfd) */
	FILE_KEEP_POS_UNLOCKED = 8, /* position changes need no pos_lock (character devices) */
	FILE_NO_SENDFILE = 32, /* cannot be the source of sendfile(2) (null) */
	/* Take bytes from one caller's memory as they are, and nothing else: no RWF_ flags but RWF_HIPRI, no sendfile. */
	FILE_PLAIN_READ = 64, FILE_PLAIN_WRITE = 128,
	FILE_POLL_ALWAYS = 256, /* always ready, and may be in an epoll set all the same */
	FILE_ASYNC = 512, /* has an O_ASYNC mode: see async.h */
	FILE_NO_SIGPIPE = 1024, /* -EPIPE comes without the signal, or ops->write has sent it (sockets) */
};

enum file_mode {
	FILE_READ = 1, FILE_WRITE = 2, FILE_PATH_ONLY = 4,
	FILE_CREATED = 8,	/* by this very open */
	FILE_IS_WRITER = 16,	/* counts in inode->writers and mount->writers */
	FILE_DENIES_WRITE = 32, /* the other way: it is being executed */
};

struct file {
	struct ref ref;
	u32 flags;		/* [atomic] O_APPEND, O_NONBLOCK, O_DIRECT, ... (no O_CLOEXEC) */
	u8 mode;		/* [const but FILE_DENIES_WRITE: execve] enum file_mode */
	const struct file_ops *ops; /* [const] */
	void *priv;		/* [const] the kind's own object */
	struct waitq *wq;	/* [const] readiness changes are announced here; NULL: always ready */
	off_t pos;		/* [pos_lock] */
	struct mutex pos_lock;
	struct path path;	/* [const] counted; empty for anonymous files */
	struct inode *inode;	/* [const] path.dentry's, or the anonymous inode (pipes); NULL: none */
	const struct cred *cred; /* [const] opener's */
	struct spinlock lock;	/* RANK_OBJECT: async */
	/* [lock; readers] signals instead of waiting: fs/async.h; NULL: not yet, then for good */
	struct async *async;
	u64 mark;		/* kinds may remember a per-description value (FIFO open counts) */
	struct list epolls;	/* [lock] epoll items that watch it: epoll.c */
	bool has_locks;		/* [atomic] advisory locks may be its own: fs/filelock.c */
	bool seen_shared;	/* [atomic] somebody may hold its address under RCU without a reference: fdtable.c */
	struct rcu_head rcu;
};

/* flags: O_ACCMODE and status flags; O_CLOEXEC and creation flags are ignored. NULL: no memory.
 * The reference on priv passes to the file only on success; path and inode are counted inside. */
struct file *file_new(const struct file_ops *ops, void *priv, struct waitq *wq, u32 flags);
struct file *file_new_at(const struct file_ops *ops, void *priv, struct waitq *wq, u32 flags,
	const struct path *path);
static inline struct file *file_get(struct file *f)
{
	ref_get(&f->ref);
	return f;
}
void file_put(struct file *f);
DEFINE_AUTOPUT(file)

ssize_t file_read(struct file *f, struct uio *u);  /* blocking as the flags say; u->pos in and out */
ssize_t file_write(struct file *f, struct uio *u);
ssize_t kernel_read(struct file *f, void *buf, size_t n, off_t *pos);
ssize_t kernel_write(struct file *f, const void *buf, size_t n, off_t *pos);
enum { FILE_ALWAYS_READY = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM };
static inline u32 file_ready(struct file *f)
{
	return f->ops->ready ? f->ops->ready(f) : FILE_ALWAYS_READY;
}
/* May it be in an epoll set? Such a file is never mapped: its last reference is dropped without locks. */
static inline bool file_can_poll(const struct file *f)
{
	return f->ops->ready || f->ops->flags & FILE_POLL_ALWAYS;
}
struct waitq *file_waitq(struct file *f);
/* The blocking loop: arms on the file's queue for `mask`, tries, sleeps, until try() answers something
 * else than -EAGAIN. -ERESTART after a signal, -EAGAIN at the deadline. */
ssize_t file_retry(struct file *f, u32 mask, u64 deadline_ns, ssize_t (*try)(struct file *f, void *arg), void *arg);
/* The same for calls that may take so long in all; FOREVER: no limit. With a limit a signal makes it -EINTR. */
ssize_t file_retry_for(struct file *f, u32 mask, u64 patience_ns, ssize_t (*try)(struct file *f, void *arg), void *arg);
static inline u64 file_patience_ns(struct file *f, u32 mask)
{
	return f->ops->patience_ns ? f->ops->patience_ns(f, mask) : FOREVER;
}
off_t file_seek_generic(struct file *f, off_t offset, int whence, off_t size); /* SEEK_SET, CUR, END */
off_t file_seek_noop(struct file *f, off_t offset, int whence); /* for ops.seek: succeeds and moves nothing (eventfd) */

/* --- descriptors --- */
struct fdtable;
struct fdref { /* a file that this system call may use; counted only when the table is shared */
	struct file *file;
	bool counted;
};
struct fdtable {
	struct ref users;	/* tasks that share it, and lookers */
	struct spinlock lock;	/* RANK_FDTABLE */
	struct idtable ids;	/* [lock; RCU readers] files' addresses; bit 0: close on exec */
	u32 highest;		/* [lock] above every descriptor ever used */
	u32 tasks;		/* [atomic] whose own it is */
	bool has_locks;		/* [atomic] record locks have been set in its name: fs/reclock.c */
};
enum { FDTABLE_CLOEXEC = 1 };
struct fdref fd_borrow_any(int fd);	 /* O_PATH files are answered too */
struct fdref fd_borrow_slow(int fd);	 /* fd_borrow()'s unusual cases */
/* The current task's table is its alone: nothing in it changes during the call but by the call. */
static inline bool fdtable_is_private(const struct fdtable *t)
{
	return ref_count(&t->users) == 1;
}
/* In a private table: the file, or NULL: none, or an O_PATH one. */
static inline struct file *fdtable_peek(const struct fdtable *t, int fd)
{
	struct file *f = (struct file *)((uintptr_t)idtable_get(&t->ids, (unsigned)fd) & ~(uintptr_t)FDTABLE_CLOEXEC);
	return likely(f && !(f->mode & FILE_PATH_ONLY)) ? f : NULL;
}
/* .file NULL: -EBADF (O_PATH files too) */
static inline struct fdref fd_borrow(int fd)
{
	const struct fdtable *t = current->fdtable;
	return likely(fdtable_is_private(t)) ? (struct fdref){ fdtable_peek(t, fd), false } : fd_borrow_slow(fd);
}
static inline void fdref_put(struct fdref *r)
{
	if (unlikely(r->counted))
		file_put(r->file);
}
#define FDREF __cleanup(fdref_put) struct fdref
struct file *fd_get(int fd);		 /* counted; NULL: -EBADF */
int fd_reserve(u32 flags, unsigned min);	 /* lowest free >= min; O_CLOEXEC honoured here; -EMFILE, -ENOMEM */
void fd_install(int fd, struct file *f); /* eats the reference; cannot fail */
void fd_cancel(int fd);
int fd_close(int fd);
bool fdref_is_current(const struct fdref *r, int fd); /* no other thread has closed or replaced it since */
int fd_set_cloexec(int fd);		 /* -EBADF */
int fd_clear_cloexec(int fd);
long fd_dup(int old, unsigned min_fd, u32 flags); /* F_DUPFD: the new descriptor, -EBADF, -EMFILE, -ENOMEM */
/* Wraps reserve, file_new and install. The object is freed by `release` only if the file came to be:
 * on error the caller still owns priv. */
int anon_fd(const struct file_ops *ops, void *priv, struct waitq *wq, u32 flags);
/* Two descriptors, told to user space: 0, -EMFILE or -EFAULT. Then install or cancel both. */
int fd_reserve_pair(u32 flags, int __user *fds, int fd[2]);
/* Two descriptors for two new files (a pipe's), told to user space before anything can be seen:
 * 0, and the references are taken out of *a and *b; -EMFILE, -ENOMEM, -EFAULT without effect. */
int fd_install_pair(struct file **a, struct file **b, u32 flags, int __user *fds);
int fd_dup_to(struct file *f, int fd, u32 flags); /* dup2/dup3/pidfd_getfd: installs a counted file at fd */
struct fdtable *fdtable_create(void);
struct fdtable *fdtable_copy(struct fdtable *from);	/* fork: NULL: no memory */
struct fdtable *fdtable_get(struct fdtable *t);		/* to look into it */
void fdtable_put(struct fdtable *t);
struct fdtable *fdtable_share(struct fdtable *t);	/* one more task has it */
void fdtable_leave(struct fdtable *t);			/* the last one closes everything; accepts NULL */
int fdtable_unshare(void);				/* exec: a table of one's own; -ENOMEM */
void fdtable_close_on_exec(struct fdtable *t);
struct file *fdtable_lookup(struct fdtable *t, int fd);	/* counted; another task's table: /proc, pidfd_getfd */
struct file *fdtable_next(struct fdtable *t, unsigned *fd); /* first open fd >= *fd, counted; NULL: none */
bool fdtable_is_cloexec(struct fdtable *t, int fd);
int fdtable_mode(struct fdtable *t, int fd); /* enum file_mode of an open descriptor, without a reference; -EBADF */
unsigned fdtable_slots(struct fdtable *t); /* FDSize of /proc/PID/status */
int file_show_fdinfo(struct file *f, struct fdtable *t, int fd, struct strbuf *sb);
void file_init(void);
extern u64 files_open; /* [atomic] for /proc/sys/fs/file-nr */
