// SPDX-License-Identifier: MIT
/*
 * scm: rights and credentials: from a sender's control buffer to a receiver's; the theory is in scm.h.
 *
 * Promise   A sender's buffer is looked at whole before anything is taken: -EINVAL for a malformed message, -EBADF
 *           for a descriptor that is none, -EPERM and -ESRCH for an identity that is not his. What a receiver cannot
 *           be given, for want of room, descriptors or memory, is closed, and MSG_CTRUNC says so.
 * Locks     none
 * Lifetime  Closing the last reference to a socket closes what is in its queue, which may be the last reference to
 *           another socket: task->dying_rights is the list that turns this recursion into a loop. What was closed by
 *           a call is closed when the call returns.
 * Linux     unix(7), socket(7) SO_TIMESTAMP, whose message comes before these. Order of a receiver's messages:
 *           credentials, rights, pidfd, count of unread bytes.
 */
#include "net/scm.h"
#include "kernel/core/alloc.h"
#include "kernel/core/pid.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/pidfd.h"
#include "mm/uaccess.h"
#include "net/socket.h"
#include "net/unix_gc.h"

enum { CMSG_HEAD = CMSG_ALIGN(sizeof(struct cmsghdr)), OVERFLOW_ID = 65534 };

/* --- rights --- */

static struct scm_rights *rights_new(u32 room)
{
	struct scm_rights *r = kmalloc(sizeof(*r) + room * sizeof(r->files[0]));
	if (!r)
		return NULL;
	r->nr = r->nr_sockets = 0;
	r->in_flight = false;
	r->account = current_cred()->account;
	ref_get(&r->account->ref);
	r->holder = NULL;
	r->buf = NULL;
	list_init(&r->node);
	return r;
}

static bool is_unix_socket(const struct file *f)
{
	const struct sock *s = sock_of_file(f);
	return s && s->family == AF_UNIX;
}

static void rights_add(struct scm_rights *r, struct file *f)
{
	r->files[r->nr++] = f;
	r->nr_sockets += is_unix_socket(f);
}

/* Drops the files of one; true: the collector is due. */
static bool close_files(struct scm_rights *r)
{
	bool due = false;
	for (u32 i = 0; i < r->nr; i++) {
		if (r->files[i]) {
			due |= unix_gc_is_due(r->files[i]);
			file_put(r->files[i]);
		}
	}
	account_put(r->account);
	kfree(r);
	return due;
}

void scm_rights_free(struct scm_rights *r)
{
	if (current->dying_rights) {
		list_add_tail(current->dying_rights, &r->node);
		return;
	}
	struct list dying = LIST_INIT(dying);
	current->dying_rights = &dying;
	while (r) {
		if (close_files(r))
			unix_gc_dropped();
		r = list_first_or_null(&dying, struct scm_rights, node);
		if (r)
			list_del(&r->node);
	}
	current->dying_rights = NULL;
}

struct scm_rights *scm_rights_copy(struct scm_rights *r)
{
	struct scm_rights *copy = rights_new(r->nr);
	if (copy)
		unix_gc_copy(r, copy);
	return copy;
}

int scm_may_fly(void)
{
	const struct account *a = current_cred()->account;
	if (__atomic_load_n(&a->used[CHARGE_FILES_IN_FLIGHT], __ATOMIC_RELAXED) <= (s64)rlimit(RLIMIT_NOFILE))
		return 0;
	return capable(CAP_SYS_RESOURCE) || capable(CAP_SYS_ADMIN) ? 0 : -ETOOMANYREFS;
}

bool scm_board_slow(const struct scm_rights *r)
{
	if (r->nr_sockets)
		unix_gc_begin();
	return r->nr_sockets;
}

void scm_boarded_slow(void)
{
	unix_gc_end();
}

void scm_depart(struct scm_rights *r, struct unix_sock *holder, struct sockbuf *b)
{
	charge(r->account, CHARGE_FILES_IN_FLIGHT, r->nr);
	r->in_flight = true;
	if (r->nr_sockets)
		unix_gc_depart(r, holder, b);
}

void scm_arrive(struct scm_rights *r)
{
	if (!r->in_flight)
		return;
	r->in_flight = false;
	uncharge(r->account, CHARGE_FILES_IN_FLIGHT, r->nr);
	if (r->nr_sockets)
		unix_gc_arrive(r);
}

/* --- credentials --- */

void scm_current(struct scm *scm)
{
	if (scm->has_creds)
		return;
	scm->pid = pid_get(current_process_pid());
	scm->uid = current_cred()->uid;
	scm->gid = current_cred()->gid;
	scm->has_creds = true;
}

static bool may_claim(const struct ucred *u)
{
	const struct cred *c = current_cred();
	bool pid_ok = u->pid == current_tgid() || capable(CAP_SYS_ADMIN);
	bool uid_ok = u->uid == c->uid || u->uid == c->euid || u->uid == c->suid || capable(CAP_SETUID);
	bool gid_ok = u->gid == c->gid || u->gid == c->egid || u->gid == c->sgid || capable(CAP_SETGID);
	return pid_ok && uid_ok && gid_ok;
}

static int take_creds(struct scm *scm, const void *data)
{
	struct ucred u;
	memcpy(&u, data, sizeof(u));
	if (u.uid == UINT32_MAX || u.gid == UINT32_MAX)
		return -EINVAL;
	if (!may_claim(&u))
		return -EPERM;
	struct pid *pid = u.pid == current_tgid() ? pid_get(current_process_pid()) : pid_find_get(u.pid);
	if (!pid)
		return -ESRCH;
	pid_put(scm->pid);
	scm->pid = pid;
	scm->uid = u.uid;
	scm->gid = u.gid;
	scm->has_creds = true;
	return 0;
}

/* --- a sender's buffer --- */

/* The message at `at`: its head, and the step to the next; -EINVAL: it is none. */
static int head_at(const void *control, size_t len, size_t at, struct cmsghdr *h, size_t *step)
{
	memcpy(h, (const char *)control + at, sizeof(*h));
	if (h->cmsg_len < sizeof(*h) || h->cmsg_len > len - at)
		return -EINVAL;
	*step = min(CMSG_ALIGN(h->cmsg_len), len - at);
	return 0;
}

static bool is_rights(const struct cmsghdr *h)
{
	return h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS;
}

/* How many descriptors all messages carry together; -EINVAL. */
static int count_fds(const void *control, size_t len)
{
	struct cmsghdr h;
	size_t step, nr = 0;
	for (size_t at = 0; len - at >= sizeof(h); at += step) {
		int err = head_at(control, len, at, &h, &step);
		if (err)
			return err;
		if (is_rights(&h))
			nr += (h.cmsg_len - CMSG_HEAD) / sizeof(int);
		if (nr > SCM_MAX_FD)
			return -EINVAL;
	}
	return (int)nr;
}

static int take_fds(struct scm_rights *r, const void *data, size_t bytes)
{
	int fd;
	for (size_t i = 0; i < bytes / sizeof(fd); i++) {
		memcpy(&fd, (const char *)data + i * sizeof(fd), sizeof(fd));
		FDREF from = fd_borrow_any(fd);
		if (!from.file)
			return -EBADF;
		rights_add(r, file_get(from.file));
	}
	return 0;
}

static int take_message(struct scm *out, const struct cmsghdr *h, const void *data)
{
	if (h->cmsg_level != SOL_SOCKET)
		return 0;
	switch (h->cmsg_type) {
	case SCM_RIGHTS:
		return out->rights ? take_fds(out->rights, data, h->cmsg_len - CMSG_HEAD) : 0;
	case SCM_CREDENTIALS:
		return h->cmsg_len == CMSG_LEN(sizeof(struct ucred)) ? take_creds(out, data) : -EINVAL;
	default:
		return -EINVAL;
	}
}

int scm_parse(const void *control, size_t len, struct scm *out)
{
	struct cmsghdr h;
	size_t step;
	int nr = count_fds(control, len), err = 0;
	if (nr < 0)
		return nr;
	if (nr) {
		out->rights = rights_new((u32)nr);
		if (!out->rights)
			return -ENOMEM;
	}
	for (size_t at = 0; err == 0 && len - at >= sizeof(h); at += step) {
		err = head_at(control, len, at, &h, &step);
		if (err == 0)
			err = take_message(out, &h, (const char *)control + at + CMSG_HEAD);
	}
	if (err)
		scm_drop(out);
	return err;
}

void scm_drop(struct scm *scm)
{
	if (scm->rights) {
		scm_arrive(scm->rights);
		scm_rights_free(take(scm->rights));
	}
	pid_put(take(scm->pid));
	scm->has_creds = false;
}

/* --- a receiver's buffer --- */

void scm_put(struct scm_sink *to, int level, int type, const void *data, size_t n)
{
	struct cmsghdr h = { .cmsg_len = CMSG_LEN(n), .cmsg_level = level, .cmsg_type = type };
	if (!to->at || to->left < sizeof(h)) {
		to->truncated = true;
		return;
	}
	if (to->left < h.cmsg_len) {
		to->truncated = true;
		h.cmsg_len = to->left;
		n = h.cmsg_len - CMSG_HEAD;
	}
	if (copy_to_user(to->at, &h, sizeof(h)) || copy_to_user((char __user *)to->at + CMSG_HEAD, data, n))
		return; /* as on Linux: the bytes count, the message does not */
	size_t used = min(CMSG_SPACE(n), to->left);
	to->at = (char __user *)to->at + used;
	to->left -= used;
}

/* One descriptor, told before it can be seen: 0 or -errno. */
static int give_fd(struct file *f, int __user *where, u32 flags)
{
	int fd = fd_reserve(flags, 0);
	if (fd < 0)
		return fd;
	if (put_user(fd, where)) {
		fd_cancel(fd);
		return -EFAULT;
	}
	fd_install(fd, f);
	return 0;
}

static void put_rights(struct scm_sink *to, struct scm_rights *r)
{
	size_t room = to->at && to->left > CMSG_HEAD ? (to->left - CMSG_HEAD) / sizeof(int) : 0;
	u32 most = (u32)min(room, (size_t)r->nr), given = 0;
	int __user *fds = (int __user *)((char __user *)to->at + CMSG_HEAD);
	while (given < most && give_fd(r->files[given], fds + given, to->cloexec ? O_CLOEXEC : 0) == 0)
		r->files[given++] = NULL;
	if (given) {
		struct cmsghdr h = { .cmsg_len = CMSG_LEN(given * sizeof(int)), .cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS };
		if (copy_to_user(to->at, &h, sizeof(h)) == 0) {
			size_t used = min(CMSG_SPACE(given * sizeof(int)), to->left);
			to->at = (char __user *)to->at + used;
			to->left -= used;
		}
	}
	if (given < r->nr)
		to->truncated = true;
}

static void put_pidfd(struct scm_sink *to, struct pid *pid)
{
	struct file *f = NULL;
	if (!to->at || to->left < CMSG_LEN(sizeof(int))) {
		to->truncated = true;
		return;
	}
	int fd = pid ? pidfd_prepare(pid, 0, &f) : -ESRCH;
	scm_put(to, SOL_SOCKET, SCM_PIDFD, &fd, sizeof(fd));
	if (fd >= 0)
		fd_install(fd, f);
}

void scm_deliver(struct sock *s, struct scm *scm, struct scm_sink *to)
{
	u32 wants = READ_ONCE(s->flags) & SOCK_F_IDENTITY;
	if (!to->at) {
		to->truncated = wants || scm->rights;
		scm_drop(scm);
		return;
	}
	if (wants & SOCK_F_PASSCRED) {
		struct ucred u = { 0, OVERFLOW_ID, OVERFLOW_ID };
		if (scm->has_creds)
			u = (struct ucred){ scm->pid ? pid_number(scm->pid) : 0, scm->uid, scm->gid };
		scm_put(to, SOL_SOCKET, SCM_CREDENTIALS, &u, sizeof(u));
	}
	if (scm->rights)
		put_rights(to, scm->rights);
	if (wants & SOCK_F_PASSPIDFD)
		put_pidfd(to, scm->pid);
	if (sock_has(s, SOCK_F_INQ)) {
		int unread = (int)s->ops->unread_bytes(s);
		scm_put(to, SOL_SOCKET, SCM_INQ, &unread, sizeof(unread));
	}
	scm_drop(scm);
}
