// SPDX-License-Identifier: MIT
/*
 * trace: the rings and how they are read. The contract is in trace.h.
 *
 * Promise   events of all CPUs are shown merged by time
 * Locks     see trace.h; resize_lock: the rings' memory, against those who resize and show. A panic reads without.
 */
#include "kernel/core/trace.h"
#include "arch/x86_64/arch.h"
#include "kernel/core/alloc.h"
#include "kernel/core/log.h"
#include "kernel/core/mutex.h"
#include "kernel/core/rcu.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"

enum {
	FIRST_SLOTS = 128, /* of each CPU */
	MOST_SLOTS = 1 << 15, /* their text still fits into a file of /proc, of one CPU */
	LINE_BYTES = 128,
	ALL_KINDS = (1 << TRACE_NR_KINDS) - 1,
};

struct trace_entry {
	u64 time_ns;
	u32 tid;
	u16 kind, cpu;
	u64 a, b;
};

struct trace_ring {
	u32 head;		    /* free-running; events ever written */
	u32 nr_slots;		    /* of `slots` */
	struct trace_entry *slots; /* NULL: `first` are used */
	struct trace_entry first[FIRST_SLOTS];
};

#ifdef DEBUG
u32 trace_kinds = ALL_KINDS;
#else
u32 trace_kinds;
#endif
static DEFINE_PERCPU(struct trace_ring, trace_ring);
static struct mutex resize_lock = MUTEX_INIT(resize_lock, RANK_REGISTRY);

static const struct {
	const char *name, *format;
} kinds[TRACE_NR_KINDS] = {
#define TRACE_ROW(kind, name, format) [TRACE_##kind] = { name, format },
	TRACE_KINDS(TRACE_ROW)
#undef TRACE_ROW
};

static struct trace_ring *ring_of(unsigned cpu)
{
	return percpu_of(cpu, struct trace_ring, trace_ring);
}

static u32 ring_slots(const struct trace_ring *ring)
{
	return ring->slots ? ring->nr_slots : FIRST_SLOTS;
}

/* The place of the event with this number. */
static struct trace_entry *ring_slot(struct trace_ring *ring, u32 number)
{
	return ring->slots ? &ring->slots[number % ring->nr_slots] : &ring->first[number % FIRST_SLOTS];
}

void trace_record(enum trace_kind kind, u64 a, u64 b)
{
	u64 flags = irq_save();
	struct trace_ring *ring = this_cpu_ptr(struct trace_ring, trace_ring);
	struct trace_entry *e = ring_slot(ring, ring->head);
	e->time_ns = clock_now_ns();
	e->tid = current ? (u32)current->tid : 0;
	e->kind = kind;
	e->cpu = (u16)cpu_id();
	e->a = a;
	e->b = b;
	ring->head++;
	irq_restore(flags);
}

/* Walks all rings at once, newest event first. */
struct cursor {
	u32 next[MAX_CPUS]; /* one behind the event that the CPU offers next */
	u32 left[MAX_CPUS];
	unsigned cpus;
};

static void cursor_start(struct cursor *c)
{
	c->cpus = nr_cpus ? nr_cpus : 1;
	for (unsigned cpu = 0; cpu < c->cpus; cpu++) {
		u32 head = READ_ONCE(ring_of(cpu)->head);
		c->next[cpu] = head;
		c->left[cpu] = min(head, ring_slots(ring_of(cpu)));
	}
}

/* The newest event that was not yet given, or NULL. */
static const struct trace_entry *cursor_back(struct cursor *c)
{
	const struct trace_entry *best = NULL;
	unsigned best_cpu = 0;
	for (unsigned cpu = 0; cpu < c->cpus; cpu++) {
		if (!c->left[cpu])
			continue;
		const struct trace_entry *e = ring_slot(ring_of(cpu), c->next[cpu] - 1);
		if (!best || e->time_ns > best->time_ns) {
			best = e;
			best_cpu = cpu;
		}
	}
	if (best) {
		c->next[best_cpu]--;
		c->left[best_cpu]--;
	}
	return best;
}

/* The same walk forward: takes back the oldest of those given. */
static const struct trace_entry *cursor_forward(struct cursor *c, u32 given[MAX_CPUS])
{
	const struct trace_entry *best = NULL;
	unsigned best_cpu = 0;
	for (unsigned cpu = 0; cpu < c->cpus; cpu++) {
		if (!given[cpu])
			continue;
		const struct trace_entry *e = ring_slot(ring_of(cpu), c->next[cpu]);
		if (!best || e->time_ns < best->time_ns) {
			best = e;
			best_cpu = cpu;
		}
	}
	if (best) {
		c->next[best_cpu]++;
		given[best_cpu]--;
	}
	return best;
}

static void describe(const struct trace_entry *e, char *buf, size_t size)
{
	char args[LINE_BYTES / 2];
	unsigned kind = min((unsigned)e->kind, (unsigned)TRACE_NR_KINDS - 1);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fmt_snprintf(args, sizeof(args), kinds[kind].format, e->a, e->b);
#pragma GCC diagnostic pop
	fmt_snprintf(buf, size, "%5lu.%09lu cpu %u task %u %s: %s", e->time_ns / NSEC_PER_SEC,
		e->time_ns % NSEC_PER_SEC, e->cpu, e->tid, kinds[kind].name, args);
}

/* Steps back over the newest n (at most), then calls put for each from the oldest on. */
static void replay(unsigned n, void (*put)(void *arg, const char *line), void *arg)
{
	struct cursor c;
	u32 given[MAX_CPUS] = { 0 };
	char line[LINE_BYTES];
	const struct trace_entry *e;
	cursor_start(&c);
	while (n-- && (e = cursor_back(&c)))
		given[e->cpu % MAX_CPUS]++;
	while ((e = cursor_forward(&c, given))) {
		describe(e, line, sizeof(line));
		put(arg, line);
	}
}

static void put_log(void *arg, const char *line)
{
	log_err("  %s", line);
}

static void put_strbuf(void *arg, const char *line)
{
	strbuf_puts(arg, line);
	strbuf_putc(arg, '\n');
}

void trace_print_last(unsigned n)
{
	if (!trace_kinds)
		return;
	log_err("the last trace events:");
	replay(n, put_log, NULL);
}

void trace_show(struct strbuf *sb)
{
	guard(mutex)(&resize_lock);
	u64 lost = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		lost += ring_of(cpu)->head - min(ring_of(cpu)->head, ring_slots(ring_of(cpu)));
	strbuf_printf(sb, "# %lu older events are lost\n", lost);
	replay(MOST_SLOTS * nr_cpus, put_strbuf, sb);
}

/* --- what is recorded --- */

/* A bit for the kind of this name, which ends at `end`; 0: there is none. */
static u32 kind_bit(const char *name, const char *end)
{
	size_t n = (size_t)(end - name);
	for (unsigned kind = 0; kind < TRACE_NR_KINDS; kind++)
		if (strlen(kinds[kind].name) == n && memcmp(kinds[kind].name, name, n) == 0)
			return 1u << kind;
	return 0;
}

static int parse_kinds(const char *names, u32 *bits)
{
	bool all;
	*bits = 0;
	if (strcmp(names, "none") == 0)
		return 0;
	if (strcmp(names, "all") == 0 || (parse_bool(names, &all) == 0 && all)) {
		*bits = ALL_KINDS;
		return 0;
	}
	for (;;) {
		const char *comma = strchr(names, ',');
		u32 bit = kind_bit(names, comma ? comma : names + strlen(names));
		if (!bit)
			return -EINVAL;
		*bits |= bit;
		if (!comma)
			return 0;
		names = comma + 1;
	}
}

int trace_choose(const char *names)
{
	u32 bits;
	int err = parse_kinds(names ? names : "all", &bits);
	if (!err)
		WRITE_ONCE(trace_kinds, bits);
	return err;
}

/* Replaces the rings by empty ones; nothing is recorded meanwhile. */
static int resize(u32 nr_slots)
{
	struct trace_entry *fresh[MAX_CPUS] = { NULL };
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		fresh[cpu] = kzalloc(nr_slots * sizeof(*fresh[cpu]));
		if (!fresh[cpu]) {
			while (cpu--)
				kfree(fresh[cpu]);
			return -ENOMEM;
		}
	}
	WRITE_ONCE(trace_kinds, 0);
	rcu_synchronize(); /* whoever has seen the old kinds writes with interrupts off, and has finished */
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		struct trace_ring *ring = ring_of(cpu);
		kfree(ring->slots);
		ring->slots = fresh[cpu];
		ring->nr_slots = nr_slots;
		ring->head = 0;
	}
	return 0;
}

int trace_store(char *text)
{
	u64 nr_slots = 0;
	u32 bits;
	char *names = parse_word(&text), *number = parse_word(&text);
	if (!names || parse_kinds(names, &bits) || parse_word(&text))
		return -EINVAL;
	if (number && (parse_u64(number, 0, &nr_slots) || nr_slots < 1 || nr_slots > MOST_SLOTS))
		return -EINVAL;
	guard(mutex)(&resize_lock);
	int err = number ? resize((u32)nr_slots) : 0;
	if (!err)
		WRITE_ONCE(trace_kinds, bits);
	return err;
}
