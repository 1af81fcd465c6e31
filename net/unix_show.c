// SPDX-License-Identifier: MIT
/*
 * unix_show: /proc/net/unix.
 *
 * Promise   a line for each socket, bound or not, newest first; what comes and goes meanwhile may be missing
 * Locks     unix_all_lock: who is on the list is not freed
 * Linux     proc_pid_net(5). Addresses of the kernel are shown as 0.
 */
#include "kernel/uapi/un.h"
#include "net/unix.h"

enum { LISTENS = 0x10000, PATH_AT = offsetof(struct sockaddr_un, sun_path) };
/* The states of a socket as they were before there were protocols with more. */
enum { STATE_UNCONNECTED = 1, STATE_CONNECTING = 2, STATE_CONNECTED = 3, STATE_DISCONNECTING = 4 };

static unsigned state_shown(const struct sock *s)
{
	bool connected = READ_ONCE(s->state) == SOCK_CONNECTED;
	if (READ_ONCE(s->file))
		return connected ? STATE_CONNECTED : STATE_UNCONNECTED;
	return connected ? STATE_CONNECTING : STATE_DISCONNECTING;
}

/* NULs of an abstract name are shown as '@'; a path ends at its own. */
static void show_name(const struct unix_name *n, struct strbuf *sb)
{
	size_t len = n->len - PATH_AT;
	const char *text = n->bytes + PATH_AT;
	bool is_path = text[0];
	strbuf_putc(sb, ' ');
	for (size_t i = 0; i < len - is_path; i++)
		strbuf_putc(sb, text[i] ? text[i] : '@');
}

void unix_show(struct strbuf *sb)
{
	struct unix_sock *u;
	strbuf_puts(sb, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	guard(spin)(&unix_all_lock);
	list_for_each(u, &unix_all, all_node) {
		const struct sock *s = &u->sk;
		const struct unix_name *n = __atomic_load_n(&u->name, __ATOMIC_ACQUIRE);
		strbuf_printf(sb, "%016x: %08X %08X %08X %04X %02X %5lu", 0, (unsigned)ref_count(&s->ref), 0,
			READ_ONCE(s->state) == SOCK_LISTENING ? LISTENS : 0, s->type, state_shown(s), s->ino);
		if (n)
			show_name(n, sb);
		strbuf_putc(sb, '\n');
	}
}
