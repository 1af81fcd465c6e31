// SPDX-License-Identifier: MIT
/*
 * bootinfo: one memory map out of whatever firmware and loaders say. The contract is in bootinfo.h.
 *
 * Promise   entries may come unsorted, overlapping, empty, wrapping or too many. Every address gets the
 *           most restrictive kind that any entry gives it (an enum boot_range_kind that is greater is more
 *           restrictive); neighbours of one kind are merged; RAM is cut to whole pages inward, the
 *           rest is left as it is. If there are more entries than room, RAM is what gets lost: a reserved
 *           range that cannot be kept is cut out of the RAM instead.
 * Locks     none: pure functions on the caller's structure
 */
#include "boot/bootinfo.h"
#include "kernel/lib/string.h"

#define PAGE_BYTES 4096ull
/* Addresses beyond what any x86-64 processor can have: an entry that reaches there is cut. */
#define PHYS_LIMIT (1ull << 52)

static void complain(struct bootinfo *bi, const char *sentence)
{
	if (!bi->complaint)
		bi->complaint = sentence;
}

static void range_remove(struct bootinfo *bi, unsigned i)
{
	memmove(&bi->ranges[i], &bi->ranges[i + 1], (--bi->nr_ranges - i) * sizeof(bi->ranges[0]));
}

/* There is no room for another entry: what is not RAM takes its part out of the RAM entries. */
static void cut_out(struct bootinfo *bi, phys_t start, phys_t end)
{
	for (unsigned i = 0; i < bi->nr_ranges; i++) {
		struct boot_range *r = &bi->ranges[i];
		if (r->kind != BOOT_RAM || end <= r->start || r->end <= start)
			continue;
		phys_t below = start > r->start ? start - r->start : 0;
		phys_t above = r->end > end ? r->end - end : 0;
		if (below >= above)
			r->end = r->start + below;
		else
			r->start = end;
	}
}

void bootinfo_add_range(struct bootinfo *bi, phys_t start, u64 bytes, enum boot_range_kind kind)
{
	phys_t end;
	if (__builtin_add_overflow(start, bytes, &end) || end > PHYS_LIMIT)
		end = PHYS_LIMIT;
	if (start >= end)
		return;
	struct boot_range *last = bi->nr_ranges ? &bi->ranges[bi->nr_ranges - 1] : NULL;
	/* UEFI maps are long because of neighbours of one kind. */
	if (last && last->kind == kind && last->end == start) {
		last->end = end;
	} else if (bi->nr_ranges < BOOT_MAX_RANGES / 2) {
		bi->ranges[bi->nr_ranges++] = (struct boot_range){ start, end, kind };
	} else {
		complain(bi, "the memory map has too many entries: some memory is not used");
		if (kind != BOOT_RAM)
			cut_out(bi, start, end);
	}
}

void bootinfo_add_module(struct bootinfo *bi, phys_t start, phys_t end, const char *name)
{
	if (bi->nr_modules == BOOT_MAX_MODULES) {
		complain(bi, "there are too many modules: the last ones are ignored");
		return;
	}
	struct boot_module *m = &bi->modules[bi->nr_modules++];
	m->start = start;
	m->end = end;
	strlcpy(m->name, name, sizeof(m->name));
}

void bootinfo_set_cmdline(struct bootinfo *bi, const char *text)
{
	if (strlcpy(bi->cmdline, text, sizeof(bi->cmdline)) >= sizeof(bi->cmdline))
		complain(bi, "the command line is too long: its end is ignored");
}

/* Where the next entry of `in` begins or ends after `at`. */
static phys_t next_edge(const struct boot_range *in, unsigned n, phys_t at)
{
	phys_t edge = PHYS_LIMIT;
	for (unsigned i = 0; i < n; i++) {
		if (in[i].start > at)
			edge = min(edge, in[i].start);
		if (in[i].end > at)
			edge = min(edge, in[i].end);
	}
	return edge;
}

/* The most restrictive kind that covers `at`; false: none does. */
static bool kind_at(const struct boot_range *in, unsigned n, phys_t at, enum boot_range_kind *kind)
{
	bool any = false;
	for (unsigned i = 0; i < n; i++) {
		if (at < in[i].start || in[i].end <= at)
			continue;
		*kind = any ? max(*kind, in[i].kind) : in[i].kind;
		any = true;
	}
	return any;
}

/*
 * Walks the edges from low to high. n entries have at most 2n - 1 pieces between their edges, and at most
 * BOOT_MAX_RANGES / 2 were let in: the result always fits. Quadratic, over some ten entries.
 */
static void sort_and_merge(struct bootinfo *bi)
{
	static struct boot_range in[BOOT_MAX_RANGES / 2];
	unsigned n = bi->nr_ranges;
	memcpy(in, bi->ranges, n * sizeof(in[0]));
	bi->nr_ranges = 0;
	phys_t at = 0;
	while (at < PHYS_LIMIT) {
		phys_t edge = next_edge(in, n, at);
		enum boot_range_kind kind;
		if (kind_at(in, n, at, &kind)) {
			struct boot_range *last = bi->nr_ranges ? &bi->ranges[bi->nr_ranges - 1] : NULL;
			if (last && last->kind == kind && last->end == at)
				last->end = edge;
			else
				bi->ranges[bi->nr_ranges++] = (struct boot_range){ at, edge, kind };
		}
		at = edge;
	}
}

static void align_ram(struct bootinfo *bi)
{
	for (unsigned i = 0; i < bi->nr_ranges;) {
		struct boot_range *r = &bi->ranges[i];
		if (r->kind == BOOT_RAM) {
			r->start = ALIGN_UP(r->start, PAGE_BYTES);
			r->end = ALIGN_DOWN(r->end, PAGE_BYTES);
		}
		if (r->start >= r->end)
			range_remove(bi, i);
		else
			i++;
	}
}

static bool is_in_ram(const struct bootinfo *bi, phys_t start, phys_t end)
{
	for (unsigned i = 0; i < bi->nr_ranges; i++) {
		const struct boot_range *r = &bi->ranges[i];
		if (r->kind == BOOT_RAM && r->start <= start && end <= r->end)
			return true;
	}
	return false;
}

static void reserve(struct bootinfo *bi, phys_t start, phys_t end)
{
	bi->reserved[bi->nr_reserved++] = (struct boot_range){ start, end, BOOT_RESERVED };
}

void bootinfo_finish(struct bootinfo *bi, phys_t image_start, phys_t image_end)
{
	sort_and_merge(bi);
	align_ram(bi);
	bi->nr_reserved = 0;
	reserve(bi, image_start, image_end);
	unsigned kept = 0;
	for (unsigned i = 0; i < bi->nr_modules; i++) {
		struct boot_module m = bi->modules[i];
		if (m.start >= m.end || !is_in_ram(bi, m.start, m.end)) {
			complain(bi, "a module does not lie in memory: it is ignored");
			continue;
		}
		reserve(bi, m.start, m.end);
		bi->modules[kept++] = m;
	}
	bi->nr_modules = kept;
}

/* Where RAM [start, end) above a limit may go on existing: the first reserved part of it. */
static bool first_reserved(const struct bootinfo *bi, phys_t start, phys_t end, struct boot_range *part)
{
	bool any = false;
	for (unsigned i = 0; i < bi->nr_reserved; i++) {
		phys_t from = max(start, ALIGN_DOWN(bi->reserved[i].start, PAGE_BYTES));
		phys_t to = min(end, ALIGN_UP(bi->reserved[i].end, PAGE_BYTES));
		if (from < to && (!any || from < part->start)) {
			*part = (struct boot_range){ from, to, BOOT_RAM };
			any = true;
		}
	}
	return any;
}

void bootinfo_limit_ram(struct bootinfo *bi, phys_t limit)
{
	limit = ALIGN_DOWN(limit, PAGE_BYTES);
	for (unsigned i = 0; i < bi->nr_ranges;) {
		struct boot_range *r = &bi->ranges[i], part;
		if (r->kind != BOOT_RAM || r->end <= limit) {
			i++;
			continue;
		}
		phys_t end = r->end, at = max(r->start, limit);
		if (r->start < limit) {
			r->end = limit;
			i++;
		} else {
			range_remove(bi, i);
		}
		while (first_reserved(bi, at, end, &part) && bi->nr_ranges < BOOT_MAX_RANGES) {
			memmove(&bi->ranges[i + 1], &bi->ranges[i], (bi->nr_ranges++ - i) * sizeof(part));
			bi->ranges[i++] = part;
			at = part.end;
		}
	}
}
