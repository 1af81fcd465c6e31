// SPDX-License-Identifier: MIT
/*
 * socket_opt: setsockopt and getsockopt at the level SOL_SOCKET.
 *
 * Promise   an option that means something here takes effect with the next call; one that means something to networks
 *           only is kept and told, so that programs which set it go on; one that Linux refuses for these sockets is
 *           refused. Sizes of buffers are doubled, as socket(7) says, and count overhead. Time limits have both
 *           layouts, which are one on a 64-bit machine. No other level: EOPNOTSUPP.
 * Locks     none: each option is a word
 * Linux     socket(7), getsockopt(2), unix(7). No filters, no devices, no SO_TXTIME, SO_ZEROCOPY, SO_MEMINFO or
 *           SO_TIMESTAMPING: ENOPROTOOPT.
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/time.h"
#include "mm/uaccess.h"
#include "net/socket.h"

enum {
	PRIORITY_FREE_MAX = 6,		      /* more needs CAP_NET_ADMIN: socket(7) */
};

/* --- options that are on or off --- */

static const struct {
	u8 name;
	bool is_fixed; /* cannot be set */
	u32 flag;
} switches[] = {
	{ SO_DEBUG, false, SOCK_F_DEBUG }, { SO_REUSEADDR, false, SOCK_F_REUSEADDR },
	{ SO_DONTROUTE, false, SOCK_F_DONTROUTE }, { SO_BROADCAST, false, SOCK_F_BROADCAST },
	{ SO_KEEPALIVE, false, SOCK_F_KEEPALIVE }, { SO_OOBINLINE, false, SOCK_F_OOBINLINE },
	{ SO_NO_CHECK, false, SOCK_F_NO_CHECK }, { SO_PASSCRED, false, SOCK_F_PASSCRED },
	{ SO_TIMESTAMP, false, SOCK_F_TIMESTAMP }, { SO_PASSSEC, false, SOCK_F_PASSSEC },
	{ SO_TIMESTAMPNS, false, SOCK_F_TIMESTAMPNS }, { SO_RXQ_OVFL, false, SOCK_F_RXQ_OVFL },
	{ SO_WIFI_STATUS, false, SOCK_F_WIFI_STATUS }, { SO_NOFCS, false, SOCK_F_NOFCS },
	{ SO_LOCK_FILTER, false, SOCK_F_LOCK_FILTER }, { SO_SELECT_ERR_QUEUE, false, SOCK_F_SELECT_ERR_QUEUE },
	{ SO_PREFER_BUSY_POLL, false, SOCK_F_PREFER_BUSY_POLL }, { SO_PASSPIDFD, false, SOCK_F_PASSPIDFD },
	{ SO_PASSRIGHTS, false, SOCK_F_PASSRIGHTS }, { SO_REUSEPORT, true, 0 },
};

/* Index of a switch; -ENOPROTOOPT. */
static int switch_of(int name)
{
	for (unsigned i = 0; i < ARRAY_LEN(switches); i++)
		if (switches[i].name == name)
			return (int)i;
	return -ENOPROTOOPT;
}

static int set_switch(struct sock *s, int name, int v)
{
	int i = switch_of(name);
	if (i < 0)
		return i;
	if (switches[i].is_fixed)
		return -EOPNOTSUPP;
	if (name == SO_DEBUG && v && !capable(CAP_NET_ADMIN))
		return -EACCES;
	if (switches[i].flag & SOCK_F_STAMPS)
		sock_set_flag(s, SOCK_F_STAMPS, false); /* one replaces the other */
	sock_set_flag(s, switches[i].flag, v != 0);
	return 0;
}

/* --- setting --- */

static void set_size(u32 *size, int v, unsigned most, u32 least)
{
	u32 bytes = min((u32)v, most);
	WRITE_ONCE(*size, max(bytes * 2, least));
}

static int set_size_forced(u32 *size, int v, u32 least)
{
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	set_size(size, max(v, 0), INT32_MAX / 2, least);
	return 0;
}

static int set_patience(u64 *patience_ns, const void __user *value, int len)
{
	struct timeval tv;
	if (len < (int)sizeof(tv))
		return -EINVAL;
	if (copy_from_user(&tv, value, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_usec < 0 || tv.tv_usec >= USEC_PER_SEC)
		return -EDOM;
	struct timespec ts = { .tv_sec = max(tv.tv_sec, 0l), .tv_nsec = tv.tv_usec * (long)NSEC_PER_USEC };
	s64 ns = 0;
	if (tv.tv_sec < 0)
		WRITE_ONCE(*patience_ns, 0); /* do not wait, says Linux */
	else if (timespec_to_ns(&ts, &ns) || ns == 0 || ns == INT64_MAX)
		WRITE_ONCE(*patience_ns, FOREVER);
	else
		WRITE_ONCE(*patience_ns, (u64)ns);
	return 0;
}

static int set_linger(struct sock *s, const void __user *value, int len)
{
	struct linger l;
	if (len < (int)sizeof(l))
		return -EINVAL;
	if (copy_from_user(&l, value, sizeof(l)))
		return -EFAULT;
	if (l.l_onoff)
		WRITE_ONCE(s->kept[KEPT_LINGER], (u32)l.l_linger);
	sock_set_flag(s, SOCK_F_LINGER, l.l_onoff != 0);
	return 0;
}

static int set_kept(struct sock *s, enum sock_kept which, int v)
{
	bool may_all = capable(CAP_NET_ADMIN) || capable(CAP_NET_RAW);
	if (!may_all && (which == KEPT_MARK || (which == KEPT_PRIORITY && (v < 0 || v > PRIORITY_FREE_MAX))))
		return -EPERM;
	if (which == KEPT_BUSY_POLL && v < 0)
		return -EINVAL;
	WRITE_ONCE(s->kept[which], (u32)v);
	return 0;
}

static int set_peek_off(struct sock *s, int v)
{
	WRITE_ONCE(s->peek_off, v);
	return 0;
}

/* Options whose value is an int. */
static int set_number(struct sock *s, int name, int v)
{
	switch (name) {
	case SO_SNDBUF:
		set_size(&s->sndbuf, v, READ_ONCE(sock_wmem_max), SOCK_SNDBUF_MIN);
		wake_all(&s->wq, POLLOUT | POLLWRNORM | POLLWRBAND);
		return 0;
	case SO_RCVBUF:
		set_size(&s->rcvbuf, v, READ_ONCE(sock_rmem_max), SOCK_RCVBUF_MIN);
		return 0;
	case SO_SNDBUFFORCE:
		return set_size_forced(&s->sndbuf, v, SOCK_SNDBUF_MIN);
	case SO_RCVBUFFORCE:
		return set_size_forced(&s->rcvbuf, v, SOCK_RCVBUF_MIN);
	case SO_RCVLOWAT:
		WRITE_ONCE(s->rcvlowat, v < 0 ? INT32_MAX : max(v, 1));
		return 0;
	case SO_PRIORITY:
		return set_kept(s, KEPT_PRIORITY, v);
	case SO_MARK:
		return set_kept(s, KEPT_MARK, v);
	case SO_BUSY_POLL:
		return set_kept(s, KEPT_BUSY_POLL, v);
	case SO_INCOMING_CPU:
		return set_kept(s, KEPT_INCOMING_CPU, v);
	case SO_PEEK_OFF:
		return set_peek_off(s, v);
	case SO_BSDCOMPAT:
		return 0;
	default:
		return set_switch(s, name, v);
	}
}

static int set_inq(struct sock *s, int v)
{
	if (!(s->ops->flags & SOCK_WAIT_ALL))
		return -ENOPROTOOPT;
	if (v < 0 || v > 1)
		return -EINVAL;
	sock_set_flag(s, SOCK_F_INQ, v);
	return 0;
}

long sys_setsockopt(int fd, int level, int name, void __user *value, int length)
{
	FDREF r = {};
	struct sock *s;
	int v;
	if (length < 0)
		return -EINVAL;
	int err = sock_borrow(fd, &r, &s);
	if (err)
		return err;
	if (level != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (length < (int)sizeof(v))
		return -EINVAL;
	if (get_user(v, (int __user *)value))
		return -EFAULT;
	switch (name) {
	case SO_LINGER:
		return set_linger(s, value, length);
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return set_patience(&s->rcv_patience_ns, value, length);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return set_patience(&s->snd_patience_ns, value, length);
	case SO_INQ:
		return set_inq(s, v);
	default:
		return set_number(s, name, v);
	}
}

/* --- asking --- */

static struct timeval patience_told(u64 ns)
{
	if (ns == FOREVER)
		return (struct timeval){};
	return (struct timeval){ (long)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

static u64 cookie_of(struct sock *s)
{
	static u64 last; /* [atomic] */
	u64 none = 0, mine;
	if (READ_ONCE(s->cookie))
		return READ_ONCE(s->cookie);
	mine = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	bool is_first = __atomic_compare_exchange_n(&s->cookie, &none, mine, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	return is_first ? mine : none;
}

/* Options that are told as an int: 0 or -ENOPROTOOPT. */
static int get_number(struct sock *s, int name, int *v)
{
	static const u8 kept[] = {
		[SO_PRIORITY] = KEPT_PRIORITY, [SO_MARK] = KEPT_MARK, [SO_BUSY_POLL] = KEPT_BUSY_POLL,
		[SO_INCOMING_CPU] = KEPT_INCOMING_CPU,
	};
	int i = switch_of(name);
	switch (name) {
	case SO_TYPE:
		*v = s->type;
		return 0;
	case SO_DOMAIN:
		*v = s->family;
		return 0;
	case SO_ERROR:
		*v = -sock_take_error(s);
		return 0;
	case SO_PROTOCOL:
	case SO_BSDCOMPAT:
		*v = 0;
		return 0;
	case SO_ACCEPTCONN:
		*v = READ_ONCE(s->state) == SOCK_LISTENING;
		return 0;
	case SO_SNDBUF:
		*v = (int)READ_ONCE(s->sndbuf);
		return 0;
	case SO_RCVBUF:
		*v = (int)READ_ONCE(s->rcvbuf);
		return 0;
	case SO_RCVLOWAT:
		*v = READ_ONCE(s->rcvlowat);
		return 0;
	case SO_SNDLOWAT:
		*v = 1;
		return 0;
	case SO_PEEK_OFF:
		*v = READ_ONCE(s->peek_off);
		return 0;
	case SO_PRIORITY:
	case SO_MARK:
	case SO_BUSY_POLL:
	case SO_INCOMING_CPU:
		*v = (int)READ_ONCE(s->kept[kept[name]]);
		return 0;
	default:
		*v = i >= 0 && sock_has(s, switches[i].flag);
		return i < 0 ? i : 0;
	}
}

/* An option's value in kernel memory: its size, or -ENOPROTOOPT. */
static int get_value(struct sock *s, int name, void *out)
{
	switch (name) {
	case SO_LINGER:
		*(struct linger *)out = (struct linger){
			sock_has(s, SOCK_F_LINGER), (int)READ_ONCE(s->kept[KEPT_LINGER]),
		};
		return sizeof(struct linger);
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		*(struct timeval *)out = patience_told(READ_ONCE(s->rcv_patience_ns));
		return sizeof(struct timeval);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		*(struct timeval *)out = patience_told(READ_ONCE(s->snd_patience_ns));
		return sizeof(struct timeval);
	case SO_COOKIE:
		*(u64 *)out = cookie_of(s);
		return sizeof(u64);
	default:
		return get_number(s, name, out) ?: (int)sizeof(int);
	}
}

long sys_getsockopt(int fd, int level, int name, void __user *value, int __user *length)
{
	FDREF r = {};
	struct sock *s;
	u64 out[2]; /* room for the largest */
	int len;
	int err = sock_borrow(fd, &r, &s);
	if (err)
		return err;
	if (level != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (get_user(len, length))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	int n = s->ops->getsockopt(s, name, value, length, len);
	if (n != -ENOPROTOOPT)
		return n;
	n = get_value(s, name, out);
	if (n < 0)
		return n;
	n = name == SO_COOKIE && len < n ? -EINVAL : min(n, len);
	if (n < 0)
		return n;
	return copy_to_user(value, out, (size_t)n) ? -EFAULT : put_user(n, length);
}
