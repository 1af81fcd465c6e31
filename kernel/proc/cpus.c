// SPDX-License-Identifier: MIT
/*
 * cpus: sets of CPUs as text, for /proc/PID/status and /sys.
 *
 * Promise   the two forms that Linux uses: lists ("0-2,5") and hexadecimal masks in words of 32 bits
 * Locks     none
 */
#include "kernel/lib/strbuf.h"
#include "kernel/proc/facts.h"

enum { MASK_BITS = 64, WORD_BITS = 32, DIGIT_BITS = 4 };

void cpu_list_show(u64 mask, struct strbuf *sb)
{
	const char *separator = "";
	for (unsigned first = 0; first < MASK_BITS; first++) {
		if (!(mask >> first & 1))
			continue;
		unsigned last = first;
		while (last + 1 < MASK_BITS && mask >> (last + 1) & 1)
			last++;
		strbuf_printf(sb, "%s%u", separator, first);
		if (last > first)
			strbuf_printf(sb, "-%u", last);
		separator = ",";
		first = last;
	}
}

void cpu_mask_show(u64 mask, struct strbuf *sb)
{
	unsigned bits = min(nr_possible_cpus, (unsigned)MASK_BITS);
	unsigned low = min(bits, (unsigned)WORD_BITS);
	if (bits > WORD_BITS)
		strbuf_printf(sb, "%0*lx,", (int)((bits - WORD_BITS + DIGIT_BITS - 1) / DIGIT_BITS), mask >> WORD_BITS);
	strbuf_printf(sb, "%0*lx", (int)((low + DIGIT_BITS - 1) / DIGIT_BITS), mask & UINT32_MAX);
}
