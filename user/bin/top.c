// SPDX-License-Identifier: MIT
/*
 * top: the processes that use most of the processors, or of memory, again and again.
 *
 * Promise   P sorts by processor time used since the last look, M by resident memory, N by process id; Space looks
 *           at once, q ends. -b writes to standard output instead of the screen, -n looks so many times, -d waits
 *           so long between two looks. 100% is one processor.
 * Linux     top(1) of procps, a small part; proc_stat(5), proc_pid_stat(5)
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/proc.h"
#include "user/lib/terminal.h"
#include "user/lib/tool.h"

enum { LINE_BYTES = 512, HEAD_ROWS = 5, TICK_KINDS = 8, KIB = 1024, MS = 1000, NANOS_PER_MS = 1000000,
	FIRST_NANOS = 200000000 /* what was used since then is what the first screen shows */ };

struct row {
	int pid;
	uid_t uid;
	int nice;
	char state;
	long pages, kib;
	unsigned long ticks, used; /* ever, since the last look */
	char comm[64], time[32];
};

struct look {
	struct row *rows;
	int n;
	unsigned long cpu[TICK_KINDS]; /* user, nice, system, idle, iowait, irq, softirq, steal */
	struct timespec at;
};

static int sort = 'P';
static bool batch;

/* --- looking --- */

static void read_cpu(unsigned long t[TICK_KINDS])
{
	FILE *f = fopen("/proc/stat", "r");

	if (!f || fscanf(f, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6],
			  &t[7]) < 4)
		tool_die("/proc/stat: not what was expected");
	fclose(f);
}

static const struct row *find(const struct look *l, int pid)
{
	for (int low = 0, high = l->n; low < high;) {
		int middle = (low + high) / 2;
		if (l->rows[middle].pid == pid)
			return &l->rows[middle];
		if (l->rows[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The rows are in the order of process ids. */
static void look(struct look *l, const struct look *before)
{
	static struct proc p;
	int n, *pids = proc_list(&n);
	long page_kib = sysconf(_SC_PAGESIZE) / KIB;

	*l = (struct look){ .rows = tool_must(calloc(n + 1, sizeof(*l->rows))) };
	clock_gettime(CLOCK_MONOTONIC, &l->at);
	read_cpu(l->cpu);
	for (int i = 0; i < n; i++) {
		if (!proc_read(&p, pids[i]))
			continue;
		struct row *r = &l->rows[l->n++];
		const struct row *old = find(before, p.pid);
		*r = (struct row){ p.pid, p.uid, p.nice, p.state, p.pages, p.bytes / KIB, p.ticks, 0, "", "" };
		r->used = old && old->ticks <= p.ticks ? p.ticks - old->ticks : 0;
		r->pages *= page_kib;
		strlcpy(r->comm, p.comm, sizeof(r->comm));
		unsigned long hundredths = p.ticks * 100 / sysconf(_SC_CLK_TCK);
		snprintf(r->time, sizeof(r->time), "%lu:%02lu.%02lu", hundredths / 6000, hundredths / 100 % 60,
			hundredths % 100);
	}
	free(pids);
}

static int compare(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;

	if (sort == 'P' && x->used != y->used)
		return x->used < y->used ? 1 : -1;
	if (sort == 'P' && x->ticks != y->ticks)
		return x->ticks < y->ticks ? 1 : -1;
	if (sort == 'M' && x->pages != y->pages)
		return x->pages < y->pages ? 1 : -1;
	return x->pid - y->pid;
}

/* --- showing --- */

__attribute__((format(printf, 3, 4))) static void line(size_t row, bool reverse, const char *fmt, ...)
{
	char text[LINE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= LINE_BYTES)
		n = LINE_BYTES - 1;
	if (batch)
		puts(text);
	else
		terminal_row(row, text, n, 0, reverse);
}

static void head(const struct look *l, const struct look *before)
{
	double share[TICK_KINDS], all = 0;
	int running = 0, sleeping = 0, stopped = 0, zombies = 0;
	struct sysinfo info;
	double load[3] = { 0 };
	char clock[16];
	time_t now = time(NULL);

	for (int i = 0; i < TICK_KINDS; i++)
		all += share[i] = l->cpu[i] > before->cpu[i] ? l->cpu[i] - before->cpu[i] : 0;
	for (int i = 0; i < l->n; i++) {
		running += l->rows[i].state == 'R';
		stopped += l->rows[i].state == 'T' || l->rows[i].state == 't';
		zombies += l->rows[i].state == 'Z';
	}
	sleeping = l->n - running - stopped - zombies;
	sysinfo(&info);
	FILE *f = fopen("/proc/loadavg", "r");
	if (f && fscanf(f, "%lf %lf %lf", &load[0], &load[1], &load[2]) < 3)
		load[0] = 0;
	if (f)
		fclose(f);
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
	line(0, false, "top - %s up %ld days, %2ld:%02ld, load average: %.2f, %.2f, %.2f", clock, info.uptime / 86400,
		info.uptime / 3600 % 24, info.uptime / 60 % 60, load[0], load[1], load[2]);
	line(1, false, "Tasks: %d total, %d running, %d sleeping, %d stopped, %d zombie", l->n, running, sleeping,
		stopped, zombies);
	double percent = all > 0 ? 100 / all : 0;
	line(2, false, "%%Cpu(s): %4.1f us, %4.1f sy, %4.1f ni, %4.1f id, %4.1f wa, %4.1f hi, %4.1f si, %4.1f st",
		share[0] * percent, share[2] * percent, share[1] * percent, share[3] * percent, share[4] * percent,
		share[5] * percent, share[6] * percent, share[7] * percent);
	long total = proc_number("/proc/meminfo", "MemTotal"), available = proc_number("/proc/meminfo", "MemAvailable");
	line(3, false, "KiB Mem: %ld total, %ld free, %ld used, %ld available", total,
		proc_number("/proc/meminfo", "MemFree"), total - available, available);
}

static void show(const struct look *l, const struct look *before, size_t height)
{
	const struct row **order = tool_must(malloc((l->n + 1) * sizeof(*order)));
	double ticks = ((l->at.tv_sec - before->at.tv_sec) * 1e9 + (l->at.tv_nsec - before->at.tv_nsec)) / 1e9 *
		sysconf(_SC_CLK_TCK);

	for (int i = 0; i < l->n; i++)
		order[i] = &l->rows[i];
	qsort(order, l->n, sizeof(*order), compare);
	head(l, before);
	if (batch)
		putchar('\n');
	line(4, true, "%7s %-8s %3s %8s %7s %s %5s %9s %s", "PID", "USER", "NI", "VIRT", "RES", "S", "%CPU", "TIME+",
		"COMMAND");
	for (int i = 0; i < l->n && (batch || HEAD_ROWS + (size_t)i < height); i++) {
		const struct row *r = order[i];
		line(HEAD_ROWS + i, false, "%7d %-8.8s %3d %8ld %7ld %c %5.1f %9s %s", r->pid, tool_user_name(r->uid),
			r->nice, r->kib, r->pages, r->state, ticks > 0 ? r->used * 100 / ticks : 0, r->time, r->comm);
	}
	for (size_t i = HEAD_ROWS + l->n; !batch && i < height; i++)
		line(i, false, "%s", "");
	free(order);
	fflush(stdout);
}

/* Waits for the time of the next look; false: it was the last. */
static bool wait_for_key(int keys, int ms)
{
	int key;

	do {
		terminal_cursor(0, 0);
		terminal_flush();
		key = terminal_key_within(keys, ms);
	} while (key == KEY_NONE);
	if (key == KEY_REDRAW)
		terminal_forget();
	if (key == 'P' || key == 'M' || key == 'N')
		sort = key;
	return key != 'q' && key != CTRL('C') && key != KEY_EOF;
}

int main(int argc, char **argv)
{
	struct look before, now = { 0 };
	struct timespec pause = { .tv_sec = 2 };
	unsigned long times = 0;
	size_t rows = 0, columns;
	int c, keys = -1;

	tool_start(argc, argv, "top [-b] [-d SECONDS] [-n TIMES]");
	while ((c = getopt(argc, argv, "bd:n:")) != -1) {
		if (c == '?' || (c == 'd' && tool_parse_time(optarg, &pause) != 0))
			tool_usage();
		batch |= c == 'b';
		times = c == 'n' ? tool_number(optarg) : times;
	}
	if (!batch && (keys = terminal_open()) < 0)
		tool_die("this is not a terminal; there is -b");
	look(&before, &now);
	nanosleep(&(struct timespec){ .tv_nsec = FIRST_NANOS }, NULL);
	for (unsigned long i = 0; !times || i < times; i++) {
		look(&now, &before);
		if (!batch)
			terminal_size(STDOUT_FILENO, &rows, &columns);
		show(&now, &before, rows);
		free(before.rows);
		before = now;
		if (batch && (!times || i + 1 < times))
			nanosleep(&pause, NULL);
		else if (!batch && !wait_for_key(keys, pause.tv_sec * MS + pause.tv_nsec / NANOS_PER_MS))
			break;
	}
	return tool_finish();
}
