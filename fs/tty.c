// SPDX-License-Identifier: MIT
/*
 * tty: terminals as files, and their ties to sessions and process groups.
 *
 * Promise   tty(4), termios(3): a read answers a line (canonical) or what VMIN and VTIME ask for (raw); a
 *           process that is not in the foreground gets SIGTTIN when it reads and, with TOSTOP, SIGTTOU when
 *           it writes; the keyboard's signals reach the foreground group also while nobody reads. After
 *           a hang-up files opened before it read 0 bytes and write -EIO; when the leader whom it told ends,
 *           the group that was in the foreground is told as well. /dev/tty is the caller's
 *           controlling terminal or ENXIO; /dev/console is the last `console=` option, and neither becomes
 *           a controlling terminal by being opened nor stops background processes.
 * Locks     tty.h. Order: lock, then the process tree's and signal locks (inside signal_pgrp and its like)
 *           or the device's. The wait queue is woken with no lock held.
 * Lifetime  terminals of devices are made at boot and stay; those of pseudo-terminals go with the last reference
 * Blocking  read, write: -EAGAIN, woken by input, by room in the device, by a hang-up. Inter-byte time-outs
 *           (VTIME) are file_ops.read_deadline: file.c asks for it before each sleep.
 * Reading   interrupts only append to the raw ring (tty_port_input). One kernel thread, "ttyd", takes it
 *           from there through the line discipline, because signals to a process group take locks that
 *           interrupts may not. A reader that made room does the same on its way out.
 */
#include "fs/tty.h"
#include "fs/async.h"
#include "fs/inode.h"
#include "kernel/core/clock.h"
#include "kernel/core/log.h"
#include "kernel/core/sched.h"
#include "kernel/lib/string.h"

enum {
	FEED_CHUNK = 64,
	WRITE_CHUNK = 512,
	READ_ON_STACK = 256,
	WRITABLE_BELOW = 256, /* pending bytes; with more, poll() does not call the terminal writable */
	VTIME_UNIT_MS = 100,
	AUX_MAJOR = 5,	      /* /dev/tty, /dev/console */
	VT_MAJOR = 4,	      /* /dev/tty0 */
};

static struct list ttys = LIST_INIT(ttys); /* [boot] */
static struct waitq work_wq = WAITQ_INIT(work_wq, WAIT_KTHREAD);
static u32 work_due;	    /* [atomic] */
static struct tty *console; /* [boot] what /dev/console is; NULL: nothing */

static const struct file_ops console_ops;

/* --- from the device --- */

static void work_schedule(void)
{
	__atomic_store_n(&work_due, 1, __ATOMIC_SEQ_CST);
	wake(&work_wq, POLLIN);
}

/* How many there was room for. */
static size_t raw_put(struct tty *t, const u8 *s, size_t n, enum tty_port_event event)
{
	size_t i = 0;
	u64 irq = spin_lock_irqsave(&t->raw_lock);
	for (; i < n && !ring_is_full(&t->raw); i++) {
		t->raw_cells[ring_head_slot(&t->raw)] = s[i] | event << TTY_RAW_EVENT_SHIFT;
		ring_push(&t->raw, 1);
	}
	spin_unlock_irqrestore(&t->raw_lock, irq);
	return i;
}

static void port_input(struct tty_port *p, const u8 *s, size_t n, enum tty_port_event event)
{
	raw_put(p->client_data, s, n, event);
	work_schedule();
}

/* There may be room for output; who is signalled is told once for each write that found none. */
static void wake_writers(struct tty *t)
{
	bool missed = READ_ONCE(t->was_full) && __atomic_exchange_n(&t->was_full, false, __ATOMIC_RELAXED);
	wake(&t->wq, POLLOUT | POLLWRNORM | (missed ? ASYNC_OUT : 0));
}

static void port_room(struct tty_port *p)
{
	struct tty *t = p->client_data;
	if (!ring_is_empty(&t->ld.echo))
		work_schedule();
	wake_writers(t);
}

static const struct tty_port_client client = { .input = port_input, .room = port_room };

/* Copies raw input of one kind out without taking it; answers the number of bytes. */
static size_t raw_peek(struct tty *t, u8 *buf, enum tty_port_event *event)
{
	u64 irq = spin_lock_irqsave(&t->raw_lock);
	u32 n = min(ring_used(&t->raw), (u32)FEED_CHUNK), i = 0;
	for (; i < n; i++) {
		u16 cell = t->raw_cells[ring_slot(&t->raw, i)];
		enum tty_port_event kind = cell >> TTY_RAW_EVENT_SHIFT;
		if (i && (kind != *event || kind != TTY_INPUT_NORMAL))
			break;
		*event = kind;
		buf[i] = (u8)cell;
	}
	spin_unlock_irqrestore(&t->raw_lock, irq);
	return i;
}

static void raw_take(struct tty *t, size_t n)
{
	u64 irq = spin_lock_irqsave(&t->raw_lock);
	ring_pop(&t->raw, n);
	spin_unlock_irqrestore(&t->raw_lock, irq);
}

void tty_feed(struct tty *t)
{
	static const enum ldisc_error errors[] = {
		[TTY_INPUT_BREAK] = LDISC_BREAK, [TTY_INPUT_PARITY] = LDISC_PARITY,
		[TTY_INPUT_FRAME] = LDISC_FRAME, [TTY_INPUT_OVERRUN] = LDISC_OVERRUN,
	};
	u8 buf[FEED_CHUNK];
	enum tty_port_event event = TTY_INPUT_NORMAL;
	u32 tail = t->raw.tail;
	assert_mutex_held(&t->lock);
	ldisc_flush_echo(&t->ld);
	for (size_t n; (n = raw_peek(t, buf, &event));) {
		size_t taken = n;
		if (event == TTY_INPUT_NORMAL)
			taken = ldisc_receive(&t->ld, buf, n);
		else
			ldisc_receive_error(&t->ld, errors[event], buf[0]);
		raw_take(t, taken);
		if (taken)
			t->last_input_ns = clock_now_ns();
		if (taken < n)
			break;
	}
	if (t->raw.tail != tail && t->port->ops->input_room)
		t->port->ops->input_room(t->port);
}

size_t tty_receive(struct tty *t, const u8 *s, size_t n)
{
	size_t taken = 0;
	mutex_lock(&t->lock);
	if (unlikely(!ring_is_empty(&t->raw)))
		tty_feed(t); /* first come */
	if (likely(ring_is_empty(&t->raw))) {
		taken = ldisc_receive(&t->ld, s, n);
		if (taken)
			t->last_input_ns = clock_now_ns();
	}
	if (taken < n)
		taken += raw_put(t, s + taken, n - taken, TTY_INPUT_NORMAL);
	mutex_unlock(&t->lock);
	tty_announce(t);
	return taken;
}

size_t tty_input_room(struct tty *t)
{
	return ring_room(&t->raw);
}

void tty_output_room(struct tty *t)
{
	/* an echo that found the device full was stored before it tried: it is seen here */
	if (unlikely(!ring_is_empty(&t->ld.echo))) {
		mutex_lock(&t->lock);
		ldisc_flush_echo(&t->ld);
		mutex_unlock(&t->lock);
	}
	wake_writers(t);
}

void tty_drop_raw_input(struct tty *t)
{
	guard(mutex)(&t->lock);
	raw_take(t, ring_used(&t->raw));
}

void tty_announce(struct tty *t)
{
	if (ldisc_is_readable(&t->ld) || ldisc_readable_bytes(&t->ld))
		wake(&t->wq, POLLIN | POLLRDNORM | ASYNC_IN);
}

static void worker(void *unused)
{
	for (;;) {
		wait_event(&work_wq, POLLIN, __atomic_exchange_n(&work_due, 0, __ATOMIC_SEQ_CST), FOREVER,
			WAIT_UNINTERRUPTIBLE);
		struct tty *t;
		list_for_each(t, &ttys, node) {
			if (ring_is_empty(&t->raw) && ring_is_empty(&t->ld.echo))
				continue;
			mutex_lock(&t->lock);
			tty_feed(t);
			mutex_unlock(&t->lock);
			tty_announce(t);
		}
	}
}

/* --- from the line discipline to the device and the processes --- */

static struct tty *tty_of_ldisc(struct ldisc *ld)
{
	return container_of(ld, struct tty, ld);
}

static size_t ld_write(struct ldisc *ld, const u8 *s, size_t n)
{
	struct tty_port *p = tty_of_ldisc(ld)->port;
	return p->ops->write(p, s, n);
}

static size_t ld_room(struct ldisc *ld)
{
	struct tty_port *p = tty_of_ldisc(ld)->port;
	return p->ops->write_room(p);
}

static void ld_signal(struct ldisc *ld, int sig)
{
	struct tty *t = tty_of_ldisc(ld);
	if (t->pgrp)
		signal_pgrp(t->pgrp, sig);
}

static void ld_set_stopped(struct ldisc *ld, bool stopped)
{
	struct tty *t = tty_of_ldisc(ld);
	if (t->port->ops->set_stopped)
		t->port->ops->set_stopped(t->port, stopped);
	if (!stopped)
		wake_writers(t);
}

static void ld_flush_output(struct ldisc *ld)
{
	struct tty *t = tty_of_ldisc(ld);
	if (t->port->ops->flush_output)
		t->port->ops->flush_output(t->port);
	wake_writers(t);
}

static void ld_input_flushed(struct ldisc *ld)
{
	struct tty_port *p = tty_of_ldisc(ld)->port;
	if (p->ops->input_flushed)
		p->ops->input_flushed(p);
}

static const struct ldisc_ops ldisc_to_tty = {
	.write = ld_write, .room = ld_room, .signal = ld_signal, .set_stopped = ld_set_stopped,
	.flush_output = ld_flush_output, .input_flushed = ld_input_flushed,
};

/* --- sessions --- */

static void tty_clear_session_refs(struct tty *t)
{
	pid_put(take(t->session));
	pid_put(take(t->pgrp));
}

void tty_put(struct tty *t)
{
	if (!t || !ref_put(&t->ref))
		return;
	/* terminals of devices keep the reference they were born with */
	if (!t->port->ops->release)
		ref_bug(&t->ref, "put of a device's terminal");
	tty_clear_session_refs(t);
	t->port->ops->release(t->port);
	kfree(t);
}

u64 tty_rdev(const struct tty *t)
{
	return rdev_make(t->port->major, t->port->minor);
}

int tty_foreground_pgrp_number(struct tty *t)
{
	rcu_read_lock(); /* pids outlive their last put; the lock is out of reach for a reader of /proc */
	const struct pid *pgrp = rcu_load(t->pgrp);
	int nr = pgrp ? pgrp->nr : -1;
	rcu_read_unlock();
	return nr;
}

bool tty_is_mine(struct tty *t)
{
	struct tty *mine __autoput(tty) = current_tty();
	return mine == t;
}

int tty_check_background(struct tty *t, int sig)
{
	if (!tty_is_mine(t))
		return 0;
	struct pid *mine = current_pgrp();
	mutex_lock(&t->lock);
	bool background = t->pgrp && t->pgrp != mine;
	mutex_unlock(&t->lock);
	if (!background)
		return 0;
	if (signal_is_ignored_or_blocked(sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (pgrp_is_orphaned(mine))
		return -EIO;
	signal_pgrp(mine, sig);
	return -ERESTART;
}

void tty_clear_session(struct tty *t)
{
	assert_mutex_held(&t->lock);
	tty_clear_session_refs(t);
}

int tty_become_controlling(struct tty *t)
{
	assert_mutex_held(&t->lock);
	tty_clear_session(t);
	t->session = pid_get(current_session());
	t->pgrp = pid_get(current_pgrp());
	current_set_tty(t);
	return 0;
}

static void open_may_make_controlling(struct tty *t, struct file *f)
{
	if ((f->flags & O_NOCTTY) || !(f->mode & FILE_READ) || t->session || !current_is_session_leader())
		return;
	struct tty *mine __autoput(tty) = current_tty();
	if (!mine)
		tty_become_controlling(t);
}

static void hang_up(struct tty *t, bool leader_exits)
{
	mutex_lock(&t->lock);
	t->hangups++;
	ldisc_flush_input(&t->ld);
	ldisc_flush_output(&t->ld);
	struct pid *session = take(t->session), *pgrp = take(t->pgrp);
	t->exclusive = false;
	ldisc_set_termios(&t->ld, &t->port->initial);
	mutex_unlock(&t->lock);
	if (session && !leader_exits) {
		signal_process(session, SIGHUP);
		signal_process(session, SIGCONT);
	}
	if (pgrp && leader_exits)
		signal_pgrp(pgrp, SIGHUP);
	if (session)
		session_hung_up(session, leader_exits ? NULL : pgrp);
	pid_put(session);
	pid_put(pgrp);
	wake_all(&t->wq, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM);
}

void tty_hangup(struct tty *t)
{
	hang_up(t, false);
}

void tty_unplug(struct tty *t)
{
	mutex_lock(&t->lock);
	t->unplugged = true;
	mutex_unlock(&t->lock);
	hang_up(t, false);
}

/* The terminal goes on without a session: who has it open may still use it. */
static void leave_behind(struct tty *t)
{
	mutex_lock(&t->lock);
	struct pid *session = take(t->session), *pgrp = take(t->pgrp);
	mutex_unlock(&t->lock);
	if (pgrp)
		signal_pgrp(pgrp, SIGHUP);
	if (session)
		session_clear_tty(session);
	pid_put(session);
	pid_put(pgrp);
}

void tty_leader_exits(void)
{
	struct tty *t __autoput(tty) = current_tty();
	if (t && t->port->flags & TTY_PORT_HAS_MASTER)
		leave_behind(t);
	else if (t)
		hang_up(t, true);
}

/* --- files --- */

static struct tty *tty_of(const struct file *f)
{
	return f->priv;
}

bool tty_file_is_dead(const struct file *f)
{
	return f->mark != READ_ONCE(tty_of(f)->hangups);
}

static int open_tty(struct file *f, struct tty *t)
{
	guard(mutex)(&t->lock);
	if (t->unplugged)
		return -EIO;
	if (t->exclusive && !capable(CAP_SYS_ADMIN))
		return -EBUSY;
	if (t->nr_open == 0 && t->port->ops->open) {
		int err = t->port->ops->open(t->port);
		if (err)
			return err;
		t->port->ops->set_termios(t->port, &t->ld.termios);
	}
	t->nr_open++;
	f->priv = tty_get(t);
	f->wq = &t->wq;
	f->mark = t->hangups;
	return 0;
}

static int tty_open(struct file *f)
{
	struct tty *t = tty_of(f);
	int err = open_tty(f, t);
	if (err)
		return err;
	mutex_lock(&t->lock);
	open_may_make_controlling(t, f);
	mutex_unlock(&t->lock);
	return 0;
}

static int console_open(struct file *f)
{
	return console ? open_tty(f, console) : -ENODEV;
}

static int controlling_open(struct file *f)
{
	struct tty *t __autoput(tty) = current_tty();
	if (!t)
		return -ENXIO;
	f->ops = &tty_ops;
	return open_tty(f, t);
}

static void tty_release(struct file *f)
{
	struct tty *t = tty_of(f);
	mutex_lock(&t->lock);
	if (--t->nr_open == 0) {
		if (!(t->port->flags & TTY_PORT_HAS_MASTER))
			ldisc_flush_input(&t->ld);
		t->exclusive = false;
		if (t->port->ops->close)
			t->port->ops->close(t->port);
	}
	mutex_unlock(&t->lock);
	tty_put(t);
}

static ssize_t tty_read(struct file *f, struct uio *u)
{
	struct tty *t = tty_of(f);
	if (tty_file_is_dead(f))
		return 0;
	int err = f->ops == &console_ops ? 0 : tty_check_background(t, SIGTTIN);
	if (err || u->left == 0)
		return err;
	bool last = (f->flags & O_NONBLOCK) || (u->flags & UIO_LAST_TRY);
	size_t n = min(u->left, (size_t)LDISC_BYTES);
	u8 small[READ_ON_STACK], *buf = n > sizeof(small) ? kmalloc(n) : small;
	if (!buf)
		return -ENOMEM;
	mutex_lock(&t->lock);
	ssize_t got = ldisc_read(&t->ld, buf, n, last);
	tty_feed(t);
	mutex_unlock(&t->lock);
	if (got > 0 && uio_put(u, buf, got) < (size_t)got)
		got = -EFAULT;
	if (buf != small)
		kfree(buf);
	return got;
}

static u64 tty_read_deadline(struct file *f, u64 began_ns)
{
	struct tty *t = tty_of(f);
	guard(mutex)(&t->lock);
	const struct termios *set = &t->ld.termios;
	u64 wait_ns = set->c_cc[VTIME] * VTIME_UNIT_MS * NSEC_PER_MSEC;
	if ((set->c_lflag & ICANON) || !wait_ns)
		return FOREVER;
	if (!set->c_cc[VMIN])
		return began_ns + wait_ns;
	if (!ldisc_readable_bytes(&t->ld))
		return FOREVER; /* the clock starts with the first byte */
	return max(began_ns, t->last_input_ns) + wait_ns;
}

/* One chunk: bytes written, 0 when there is no room, -EFAULT. */
static ssize_t write_chunk(struct tty *t, struct uio *u)
{
	u8 buf[WRITE_CHUNK];
	struct uio_mark mark;
	uio_save(u, &mark);
	size_t n = uio_take(u, buf, min(u->left, sizeof(buf)));
	if (!n)
		return -EFAULT;
	mutex_lock(&t->lock);
	size_t done = ldisc_write(&t->ld, buf, n);
	mutex_unlock(&t->lock);
	if (done < n) {
		uio_restore(u, &mark);
		uio_take(u, buf, done);
	}
	return done;
}

static ssize_t tty_write(struct file *f, struct uio *u)
{
	struct tty *t = tty_of(f);
	ssize_t total = 0;
	if (tty_file_is_dead(f))
		return -EIO;
	if ((READ_ONCE(t->ld.termios.c_lflag) & TOSTOP) && f->ops != &console_ops) {
		int err = tty_check_background(t, SIGTTOU);
		if (err)
			return err;
	}
	while (u->left) {
		ssize_t n = write_chunk(t, u);
		if (n < 0)
			return total ? total : n;
		if (n == 0) {
			WRITE_ONCE(t->was_full, true);
			return total ? total : -EAGAIN;
		}
		total += n;
	}
	return total;
}

/* Who gets the signals of O_ASYNC unless F_SETOWN said so: the foreground, as far as there is one. */
static int tty_set_flags(struct file *f, u32 flags)
{
	struct tty *t = tty_of(f);
	if (flags & O_DIRECT)
		return -EINVAL;
	if (likely(!(flags & O_ASYNC)) || READ_ONCE(f->flags) & O_ASYNC)
		return 0;
	mutex_lock(&t->lock);
	struct pid *pgrp __autoput(pid) = t->pgrp ? pid_get(t->pgrp) : NULL;
	mutex_unlock(&t->lock);
	return pgrp ? async_default_owner(f, pgrp, F_OWNER_PGRP) :
		      async_default_owner(f, current_process_pid(), F_OWNER_PID);
}

static u32 tty_ready(struct file *f)
{
	struct tty *t = tty_of(f);
	struct tty_port *p = t->port;
	u32 mask = 0;
	if (tty_file_is_dead(f))
		return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR | POLLHUP;
	/* words are read without the lock: each change is followed by a wake-up and another look */
	if (ldisc_is_readable(&t->ld))
		mask |= POLLIN | POLLRDNORM;
	size_t pending = p->ops->pending ? p->ops->pending(p) : 0;
	if (!ldisc_output_is_stopped(&t->ld) && pending < WRITABLE_BELOW && p->ops->write_room(p))
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

static bool is_drained(struct tty *t)
{
	struct tty_port *p = t->port;
	return !p->ops->pending || (ring_is_empty(&t->ld.echo) && !p->ops->pending(p));
}

int tty_wait_drained(struct tty *t, u64 deadline_ns)
{
	return wait_event(&t->wq, POLLOUT, is_drained(t), deadline_ns, WAIT_INTERRUPTIBLE);
}

const struct file_ops tty_ops = {
	.name = "tty", .flags = FILE_WRITE_ALL | FILE_KEEP_POS_UNLOCKED | FILE_ASYNC,
	.open = tty_open, .read = tty_read, .read_deadline = tty_read_deadline, .write = tty_write,
	.ready = tty_ready, .ioctl = tty_ioctl, .set_flags = tty_set_flags, .release = tty_release,
};
static const struct file_ops console_ops = {
	.name = "console", .flags = FILE_WRITE_ALL | FILE_KEEP_POS_UNLOCKED | FILE_ASYNC,
	.open = console_open, .read = tty_read, .read_deadline = tty_read_deadline, .write = tty_write,
	.ready = tty_ready, .ioctl = tty_ioctl, .set_flags = tty_set_flags, .release = tty_release,
};
static const struct file_ops controlling_ops = { .name = "tty", .open = controlling_open };

/* --- start-up --- */

static void device_add(u32 major, u32 minor, const char *name, const struct file_ops *ops, void *priv, u32 mode)
{
	int err = device_register(S_IFCHR, rdev_make(major, minor), name, ops, priv, mode);
	if (err)
		log_warn("tty: /dev/%s: error %d", name, -err);
}

struct tty *tty_new(struct tty_port *p)
{
	struct tty *t = kzalloc(sizeof(*t));
	if (!t)
		return NULL;
	ref_init(&t->ref);
	t->port = p;
	t->size = p->size;
	mutex_init(&t->lock, RANK_TTY);
	waitq_init(&t->wq, WAIT_TTY, t);
	spin_init(&t->raw_lock, RANK_DEVICE);
	ring_init(&t->raw, TTY_RAW_CELLS);
	ldisc_init(&t->ld, &ldisc_to_tty, &p->initial);
	p->client_data = t;
	list_init(&t->node);
	__atomic_store_n(&p->client, &client, __ATOMIC_RELEASE);
	return t;
}

void tty_init(void)
{
	struct tty_port *p;
	list_for_each(p, &tty_ports, node) {
		struct tty *t = tty_new(p);
		if (!t)
			continue;
		list_add_tail(&ttys, &t->node);
		device_add(p->major, p->minor, p->name, &tty_ops, t, 0620);
		if (p->major == VT_MAJOR && strcmp(p->name, "tty1") == 0)
			device_add(VT_MAJOR, 0, "tty0", &tty_ops, t, 0620);
		if (p == tty_port_console())
			console = t;
	}
	device_add(AUX_MAJOR, 0, "tty", &controlling_ops, NULL, 0666);
	device_add(AUX_MAJOR, 1, "console", &console_ops, NULL, 0600);
	if (!kthread_start("ttyd", worker, NULL))
		log_warn("tty: no memory for the thread that serves terminals");
}
