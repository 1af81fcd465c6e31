// SPDX-License-Identifier: MIT
/*
 * pty: pseudo-terminals: a terminal whose device is another file.
 *
 * Promise   pty(7), ioctl_tty(2): each opening of ptmx makes a pair. What is written to the master is typed at
 *           the slave, at once, through the line discipline; what the slave puts out is read from the
 *           master. The slave cannot be opened before TIOCSPTLCK unlocked it. When the last slave is
 *           closed the master reads what is left and then -EIO, until a slave is opened again; what
 *           was typed waits for that one. Closing the master hangs the slave up. In packet mode
 *           a read of the master answers one byte of TIOCPKT_ bits or TIOCPKT_DATA and bytes.
 * Locks     lock (RANK_OBJECT; no interrupt comes here): output on its way, the packet byte. The terminal's own
 *           lock is outside it.
 * Lifetime  the pair is one object, which lives as long as its terminal: a reference of the master, one of
 *           each slave and of each process that it controls. The name goes with the master.
 * Blocking  reading the master: -EAGAIN, woken by output, packet bytes, the last close; writing: -EAGAIN
 *           while the slave is behind, woken when it read
 * Linux     pty(7), pts(4), ioctl_tty(2). Left out: TIOCPKT_IOCTL with EXTPROC; on the master TCXONC,
 *           TIOCEXCL, TIOCVHANGUP and becoming a controlling terminal
 */
#include "fs/pty.h"
#include "fs/async.h"
#include "fs/tty.h"
#include "kernel/core/cred.h"
#include "kernel/core/log.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/ioctl.h"
#include "kernel/uapi/signal.h"
#include "mm/uaccess.h"

enum {
	OUT_BYTES = 8192,
	ARRIVED_BYTES = 4095, /* as many as Linux's master holds ready for its reader */
	CHUNK = 512,
	PTMX_MAJOR = 5, PTMX_MINOR = 2,
	PTMX_MODE = 0666,
	CHAR_XON = 0x11, CHAR_XOFF = 0x13, /* TIOCPKT_DOSTOP means these two */
};

struct pty {
	struct tty_port port;
	struct tty *tty;       /* [const] not counted: the pair goes when it goes */
	struct superblock *sb; /* [const] counted */
	struct dentry *node;   /* [const] counted: the slave's name; given back by the master's close */
	int nr;		       /* [const] */
	bool locked;	       /* [atomic] */
	struct waitq wq;       /* of the master */
	struct spinlock lock;
	bool slave_closed;     /* [lock] and was open before */
	bool packet;	       /* [lock] TIOCPKT */
	bool flow;	       /* [lock] ^S and ^Q stop and start output */
	u8 status;	       /* [lock] TIOCPKT_ bits that the master has not read */
	struct ring out;       /* [lock] */
	u8 out_bytes[OUT_BYTES];
};

int pty_max = PTY_MAX_DEFAULT;
u32 pty_count;

static const struct file_ops master_ops;

/* --- the slave's device --- */

static struct pty *pty_of_port(struct tty_port *p)
{
	return container_of(p, struct pty, port);
}

/* For the master: which of the bits that cancel each other holds now. */
static void note_status(struct pty *p, u8 clear, u8 set)
{
	spin_lock(&p->lock);
	bool tells = p->packet;
	if (tells)
		p->status = (u8)((p->status & ~clear) | set);
	spin_unlock(&p->lock);
	if (tells)
		wake(&p->wq, POLLIN | POLLRDNORM | POLLPRI);
}

static int port_open(struct tty_port *port)
{
	struct pty *p = pty_of_port(port);
	spin_lock(&p->lock);
	p->slave_closed = false;
	spin_unlock(&p->lock);
	return 0;
}

static void port_close(struct tty_port *port)
{
	struct pty *p = pty_of_port(port);
	spin_lock(&p->lock);
	p->slave_closed = true;
	spin_unlock(&p->lock);
	wake_all(&p->wq, POLLHUP | POLLIN | POLLRDNORM);
}

static size_t port_write(struct tty_port *port, const u8 *s, size_t n)
{
	struct pty *p = pty_of_port(port);
	size_t done = 0;
	spin_lock(&p->lock);
	for (u32 part; done < n && (part = ring_room_contiguous(&p->out)); done += part) {
		part = min((size_t)part, n - done);
		memcpy(p->out_bytes + ring_head_slot(&p->out), s + done, part);
		ring_push(&p->out, part);
	}
	spin_unlock(&p->lock);
	if (done)
		wake(&p->wq, POLLIN | POLLRDNORM | ASYNC_IN);
	return done;
}

/* Room for less than what one byte may become is none: nobody is to wake up for it. */
static size_t port_write_room(struct tty_port *port)
{
	u32 room = ring_room(&pty_of_port(port)->out);
	return room < LDISC_MAX_EXPANSION ? 0 : room;
}

static void port_set_stopped(struct tty_port *port, bool stopped)
{
	note_status(pty_of_port(port), TIOCPKT_STOP | TIOCPKT_START, stopped ? TIOCPKT_STOP : TIOCPKT_START);
}

/* Forgets what was put out last; the first `keep` bytes stay. */
static void drop_output(struct pty *p, u32 keep)
{
	spin_lock(&p->lock);
	p->out.head = p->out.tail + min(ring_used(&p->out), keep);
	spin_unlock(&p->lock);
}

/* What the master has only to fetch has arrived: a message before ^C is not to be lost. */
static void port_flush_output(struct tty_port *port)
{
	drop_output(pty_of_port(port), ARRIVED_BYTES);
	note_status(pty_of_port(port), 0, TIOCPKT_FLUSHWRITE);
}

static void port_input_room(struct tty_port *port)
{
	wake(&pty_of_port(port)->wq, POLLOUT | POLLWRNORM);
}

static void port_input_flushed(struct tty_port *port)
{
	note_status(pty_of_port(port), 0, TIOCPKT_FLUSHREAD);
}

static bool has_flow(const struct termios *t)
{
	return (t->c_iflag & IXON) && t->c_cc[VSTOP] == CHAR_XOFF && t->c_cc[VSTART] == CHAR_XON;
}

static void port_set_termios(struct tty_port *port, const struct termios *t)
{
	struct pty *p = pty_of_port(port);
	bool flow = has_flow(t), before = __atomic_exchange_n(&p->flow, flow, __ATOMIC_RELAXED);
	if (flow != before)
		note_status(p, TIOCPKT_DOSTOP | TIOCPKT_NOSTOP, flow ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP);
}

/* The last reference on the terminal is gone, maybe under a spinlock. */
static void port_release(struct tty_port *port)
{
	struct pty *p = pty_of_port(port);
	devpts_put_number(p->sb, p->nr);
	superblock_put(p->sb);
	kfree(p);
}

static const struct tty_port_ops port_ops = {
	.open = port_open, .close = port_close, .write = port_write, .write_room = port_write_room,
	.set_stopped = port_set_stopped, .flush_output = port_flush_output, .input_room = port_input_room,
	.input_flushed = port_input_flushed, .set_termios = port_set_termios, .release = port_release,
};

int pty_open_slave(struct tty *t, struct file *f)
{
	int err = -EIO;
	if (!READ_ONCE(pty_of_port(t->port)->locked)) {
		f->ops = &tty_ops;
		f->priv = t;
		err = tty_ops.open(f);
	}
	tty_put(t);
	return err;
}

/* --- the master --- */

static struct tty *tty_of(const struct file *f)
{
	return f->priv;
}

static struct pty *pty_of(const struct file *f)
{
	return pty_of_port(tty_of(f)->port);
}

/* Output that came: its length, -EAGAIN, or -EIO: nobody is left to make any. */
static ssize_t take_output(struct pty *p, u8 *buf, size_t n)
{
	size_t done = 0;
	spin_lock(&p->lock);
	for (u32 part; done < n && (part = ring_used_contiguous(&p->out)); done += part) {
		part = min((size_t)part, n - done);
		memcpy(buf + done, p->out_bytes + ring_tail_slot(&p->out), part);
		ring_pop(&p->out, part);
	}
	ssize_t none = p->slave_closed ? -EIO : -EAGAIN;
	spin_unlock(&p->lock);
	return done ? (ssize_t)done : none;
}

/* Packet mode: the byte that begins what is read, or -EAGAIN, -EIO: there is nothing to begin. */
static int take_packet_byte(struct pty *p)
{
	guard(spin)(&p->lock);
	u8 status = p->status;
	p->status = 0;
	if (status)
		return status;
	if (!ring_is_empty(&p->out))
		return TIOCPKT_DATA;
	return p->slave_closed ? -EIO : -EAGAIN;
}

static ssize_t read_output(struct pty *p, struct uio *u, ssize_t total)
{
	ssize_t n = 0;
	while (u->left) {
		u8 buf[CHUNK];
		n = take_output(p, buf, min(u->left, sizeof(buf)));
		if (n <= 0)
			break;
		if (uio_put(u, buf, (size_t)n) < (size_t)n) {
			n = -EFAULT;
			break;
		}
		total += n;
	}
	return total ? total : n;
}

static ssize_t master_read(struct file *f, struct uio *u)
{
	struct pty *p = pty_of(f);
	ssize_t got = 0;
	if (u->left == 0)
		return 0;
	if (READ_ONCE(p->packet)) {
		int begin = take_packet_byte(p);
		u8 byte = (u8)begin;
		if (begin < 0)
			return begin;
		if (uio_put(u, &byte, 1) < 1)
			return -EFAULT;
		got = 1;
		if (begin != TIOCPKT_DATA)
			return got;
	}
	got = read_output(p, u, got);
	if (got > 0)
		tty_output_room(p->tty);
	return got;
}

static ssize_t master_write(struct file *f, struct uio *u)
{
	struct tty *t = tty_of(f);
	ssize_t total = 0;
	while (u->left) {
		u8 buf[CHUNK];
		struct uio_mark mark;
		uio_save(u, &mark);
		size_t n = uio_take(u, buf, min(u->left, sizeof(buf)));
		if (!n)
			return total ? total : -EFAULT;
		size_t done = tty_receive(t, buf, n);
		total += (ssize_t)done;
		if (done == n)
			continue;
		uio_restore(u, &mark);
		uio_take(u, buf, done);
		return total ? total : -EAGAIN;
	}
	return total;
}

static u32 master_ready(struct file *f)
{
	struct pty *p = pty_of(f);
	u32 mask = 0;
	/* words are read without the lock: each change is followed by a wake-up and another look */
	if (!ring_is_empty(&p->out))
		mask |= POLLIN | POLLRDNORM;
	if (READ_ONCE(p->packet) && READ_ONCE(p->status))
		mask |= POLLPRI | POLLIN | POLLRDNORM;
	if (READ_ONCE(p->slave_closed))
		mask |= POLLHUP;
	if (tty_input_room(p->tty))
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

static long set_lock(struct pty *p, const int __user *user)
{
	int lock;
	if (get_user(lock, user))
		return -EFAULT;
	WRITE_ONCE(p->locked, lock != 0);
	return 0;
}

static long set_packet(struct pty *p, const int __user *user)
{
	int on;
	if (get_user(on, user))
		return -EFAULT;
	guard(spin)(&p->lock);
	if (!on != !p->packet)
		p->status = 0;
	p->packet = on != 0;
	return 0;
}

static long send_signal(struct tty *t, unsigned long sig)
{
	if (sig != SIGINT && sig != SIGQUIT && sig != SIGTSTP)
		return -EINVAL;
	guard(mutex)(&t->lock);
	if (t->pgrp)
		signal_pgrp(t->pgrp, (int)sig);
	return 0;
}

/* A new descriptor of the slave, without its name's being looked up. */
static long open_peer(struct file *f, u32 flags)
{
	struct pty *p = pty_of(f);
	PATHREF folder = {};
	struct file *slave;
	int err = devpts_find(&f->path, &folder);
	if (err)
		return err;
	if (folder.mount->sb != p->sb)
		return -ENODEV;
	int fd = fd_reserve(flags, 0);
	if (fd < 0)
		return fd;
	struct path node = { folder.mount, p->node };
	err = open_path(&node, flags & (O_ACCMODE | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), &slave);
	if (err) {
		fd_cancel(fd);
		return err;
	}
	fd_install(fd, slave);
	return fd;
}

static long master_flush(struct pty *p, unsigned long which)
{
	if (which > TCIOFLUSH)
		return -EINVAL;
	if (which != TCOFLUSH)
		drop_output(p, 0);
	if (which != TCIFLUSH)
		tty_drop_raw_input(p->tty);
	if (which != TCOFLUSH)
		tty_output_room(p->tty);
	return 0;
}

static long master_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct pty *p = pty_of(f);
	void __user *user = (void __user *)arg;
	switch (cmd) {
	case TIOCSPTLCK:
		return set_lock(p, user);
	case TIOCGPTLCK:
		return put_user((int)READ_ONCE(p->locked), (int __user *)user);
	case TIOCGPTN:
		return put_user((u32)p->nr, (u32 __user *)user);
	case TIOCGPTPEER:
		return open_peer(f, (u32)arg);
	case TIOCPKT:
		return set_packet(p, user);
	case TIOCGPKT:
		return put_user((int)READ_ONCE(p->packet), (int __user *)user);
	case TIOCSIG:
		return send_signal(p->tty, arg);
	case TIOCINQ:
		return put_user((int)ring_used(&p->out), (int __user *)user);
	case TIOCOUTQ:
		return put_user(0, (int __user *)user);
	case TCFLSH:
		return master_flush(p, arg);
	case TCSBRK:
	case TCSBRKP:
		return 0; /* nothing is ever on the line */
	case TIOCGETD:
		return put_user(N_TTY, (int __user *)user);
	case TIOCSCTTY:
		return -EPERM;
	default:
		return tty_either_ioctl(p->tty, cmd, arg);
	}
}

static void master_release(struct file *f)
{
	struct pty *p = pty_of(f);
	devpts_remove(take(p->node));
	tty_unplug(p->tty);
	tty_put(p->tty);
}

/* Nobody's terminal: who asks for signals gets them. */
static int master_set_flags(struct file *f, u32 flags)
{
	if (flags & O_DIRECT)
		return -EINVAL;
	return flags & O_ASYNC ? async_default_owner(f, current_process_pid(), F_OWNER_PID) : 0;
}

static const struct file_ops master_ops = {
	.name = "ptmx", .flags = FILE_WRITE_ALL | FILE_KEEP_POS_UNLOCKED | FILE_ASYNC,
	.read = master_read, .write = master_write, .ready = master_ready, .ioctl = master_ioctl,
	.set_flags = master_set_flags, .release = master_release,
};

/* --- making pairs --- */

static void pty_setup(struct pty *p, struct superblock *sb, int nr)
{
	p->nr = nr;
	p->sb = sb;
	ref_get(&sb->ref);
	p->locked = true;
	p->flow = true;
	waitq_init(&p->wq, WAIT_TTY, p);
	spin_init(&p->lock, RANK_OBJECT);
	ring_init(&p->out, OUT_BYTES);
	p->port = (struct tty_port){
		.name = "pts", .major = PTY_MAJOR, .minor = (u32)nr, .flags = TTY_PORT_HAS_MASTER,
		.ops = &port_ops, .initial = tty_default_termios,
	};
	p->port.initial.c_cflag = B38400 | CS8 | CREAD;
}

/* The terminal of a new pair, counted once; it owns the pair. */
static int pty_new(struct superblock *sb, struct tty **out)
{
	struct pty *p = kzalloc(sizeof(*p));
	int nr = p ? devpts_take_number(sb) : -ENOMEM;
	if (nr < 0) {
		kfree(p);
		return nr;
	}
	pty_setup(p, sb, nr);
	p->tty = tty_new(&p->port);
	if (!p->tty) {
		port_release(&p->port);
		return -ENOMEM;
	}
	int err = devpts_add(sb, nr, p->tty, &p->node);
	if (err)
		tty_put(p->tty);
	else
		*out = p->tty;
	return err;
}

static int ptmx_open(struct file *f)
{
	PATHREF folder = {};
	struct tty *t;
	int err = devpts_find(&f->path, &folder);
	if (err == 0)
		err = pty_new(folder.mount->sb, &t);
	if (err)
		return err;
	f->ops = &master_ops;
	f->priv = t;
	f->wq = &pty_of(f)->wq;
	return 0;
}

static const struct file_ops ptmx_ops = { .name = "ptmx", .open = ptmx_open };

void pty_init(void)
{
	int err = device_register(S_IFCHR, rdev_make(PTMX_MAJOR, PTMX_MINOR), "ptmx", &ptmx_ops, NULL, PTMX_MODE);
	if (err)
		log_warn("pty: no /dev/ptmx: error %d", -err);
}
