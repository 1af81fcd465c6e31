// SPDX-License-Identifier: MIT
/*
 * tty_port: the device's end of a terminal: what a serial line, a keyboard with its screen or the
 * master side of a pseudo-terminal (fs/pty.c) is to fs/tty.c.
 *
 * Promise   a driver fills in a struct tty_port and registers it; fs/tty.c makes the terminal of it. The
 *           driver hands input upward with tty_port_input() and tells with tty_port_room() that output
 *           can go on; both may be called from interrupts and before anybody listens (input is then lost).
 * Locks     a port's ops are called with the terminal's mutex held, in task context; they take their own
 *           RANK_DEVICE spinlock and never sleep. client is set once.
 * Lifetime  ports of devices are static objects of their drivers; one with ops->release goes with its terminal
 */
#pragma once
#include "kernel/lib/list.h"
#include "kernel/uapi/termios.h"

struct tty_port;

struct tty_port_ops {
	int (*open)(struct tty_port *p);   /* first opening: 0 or -errno; NULL: nothing to do */
	void (*close)(struct tty_port *p); /* last closing */
	size_t (*write)(struct tty_port *p, const u8 *s, size_t n); /* bytes taken: all if write_room() said so */
	size_t (*write_room)(struct tty_port *p);
	size_t (*pending)(struct tty_port *p); /* bytes taken that are not out yet; NULL: nobody waits for that */
	void (*set_stopped)(struct tty_port *p, bool stopped); /* NULL: the ldisc's own stop is enough */
	void (*flush_output)(struct tty_port *p);	       /* NULL: nothing is ever pending */
	void (*set_termios)(struct tty_port *p, const struct termios *t);
	void (*set_break)(struct tty_port *p, bool on); /* NULL: no such thing on this device */
	void (*input_room)(struct tty_port *p);		/* more input can come; NULL: it comes anyway */
	void (*input_flushed)(struct tty_port *p);	/* what was typed is thrown away; NULL: it does not matter */
	void (*release)(struct tty_port *p); /* the terminal is gone; must not sleep; NULL: that never happens */
};

enum tty_port_flags {
	/* The other end is a file: what was typed there waits for the next opening, and the end of the
	 * session's leader hangs nothing up. */
	TTY_PORT_HAS_MASTER = 1,
};

enum tty_port_event { TTY_INPUT_NORMAL, TTY_INPUT_BREAK, TTY_INPUT_PARITY, TTY_INPUT_FRAME, TTY_INPUT_OVERRUN };

/* The terminal's end; called from interrupts. */
struct tty_port_client {
	void (*input)(struct tty_port *p, const u8 *s, size_t n, enum tty_port_event event);
	void (*room)(struct tty_port *p);
};

struct tty_port {
	const char *name; /* [const] "ttyS0" */
	u32 major, minor; /* [const] */
	u32 flags;	  /* [const] enum tty_port_flags */
	const struct tty_port_ops *ops; /* [const] */
	struct termios initial;		/* [const] */
	struct winsize size;		/* [const] 0 rows: unknown */
	const struct tty_port_client *client; /* [const once set] */
	void *client_data;		/* [const once set] the terminal */
	struct list node;		/* in tty_ports */
};

extern struct list tty_ports;	/* [boot] in order of registration */
extern const struct termios tty_default_termios; /* what a terminal starts with: 38400 8N1, canonical, echo */

void tty_port_register(struct tty_port *p); /* boot only */
struct tty_port *tty_port_find(const char *name);
/* What /dev/console is: see console.h; NULL: there is no device at all. */
struct tty_port *tty_port_console(void);
void tty_port_set_console(struct tty_port *p); /* boot only */

static inline void tty_port_input(struct tty_port *p, const u8 *s, size_t n, enum tty_port_event event)
{
	const struct tty_port_client *c = __atomic_load_n(&p->client, __ATOMIC_ACQUIRE);
	if (c)
		c->input(p, s, n, event);
}
static inline void tty_port_room(struct tty_port *p)
{
	const struct tty_port_client *c = __atomic_load_n(&p->client, __ATOMIC_ACQUIRE);
	if (c)
		c->room(p);
}
