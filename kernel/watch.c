// SPDX-License-Identifier: MIT
/*
 * watch: for whoever thinks that the machine hangs: keys that tell why, and a watch over waits without end.
 *
 * Promise   After a break on the serial line of the console, or with Alt and SysRq held, one key does what its row
 *           below says; a character written to /proc/sysrq-trigger does the same, also when the setting
 *           kernel.sysrq is 0. `b` and `c` work while nothing else does. A task of a program that sleeps and
 *           can be neither interrupted nor killed for hung_task_timeout_secs is told of, with what it waits
 *           for and who can end that, hung_task_warnings times in all.
 * Locks     what the rows take, in the thread; `b` and `c` none
 * Lifetime  the thread "watchd" lives as long as the machine
 * Blocking  the thread sleeps until a key comes, and a part of the time-out
 * Linux     Documentation/admin-guide/sysrq, proc_sys_kernel(5). Waits that a fatal signal ends are not told of,
 *           as there. The other keys are not there.
 */
#include "kernel/watch.h"
#include "arch/x86_64/arch.h"
#include "kernel/core/clock.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/strbuf.h"
#include "kernel/uapi/poll.h"
#include "mm/page.h"

enum { HUNG_SECS = 120, HUNG_WARNINGS = 10, LOOKS_PER_TIMEOUT = 4, LINE_BYTES = 160 };

u32 watch_keys_on = 1, watch_hung_secs = HUNG_SECS, watch_hung_warnings = HUNG_WARNINGS;

static struct waitq key_wq = WAITQ_INIT(key_wq, WAIT_KTHREAD);
static u8 pending_key; /* [atomic] 0: none */

/* --- what the keys do --- */

static void tell_waits(void)
{
	char line[LINE_BYTES];
	for (struct task *t = waits_next(NULL); t; t = waits_next(t)) {
		struct strbuf sb;
		strbuf_init(&sb, line, sizeof(line));
		if (waits_put(&sb, t))
			log_info("%s", line);
	}
}

static void tell_memory(void)
{
	log_info("memory: %lu pages of %lu are free", pages_free(), pages_total());
}

static void tell_where_this_is(void *unused)
{
	log_info("cpu %u: %s:%d", cpu_id(), current->comm, current->tid);
	backtrace_print(NULL);
}

static void tell_where_all_are(void)
{
	ipi_call_others(tell_where_this_is, NULL);
}

static void tell_keys(void);

static void crash(void)
{
	panic("sysrq: crash, as was asked for");
}

static const struct row {
	char key;
	bool at_once; /* where the key is heard; else in the thread */
	void (*run)(void);
	const char *what;
} rows[] = {
	{ 'b', true, arch_reboot, "reboot" },
	{ 'c', true, crash, "crash" },
	{ 'h', false, tell_keys, "help" },
	{ 'l', false, tell_where_all_are, "backtraces-of-all-processors" },
	{ 'm', false, tell_memory, "memory" },
	{ 'o', false, arch_poweroff, "poweroff" },
	{ 't', false, debug_show_tasks, "tasks" },
	{ 'w', false, tell_waits, "waits" },
};

static void tell_keys(void)
{
	char line[LINE_BYTES];
	struct strbuf sb;
	strbuf_init(&sb, line, sizeof(line));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		strbuf_printf(&sb, " %s(%c)", rows[i].what, rows[i].key);
	log_info("sysrq: HELP :%s", line);
}

static const struct row *row_of(u8 key)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].key == key)
			return &rows[i];
	return NULL;
}

static void take_key(u8 key)
{
	const struct row *row = row_of(key);
	if (row && row->at_once)
		row->run();
	__atomic_store_n(&pending_key, row ? key : 'h', __ATOMIC_RELEASE);
	wake(&key_wq, POLLIN);
}

bool watch_wants_keys(void)
{
	return READ_ONCE(watch_keys_on);
}

void watch_key(u8 key)
{
	if (watch_wants_keys())
		take_key(key);
}

int watch_store_key(char *text)
{
	if (text[0])
		take_key((u8)text[0]);
	return 0;
}

static void serve_key(void)
{
	const struct row *row = row_of(__atomic_exchange_n(&pending_key, 0, __ATOMIC_ACQUIRE));
	if (!row)
		return;
	log_info("sysrq: %s", row->what);
	row->run();
}

/* --- waits without end --- */

bool watch_is_hung(struct task *t, u64 now_ns, u64 limit_ns)
{
	struct task_wait w;
	u64 switches = READ_ONCE(t->nr_voluntary) + READ_ONCE(t->nr_involuntary);
	if (!task_wait_look(t, &w) || w.mode != WAIT_UNINTERRUPTIBLE || w.kind == WAIT_KTHREAD ||
		switches != t->watched_switches) {
		t->watched_switches = switches;
		t->watched_ns = now_ns;
		return false;
	}
	return now_ns - t->watched_ns >= limit_ns;
}

static void tell_hung(struct task *t, u64 now_ns)
{
	char line[LINE_BYTES];
	struct strbuf sb;
	strbuf_init(&sb, line, sizeof(line));
	u64 secs = (now_ns - t->watched_ns) / NSEC_PER_SEC;
	t->watched_ns = now_ns; /* the next time when as much has passed again */
	if (!waits_put(&sb, t))
		return;
	log_warn("watch: task %s:%d has been waiting for %lu seconds", t->comm, t->tid, secs);
	log_warn("%s", line);
	watch_hung_warnings--;
}

static void look_for_hung(u64 now_ns)
{
	u64 limit_ns = READ_ONCE(watch_hung_secs) * NSEC_PER_SEC;
	for (struct task *t = waits_next(NULL); t; t = waits_next(t))
		if (watch_is_hung(t, now_ns, limit_ns) && READ_ONCE(watch_hung_warnings))
			tell_hung(t, now_ns);
}

static void watchd(void *unused)
{
	for (;;) {
		u64 secs = READ_ONCE(watch_hung_secs);
		u64 next = secs ? deadline_after(secs * NSEC_PER_SEC / LOOKS_PER_TIMEOUT) : FOREVER;
		(void)wait_event(&key_wq, POLLIN, READ_ONCE(pending_key) || READ_ONCE(watch_hung_secs) != secs, next,
			WAIT_UNINTERRUPTIBLE);
		serve_key();
		if (clock_now_ns() >= next)
			look_for_hung(clock_now_ns());
	}
}

void watch_start(void)
{
	if (!kthread_start("watchd", watchd, NULL))
		log_warn("watch: no memory for its thread");
}

int watch_set_hung_secs(u64 secs)
{
	if (secs > INT32_MAX)
		return -EINVAL;
	WRITE_ONCE(watch_hung_secs, (u32)secs);
	wake(&key_wq, POLLIN);
	return 0;
}
