// SPDX-License-Identifier: MIT
/*
 * tty_ioctl: asking and setting what a terminal is: modes, window, owner, queues.
 *
 * Promise   ioctl_tty(2). What changes a terminal stops a background process with SIGTTOU first, as termios(3)
 *           says; TCSETSW and TCSBRK wait until output is out, and a signal interrupts the wait.
 * Locks     the terminal's (tty.h); user memory is touched before or after, never under it
 * Linux     no modem lines, no line disciplines but N_TTY; TIOCSTI as dev.tty.legacy_tiocsti says (on)
 */
#include "fs/inode.h"
#include "fs/tty.h"
#include "kernel/core/clock.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/ioctl.h"
#include "mm/uaccess.h"

int tty_legacy_tiocsti = 1;

enum { BREAK_NS = 250000000, BREAK_UNIT_NS = 100000000 };

/* --- modes --- */

static const struct { u32 code, speed; } speeds[] = {
	{ B0, 0 }, { B50, 50 }, { B75, 75 }, { B110, 110 }, { B134, 134 }, { B150, 150 }, { B200, 200 },
	{ B300, 300 }, { B600, 600 }, { B1200, 1200 }, { B1800, 1800 }, { B2400, 2400 }, { B4800, 4800 },
	{ B9600, 9600 }, { B19200, 19200 }, { B38400, 38400 }, { B57600, 57600 }, { B115200, 115200 },
	{ B230400, 230400 },
};

static u32 speed_of(u32 cflag, u32 other)
{
	if ((cflag & CBAUD) == BOTHER)
		return other;
	for (size_t i = 0; i < ARRAY_LEN(speeds); i++)
		if (speeds[i].code == (cflag & CBAUD))
			return speeds[i].speed;
	return other;
}

/* A struct termios2 begins as a struct termios. */
_Static_assert(offsetof(struct termios2, c_ispeed) == sizeof(struct termios), "termios2 is termios and two speeds");

static long get_modes(struct tty *t, void __user *user, size_t size)
{
	struct termios2 m = {};
	mutex_lock(&t->lock);
	__builtin_memcpy(&m, &t->ld.termios, sizeof(t->ld.termios));
	m.c_ispeed = speed_of(m.c_cflag, t->input_speed);
	m.c_ospeed = speed_of(m.c_cflag, t->output_speed);
	mutex_unlock(&t->lock);
	return copy_to_user(user, &m, size);
}

enum set_when { SET_NOW, SET_DRAINED, SET_FLUSHED };

/* Bits that are locked stay as they are. */
static u32 unlocked(u32 now, u32 wanted, u32 locked)
{
	return (now & locked) | (wanted & ~locked);
}

static void keep_locked(const struct tty *t, struct termios *set) /* t->lock */
{
	const struct termios *now = &t->ld.termios, *locked = &t->locked;
	set->c_iflag = unlocked(now->c_iflag, set->c_iflag, locked->c_iflag);
	set->c_oflag = unlocked(now->c_oflag, set->c_oflag, locked->c_oflag);
	set->c_cflag = unlocked(now->c_cflag, set->c_cflag, locked->c_cflag);
	set->c_lflag = unlocked(now->c_lflag, set->c_lflag, locked->c_lflag);
	if (locked->c_line)
		set->c_line = now->c_line;
	for (int i = 0; i < NCCS; i++)
		if (locked->c_cc[i])
			set->c_cc[i] = now->c_cc[i];
}

/* `size` tells whether the speeds of `m` count: they do in a termios2. */
static long set_modes(struct tty *t, const struct termios2 *m, size_t size, enum set_when when)
{
	struct termios set;
	int err = tty_check_background(t, SIGTTOU);
	if (err == 0 && when != SET_NOW)
		err = tty_wait_drained(t, FOREVER);
	if (err)
		return err;
	__builtin_memcpy(&set, m, sizeof(set));
	mutex_lock(&t->lock);
	if (when == SET_FLUSHED)
		ldisc_flush_input(&t->ld);
	keep_locked(t, &set);
	t->output_speed = speed_of(set.c_cflag, size == sizeof(*m) ? m->c_ospeed : t->output_speed);
	t->input_speed = size == sizeof(*m) && m->c_ispeed ? m->c_ispeed : t->output_speed;
	ldisc_set_termios(&t->ld, &set);
	t->port->ops->set_termios(t->port, &set);
	tty_feed(t);
	mutex_unlock(&t->lock);
	tty_announce(t);
	return 0;
}

static long set_new_modes(struct tty *t, const void __user *user, size_t size, enum set_when when)
{
	struct termios2 m = {};
	return copy_from_user(&m, user, size) ? -EFAULT : set_modes(t, &m, size, when);
}

/* --- modes as they were in System V: the lower halves, and the first characters --- */

enum { TERMIO_MASK = 0xffff };

static long get_old_modes(struct tty *t, void __user *user)
{
	struct termio old = {};
	mutex_lock(&t->lock);
	const struct termios *now = &t->ld.termios;
	old.c_iflag = now->c_iflag;
	old.c_oflag = now->c_oflag;
	old.c_cflag = now->c_cflag;
	old.c_lflag = now->c_lflag;
	old.c_line = now->c_line;
	__builtin_memcpy(old.c_cc, now->c_cc, sizeof(old.c_cc));
	mutex_unlock(&t->lock);
	return copy_to_user(user, &old, sizeof(old));
}

static long set_old_modes(struct tty *t, const void __user *user, enum set_when when)
{
	struct termios2 m = {};
	struct termio old;
	if (copy_from_user(&old, user, sizeof(old)))
		return -EFAULT;
	mutex_lock(&t->lock);
	__builtin_memcpy(&m, &t->ld.termios, sizeof(t->ld.termios));
	mutex_unlock(&t->lock);
	m.c_iflag = (m.c_iflag & ~TERMIO_MASK) | old.c_iflag;
	m.c_oflag = (m.c_oflag & ~TERMIO_MASK) | old.c_oflag;
	m.c_cflag = (m.c_cflag & ~TERMIO_MASK) | old.c_cflag;
	m.c_lflag = (m.c_lflag & ~TERMIO_MASK) | old.c_lflag;
	m.c_line = old.c_line;
	__builtin_memcpy(m.c_cc, old.c_cc, sizeof(old.c_cc));
	return set_modes(t, &m, sizeof(struct termios), when);
}

static long get_locked(struct tty *t, void __user *user)
{
	mutex_lock(&t->lock);
	struct termios locked = t->locked;
	mutex_unlock(&t->lock);
	return copy_to_user(user, &locked, sizeof(locked));
}

static long set_locked(struct tty *t, const void __user *user)
{
	struct termios locked;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(&locked, user, sizeof(locked)))
		return -EFAULT;
	mutex_lock(&t->lock);
	t->locked = locked;
	mutex_unlock(&t->lock);
	return 0;
}

/* --- window --- */

static long get_window(struct tty *t, void __user *user)
{
	mutex_lock(&t->lock);
	struct winsize size = t->size;
	mutex_unlock(&t->lock);
	return copy_to_user(user, &size, sizeof(size));
}

static bool same_size(const struct winsize *a, const struct winsize *b)
{
	return a->ws_row == b->ws_row && a->ws_col == b->ws_col && a->ws_xpixel == b->ws_xpixel &&
	       a->ws_ypixel == b->ws_ypixel;
}

static long set_window(struct tty *t, const void __user *user)
{
	struct winsize size;
	if (copy_from_user(&size, user, sizeof(size)))
		return -EFAULT;
	guard(mutex)(&t->lock);
	if (same_size(&size, &t->size))
		return 0;
	t->size = size;
	if (t->pgrp)
		signal_pgrp(t->pgrp, SIGWINCH);
	return 0;
}

/* --- owner --- */

static long get_owner(struct tty *t, u32 cmd, int __user *user)
{
	mutex_lock(&t->lock);
	struct pid *p = cmd == TIOCGSID ? t->session : t->pgrp;
	int nr = p ? p->nr : 0;
	mutex_unlock(&t->lock);
	return cmd == TIOCGSID && !nr ? -ENOTTY : put_user(nr, user);
}

static long set_foreground(struct tty *t, const int __user *user)
{
	int nr, err = tty_check_background(t, SIGTTOU);
	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (!tty_is_mine(t))
		return -ENOTTY;
	if (get_user(nr, user))
		return -EFAULT;
	if (nr < 0)
		return -EINVAL;
	struct pid *pgrp = pid_find_get(nr);
	if (!pgrp || list_is_empty(&pgrp->group)) {
		pid_put(pgrp);
		return -ESRCH;
	}
	if (!pgrp_is_in_my_session(pgrp)) {
		pid_put(pgrp);
		return -EPERM;
	}
	mutex_lock(&t->lock);
	struct pid *old = t->pgrp;
	t->pgrp = pgrp;
	mutex_unlock(&t->lock);
	pid_put(old);
	return 0;
}

static long take_control(struct file *f, struct tty *t, bool steal)
{
	struct tty *mine __autoput(tty) = current_tty();
	guard(mutex)(&t->lock);
	if (current_is_session_leader() && t->session == current_session())
		return 0;
	if (!current_is_session_leader() || mine)
		return -EPERM;
	if (t->session) {
		if (!steal || !capable(CAP_SYS_ADMIN))
			return -EPERM;
		session_clear_tty(t->session);
	}
	if (!(f->mode & FILE_READ) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return tty_become_controlling(t);
}

static long give_up_control(struct tty *t)
{
	if (!tty_is_mine(t))
		return -ENOTTY;
	if (!current_is_session_leader()) {
		current_set_tty(NULL);
		return 0;
	}
	guard(mutex)(&t->lock);
	if (t->pgrp) {
		signal_pgrp(t->pgrp, SIGHUP);
		signal_pgrp(t->pgrp, SIGCONT);
	}
	session_clear_tty(current_session());
	tty_clear_session(t);
	return 0;
}

/* --- queues --- */

static long flush(struct tty *t, unsigned long which)
{
	int err = tty_check_background(t, SIGTTOU);
	if (err)
		return err;
	if (which > TCIOFLUSH)
		return -EINVAL;
	mutex_lock(&t->lock);
	if (which != TCOFLUSH)
		ldisc_flush_input(&t->ld);
	if (which != TCIFLUSH)
		ldisc_flush_output(&t->ld);
	tty_feed(t);
	mutex_unlock(&t->lock);
	tty_announce(t);
	return 0;
}

static long flow(struct tty *t, unsigned long what)
{
	int err = tty_check_background(t, SIGTTOU);
	if (err)
		return err;
	if (what > TCION)
		return -EINVAL;
	guard(mutex)(&t->lock);
	u8 c = t->ld.termios.c_cc[what == TCIOFF ? VSTOP : VSTART];
	if (what == TCOOFF || what == TCOON)
		ldisc_hold(&t->ld, what == TCOOFF);
	else if (c)
		t->port->ops->write(t->port, &c, 1);
	return 0;
}

static void set_break(struct tty *t, bool on)
{
	guard(mutex)(&t->lock);
	if (t->port->ops->set_break)
		t->port->ops->set_break(t->port, on);
}

/* Waits until all is out; then a line break of so many ns, if any. */
static long drain_and_break(struct tty *t, u64 break_ns)
{
	int err = tty_check_background(t, SIGTTOU);
	if (err == 0)
		err = tty_wait_drained(t, FOREVER);
	if (err || !break_ns)
		return err;
	set_break(t, true);
	err = wait_event(&t->wq, POLLHUP, false, deadline_after(break_ns), WAIT_INTERRUPTIBLE);
	set_break(t, false);
	return err == -ETIMEDOUT ? 0 : -EINTR;
}

static long put_count(struct tty *t, u32 cmd, int __user *user)
{
	struct tty_port *p = t->port;
	mutex_lock(&t->lock);
	size_t n = 0;
	if (cmd == TIOCINQ)
		n = ldisc_readable_bytes(&t->ld);
	else if (p->ops->pending)
		n = ring_used(&t->ld.echo) + p->ops->pending(p);
	mutex_unlock(&t->lock);
	return put_user((int)n, user);
}

static long set_exclusive(struct tty *t, bool on)
{
	guard(mutex)(&t->lock);
	t->exclusive = on;
	return 0;
}

static long set_discipline(const int __user *user)
{
	int nr;
	if (get_user(nr, user))
		return -EFAULT;
	return nr == N_TTY ? 0 : -EINVAL;
}

static long hang_up_now(struct tty *t)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	tty_hangup(t);
	return 0;
}

/* A byte as if it had been typed. */
static long type_ahead(struct tty *t, const u8 __user *user)
{
	bool is_admin = capable(CAP_SYS_ADMIN);
	u8 c;
	if (!READ_ONCE(tty_legacy_tiocsti) && !is_admin)
		return -EIO;
	if (!is_admin && !tty_is_mine(t))
		return -EPERM;
	if (get_user(c, user))
		return -EFAULT;
	tty_receive(t, &c, 1);
	return 0;
}

long tty_either_ioctl(struct tty *t, u32 cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	switch (cmd) {
	case TIOCGPGRP:
	case TIOCGSID:
		return get_owner(t, cmd, user);
	case TIOCSPGRP:
		return set_foreground(t, user);
	case TCGETS:
		return get_modes(t, user, sizeof(struct termios));
	case TCGETS2:
		return get_modes(t, user, sizeof(struct termios2));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_new_modes(t, user, sizeof(struct termios), (enum set_when)(cmd - TCSETS));
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return set_new_modes(t, user, sizeof(struct termios2), (enum set_when)(cmd - TCSETS2));
	case TCGETA:
		return get_old_modes(t, user);
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
		return set_old_modes(t, user, (enum set_when)(cmd - TCSETA));
	case TIOCGLCKTRMIOS:
		return get_locked(t, user);
	case TIOCSLCKTRMIOS:
		return set_locked(t, user);
	case TIOCGWINSZ:
		return get_window(t, user);
	case TIOCSWINSZ:
		return set_window(t, user);
	default:
		return -ENOIOCTLCMD;
	}
}

long tty_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct tty *t = f->priv;
	void __user *user = (void __user *)arg;
	if (tty_file_is_dead(f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (cmd) {
	case TIOCGPGRP:
	case TIOCGSID:
		return tty_is_mine(t) ? get_owner(t, cmd, user) : -ENOTTY;
	case TIOCSCTTY:
		return take_control(f, t, arg == 1);
	case TIOCNOTTY:
		return give_up_control(t);
	case TCFLSH:
		return flush(t, arg);
	case TCXONC:
		return flow(t, arg);
	case TCSBRK:
		return drain_and_break(t, arg ? 0 : BREAK_NS);
	case TCSBRKP:
		return drain_and_break(t, arg ? arg * BREAK_UNIT_NS : BREAK_NS);
	case TIOCSBRK:
	case TIOCCBRK:
		set_break(t, cmd == TIOCSBRK);
		return 0;
	case TIOCINQ:
	case TIOCOUTQ:
		return put_count(t, cmd, user);
	case TIOCEXCL:
	case TIOCNXCL:
		return set_exclusive(t, cmd == TIOCEXCL);
	case TIOCGEXCL:
		return put_user((int)READ_ONCE(t->exclusive), (int __user *)user);
	case TIOCGETD:
		return put_user(N_TTY, (int __user *)user);
	case TIOCSETD:
		return set_discipline(user);
	case TIOCGDEV:
		return put_user((u32)tty_rdev(t), (u32 __user *)user);
	case TIOCVHANGUP:
		return hang_up_now(t);
	case TIOCSTI:
		return type_ahead(t, user);
	case TIOCGPTPEER:
		return -EIO;
	default:
		return tty_either_ioctl(t, cmd, arg);
	}
}
