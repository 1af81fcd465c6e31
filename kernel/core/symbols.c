// SPDX-License-Identifier: MIT
/*
 * symbols: look-up in the table that kernel/mksyms.py makes. The contract is in symbols.h.
 *
 * Promise   a binary search over offsets from the start of the text, sorted; one name string each
 *
 * The table's four symbols are weak, so that the first link, from which the table is made, works without.
 */
#include "kernel/core/symbols.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/macros.h"

extern const u32 symbols_count[] __attribute__((weak));
extern const u64 symbols_base[] __attribute__((weak));
extern const u32 symbols_offsets[] __attribute__((weak)); /* count + 1: the last is the end of the text */
extern const u32 symbols_names[] __attribute__((weak));	  /* places in symbols_strings */
extern const char symbols_strings[] __attribute__((weak));

const char *symbol_find(u64 pc, u64 *offset, u64 *size)
{
	if (!symbols_count)
		return NULL;
	u32 count = *symbols_count;
	u64 at = pc - *symbols_base;
	if (pc < *symbols_base || at >= symbols_offsets[count])
		return NULL;
	u32 low = 0, high = count; /* offsets[low] <= at < offsets[high] */
	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;
		if (symbols_offsets[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	*offset = at - symbols_offsets[low];
	*size = symbols_offsets[low + 1] - symbols_offsets[low];
	return symbols_strings + symbols_names[low];
}

void symbol_describe(u64 pc, char *buf, size_t size)
{
	u64 offset, bytes;
	const char *name = symbol_find(pc, &offset, &bytes);
	if (name)
		fmt_snprintf(buf, size, "%s+0x%lx/0x%lx", name, offset, bytes);
	else
		fmt_snprintf(buf, size, "0x%lx", pc);
}
