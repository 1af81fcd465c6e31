// SPDX-License-Identifier: MIT
/*
 * tty: terminals: a device, a line discipline, and the session that it controls.
 *
 * Promise   see tty.c. kernel/proc calls tty_leader_exits(); everything else reaches a terminal as a file.
 * Locks     lock (RANK_TTY, sleeping): the line discipline and the ownership. User memory is not touched
 *           under it, so no page fault can hold a terminal up. raw_lock (RANK_DEVICE): what interrupts
 *           brought and the discipline has not seen.
 * Lifetime  counted: one reference for the device (never dropped), one per file, one per session that it
 *           controls (kernel/proc)
 */
#pragma once
#include "fs/file.h"
#include "fs/tty_ldisc.h"
#include "kernel/core/alloc.h"
#include "kernel/core/mutex.h"
#include "kernel/core/pid.h"
#include "kernel/core/upcalls.h"
#include "kernel/dev/tty_port.h"

enum { TTY_RAW_CELLS = 2048, TTY_RAW_EVENT_SHIFT = 8 };

struct tty {
	struct ref ref;
	struct tty_port *port;	/* [const] */
	struct mutex lock;
	struct ldisc ld;	/* [lock] */
	struct winsize size;	/* [lock] */
	u32 input_speed, output_speed; /* [lock] bits per second */
	struct pid *session;	/* [lock] counted; NULL: controls none */
	struct pid *pgrp;	/* [lock] counted: the foreground process group */
	u32 nr_open;		/* [lock] */
	bool exclusive;		/* [lock] TIOCEXCL */
	u64 last_input_ns;	/* [lock] for VTIME */
	u64 hangups;		/* [lock] files opened before the last one are dead */
	struct waitq wq;
	struct spinlock raw_lock;
	struct ring raw;	/* [raw_lock] */
	u16 raw_cells[TTY_RAW_CELLS]; /* [raw_lock] byte, and enum tty_port_event above it */
	struct list node;	/* [boot] all terminals */
};

static inline struct tty *tty_get(struct tty *t)
{
	ref_get(&t->ref);
	return t;
}
void tty_put(struct tty *t);
DEFINE_AUTOPUT(tty)

u64 tty_rdev(const struct tty *t); /* tty_nr in /proc/PID/stat is made of it */
int tty_foreground_pgrp_number(struct tty *t); /* tpgid in /proc/PID/stat; -1: none */
void tty_hangup(struct tty *t);	   /* every open file becomes useless; the session leader gets SIGHUP */
void tty_leader_exits(void);	   /* kernel/proc: the current process leads a session and is ending */
/* Makes a terminal of every registered port, registers the device nodes, starts the worker. */
void tty_init(void);

/* --- between tty.c and tty_ioctl.c --- */
long tty_ioctl(struct file *f, u32 cmd, unsigned long arg);
bool tty_file_is_dead(const struct file *f);
/* May the current process change this terminal (or use it, for SIGTTIN)? 0, -EIO, -ERESTART. */
int tty_check_background(struct tty *t, int sig);
bool tty_is_mine(struct tty *t);	/* the current process's controlling terminal */
int tty_become_controlling(struct tty *t); /* lock held */
void tty_clear_session(struct tty *t);	/* lock held */
void tty_feed(struct tty *t);		/* lock held: raw input goes to the discipline */
void tty_announce(struct tty *t);	/* lock not held: wakes who can go on now */
int tty_wait_drained(struct tty *t, u64 deadline_ns); /* -ERESTART */
