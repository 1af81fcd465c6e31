// SPDX-License-Identifier: MIT
/*
 * data: what the kernel tells the vDSO about time, in the page before its code.
 *
 * Promise   a clock's time in ns is (TSC * ns_per_cycle >> 32) + offset_ns[clock], if its bit in `clocks` is
 *           set; else the system call knows. For the clock that programs ask most, the monotonic one, two
 *           words stand apart, so that it takes no look-up at all.
 * Locks     none, and no sequence count: the rate is constant from before the first program on, and a
 *           reader uses one aligned word of what may change, its clock's offset, which is written at once
 */
#pragma once
#include "kernel/lib/types.h"
#include "kernel/uapi/time.h"

enum { VDSO_CLOCKS = 16, VDSO_FRACTION_BITS = 32, VDSO_NO_CLOCK = INT32_MIN /* nobody has it */ };
enum { VDSO_CPU_NUMBER_SELECTOR = 0x7b }; /* gdt.c: entry 15, user level; its limit is the number */

struct vdso_data {
	u64 ns_per_cycle;	   /* [const] with 32 bits of fraction */
	u64 boot_ns;		   /* [const] what the TSC stood at, in ns, when the clock began */
	u64 seconds_factor;	   /* [const] VDSO_SECONDS_FACTOR: as an operand in memory it costs nothing */
	s32 fast_clock;		   /* [atomic] CLOCK_MONOTONIC, or VDSO_NO_CLOCK: no RDTSCP or no TSC to read */
	u32 clocks;		   /* [atomic] a bit per CLOCK_*; 0: the TSC is not fit for programs */
	u64 offset_ns[VDSO_CLOCKS]; /* [atomic] each */
};

/* 2^93 / 10^9, rounded up by so little that ns * factor >> 93 is ns / 10^9 for all ns below 2^63. */
#define VDSO_SECONDS_FACTOR 9903520314283042200ull
enum { VDSO_SECONDS_SHIFT = 93 - 64 };

#define VDSO_COARSE_NS 4000000 /* clock_getres(2) of the coarse clocks, as Linux with HZ=250 */
