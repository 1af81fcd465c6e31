// SPDX-License-Identifier: MIT
/*
 * free: how much memory there is, and how much of it is used.
 *
 * Linux     free(1), proc(5) on /proc/meminfo
 */
#include <stdio.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "user/lib/proc.h"
#include "user/lib/tool.h"

enum { KIB = 1024, SIZE_BYTES = 24 };

static bool human, megabytes;

static void print(unsigned long kib)
{
	char text[SIZE_BYTES];

	if (human)
		tool_human_size(kib * KIB, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "%lu", megabytes ? kib / KIB : kib);
	printf("%12s", text);
}

static unsigned long meminfo(const char *name)
{
	long kib = proc_number("/proc/meminfo", name);

	return kib > 0 ? kib : 0;
}

int main(int argc, char **argv)
{
	struct sysinfo info;
	int c;

	tool_start(argc, argv, "free [-hkm]");
	while ((c = getopt(argc, argv, "hkm")) != -1) {
		if (c == '?')
			tool_usage();
		human |= c == 'h';
		megabytes |= c == 'm';
	}
	if (sysinfo(&info) != 0)
		tool_die_errno("sysinfo");
	unsigned long unit = info.mem_unit, total = info.totalram * unit / KIB, unused = info.freeram * unit / KIB;
	unsigned long cache = meminfo("Cached") + meminfo("Buffers") + meminfo("SReclaimable");
	unsigned long available = meminfo("MemAvailable");
	if (!available)
		available = unused;
	printf("       %12s%12s%12s%12s%12s%12s\n", "total", "used", "free", "shared", "buff/cache", "available");
	printf("Mem:   ");
	print(total);
	print(total > available ? total - available : 0);
	print(unused);
	print(info.sharedram * unit / KIB);
	print(cache);
	print(available);
	printf("\nSwap:  ");
	print(info.totalswap * unit / KIB);
	print((info.totalswap - info.freeswap) * unit / KIB);
	print(info.freeswap * unit / KIB);
	putchar('\n');
	return tool_finish();
}
