// SPDX-License-Identifier: MIT
/*
 * extable: which instructions may fault, and where they go on then.
 *
 * Promise   the table is sorted once at start-up; a look-up is a binary search. Entries are pairs of
 *           distances from their own place, so that they need no relocation and are half as large.
 * Locks     none: [const after arch_early_init]
 */
#include "arch/x86_64/internal.h"

struct extable_entry {
	s32 insn, target;
};

extern struct extable_entry extable_start[], extable_end[]; /* linker.ld */

static u64 insn_of(const struct extable_entry *e)
{
	return (u64)&e->insn + (s64)e->insn;
}

static u64 target_of(const struct extable_entry *e)
{
	return (u64)&e->target + (s64)e->target;
}

static void entry_set(struct extable_entry *e, u64 insn, u64 target)
{
	e->insn = (s32)(insn - (u64)&e->insn);
	e->target = (s32)(target - (u64)&e->target);
}

/* The linker has laid the entries down nearly in order: insertion sort has little to do. */
void extable_init(void)
{
	for (struct extable_entry *e = extable_start + 1; e < extable_end; e++) {
		u64 insn = insn_of(e), target = target_of(e);
		struct extable_entry *hole = e;
		for (; hole > extable_start && insn_of(hole - 1) > insn; hole--)
			entry_set(hole, insn_of(hole - 1), target_of(hole - 1));
		entry_set(hole, insn, target);
	}
}

static const struct extable_entry *find(u64 rip)
{
	const struct extable_entry *low = extable_start, *high = extable_end;
	while (low < high) {
		const struct extable_entry *middle = low + (high - low) / 2;
		if (insn_of(middle) == rip)
			return middle;
		if (insn_of(middle) < rip)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool arch_has_fixup(const struct regs *r)
{
	return find(r->rip) != NULL;
}

bool arch_fixup(struct regs *r)
{
	const struct extable_entry *e = find(r->rip);
	if (!e)
		return false;
	r->rip = target_of(e);
	return true;
}
