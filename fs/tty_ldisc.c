// SPDX-License-Identifier: MIT
/*
 * tty_ldisc: line editing, echo, signals from the keyboard, flow control, output processing.
 *
 * Promise   canonical mode hands out whole lines, at most 4095 bytes and the end; what is typed beyond
 *           that is lost but for the end of the line. Editing (VERASE, VWERASE, VKILL, VREPRINT, VLNEXT)
 *           reaches back to the last whole line only, and the echo keeps the screen equal to the buffer.
 *           Raw mode obeys VMIN here; VTIME is a deadline, which fs/tty.c knows.
 *           Output leaves in the order of the calls, echoes before what is written after them.
 * Reading   in[] is a ring with three unwrapped marks: tail <= canon_head <= head. Canonical readers see
 *           tail..canon_head, raw ones tail..head. A typed line that has no end lies between canon_head
 *           and head: that is all that editing may touch.
 * Locks     the caller's
 * Linux     termios(3), ioctl_tty(2); compared byte by byte with Linux's pseudo-terminals in
 *           tests/abi/tty/. Not there: EXTPROC, XCASE, OFILL (Linux ignores the last two as well).
 */
#include "fs/tty_ldisc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/signal.h"

enum {
	TAB_COLUMNS = 8,
	CTRL_BIT = 0x40, /* ^X is shown as the letter X */
	DEL = 0x7f,
	SEVEN_BITS = 0x7f,
	PARITY_MARK = 0xff,
	UNCHANGED_IN_ECHO = 0xff, /* Linux's echo marks its own commands with it */
	OUTPUT_CHUNK = 256,
	CASE_STEP = 'a' - 'A',
	LATIN1_A_GRAVE = 0xc0, LATIN1_TIMES = 0xd7, LATIN1_SHARP_S = 0xdf, LATIN1_DIVISION = 0xf7,
};

enum erase_kind { ERASE_ONE, ERASE_WORD, ERASE_LINE };

void ldisc_init(struct ldisc *ld, const struct ldisc_ops *ops, const struct termios *t)
{
	memset(ld, 0, sizeof(*ld));
	ld->ops = ops;
	ld->termios = *t;
	ring_init(&ld->echo, LDISC_ECHO_BYTES);
}

/* --- small questions --- */

static bool has_iflag(const struct ldisc *ld, u32 flag)
{
	return ld->termios.c_iflag & flag;
}

static bool has_lflag(const struct ldisc *ld, u32 flag)
{
	return ld->termios.c_lflag & flag;
}

/* A control character that is switched off has the code 0, and 0 never matches. */
static bool is_cc(const struct ldisc *ld, unsigned which, u8 c)
{
	return c && ld->termios.c_cc[which] == c;
}

static bool is_control(u8 c)
{
	return c < ' ' || c == DEL;
}

/* Case is Latin-1's, whatever the text is in; so it is on Linux. */
static bool is_lower(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= LATIN1_SHARP_S && c != LATIN1_DIVISION);
}

static bool is_upper(u8 c)
{
	return (c >= 'A' && c <= 'Z') || (c >= LATIN1_A_GRAVE && c < LATIN1_SHARP_S && c != LATIN1_TIMES);
}

static bool is_word_byte(u8 c)
{
	return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9') || c == '_';
}

static bool is_continuation(const struct ldisc *ld, u8 c)
{
	return has_iflag(ld, IUTF8) && (c & 0xc0) == 0x80;
}

static u8 in_at(const struct ldisc *ld, u32 pos)
{
	return ld->in[pos % LDISC_BYTES];
}

static u32 used(const struct ldisc *ld)
{
	return ld->head - ld->tail;
}

/* --- output --- */

/* What byte `c` becomes on its way out (0 to LDISC_MAX_EXPANSION bytes); keeps the column. */
static size_t process_output(struct ldisc *ld, u8 c, u8 *out)
{
	u32 flags = ld->termios.c_oflag;
	size_t n = 1;
	out[0] = c;
	switch (c) {
	case '\n':
		if (flags & ONLCR) {
			out[0] = '\r';
			out[1] = '\n';
			n = 2;
		}
		if (flags & (ONLCR | ONLRET))
			ld->column = 0;
		ld->line_column = ld->column;
		break;
	case '\r':
		if ((flags & ONOCR) && ld->column == 0)
			return 0;
		if (flags & OCRNL)
			out[0] = '\n';
		if (!(flags & OCRNL) || (flags & ONLRET))
			ld->line_column = ld->column = 0;
		break;
	case '\t': {
		u32 spaces = TAB_COLUMNS - ld->column % TAB_COLUMNS;
		ld->column += spaces;
		if ((flags & TABDLY) == XTABS) {
			memset(out, ' ', spaces);
			n = spaces;
		}
		break;
	}
	case '\b':
		if (ld->column > 0)
			ld->column--;
		break;
	default:
		if (is_control(c))
			break;
		if ((flags & OLCUC) && is_lower(c))
			out[0] = c - CASE_STEP;
		if (!is_continuation(ld, c))
			ld->column++;
	}
	return n;
}

bool ldisc_flush_echo(struct ldisc *ld)
{
	while (!ring_is_empty(&ld->echo)) {
		if (ldisc_output_is_stopped(ld))
			return false;
		size_t n = ring_used_contiguous(&ld->echo);
		size_t done = ld->ops->write(ld, ld->echo_bytes + ring_tail_slot(&ld->echo), n);
		ring_pop(&ld->echo, done);
		if (done < n)
			return false;
	}
	return true;
}

size_t ldisc_write(struct ldisc *ld, const u8 *s, size_t n)
{
	size_t taken = 0;
	if (!ldisc_flush_echo(ld) || ldisc_output_is_stopped(ld))
		return 0;
	if (!(ld->termios.c_oflag & OPOST))
		return ld->ops->write(ld, s, n);
	while (taken < n) {
		u8 out[OUTPUT_CHUNK];
		size_t made = 0, room = ld->ops->room(ld);
		room = min(room, sizeof(out));
		while (taken < n && made + LDISC_MAX_EXPANSION <= room)
			made += process_output(ld, s[taken++], out + made);
		if (!made && (taken == n || room < LDISC_MAX_EXPANSION))
			break;
		ld->ops->write(ld, out, made); /* there was room for it */
	}
	return taken;
}

void ldisc_flush_output(struct ldisc *ld)
{
	ring_init(&ld->echo, LDISC_ECHO_BYTES);
	ld->ops->flush_output(ld);
}

static void set_stopped(struct ldisc *ld, bool stopped, bool held)
{
	bool before = ldisc_output_is_stopped(ld);
	ld->stopped = stopped;
	ld->held = held;
	bool after = ldisc_output_is_stopped(ld);
	if (before != after)
		ld->ops->set_stopped(ld, after);
}

void ldisc_hold(struct ldisc *ld, bool held)
{
	/* TCOON ends a stop by VSTOP as well */
	set_stopped(ld, held && ld->stopped, held);
	ldisc_flush_echo(ld);
}

/* --- echo --- */

static void echo_unprocessed(struct ldisc *ld, u8 c)
{
	if (ring_is_full(&ld->echo))
		return;
	ld->echo_bytes[ring_head_slot(&ld->echo)] = c;
	ring_push(&ld->echo, 1);
}

static void echo_raw(struct ldisc *ld, u8 c)
{
	u8 out[LDISC_MAX_EXPANSION] = { c };
	if (c == UNCHANGED_IN_ECHO) {
		echo_unprocessed(ld, c);
		ld->column++;
		return;
	}
	size_t n = ld->termios.c_oflag & OPOST ? process_output(ld, c, out) : 1;
	for (size_t i = 0; i < n; i++)
		echo_unprocessed(ld, out[i]);
}

static bool is_shown_as_two(const struct ldisc *ld, u8 c)
{
	return has_lflag(ld, ECHOCTL) && is_control(c) && c != '\t';
}

static void echo_char(struct ldisc *ld, u8 c)
{
	if (is_shown_as_two(ld, c)) {
		echo_unprocessed(ld, '^');
		echo_unprocessed(ld, c ^ CTRL_BIT);
		ld->column += 2;
	} else {
		echo_raw(ld, c);
	}
}

static void echo_text(struct ldisc *ld, const char *s)
{
	while (*s)
		echo_raw(ld, *s++);
}

static void echo_end_of_erasing(struct ldisc *ld)
{
	if (ld->erasing) {
		echo_raw(ld, '/');
		ld->erasing = false;
	}
}

/* The first byte of a line: tabs in it are erased relative to here. */
static void note_line_column(struct ldisc *ld)
{
	if (ld->canon_head == ld->head)
		ld->line_column = ld->column;
}

static void echo_typed(struct ldisc *ld, u8 c)
{
	echo_end_of_erasing(ld);
	note_line_column(ld);
	echo_char(ld, c);
}

/* Takes a tab back: as many columns as it had moved, counted from the tab before or the line's start. */
static void echo_erase_tab(struct ldisc *ld)
{
	u32 columns = 0;
	bool after_tab = false;
	for (u32 pos = ld->head; pos != ld->canon_head && !after_tab;) {
		u8 c = in_at(ld, --pos);
		if (c == '\t')
			after_tab = true;
		else if (is_control(c))
			columns += has_lflag(ld, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(ld, c))
			columns++;
	}
	if (!after_tab)
		columns += ld->line_column;
	for (u32 back = TAB_COLUMNS - columns % TAB_COLUMNS; back; back--) {
		echo_unprocessed(ld, '\b');
		if (ld->column > 0)
			ld->column--;
	}
}

/* The echo of erasing the character at head (its first byte is c, it had n bytes). */
static void echo_erased(struct ldisc *ld, u8 c, u32 n, enum erase_kind kind)
{
	if (has_lflag(ld, ECHOPRT)) {
		if (!ld->erasing)
			echo_raw(ld, '\\');
		ld->erasing = true;
		echo_char(ld, c);
		for (u32 i = 1; i < n; i++)
			echo_unprocessed(ld, in_at(ld, ld->head + i));
	} else if (kind == ERASE_ONE && !has_lflag(ld, ECHOE)) {
		echo_char(ld, ld->termios.c_cc[VERASE]);
	} else if (c == '\t') {
		echo_erase_tab(ld);
	} else {
		if (is_shown_as_two(ld, c))
			echo_text(ld, "\b \b");
		if (!is_control(c) || has_lflag(ld, ECHOCTL))
			echo_text(ld, "\b \b");
	}
}

/* --- editing --- */

static void kill_without_erasing(struct ldisc *ld)
{
	ld->head = ld->canon_head;
	if (!has_lflag(ld, ECHO))
		return;
	echo_end_of_erasing(ld);
	echo_char(ld, ld->termios.c_cc[VKILL]);
	if (has_lflag(ld, ECHOK))
		echo_raw(ld, '\n');
}

/* Where the last typed character begins; head if only stray continuation bytes are left. */
static u32 last_character(const struct ldisc *ld)
{
	u32 pos = ld->head;
	do
		pos--;
	while (is_continuation(ld, in_at(ld, pos)) && pos != ld->canon_head);
	return is_continuation(ld, in_at(ld, pos)) ? ld->head : pos;
}

static void erase(struct ldisc *ld, enum erase_kind kind)
{
	const u32 erase_line_flags = ECHO | ECHOK | ECHOKE | ECHOE;
	bool seen_word = false;
	if (ld->head == ld->canon_head)
		return;
	if (kind == ERASE_LINE && (ld->termios.c_lflag & erase_line_flags) != erase_line_flags) {
		kill_without_erasing(ld);
		return;
	}
	while (ld->head != ld->canon_head) {
		u32 pos = last_character(ld);
		u8 c = in_at(ld, pos);
		if (pos == ld->head)
			break;
		if (kind == ERASE_WORD && is_word_byte(c))
			seen_word = true;
		else if (kind == ERASE_WORD && seen_word)
			break;
		u32 n = ld->head - pos;
		ld->head = pos;
		if (has_lflag(ld, ECHO))
			echo_erased(ld, c, n, kind);
		if (kind == ERASE_ONE)
			break;
	}
	if (ld->head == ld->canon_head && has_lflag(ld, ECHO))
		echo_end_of_erasing(ld);
}

static void reprint(struct ldisc *ld)
{
	echo_end_of_erasing(ld);
	echo_char(ld, ld->termios.c_cc[VREPRINT]);
	echo_raw(ld, '\n');
	for (u32 pos = ld->canon_head; pos != ld->head; pos++)
		echo_char(ld, in_at(ld, pos));
}

/* --- storing --- */

static void store(struct ldisc *ld, u8 c)
{
	u32 slot = ld->head % LDISC_BYTES;
	if (used(ld) == LDISC_BYTES)
		return;
	ld->in[slot] = c;
	bitmap_clear(ld->line_end, slot);
	bitmap_clear(ld->eof_mark, slot);
	ld->head++;
}

static void store_line_end(struct ldisc *ld, u8 c, bool is_eof)
{
	u32 slot = ld->head % LDISC_BYTES;
	if (used(ld) == LDISC_BYTES)
		return;
	store(ld, c);
	bitmap_set(ld->line_end, slot);
	if (is_eof)
		bitmap_set(ld->eof_mark, slot);
	ld->canon_head = ld->head;
}

/* With PARMRK a real 0xff is doubled, so that it is not taken for the mark of an error. */
static void store_marked(struct ldisc *ld, u8 c)
{
	if (c == PARITY_MARK && has_iflag(ld, PARMRK))
		store(ld, c);
	store(ld, c);
}

void ldisc_flush_input(struct ldisc *ld)
{
	ld->tail = ld->canon_head = ld->head;
	ld->literal = false;
	ld->erasing = false;
	ld->ops->input_flushed(ld);
}

/* --- input --- */

static bool lines_wait(const struct ldisc *ld)
{
	return ld->canon_head != ld->tail;
}

bool ldisc_is_full(const struct ldisc *ld)
{
	u32 need = has_iflag(ld, PARMRK) ? 3 : 1;
	if (used(ld) + need < LDISC_BYTES)
		return false;
	/* A line that is too long must still find its end. */
	return !has_lflag(ld, ICANON) || lines_wait(ld);
}

static void raise(struct ldisc *ld, int sig)
{
	ld->ops->signal(ld, sig);
	if (!has_lflag(ld, NOFLSH)) {
		ldisc_flush_output(ld);
		ldisc_flush_input(ld);
	}
}

static bool receive_signal(struct ldisc *ld, u8 c)
{
	int sig = is_cc(ld, VINTR, c) ? SIGINT : is_cc(ld, VQUIT, c) ? SIGQUIT : is_cc(ld, VSUSP, c) ? SIGTSTP : 0;
	if (!sig)
		return false;
	raise(ld, sig);
	if (has_iflag(ld, IXON))
		set_stopped(ld, false, ld->held);
	if (has_lflag(ld, ECHO))
		echo_char(ld, c);
	return true;
}

static bool receive_flow(struct ldisc *ld, u8 c)
{
	if (is_cc(ld, VSTART, c))
		set_stopped(ld, false, ld->held);
	else if (is_cc(ld, VSTOP, c))
		set_stopped(ld, true, ld->held);
	else
		return false;
	return true;
}

/* The editing characters; false: c is none of them. */
static bool receive_editing(struct ldisc *ld, u8 c)
{
	bool extended = has_lflag(ld, IEXTEN);
	if (is_cc(ld, VERASE, c)) {
		erase(ld, ERASE_ONE);
	} else if (is_cc(ld, VKILL, c)) {
		erase(ld, ERASE_LINE);
	} else if (extended && is_cc(ld, VWERASE, c)) {
		erase(ld, ERASE_WORD);
	} else if (extended && is_cc(ld, VLNEXT, c)) {
		ld->literal = true;
		if (has_lflag(ld, ECHO)) {
			echo_end_of_erasing(ld);
			if (has_lflag(ld, ECHOCTL))
				echo_text(ld, "^\b");
		}
	} else if (extended && has_lflag(ld, ECHO) && is_cc(ld, VREPRINT, c)) {
		reprint(ld);
	} else {
		return false;
	}
	return true;
}

static bool receive_line_end(struct ldisc *ld, u8 c)
{
	if (c == '\n') {
		if (has_lflag(ld, ECHO | ECHONL))
			echo_raw(ld, '\n');
		store_line_end(ld, c, false);
	} else if (is_cc(ld, VEOF, c)) {
		store_line_end(ld, 0, true);
	} else if (is_cc(ld, VEOL, c) || (has_lflag(ld, IEXTEN) && is_cc(ld, VEOL2, c))) {
		if (has_lflag(ld, ECHO)) {
			note_line_column(ld);
			echo_char(ld, c);
		}
		if (c == PARITY_MARK && has_iflag(ld, PARMRK))
			store(ld, c);
		store_line_end(ld, c, false);
	} else {
		return false;
	}
	return true;
}

static void receive_plain(struct ldisc *ld, u8 c)
{
	if (has_lflag(ld, ECHO))
		echo_typed(ld, c);
	store_marked(ld, c);
}

/* A return key that means newline, where there are no lines; a newline itself is shown as ^J there. */
static void receive_return(struct ldisc *ld)
{
	if (has_lflag(ld, ECHO)) {
		echo_end_of_erasing(ld);
		echo_raw(ld, '\n');
	}
	store(ld, '\n');
}

static u8 map_case_and_bits(const struct ldisc *ld, u8 c)
{
	if (has_iflag(ld, ISTRIP))
		c &= SEVEN_BITS;
	if (has_iflag(ld, IUCLC) && has_lflag(ld, IEXTEN) && is_upper(c))
		c += CASE_STEP;
	return c;
}

static void receive_one(struct ldisc *ld, u8 c)
{
	c = map_case_and_bits(ld, c);
	if (ld->literal) {
		ld->literal = false;
		receive_plain(ld, c);
		return;
	}
	if (has_iflag(ld, IXON) && receive_flow(ld, c))
		return;
	if (has_lflag(ld, ISIG) && receive_signal(ld, c))
		return;
	if (ld->stopped && has_iflag(ld, IXON) && has_iflag(ld, IXANY))
		set_stopped(ld, false, ld->held);
	if (c == '\r') {
		if (has_iflag(ld, IGNCR))
			return;
		if (has_iflag(ld, ICRNL) && !has_lflag(ld, ICANON)) {
			receive_return(ld);
			return;
		}
		if (has_iflag(ld, ICRNL))
			c = '\n';
	} else if (c == '\n' && has_iflag(ld, INLCR)) {
		c = '\r';
	}
	if (has_lflag(ld, ICANON) && (receive_editing(ld, c) || receive_line_end(ld, c)))
		return;
	receive_plain(ld, c);
}

size_t ldisc_receive(struct ldisc *ld, const u8 *s, size_t n)
{
	size_t i = 0;
	for (; i < n && !ldisc_is_full(ld); i++) {
		/* The overlong line gives its last byte for the next one, which may be its end. */
		if (used(ld) == LDISC_BYTES)
			ld->head--;
		receive_one(ld, s[i]);
		if (ring_used(&ld->echo) > LDISC_ECHO_BYTES / 2)
			ldisc_flush_echo(ld);
	}
	ldisc_flush_echo(ld);
	return i;
}

static void store_mark_of_error(struct ldisc *ld, u8 c)
{
	store(ld, PARITY_MARK);
	store(ld, 0);
	store(ld, c);
}

void ldisc_receive_error(struct ldisc *ld, enum ldisc_error error, u8 c)
{
	if (ldisc_is_full(ld) || error == LDISC_OVERRUN)
		return;
	if (error == LDISC_BREAK) {
		if (has_iflag(ld, IGNBRK))
			return;
		if (has_iflag(ld, BRKINT)) {
			raise(ld, SIGINT);
			return;
		}
		c = 0;
	} else if (!has_iflag(ld, INPCK)) {
		ldisc_receive(ld, &c, 1);
		return;
	} else if (has_iflag(ld, IGNPAR)) {
		return;
	}
	if (has_iflag(ld, PARMRK))
		store_mark_of_error(ld, c);
	else
		store(ld, 0);
}

/* --- reading --- */

static void copy_out(struct ldisc *ld, u8 *buf, u32 n)
{
	u32 first = min(n, LDISC_BYTES - ld->tail % LDISC_BYTES);
	memcpy(buf, ld->in + ld->tail % LDISC_BYTES, first);
	memcpy(buf + first, ld->in, n - first);
	ld->tail += n;
}

/* How far the first line reaches, its end excluded; false: there is no end before `limit`. */
static bool find_line_end(const struct ldisc *ld, u32 limit, u32 *length)
{
	u32 from = ld->tail % LDISC_BYTES;
	u32 to_wrap = min(limit, LDISC_BYTES - from);
	size_t at = bitmap_find_set(ld->line_end, from + to_wrap, from);
	*length = at - from;
	if (*length < to_wrap)
		return true;
	*length = to_wrap + bitmap_find_set(ld->line_end, limit - to_wrap, 0);
	return *length < limit;
}

static bool at_eof_mark(const struct ldisc *ld)
{
	return lines_wait(ld) && bitmap_test(ld->eof_mark, ld->tail % LDISC_BYTES);
}

static ssize_t read_line(struct ldisc *ld, u8 *buf, size_t n)
{
	u32 length;
	if (!lines_wait(ld))
		return -EAGAIN;
	u32 limit = ld->canon_head - ld->tail;
	if (n < limit)
		limit = n;
	bool whole = find_line_end(ld, limit, &length);
	copy_out(ld, buf, length);
	if (at_eof_mark(ld)) { /* it ends this read without being part of it */
		ld->tail++;
	} else if (whole) {
		copy_out(ld, buf + length, 1);
		length++;
	}
	return length;
}

static ssize_t read_raw(struct ldisc *ld, u8 *buf, size_t n, bool last)
{
	u32 minimum = ld->termios.c_cc[VMIN], there = used(ld);
	if (n < minimum)
		minimum = n;
	if (!there)
		return minimum || ld->termios.c_cc[VTIME] ? -EAGAIN : 0;
	if (there < minimum && !last)
		return -EAGAIN;
	if (n < there)
		there = n;
	copy_out(ld, buf, there);
	if (ld->canon_head - ld->tail > used(ld)) /* raw readers overtake it */
		ld->canon_head = ld->tail;
	return there;
}

ssize_t ldisc_read(struct ldisc *ld, u8 *buf, size_t n, bool last)
{
	return has_lflag(ld, ICANON) ? read_line(ld, buf, n) : read_raw(ld, buf, n, last);
}

bool ldisc_is_readable(const struct ldisc *ld)
{
	if (has_lflag(ld, ICANON))
		return lines_wait(ld);
	u32 minimum = ld->termios.c_cc[VTIME] ? 0 : ld->termios.c_cc[VMIN];
	return used(ld) >= (minimum ? minimum : 1);
}

size_t ldisc_readable_bytes(const struct ldisc *ld)
{
	if (!has_lflag(ld, ICANON))
		return used(ld);
	size_t n = 0;
	for (u32 pos = ld->tail; pos != ld->canon_head; pos++)
		n += !bitmap_test(ld->eof_mark, pos % LDISC_BYTES);
	return n;
}

/* --- settings --- */

/* Input that came in the other mode: all of it is one line for canonical readers. */
static void change_mode(struct ldisc *ld)
{
	bitmap_clear_all(ld->line_end, LDISC_BYTES);
	bitmap_clear_all(ld->eof_mark, LDISC_BYTES);
	ld->canon_head = ld->tail;
	if (has_lflag(ld, ICANON) && used(ld)) {
		bitmap_set(ld->line_end, (ld->head - 1) % LDISC_BYTES);
		ld->canon_head = ld->head;
	}
	ld->literal = false;
	ld->erasing = false;
}

void ldisc_set_termios(struct ldisc *ld, const struct termios *t)
{
	struct termios old = ld->termios;
	ld->termios = *t;
	if ((old.c_lflag ^ t->c_lflag) & ICANON)
		change_mode(ld);
	if ((old.c_iflag & IXON) && !(t->c_iflag & IXON) && ld->stopped) {
		set_stopped(ld, false, ld->held);
		ldisc_flush_echo(ld);
	}
}
