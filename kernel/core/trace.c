// SPDX-License-Identifier: MIT
/*
 * trace: the rings and how they are read. The contract is in trace.h.
 *
 * Promise   events of all CPUs are shown merged by time
 * Locks     see trace.h
 */
#include "kernel/core/trace.h"
#include "arch/x86_64/arch.h"
#include "kernel/core/log.h"
#include "kernel/core/task.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/strbuf.h"

enum { TRACE_SLOTS = 128 /* per CPU, a power of two */, LINE_BYTES = 128 };

struct trace_entry {
	u64 time_ns;
	u32 tid;
	u16 kind, cpu;
	u64 a, b;
};

struct trace_ring {
	u32 head; /* free-running; events ever written */
	struct trace_entry slot[TRACE_SLOTS];
};

#ifdef DEBUG
bool trace_is_on = true;
#else
bool trace_is_on;
#endif
static DEFINE_PERCPU(struct trace_ring, trace_ring);

static const struct {
	const char *name, *format;
} kinds[TRACE_NR_KINDS] = {
#define TRACE_ROW(kind, name, format) [TRACE_##kind] = { name, format },
	TRACE_KINDS(TRACE_ROW)
#undef TRACE_ROW
};

void trace_record(enum trace_kind kind, u64 a, u64 b)
{
	u64 flags = irq_save();
	struct trace_ring *ring = this_cpu_ptr(struct trace_ring, trace_ring);
	struct trace_entry *e = &ring->slot[ring->head % TRACE_SLOTS];
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
		u32 head = READ_ONCE(percpu_of(cpu, struct trace_ring, trace_ring)->head);
		c->next[cpu] = head;
		c->left[cpu] = min(head, (u32)TRACE_SLOTS);
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
		const struct trace_ring *ring = percpu_of(cpu, struct trace_ring, trace_ring);
		const struct trace_entry *e = &ring->slot[(c->next[cpu] - 1) % TRACE_SLOTS];
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
		const struct trace_ring *ring = percpu_of(cpu, struct trace_ring, trace_ring);
		const struct trace_entry *e = &ring->slot[c->next[cpu] % TRACE_SLOTS];
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
	u64 us = e->time_ns / NSEC_PER_USEC;
	fmt_snprintf(buf, size, "%5lu.%06lu cpu %u task %u %s: %s", us / 1000000, us % 1000000, e->cpu, e->tid,
		kinds[kind].name, args);
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
	if (!trace_is_on)
		return;
	log_err("the last trace events:");
	replay(n, put_log, NULL);
}

void trace_show(struct strbuf *sb)
{
	replay(TRACE_SLOTS * MAX_CPUS, put_strbuf, sb);
}
