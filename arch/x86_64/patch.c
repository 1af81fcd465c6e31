// SPDX-License-Identifier: MIT
/*
 * patch: instructions in place that depend on what the CPU can do.
 *
 * Promise   the table that asm.h's PATCH macro fills is applied once, before the text becomes read-only and
 *           before another CPU runs. An instruction on a hot path is so as cheap as if the kernel had
 *           been built for this very CPU; code for every CPU is what stands there before.
 * Locks     none: one CPU, interrupts off
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/asm.h"
#include "kernel/lib/string.h"

struct patch_entry {
	s32 at; /* from this field */
	u8 feature, length, bytes[PATCH_BYTES_MAX];
};
_Static_assert(sizeof(struct patch_entry) == 12, "as the macro lays it down");

extern const struct patch_entry patch_start[], patch_end[]; /* linker.ld */

void patch_apply(void)
{
	const bool has[NR_PATCH_FEATURES] = {
		[PATCH_SMAP] = cpu_features.smap,
		[PATCH_ERMS] = cpu_features.erms,
		[PATCH_FSGSBASE] = cpu_features.fsgsbase,
		[PATCH_XSAVE] = cpu_features.xsave,
		[PATCH_XSAVEOPT] = cpu_features.xsaveopt,
	};
	for (const struct patch_entry *p = patch_start; p < patch_end; p++)
		if (has[p->feature])
			memcpy((u8 *)&p->at + p->at, p->bytes, p->length);
}
