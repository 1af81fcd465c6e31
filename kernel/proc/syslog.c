// SPDX-License-Identifier: MIT
/*
 * syslog: the kernel's log as a system call and as /proc/kmsg.
 *
 * Promise   syslog(2): one reader for all who read destructively, by call or by file; READ_ALL shows the newest
 *           lines since the last CLEAR that fit. A line that is longer than the buffer is read in pieces.
 * Locks     reader_lock (RANK_REGISTRY) for the common reader; user memory is written after it is released
 * Blocking  READ waits for a line, interruptibly
 * Linux     syslog(2); READ_ALL and SIZE_BUFFER are for everybody, the others need CAP_SYSLOG
 */
#include "fs/file.h"
#include "kernel/core/cred.h"
#include "kernel/core/log.h"
#include "kernel/core/mutex.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/proc/facts.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"

enum syslog_action {
	SYSLOG_CLOSE, SYSLOG_OPEN, SYSLOG_READ, SYSLOG_READ_ALL, SYSLOG_READ_CLEAR, SYSLOG_CLEAR,
	SYSLOG_CONSOLE_OFF, SYSLOG_CONSOLE_ON, SYSLOG_CONSOLE_LEVEL, SYSLOG_SIZE_UNREAD, SYSLOG_SIZE_BUFFER,
};
enum {
	LINE_BYTES = LOG_TEXT_MAX + 64,
	CONSOLE_LEVEL_MAX = 8, CONSOLE_LEVEL_MIN = 1,
	MESSAGE_LEVEL_DEFAULT = 4,
	NOT_SAVED = 0,
};

static struct mutex reader_lock = MUTEX_INIT(reader_lock, RANK_REGISTRY);
static struct log_reader reader;	/* [reader_lock] the destructive readers' */
static size_t reader_skip;		/* [reader_lock] bytes of the next line that were read already */
static struct log_reader cleared;	/* [reader_lock] where READ_ALL begins */
static unsigned saved_level = NOT_SAVED; /* [reader_lock] what CONSOLE_ON brings back */

struct line {
	size_t len;
	struct log_entry entry;
	char text[LINE_BYTES];
};

/* The next line of a reader: false: there is none. */
static bool next_line(struct log_reader *r, struct line *l)
{
	int err;
	while ((err = log_read(r, &l->entry)) == -EPIPE)
		;
	if (err == 0)
		l->len = log_format_syslog(&l->entry, l->text, sizeof(l->text));
	return err == 0;
}

/* --- destructive reading --- */

/* Takes up to n bytes of the next line out: answers where they are in l->text, their number in *got. */
static const char *take_piece(struct line *l, size_t n, size_t *got)
{
	guard(mutex)(&reader_lock);
	struct log_reader before = reader;
	*got = 0;
	if (!next_line(&reader, l))
		return NULL;
	/* the line that was begun may have been overwritten: then this is another one, and whole */
	size_t skip = reader_skip < l->len && before.seq + 1 == reader.seq ? reader_skip : 0;
	*got = min(n, l->len - skip);
	reader_skip = 0;
	if (skip + *got < l->len) {
		reader = before;
		reader_skip = skip + *got;
	}
	return l->text + skip;
}

static bool has_lines(void) /* without the lock: one word against another */
{
	return log_has_more(&reader);
}

static long syslog_read(void __user *buf, int length)
{
	struct line l;
	long done = 0;
	if (!buf || length < 0)
		return -EINVAL;
	if (length && !access_ok(buf, (size_t)length))
		return -EFAULT;
	int err = length ? wait_event(log_waitq(), POLLIN, has_lines(), FOREVER, WAIT_INTERRUPTIBLE) : 0;
	while (err == 0 && done < length) {
		size_t n;
		const char *text = take_piece(&l, (size_t)(length - done), &n);
		if (!n)
			break;
		if (copy_to_user((char __user *)buf + done, text, n))
			return done ? done : -EFAULT;
		done += (long)n;
	}
	return err ? err : done;
}

/* --- the newest lines --- */

/* Moves r on until what is left of the log takes at most `room` bytes. */
static void skip_oldest(struct log_reader *r, size_t room, struct line *l)
{
	struct log_reader at = *r;
	size_t total = 0;
	while (next_line(&at, l))
		total += l->len;
	while (total > room && next_line(r, l))
		total -= min(total, l->len);
}

static long syslog_read_all(void __user *buf, int length, bool and_clear)
{
	struct line l;
	long done = 0;
	if (!buf || length < 0)
		return -EINVAL;
	if (length && !access_ok(buf, (size_t)length))
		return -EFAULT;
	mutex_lock(&reader_lock);
	struct log_reader r = cleared;
	mutex_unlock(&reader_lock);
	skip_oldest(&r, (size_t)length, &l);
	while (next_line(&r, &l) && l.len <= (size_t)(length - done)) {
		if (copy_to_user((char __user *)buf + done, l.text, l.len))
			return -EFAULT;
		done += (long)l.len;
	}
	if (and_clear) {
		guard(mutex)(&reader_lock);
		log_reader_newest(&cleared);
	}
	return done;
}

static long size_unread(void)
{
	struct line l;
	long total = 0;
	guard(mutex)(&reader_lock);
	for (struct log_reader r = reader; next_line(&r, &l);)
		total += (long)l.len;
	return total - (long)min((size_t)total, reader_skip);
}

/* --- console level --- */

static long set_console_level(int level)
{
	if (level < CONSOLE_LEVEL_MIN || level > CONSOLE_LEVEL_MAX)
		return -EINVAL;
	guard(mutex)(&reader_lock);
	console_loglevel = (unsigned)level;
	saved_level = NOT_SAVED;
	return 0;
}

static void console_off(void)
{
	guard(mutex)(&reader_lock);
	if (saved_level == NOT_SAVED)
		saved_level = console_loglevel;
	console_loglevel = CONSOLE_LEVEL_MIN;
}

static void console_on(void)
{
	guard(mutex)(&reader_lock);
	if (saved_level != NOT_SAVED)
		console_loglevel = saved_level;
	saved_level = NOT_SAVED;
}

static bool may_use_log(void)
{
	return capable(CAP_SYSLOG) || capable(CAP_SYS_ADMIN);
}

long sys_syslog(int type, void __user *buf, int length)
{
	if (type != SYSLOG_READ_ALL && type != SYSLOG_SIZE_BUFFER && !may_use_log())
		return -EPERM;
	switch (type) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return 0;
	case SYSLOG_READ:
		return syslog_read(buf, length);
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR:
		return syslog_read_all(buf, length, type == SYSLOG_READ_CLEAR);
	case SYSLOG_CLEAR:
		mutex_lock(&reader_lock);
		log_reader_newest(&cleared);
		mutex_unlock(&reader_lock);
		return 0;
	case SYSLOG_CONSOLE_OFF:
		console_off();
		return 0;
	case SYSLOG_CONSOLE_ON:
		console_on();
		return 0;
	case SYSLOG_CONSOLE_LEVEL:
		return set_console_level(length);
	case SYSLOG_SIZE_UNREAD:
		return size_unread();
	case SYSLOG_SIZE_BUFFER:
		return (long)log_buffer_bytes();
	default:
		return -EINVAL;
	}
}

/* --- /proc/kmsg --- */

static int kmsg_open(struct file *f)
{
	if (!may_use_log())
		return -EPERM;
	f->wq = log_waitq();
	return 0;
}

static ssize_t kmsg_read(struct file *f, struct uio *u)
{
	struct line l;
	ssize_t done = 0;
	while (u->left) {
		size_t n;
		const char *text = take_piece(&l, u->left, &n);
		if (!n)
			return done ? done : -EAGAIN;
		size_t put = uio_put(u, text, n);
		done += (ssize_t)put;
		if (put < n)
			return done ? done : -EFAULT;
	}
	return done;
}

static u32 kmsg_ready(struct file *f)
{
	return has_lines() ? POLLIN | POLLRDNORM : 0;
}

const struct file_ops proc_kmsg_ops = {
	.name = "kmsg", .open = kmsg_open, .read = kmsg_read, .ready = kmsg_ready,
};

/* --- /proc/sys/kernel/printk: console, default of messages, least and default of the console --- */

void proc_show_printk(struct strbuf *sb)
{
	strbuf_printf(sb, "%u\t%d\t%d\t%d\n", console_loglevel, MESSAGE_LEVEL_DEFAULT, CONSOLE_LEVEL_MIN,
		LOG_CONSOLE_DEFAULT);
}

/* The first number counts; up to three more are accepted and stay as they are. */
int proc_store_printk(char *text)
{
	char *word = parse_word(&text);
	u64 level;
	if (!word || parse_u64(word, 0, &level) || level > INT32_MAX)
		return -EINVAL;
	return (int)set_console_level((int)min(max(level, (u64)CONSOLE_LEVEL_MIN), (u64)CONSOLE_LEVEL_MAX));
}
