// SPDX-License-Identifier: MIT
/*
 * unix/model: random calls on a stream and on datagrams, and a model that says what each must answer.
 *
 * Promise   each seed is a fixed row of calls; a failure names the seed and the step. Queues stay far below any limit,
 *           so no answer depends on sizes of buffers.
 * Model     A stream is a row of bytes and of marks; a mark stands where an urgent byte was taken. At most one byte is
 *           urgent. A read that has something ends before the urgent byte, and before a mark when no byte is urgent;
 *           one that begins at the urgent byte makes it nothing (or, inline, an ordinary byte), and one that begins
 *           at a mark takes it away. A peek walks the same way and changes nothing. Two marks are never side by
 *           side: taking an urgent byte behind a mark takes that mark away.
 *           Datagrams are a row of texts; an offset for peeks belongs to a stream without urgent bytes.
 * Linux     recv(2), send(2), socket(7), as of 6.12 and later; CVE-2025-38236, CVE-2024-36972.
 */
#include "tests/abi/unix/unix.h"

enum { SEEDS = 60, STEPS = 400, MOST = 300, PART = 6, NONE = -1, TEXTS = 8, LONGEST = 40 };

static unsigned seed, state;
static int step;

static unsigned pick(unsigned n)
{
	state = state * 1103515245u + 12345u;
	return (state >> 16) % n;
}

static void begin(unsigned number)
{
	seed = number;
	state = number * 2654435761u;
}

static void must_be(const char *what, long got, long want)
{
	if (got != want)
		tap_fail(__FILE__, __LINE__, "seed %u, step %d: %s answers %ld, not %ld", seed, step, what, got, want);
}

static void must_hold(const char *what, const char *got, const char *want, long len)
{
	for (long i = 0; i < len; i++)
		if (got[i] != want[i])
			tap_fail(__FILE__, __LINE__, "seed %u, step %d: %s has '%c' at %ld, not '%c'", seed, step, what,
				got[i], i, want[i]);
}

/* --- a stream with an urgent byte --- */

struct stream {
	char byte[MOST + PART]; /* 0: a mark */
	int n, urgent, inlined;
	int passed; /* an urgent byte was passed over: Linux goes on counting it in SIOCINQ */
	char next;
};

static void take_away(struct stream *s, int at)
{
	memmove(s->byte + at, s->byte + at + 1, s->n - at - 1);
	s->n--;
	if (s->urgent == at)
		s->urgent = NONE;
	else if (s->urgent > at)
		s->urgent--;
}

/* Where a read that has `had` bytes so far and stands at `at` finds its next byte; NONE: nowhere. */
static int next_byte(struct stream *s, int at, long had, int peek)
{
	if (at < s->n && !s->byte[at]) {
		if (had && s->urgent == NONE)
			return NONE;
		if (peek)
			at++;
		else
			take_away(s, at);
	}
	if (at < s->n && at == s->urgent) {
		if (had)
			return NONE;
		if (peek && !s->inlined)
			at++;
		else if (!peek && s->inlined)
			s->urgent = NONE;
		else if (!peek) {
			take_away(s, at);
			s->passed = 1;
		}
	}
	return at < s->n ? at : NONE;
}

static long model_read(struct stream *s, char *buf, long size, int peek)
{
	long had = 0;

	for (int at = 0; had < size; had++) {
		at = next_byte(s, at, had, peek);
		if (at == NONE)
			break;
		buf[had] = s->byte[at];
		if (peek)
			at++;
		else
			take_away(s, at);
	}
	return had ? had : -EAGAIN;
}

static long model_urgent(struct stream *s, char *buf, int peek)
{
	int at = s->urgent;

	if (s->inlined || at == NONE)
		return -EINVAL;
	*buf = s->byte[at];
	if (!peek) {
		s->byte[at] = 0;
		s->urgent = NONE;
		if (at > 0 && !s->byte[at - 1])
			take_away(s, at - 1);
	}
	return 1;
}

static int model_at_mark(const struct stream *s)
{
	if (s->n == 0)
		return 0;
	return s->urgent == 0 || (!s->byte[0] && (s->urgent == NONE || s->urgent == 1));
}

static int model_bytes(const struct stream *s)
{
	int n = 0;

	for (int i = 0; i < s->n; i++)
		n += s->byte[i] != 0;
	return n;
}

static void do_send(struct stream *s, int fd, int flags)
{
	char text[PART];
	int len = 1 + pick(PART);

	for (int i = 0; i < len; i++) {
		s->next = s->next == 'z' ? 'a' : s->next + 1;
		text[i] = s->byte[s->n++] = s->next;
	}
	must_be("send", send_to(fd, text, len, flags), len);
	if (flags & MSG_OOB)
		s->urgent = s->n - 1;
}

static void do_receive(struct stream *s, int fd, int flags)
{
	char got[2 * PART] = "", want[2 * PART] = "";
	long size = 1 + pick(2 * PART), n;

	n = flags & MSG_OOB ? model_urgent(s, want, flags & MSG_PEEK) : model_read(s, want, size, flags & MSG_PEEK);
	must_be(flags & MSG_OOB ? "urgent receive" : flags ? "peek" : "read",
		recv_from(fd, got, size, flags | MSG_DONTWAIT), n);
	must_hold("what was received", got, want, n);
}

static void stream_step(struct stream *s, const int fd[2])
{
	switch (pick(9)) {
	case 0:
	case 1:
		if (s->n < MOST)
			do_send(s, fd[0], 0);
		break;
	case 2:
		if (s->n < MOST)
			do_send(s, fd[0], MSG_OOB);
		break;
	case 3:
		do_receive(s, fd[1], MSG_OOB);
		break;
	case 4:
		do_receive(s, fd[1], MSG_OOB | MSG_PEEK);
		break;
	case 5:
		do_receive(s, fd[1], MSG_PEEK);
		break;
	case 6:
		must_be("SIOCATMARK", asked(fd[1], SIOCATMARK), model_at_mark(s));
		if (!s->passed)
			must_be("SIOCINQ", asked(fd[1], SIOCINQ), model_bytes(s));
		must_be("POLLPRI", !!(poll_now(fd[1]) & POLLPRI), s->urgent != NONE);
		break;
	default:
		do_receive(s, fd[1], 0);
	}
}

CASE(stream_with_urgent_bytes_and_peeks, .timeout = 60)
{
	NEEDS_LINUX(6, 15);
	for (unsigned i = 1; i <= SEEDS; i++) {
		struct stream s = {.urgent = NONE, .inlined = i % 4 == 0, .next = 'z'};
		int fd[2];

		begin(i);
		new_pair(fd, SOCK_STREAM);
		CHECK_EQ(set_option(fd[1], SO_OOBINLINE, s.inlined), 0);
		for (step = 0; step < STEPS; step++)
			stream_step(&s, fd);
		close_fd(fd[i % 2]);
		close_fd(fd[1 - i % 2]);
	}
}

/* --- a stream with an offset for peeks --- */

struct peeked {
	struct stream s;
	int offset;
};

static void offset_step(struct peeked *p, const int fd[2])
{
	char got[2 * PART], want[2 * PART];
	long size = 1 + pick(2 * PART), n;
	int from;

	switch (pick(5)) {
	case 0:
	case 1:
		if (p->s.n < MOST)
			do_send(&p->s, fd[0], 0);
		break;
	case 2:
		n = model_read(&p->s, want, size, 0);
		must_be("read", recv_from(fd[1], got, size, MSG_DONTWAIT), n);
		must_hold("what was read", got, want, n);
		if (n > 0 && p->offset != NONE)
			p->offset = p->offset > n ? p->offset - n : 0;
		break;
	case 3:
		from = p->offset == NONE ? 0 : p->offset;
		n = p->s.n - from;
		n = n <= 0 ? -EAGAIN : n < size ? n : size;
		must_be("peek", recv_from(fd[1], got, size, MSG_PEEK | MSG_DONTWAIT), n);
		must_hold("what was seen", got, p->s.byte + from, n);
		if (n > 0 && p->offset != NONE)
			p->offset += n;
		break;
	default:
		if (pick(4) == 0) {
			p->offset = (int)pick(20) - 1;
			CHECK_EQ(set_option(fd[1], SO_PEEK_OFF, p->offset), 0);
		}
		must_be("SO_PEEK_OFF", option(fd[1], SO_PEEK_OFF), p->offset);
	}
}

CASE(stream_with_an_offset_for_peeks, .timeout = 60)
{
	for (unsigned i = 1; i <= SEEDS; i++) {
		struct peeked p = {.s = {.urgent = NONE, .next = 'z'}, .offset = NONE};
		int fd[2];

		begin(i);
		new_pair(fd, SOCK_STREAM);
		for (step = 0; step < STEPS; step++)
			offset_step(&p, fd);
		close_fd(fd[0]);
		close_fd(fd[1]);
	}
}

/* --- datagrams, and packets of a connection --- */

struct row {
	char text[TEXTS][LONGEST];
	int len[TEXTS], n;
};

static void send_text(struct row *r, int fd)
{
	int len = pick(LONGEST + 1);

	for (int i = 0; i < len; i++)
		r->text[r->n][i] = 'a' + pick(26);
	must_be("send", send_to(fd, r->text[r->n], len, 0), len);
	r->len[r->n++] = len;
}

static void receive_text(struct row *r, int fd, int flags)
{
	char got[LONGEST + 1];
	struct iovec iov = {got, pick(LONGEST + 1)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	long n = sys(SYS_recvmsg, fd, &m, flags | MSG_DONTWAIT), stored;

	if (r->n == 0) {
		must_be("receive from an empty queue", n, -EAGAIN);
		return;
	}
	stored = r->len[0] < (int)iov.iov_len ? r->len[0] : (long)iov.iov_len;
	must_be("receive", n, flags & MSG_TRUNC ? r->len[0] : stored);
	must_be("flags", m.msg_flags, stored < r->len[0] ? MSG_TRUNC : 0);
	must_hold("what was received", got, r->text[0], stored);
	if (flags & MSG_PEEK)
		return;
	r->n--;
	memmove(r->text[0], r->text[1], r->n * sizeof(r->text[0]));
	memmove(&r->len[0], &r->len[1], r->n * sizeof(r->len[0]));
}

static void row_step(struct row *r, const int fd[2], int type)
{
	static const int flags[] = {0, 0, MSG_PEEK, MSG_TRUNC, MSG_PEEK | MSG_TRUNC};
	unsigned choice = pick(10);
	int bytes = 0;

	if (choice < 4 && r->n < TEXTS) {
		send_text(r, fd[0]);
	} else if (choice == 4) {
		for (int i = 0; i < r->n; i++)
			bytes += type == SOCK_SEQPACKET || i == 0 ? r->len[i] : 0;
		must_be("SIOCINQ", asked(fd[1], SIOCINQ), bytes);
		must_be("POLLIN", !!(poll_now(fd[1]) & POLLIN), r->n > 0);
	} else {
		receive_text(r, fd[1], flags[pick(5)]);
	}
}

CASE(datagrams_and_packets, .timeout = 60)
{
	static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};

	FOR_EACH(type, types)
		for (unsigned i = 1; i <= SEEDS; i++) {
			struct row r = {.n = 0};
			int fd[2];

			begin(i);
			new_pair(fd, type);
			for (step = 0; step < STEPS; step++)
				row_step(&r, fd, type);
			close_fd(fd[0]);
			close_fd(fd[1]);
		}
}
