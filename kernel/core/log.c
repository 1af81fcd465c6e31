// SPDX-License-Identifier: MIT
/*
 * log: the ring of records and the way to the consoles. The contract is in log.h.
 *
 * Promise   records are in the order of their sequence numbers, one more each; the newest 64 KiB stay.
 *           Everything below the console level reaches every console, in order, exactly once, unless the
 *           ring was overrun while consoles were slow: then the gap is told.
 * Locks     log_lock (RANK_LOG, innermost) guards the ring and is taken with interrupts off, without touching
 *           the preemption count, so that it works before the first task exists. `printing` (an atomic
 *           flag) makes one CPU the printer: the others only store, and the printer looks again after it let
 *           go, so no record stays behind. Console drivers run without log_lock.
 * Lifetime  the ring is static; consoles are never freed while registered
 * Blocking  never; readers are woken from contexts in which waking is allowed
 * Linux     syslog(2), the format of /dev/kmsg. Differs: no continuation lines, no facilities.
 *
 * The ring is bytes addressed by free-running 64-bit places. A record never wraps: a filler record takes
 * the rest of the buffer when the next one would.
 */
#include "kernel/core/log.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/wait.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/poll.h"

enum { LOG_BYTES = 1 << 16, RECORD_ALIGN = 16, LOG_FILLER = 0xff };
enum { LINE_MAX = LOG_TEXT_MAX + 48 /* the time and the level in front */ };

struct record {
	u64 seq, time_ns;
	u16 size; /* of the whole record */
	u16 len;  /* of the text */
	u8 level; /* LOG_FILLER: nothing here */
	char text[];
};

unsigned console_loglevel = LOG_CONSOLE_DEFAULT;

static struct spinlock log_lock = SPINLOCK_INIT(RANK_LOG);
static u8 ring[LOG_BYTES] __aligned(RECORD_ALIGN); /* [log_lock] */
static u64 ring_head, ring_tail;		    /* [log_lock] places: next to write, oldest */
static u64 head_seq = 1, tail_seq = 1;		    /* [log_lock; head_seq read atomically] their numbers */
static struct list consoles = LIST_INIT(consoles);  /* [printing] */
static struct log_reader print_reader = { .seq = 1 }; /* [printing] what the consoles have seen */
static bool early_is_on = true;			    /* [printing] */
static u32 printing;				    /* [atomic] some CPU is the printer */
static bool in_panic;				    /* [const once set] */
static bool wake_wanted;			    /* [atomic] records came that nobody was woken for */
static struct waitq readers = WAITQ_INIT(readers, WAIT_OTHER);

static u64 lock_log(void)
{
	u64 flags = irq_save();
	if (in_panic)
		return flags;
	lockrank_acquire(&log_lock, log_lock.rank, 0, __builtin_return_address(0));
	spin_acquire_(&log_lock);
	return flags;
}

static void unlock_log(u64 flags)
{
	if (!in_panic) {
		spin_release_(&log_lock);
		lockrank_release(&log_lock, log_lock.rank);
	}
	irq_restore(flags);
}

static struct record *record_at(u64 place)
{
	return (struct record *)(ring + place % LOG_BYTES);
}

/* --- storing --- */

static void drop_oldest(void)
{
	struct record *r = record_at(ring_tail);
	if (r->level != LOG_FILLER)
		tail_seq++;
	ring_tail += r->size;
}

static void make_room(size_t size)
{
	while (ring_head + size - ring_tail > LOG_BYTES)
		drop_oldest();
}

/* One line into the ring. */
static void store(enum log_level level, const char *text, size_t len)
{
	size_t size = ALIGN_UP(sizeof(struct record) + len, (size_t)RECORD_ALIGN);
	u64 flags = lock_log();
	size_t to_end = LOG_BYTES - ring_head % LOG_BYTES;
	if (to_end < size) {
		make_room(to_end);
		/* a filler may be shorter than a record: only what fits in RECORD_ALIGN * 2 is written */
		struct record *filler = record_at(ring_head);
		filler->size = (u16)to_end;
		filler->level = LOG_FILLER;
		ring_head += to_end;
	}
	make_room(size);
	struct record *r = record_at(ring_head);
	r->seq = head_seq;
	r->time_ns = clock_now_ns();
	r->size = (u16)size;
	r->len = (u16)len;
	r->level = (u8)level;
	memcpy(r->text, text, len);
	ring_head += size;
	__atomic_store_n(&head_seq, head_seq + 1, __ATOMIC_RELEASE);
	unlock_log(flags);
}

/* --- reading --- */

void log_reader_oldest(struct log_reader *r)
{
	u64 flags = lock_log();
	*r = (struct log_reader){ .seq = tail_seq, .place = ring_tail };
	unlock_log(flags);
}

void log_reader_newest(struct log_reader *r)
{
	u64 flags = lock_log();
	*r = (struct log_reader){ .seq = head_seq, .place = ring_head };
	unlock_log(flags);
}

bool log_has_more(const struct log_reader *r)
{
	return __atomic_load_n(&head_seq, __ATOMIC_ACQUIRE) != r->seq;
}

int log_read(struct log_reader *r, struct log_entry *e)
{
	int err = 0;
	u64 flags = lock_log();
	if (r->seq < tail_seq) {
		*r = (struct log_reader){ .seq = tail_seq, .place = ring_tail };
		err = -EPIPE;
	} else if (r->seq >= head_seq) {
		err = -EAGAIN;
	} else {
		struct record *rec = record_at(r->place);
		while (rec->level == LOG_FILLER) {
			r->place += rec->size;
			rec = record_at(r->place);
		}
		e->seq = rec->seq;
		e->time_ns = rec->time_ns;
		e->level = rec->level;
		e->len = rec->len;
		memcpy(e->text, rec->text, rec->len);
		e->text[rec->len] = 0;
		r->place += rec->size;
		r->seq++;
	}
	unlock_log(flags);
	return err;
}

static size_t clip(int n, size_t size)
{
	return min((size_t)n, size - 1);
}

size_t log_format_line(const struct log_entry *e, char *buf, size_t size)
{
	u64 us = e->time_ns / NSEC_PER_USEC;
	return clip(fmt_snprintf(buf, size, "[%5lu.%06lu] %s\n", us / 1000000, us % 1000000, e->text), size);
}

size_t log_format_syslog(const struct log_entry *e, char *buf, size_t size)
{
	u64 us = e->time_ns / NSEC_PER_USEC;
	return clip(fmt_snprintf(buf, size, "<%d>[%5lu.%06lu] %s\n", e->level, us / 1000000, us % 1000000,
			    e->text), size);
}

size_t log_format_kmsg(const struct log_entry *e, char *buf, size_t size)
{
	return clip(fmt_snprintf(buf, size, "%d,%lu,%lu,-;%s\n", e->level, e->seq, e->time_ns / NSEC_PER_USEC,
			    e->text), size);
}

size_t log_buffer_bytes(void)
{
	return LOG_BYTES;
}

/* --- consoles --- */

static bool start_printing(void)
{
	return in_panic || !__atomic_exchange_n(&printing, 1, __ATOMIC_ACQUIRE);
}

static void stop_printing(void)
{
	__atomic_store_n(&printing, 0, __ATOMIC_SEQ_CST);
}

/* For those who must be the printer. */
static void wait_for_printing(void)
{
	while (!start_printing())
		cpu_relax();
}

static void write_consoles(const char *s, size_t n)
{
	struct console *c;
	if (early_is_on)
		early_console_write(s, n);
	list_for_each(c, &consoles, node)
		c->write(s, n);
}

/* [printing] Brings the consoles up to date. */
static void print_records(void)
{
	struct log_entry e;
	char line[LINE_MAX];
	for (;;) {
		u64 expected = print_reader.seq;
		int err = log_read(&print_reader, &e);
		if (err == -EAGAIN)
			return;
		if (err == -EPIPE) {
			int n = fmt_snprintf(line, sizeof(line), "log: %lu lines were lost\n",
				print_reader.seq - expected);
			write_consoles(line, n);
		} else if (e.level < console_loglevel || in_panic) {
			write_consoles(line, log_format_line(&e, line, sizeof(line)));
		}
	}
}

/* Prints what there is, unless somebody else is at it, who then will. */
static void drain(void)
{
	while (log_has_more(&print_reader)) {
		if (!start_printing())
			return;
		print_records();
		stop_printing();
	}
}

void console_register(struct console *c, enum console_start start)
{
	struct log_entry e;
	char line[LINE_MAX];
	struct log_reader r;
	wait_for_printing();
	if (start == CONSOLE_WHOLE_LOG) {
		log_reader_oldest(&r);
		while (r.seq < print_reader.seq && log_read(&r, &e) != -EAGAIN)
			if (e.level < console_loglevel)
				c->write(line, log_format_line(&e, line, sizeof(line)));
	} else {
		early_is_on = false;
	}
	list_add_tail(&consoles, &c->node);
	stop_printing();
	drain();
}

void console_unregister(struct console *c)
{
	wait_for_printing();
	list_del(&c->node);
	stop_printing();
	drain();
}

void console_put(const char *s, size_t n)
{
	wait_for_printing();
	print_records();
	write_consoles(s, n);
	stop_printing();
	drain();
}

void console_printf(const char *format, ...)
{
	char line[LINE_MAX];
	va_list args;
	va_start(args, format);
	size_t n = clip(fmt_vsnprintf(line, sizeof(line), format, args), sizeof(line));
	va_end(args);
	console_put(line, n);
}

void console_drain(void)
{
	struct console *c;
	wait_for_printing();
	print_records();
	list_for_each(c, &consoles, node)
		if (c->drain)
			c->drain();
	stop_printing();
}

/* --- waking readers --- */

struct waitq *log_waitq(void)
{
	return &readers;
}

void log_wake_readers(void)
{
	if (__atomic_exchange_n(&wake_wanted, false, __ATOMIC_SEQ_CST))
		wake(&readers, POLLIN | POLLRDNORM);
}

/* Waking takes locks that the caller may hold, unless he holds none at all. */
static bool may_wake(void)
{
	return current_task && !preempt_count && irqs_enabled() && !in_panic;
}

/* --- the way in --- */

void log_vprint(enum log_level level, const char *format, va_list args)
{
	char text[LOG_TEXT_MAX];
	fmt_vsnprintf(text, sizeof(text), format, args);
	for (char *line = text; *line;) {
		char *end = strchr(line, '\n');
		store(level, line, end ? (size_t)(end - line) : strlen(line));
		line = end ? end + 1 : line + strlen(line);
	}
	drain();
	__atomic_store_n(&wake_wanted, true, __ATOMIC_RELAXED);
	if (may_wake())
		log_wake_readers();
}

void log_print(enum log_level level, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	log_vprint(level, format, args);
	va_end(args);
}

void log_enter_panic(void)
{
	in_panic = true;
}
