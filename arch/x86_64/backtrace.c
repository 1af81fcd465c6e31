// SPDX-License-Identifier: MIT
/*
 * backtrace: who called whom, by frame pointers.
 *
 * Promise   safe on a damaged stack: each frame must lie in the kernel half, aligned, above the last one and
 *           not far from it, and is read with a load that may fault; return addresses must be in the
 *           image. The walk ends at the first that does not fit.
 * Locks     none
 */
#include "arch/x86_64/arch.h"

enum { FRAME_REACH = 1 << 16 }; /* no stack is larger */

struct frame {
	u64 caller_rbp, return_pc;
};

extern const u8 text_start[], text_end[]; /* linker.ld */

static bool is_image_text(u64 pc)
{
	return pc >= (u64)text_start && pc <= (u64)text_end;
}

static bool follows(u64 rbp, u64 last)
{
	if (rbp < DIRECT_BASE || !IS_ALIGNED(rbp, sizeof(u64)))
		return false;
	return !last || (rbp > last && rbp - last < FRAME_REACH);
}

unsigned arch_backtrace(const struct regs *from, u64 *pcs, unsigned max)
{
	unsigned n = 0;
	u64 rbp = from ? from->rbp : (u64)__builtin_frame_address(0);
	struct frame f;
	if (from && n < max)
		pcs[n++] = from->rip;
	for (u64 last = 0; n < max && follows(rbp, last); last = rbp, rbp = f.caller_rbp) {
		if (arch_probe_kernel_64(&f.caller_rbp, (void *)rbp) ||
			arch_probe_kernel_64(&f.return_pc, (void *)(rbp + sizeof(u64))))
			break;
		if (!is_image_text(f.return_pc))
			break;
		pcs[n++] = f.return_pc;
	}
	return n;
}
