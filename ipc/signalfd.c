// SPDX-License-Identifier: MIT
/*
 * signalfd: signals as something to read.
 *
 * Promise   a read takes pending signals of the mask, of the thread that reads and of its process, as sigtimedwait(2)
 *           does: as many records as fit, at least one. The descriptor has a mask and nothing else: who reads,
 *           polls or asks an epoll set sees his own signals, whoever made the descriptor. A signal that nobody
 *           blocks is delivered, not read. A read whose buffer faults has taken the signal all the same.
 * Locks     the mask is one word; signals are under sighand->lock, in kernel/proc
 * Lifetime  the mask lives and dies with the open file. The queue is not the file's: it is the signal_wq of the
 *           process that waits, and goes with it. An epoll item stays on the queue of the process that added it,
 *           and is never woken again when that one is gone: waitq_destroy() tells it so.
 * Blocking  read: -EAGAIN while no signal of the mask is pending. One signal may suit one reader and not another
 *           (masks, threads), so a wake is for all of them (FILE_WAIT_SHARED).
 * Linux     signalfd(2), proc_pid_fdinfo(5). ssi_trapno is always 0, as on Linux on x86.
 */
#include "fs/file.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/signalfd.h"
#include "mm/uaccess.h"

struct signalfd {
	ksigset_t mask; /* [atomic] */
};

static void describe(struct signalfd_siginfo *out, const struct siginfo *in)
{
	memset(out, 0, sizeof(*out));
	out->ssi_signo = (unsigned)in->si_signo;
	out->ssi_errno = in->si_errno;
	out->ssi_code = in->si_code;
	switch (siginfo_kind(in)) {
	case SIGINFO_KILL:
		out->ssi_pid = (unsigned)in->si_pid;
		out->ssi_uid = in->si_uid;
		break;
	case SIGINFO_TIMER:
		out->ssi_tid = (unsigned)in->si_timerid;
		out->ssi_overrun = (unsigned)in->si_overrun;
		out->ssi_ptr = (unsigned long)in->si_ptr;
		out->ssi_int = in->si_int;
		break;
	case SIGINFO_POLL:
		out->ssi_band = (unsigned)in->si_band;
		out->ssi_fd = in->si_fd;
		break;
	case SIGINFO_FAULT:
		out->ssi_addr = (unsigned long)in->si_addr;
		if (in->si_signo == SIGBUS && in->si_code >= BUS_MCEERR_AR)
			out->ssi_addr_lsb = (unsigned short)in->si_addr_lsb;
		break;
	case SIGINFO_CHILD:
		out->ssi_pid = (unsigned)in->si_pid;
		out->ssi_uid = in->si_uid;
		out->ssi_status = in->si_status;
		out->ssi_utime = (unsigned long)in->si_utime;
		out->ssi_stime = (unsigned long)in->si_stime;
		break;
	case SIGINFO_SYS:
		out->ssi_call_addr = (unsigned long)in->si_call_addr;
		out->ssi_syscall = in->si_syscall;
		out->ssi_arch = in->si_arch;
		break;
	case SIGINFO_QUEUE:
		out->ssi_pid = (unsigned)in->si_pid;
		out->ssi_uid = in->si_uid;
		out->ssi_ptr = (unsigned long)in->si_ptr;
		out->ssi_int = in->si_int;
		break;
	}
}

static ssize_t signalfd_read(struct file *f, struct uio *u)
{
	struct signalfd *s = f->priv;
	struct signalfd_siginfo record;
	struct siginfo info;
	ssize_t total = 0;
	if (u->left < sizeof(record))
		return -EINVAL;
	while (u->left >= sizeof(record) && signal_take(READ_ONCE(s->mask), &info)) {
		describe(&record, &info);
		if (uio_put_all(u, &record, sizeof(record)))
			return total ? total : -EFAULT;
		total += (ssize_t)sizeof(record);
	}
	return total ? total : -EAGAIN;
}

static u32 signalfd_ready(struct file *f)
{
	struct signalfd *s = f->priv;
	const struct task *t = current;
	ksigset_t pending = READ_ONCE(t->pending.set) | READ_ONCE(t->process->pending.set);
	return pending & READ_ONCE(s->mask) ? POLLIN : 0;
}

static struct waitq *signalfd_waitq(struct file *f)
{
	return &current->process->signal_wq;
}

static void signalfd_show(struct file *f, struct strbuf *sb)
{
	struct signalfd *s = f->priv;
	strbuf_printf(sb, "sigmask:\t%016lx\n", READ_ONCE(s->mask));
}

static void signalfd_release(struct file *f)
{
	kfree(f->priv);
}

static const struct file_ops signalfd_ops = {
	.name = "[signalfd]",
	.flags = FILE_WAIT_SHARED,
	.read = signalfd_read,
	.ready = signalfd_ready,
	.waitq = signalfd_waitq,
	.seek = file_seek_noop,
	.show = signalfd_show,
	.release = signalfd_release,
};

/* --- calls --- */

static int signalfd_make(ksigset_t mask, unsigned flags)
{
	struct signalfd *s = kmalloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->mask = mask;
	int fd = anon_fd(&signalfd_ops, s, NULL, O_RDWR | flags);
	if (fd < 0)
		kfree(s);
	return fd;
}

static int signalfd_change(int fd, ksigset_t mask)
{
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (r.file->ops != &signalfd_ops)
		return -EINVAL;
	struct signalfd *s = r.file->priv;
	WRITE_ONCE(s->mask, mask);
	wake(&current->process->signal_wq, POLLIN); /* what was pending before may be readable now */
	return fd;
}

long sys_signalfd4(int fd, const ksigset_t __user *umask, size_t size, unsigned flags)
{
	ksigset_t mask;
	if (size != sizeof(mask))
		return -EINVAL;
	if (get_user(mask, umask))
		return -EFAULT;
	if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK))
		return -EINVAL;
	mask &= ~SIGNALS_UNBLOCKABLE;
	return fd == -1 ? signalfd_make(mask, flags) : signalfd_change(fd, mask);
}

long sys_signalfd(int fd, const ksigset_t __user *mask, size_t size)
{
	return sys_signalfd4(fd, mask, size, 0);
}
