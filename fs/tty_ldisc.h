// SPDX-License-Identifier: MIT
/*
 * tty_ldisc: the line discipline: what happens to bytes between a device and the programs that read and
 * write it. The theory is in tty_ldisc.c.
 *
 * Locks     the caller's: one at a time. No locks, no tasks, no user memory: it compiles on the host.
 */
#pragma once
#include "kernel/lib/bitmap.h"
#include "kernel/lib/ring.h"
#include "kernel/uapi/termios.h"

enum {
	LDISC_BYTES = 4096,	 /* termios(3): a line has at most 4095 bytes and its end */
	LDISC_ECHO_BYTES = 1024, /* echoes that wait for the device */
	LDISC_MAX_EXPANSION = 8, /* bytes that one byte of output may become: a tab */
};

struct ldisc;

struct ldisc_ops {
	/* To the device: how many bytes it took. Not called while output is stopped. */
	size_t (*write)(struct ldisc *ld, const u8 *s, size_t n);
	size_t (*room)(struct ldisc *ld);
	void (*signal)(struct ldisc *ld, int sig); /* to the foreground process group */
	void (*set_stopped)(struct ldisc *ld, bool stopped);
	void (*flush_output)(struct ldisc *ld); /* the device forgets what it has not sent */
	void (*input_flushed)(struct ldisc *ld); /* what was typed was thrown away */
};

enum ldisc_error { LDISC_BREAK, LDISC_PARITY, LDISC_FRAME, LDISC_OVERRUN };

struct ldisc {
	const struct ldisc_ops *ops;
	struct termios termios;
	u32 head, canon_head, tail; /* unwrapped: next byte to store, end of the last whole line, next to read */
	u32 column, line_column;    /* where the cursor is, and where it was when the typed line began */
	bool literal;		    /* VLNEXT was typed: the next byte means itself */
	bool erasing;		    /* ECHOPRT: between \ and / */
	bool stopped;		    /* by VSTOP */
	bool held;		    /* by TCXONC */
	struct ring echo;
	u8 echo_bytes[LDISC_ECHO_BYTES];
	u8 in[LDISC_BYTES];
	DEFINE_BITMAP(line_end, LDISC_BYTES); /* the byte ends a line */
	DEFINE_BITMAP(eof_mark, LDISC_BYTES); /* ... and is only a mark: VEOF was typed */
};

void ldisc_init(struct ldisc *ld, const struct ldisc_ops *ops, const struct termios *t);
/* Input of the device: how many bytes were taken; fewer than n when the reader is behind. */
size_t ldisc_receive(struct ldisc *ld, const u8 *s, size_t n);
void ldisc_receive_error(struct ldisc *ld, enum ldisc_error error, u8 c);
/* Bytes for a reader: their number, 0 at an end of file, -EAGAIN. `last`: this try is the last one, so
 * fewer than VMIN bytes are good enough. */
ssize_t ldisc_read(struct ldisc *ld, u8 *buf, size_t n, bool last);
bool ldisc_is_readable(const struct ldisc *ld);
size_t ldisc_readable_bytes(const struct ldisc *ld); /* FIONREAD */
bool ldisc_is_full(const struct ldisc *ld);	     /* ldisc_receive() would take nothing */
/* Bytes of a program to the device: how many were taken. */
size_t ldisc_write(struct ldisc *ld, const u8 *s, size_t n);
bool ldisc_flush_echo(struct ldisc *ld); /* true: nothing is left */
void ldisc_set_termios(struct ldisc *ld, const struct termios *t);
void ldisc_flush_input(struct ldisc *ld);
void ldisc_flush_output(struct ldisc *ld);
void ldisc_hold(struct ldisc *ld, bool held); /* TCOOFF, TCOON */
static inline bool ldisc_output_is_stopped(const struct ldisc *ld)
{
	return ld->stopped || ld->held;
}
