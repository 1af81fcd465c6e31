// SPDX-License-Identifier: MIT
/*
 * log: what the kernel says.
 *
 * Promise   a message becomes one record per line, with time and level, in a ring that /dev/kmsg and
 *           syslog(2) read; and goes to the consoles at once if its level is below the console level.
 *           May be called anywhere: from interrupts, with any lock held, before any set-up. A message
 *           from within a console driver is stored and printed later.
 * Style     log_warn("shm: ...") with the mechanism as prefix; never on a path that an unprivileged
 *           program can loop
 */
#pragma once
#include "kernel/lib/list.h"

enum log_level { LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };
enum {
	LOG_TEXT_MAX = 512,	  /* bytes of one line, with NUL */
	LOG_CONSOLE_DEFAULT = 7,  /* LOG_INFO and graver are printed */
	LOG_CONSOLE_QUIET = 4,	  /* option `quiet`: LOG_ERR and graver */
};

void log_print(enum log_level level, const char *format, ...) __printf(2, 3);
void log_vprint(enum log_level level, const char *format, va_list args) __printf(2, 0);
#define log_err(...) log_print(LOG_ERR, __VA_ARGS__)
#define log_warn(...) log_print(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_print(LOG_DEBUG, __VA_ARGS__)

/* --- consoles --- */
struct console {
	/* Called by one CPU at a time, interrupts as they happen to be; must not sleep nor log while it
	 * holds a lock. Lines end in "\n": a device that needs "\r\n" adds it. */
	void (*write)(const char *s, size_t n);
	/* Sends what programs wrote to the same device and is not out yet; NULL: nothing ever waits. */
	void (*drain)(void);
	struct list node;
};
enum console_start {
	CONSOLE_WHOLE_LOG,	/* show what was said before too: another screen */
	CONSOLE_REPLACES_EARLY, /* the early console's own device: go on where that one stands */
};
/* Until a console replaces it, early_console_write() gets everything. */
void console_register(struct console *c, enum console_start start);
void console_unregister(struct console *c);
/* Text as it is, behind all records so far: test reports. */
void console_put(const char *s, size_t n);
void console_printf(const char *format, ...) __printf(1, 2);
void console_drain(void); /* before the machine ends: everything said is to be seen */
extern unsigned console_loglevel; /* records of a lower level than this are printed */

/* --- readers: /dev/kmsg, syslog(2) --- */
struct log_reader {
	u64 seq;  /* of the next record */
	u64 place; /* where it lies, valid while it has not been overwritten */
};
struct log_entry {
	u64 seq, time_ns;
	enum log_level level;
	size_t len;
	char text[LOG_TEXT_MAX]; /* terminated, without newline */
};
void log_reader_oldest(struct log_reader *r);
void log_reader_newest(struct log_reader *r); /* behind the last record */
/* Takes the next record: 0, -EAGAIN: none yet, -EPIPE: some were overwritten (the reader now stands at
 * the oldest that is left). */
int log_read(struct log_reader *r, struct log_entry *e);
bool log_has_more(const struct log_reader *r);
/* "[    1.234567] text\n" into buf; answers its length. For syslog: with "<level>" in front. */
size_t log_format_line(const struct log_entry *e, char *buf, size_t size);
size_t log_format_syslog(const struct log_entry *e, char *buf, size_t size);
/* /dev/kmsg's "6,123,4567890,-;text\n" */
size_t log_format_kmsg(const struct log_entry *e, char *buf, size_t size);
size_t log_buffer_bytes(void);
struct waitq;
/* Woken when records have come; a reader that blocks tests log_has_more(). A record that was logged with
 * locks held or interrupts off wakes at the next one that was not, or at log_wake_readers(). */
struct waitq *log_waitq(void);
void log_wake_readers(void);

/* panic.c: from now on one CPU writes, without any lock, every level. */
void log_enter_panic(void);
