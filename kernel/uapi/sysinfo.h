// SPDX-License-Identifier: MIT
/*
 * uapi/sysinfo: memory, load and time since boot.
 *
 * Linux     sysinfo(2)
 */
#pragma once

#define SI_LOAD_SHIFT 16

struct sysinfo {
	long uptime; /* s */
	unsigned long loads[3]; /* fixed point, SI_LOAD_SHIFT */
	unsigned long totalram, freeram, sharedram, bufferram;
	unsigned long totalswap, freeswap;
	unsigned short procs;
	unsigned short pad;
	unsigned long totalhigh, freehigh;
	unsigned mem_unit; /* bytes that the numbers above count */
};
_Static_assert(sizeof(struct sysinfo) == 112, "the ABI's size");
