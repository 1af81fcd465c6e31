// SPDX-License-Identifier: MIT
/*
 * tty: terminals: a device, a line discipline, and the session that it controls.
 *
 * Promise   see tty.c. kernel/proc calls tty_leader_exits(); everything else reaches a terminal as a file.
 * Locks     lock (RANK_TTY, sleeping): the line discipline and the ownership. User memory is not touched
 *           under it, so no page fault can hold a terminal up. raw_lock (RANK_DEVICE): what interrupts
 *           brought and the discipline has not seen.
 * Lifetime  counted: one reference for the device (never dropped) or the master, one per file, one per process
 *           that it controls (kernel/proc)
 */
#pragma once
#include "fs/file.h"
#include "fs/tty_ldisc.h"
#include "kernel/core/alloc.h"
#include "kernel/core/mutex.h"
#include "kernel/core/pid.h"
#include "kernel/core/upcalls.h"
#include "kernel/dev/tty_port.h"

enum { TTY_RAW_CELLS = 4096, TTY_RAW_EVENT_SHIFT = 8 };

struct tty {
	struct ref ref;
	struct tty_port *port;	/* [const] */
	struct mutex lock;
	struct ldisc ld;	/* [lock] */
	struct winsize size;	/* [lock] */
	u32 input_speed, output_speed; /* [lock] bits per second */
	struct pid *session;	/* [lock] counted; NULL: controls none */
	struct pid *pgrp;	/* [lock; RCU readers] counted: the foreground process group */
	u32 nr_open;		/* [lock] */
	bool exclusive;		/* [lock] TIOCEXCL */
	bool unplugged;		/* [lock] there is no device any more: no new openings */
	u64 last_input_ns;	/* [lock] for VTIME */
	bool was_full;		/* [atomic] a write found no room */
	u64 hangups;		/* [lock] files opened before the last one are dead */
	struct waitq wq;
	struct spinlock raw_lock;
	struct ring raw;	/* [raw_lock] */
	u16 raw_cells[TTY_RAW_CELLS]; /* [raw_lock] byte, and enum tty_port_event above it */
	struct list node;	/* [boot] all terminals of devices */
};

static inline struct tty *tty_get(struct tty *t)
{
	ref_get(&t->ref);
	return t;
}
void tty_put(struct tty *t);
DEFINE_AUTOPUT(tty)

extern int tty_legacy_tiocsti; /* [atomic] /proc/sys/dev/tty/legacy_tiocsti */
u64 tty_rdev(const struct tty *t); /* tty_nr in /proc/PID/stat is made of it */
int tty_foreground_pgrp_number(struct tty *t); /* tpgid in /proc/PID/stat; -1: none */
struct tty *tty_new(struct tty_port *p); /* counted once, for the device; NULL: no memory */
void tty_hangup(struct tty *t);	   /* every open file becomes useless; the session leader gets SIGHUP */
void tty_leader_exits(void);	   /* kernel/proc: the current process leads a session and is ending */
void tty_unplug(struct tty *t);	   /* the same, and nobody can open it again */
/* Makes a terminal of every registered port, registers the device nodes, starts the worker. */
void tty_init(void);

/* --- for ports whose other end is a task, no interrupt: fs/pty.c --- */
extern const struct file_ops tty_ops;	   /* a file whose priv is the terminal; open counts it */
size_t tty_receive(struct tty *t, const u8 *s, size_t n); /* input, processed at once: how many bytes were taken */
size_t tty_input_room(struct tty *t);	   /* bytes that tty_receive() takes whatever they are; 0: wait for POLLOUT */
void tty_output_room(struct tty *t);	   /* the device took output: echoes and writers go on */
void tty_drop_raw_input(struct tty *t);	   /* what the line discipline has not seen */
/* What may be asked at either end of a pair: modes, window, foreground group, session. */
long tty_either_ioctl(struct tty *t, u32 cmd, unsigned long arg);

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
