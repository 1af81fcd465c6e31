// SPDX-License-Identifier: MIT
/*
 * vmstat: processes, memory, interrupts, switches and processor time, again and again.
 *
 * Promise   the first line is since the start of the machine, each further one since the line before
 * Linux     vmstat(8) of procps, without what is about disks; proc_stat(5)
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/proc.h"
#include "user/lib/tool.h"

enum { KINDS = 8, ROWS_PER_TITLE = 20 };

struct look {
	unsigned long cpu[KINDS], interrupts, switches;
	long running, blocked;
	double at;
};

static void look(struct look *l)
{
	FILE *f = fopen("/proc/stat", "r"), *g = fopen("/proc/uptime", "r");
	unsigned long *t = l->cpu;

	*l = (struct look){ 0 };
	if (!f || fscanf(f, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6],
			  &t[7]) < 4 || !g || fscanf(g, "%lf", &l->at) != 1)
		tool_die("/proc does not tell");
	fclose(f);
	fclose(g);
	l->interrupts = proc_number("/proc/stat", "intr");
	l->switches = proc_number("/proc/stat", "ctxt");
	l->running = proc_number("/proc/stat", "procs_running");
	l->blocked = proc_number("/proc/stat", "procs_blocked");
}

static void print(const struct look *l, const struct look *before)
{
	double all = 0, share[KINDS], s = l->at - before->at > 0 ? l->at - before->at : 1;

	for (int i = 0; i < KINDS; i++)
		all += share[i] = l->cpu[i] - before->cpu[i];
	for (int i = 0; i < KINDS; i++)
		share[i] = all > 0 ? share[i] * 100 / all : 0;
	printf("%2ld %2ld %8ld %8ld %8ld %6.0f %6.0f %3.0f %3.0f %3.0f %3.0f %3.0f\n", l->running, l->blocked,
		proc_number("/proc/meminfo", "MemFree"), proc_number("/proc/meminfo", "Buffers"),
		proc_number("/proc/meminfo", "Cached"), (l->interrupts - before->interrupts) / s,
		(l->switches - before->switches) / s, share[0] + share[1], share[2] + share[5] + share[6], share[3],
		share[4], share[7]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct look before = { 0 }, now;

	tool_start(argc, argv, "vmstat [SECONDS [TIMES]]");
	unsigned long delay = argc > 1 ? tool_number(argv[1]) : 0, times = argc > 2 ? tool_number(argv[2]) : 0;
	if (!delay)
		times = 1;
	for (unsigned long i = 0; !times || i < times; i++) {
		if (i)
			sleep(delay);
		if (i % ROWS_PER_TITLE == 0)
			printf("%2s %2s %8s %8s %8s %6s %6s %3s %3s %3s %3s %3s\n", "r", "b", "free", "buff", "cache",
				"in", "cs", "us", "sy", "id", "wa", "st");
		look(&now);
		print(&now, &before);
		before = now;
	}
	return tool_finish();
}
