// SPDX-License-Identifier: MIT
/*
 * data: what the kernel tells the vDSO about time, in the page before its code.
 *
 * Promise   a clock's time in ns is (TSC * ns_per_cycle >> 32) + offset_ns[clock], if its bit in `clocks` is
 *           set; else the system call knows. So a read takes one multiplication and one addition, whatever
 *           the clock.
 * Locks     none, and no sequence count: the rate is constant from before the first program on, and a
 *           reader uses one aligned word of what may change, its clock's offset, which is written at once
 */
#pragma once
#include "kernel/lib/types.h"
#include "kernel/uapi/time.h"

enum { VDSO_CLOCKS = 16, VDSO_FRACTION_BITS = 32 };
enum { VDSO_CPU_NUMBER_SELECTOR = 0x7b }; /* gdt.c: entry 15, user level; its limit is the number */

struct vdso_data {
	u64 ns_per_cycle;	   /* [const] with 32 bits of fraction */
	u32 clocks;		   /* [atomic] a bit per CLOCK_*; 0: the TSC is not fit for programs */
	u32 reserved;
	u64 offset_ns[VDSO_CLOCKS]; /* [atomic] each */
};

#define VDSO_COARSE_NS 4000000 /* clock_getres(2) of the coarse clocks, as Linux with HZ=250 */
