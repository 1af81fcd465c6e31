// SPDX-License-Identifier: MIT
/*
 * ps: the processes.
 *
 * Promise   those of this terminal and user, all with -e or -A (and always when there is no terminal); -f with
 *           parents and whole command lines, -o with columns of one's choice: pid ppid pgid sid uid user stat tty
 *           time rss vsz nice nlwp wchan comm args.
 * Linux     POSIX.1-2017, ps; proc(5)
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { TEXT_BYTES = 4096, MAX_COLUMNS = 20, KIB = 1024, TTY_MAJOR_SERIAL = 4, PTS_MAJOR = 136, FIRST_SERIAL = 64 };

struct process {
	int pid, ppid, pgid, sid, tty, foreground, nice, threads;
	uid_t uid;
	char state;
	unsigned long ticks; /* of CPU time */
	long pages, bytes;   /* resident, mapped */
	char comm[64], args[TEXT_BYTES], wchan[64];
};

static long hz, page_kib;

/* --- reading /proc --- */

/* The file's text; its length, or -1. */
static ssize_t read_file(int pid, const char *name, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

/* The name in parentheses may have anything in it, hence the search from the end. */
static bool parse_stat(struct process *p, char *text)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long user, system;

	if (!open || !close)
		return false;
	*close = '\0';
	strlcpy(p->comm, open + 1, sizeof(p->comm));
	return sscanf(close + 2,
		       "%c %d %d %d %d %d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %d %d %*d %*u %lu %ld", &p->state,
		       &p->ppid, &p->pgid, &p->sid, &p->tty, &p->foreground, &user, &system, &p->nice, &p->threads,
		       (unsigned long *)&p->bytes, &p->pages) == 12 &&
		(p->ticks = user + system, true);
}

static void read_args(struct process *p)
{
	ssize_t n = read_file(p->pid, "cmdline", p->args, sizeof(p->args));

	for (ssize_t i = 0; i + 1 < n; i++)
		if (!p->args[i])
			p->args[i] = ' ';
	if (n <= 0)
		snprintf(p->args, sizeof(p->args), "[%s]", p->comm);
}

static bool read_process(struct process *p, int pid)
{
	char text[TEXT_BYTES];
	struct stat st;

	*p = (struct process){ .pid = pid };
	if (read_file(pid, "stat", text, sizeof(text)) <= 0 || !parse_stat(p, text))
		return false;
	snprintf(text, sizeof(text), "/proc/%d", pid);
	p->uid = stat(text, &st) == 0 ? st.st_uid : 0;
	read_args(p);
	if (read_file(pid, "wchan", p->wchan, sizeof(p->wchan)) <= 0 || strcmp(p->wchan, "0") == 0)
		strcpy(p->wchan, "-");
	return true;
}

/* --- columns --- */

static void tty_text(const struct process *p, char *text, size_t size)
{
	int maj = major(p->tty), min = minor(p->tty);

	if (!p->tty)
		strlcpy(text, "?", size);
	else if (maj >= PTS_MAJOR && maj < PTS_MAJOR + 8)
		snprintf(text, size, "pts/%d", (maj - PTS_MAJOR) * 256 + min);
	else if (maj == TTY_MAJOR_SERIAL && min >= FIRST_SERIAL)
		snprintf(text, size, "ttyS%d", min - FIRST_SERIAL);
	else if (maj == TTY_MAJOR_SERIAL)
		snprintf(text, size, "tty%d", min);
	else
		snprintf(text, size, "%d:%d", maj, min);
}

static void state_text(const struct process *p, char *text)
{
	*text++ = p->state;
	if (p->nice)
		*text++ = p->nice < 0 ? '<' : 'N';
	if (p->sid == p->pid)
		*text++ = 's';
	if (p->threads > 1)
		*text++ = 'l';
	if (p->foreground == p->pgid)
		*text++ = '+';
	*text = '\0';
}

static void time_text(const struct process *p, char *text, size_t size)
{
	unsigned long s = p->ticks / hz;

	snprintf(text, size, "%02lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
}

enum column { PID, PPID, PGID, SID, UID, USER, STAT, TTY, TIME, RSS, VSZ, NICE, NLWP, WCHAN, COMM, ARGS };

static const struct {
	const char *name, *title;
	int width; /* negative: to the left */
} columns[] = {
	[PID] = { "pid", "PID", 7 },	[PPID] = { "ppid", "PPID", 7 },	   [PGID] = { "pgid", "PGID", 7 },
	[SID] = { "sid", "SID", 7 },	[UID] = { "uid", "UID", 5 },	   [USER] = { "user", "USER", -8 },
	[STAT] = { "stat", "STAT", -4 }, [TTY] = { "tty", "TTY", -8 },	   [TIME] = { "time", "TIME", 8 },
	[RSS] = { "rss", "RSS", 6 },	[VSZ] = { "vsz", "VSZ", 7 },	   [NICE] = { "nice", "NI", 3 },
	[NLWP] = { "nlwp", "NLWP", 4 }, [WCHAN] = { "wchan", "WCHAN", -16 }, [COMM] = { "comm", "COMMAND", -15 },
	[ARGS] = { "args", "COMMAND", -27 },
};

static void column_text(enum column c, const struct process *p, char *text, size_t size)
{
	const long numbers[] = {
		[PID] = p->pid, [PPID] = p->ppid, [PGID] = p->pgid, [SID] = p->sid, [UID] = p->uid,
		[RSS] = p->pages * page_kib, [VSZ] = p->bytes / KIB, [NICE] = p->nice, [NLWP] = p->threads,
	};

	switch (c) {
	case USER:
		strlcpy(text, tool_user_name(p->uid), size);
		break;
	case STAT:
		state_text(p, text);
		break;
	case TTY:
		tty_text(p, text, size);
		break;
	case TIME:
		time_text(p, text, size);
		break;
	case WCHAN:
		strlcpy(text, p->wchan, size);
		break;
	case COMM:
		strlcpy(text, p->comm, size);
		break;
	case ARGS:
		strlcpy(text, p->args, size);
		break;
	default:
		snprintf(text, size, "%ld", numbers[c]);
	}
}

static enum column chosen[MAX_COLUMNS];
static int nr_chosen;

static void choose(char *list)
{
	for (char *name; (name = strsep(&list, ", "));) {
		size_t i = 0, n = sizeof(columns) / sizeof(columns[0]);

		while (i < n && strcmp(columns[i].name, name) != 0)
			i++;
		if (i == n || nr_chosen == MAX_COLUMNS)
			tool_die("%s: no such column", name);
		chosen[nr_chosen++] = i;
	}
}

static void print_row(const struct process *p)
{
	char text[TEXT_BYTES];

	for (int i = 0; i < nr_chosen; i++) {
		bool last = i == nr_chosen - 1;
		int width = columns[chosen[i]].width;

		if (p)
			column_text(chosen[i], p, text, sizeof(text));
		else
			strcpy(text, columns[chosen[i]].title);
		printf("%*s%s", last && width < 0 ? 0 : width, text, last ? "\n" : " ");
	}
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* The ids of all processes, in order. */
static int *list_pids(int *n)
{
	int *pids = NULL, room = 0;
	struct dirent *e;
	DIR *d = opendir("/proc");

	*n = 0;
	if (!d)
		tool_die_errno("/proc");
	while ((e = readdir(d))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		if (*n == room) {
			room = room ? 2 * room : 64;
			pids = tool_must(realloc(pids, room * sizeof(*pids)));
		}
		pids[(*n)++] = atoi(e->d_name);
	}
	closedir(d);
	qsort(pids, *n, sizeof(*pids), compare);
	return pids;
}

int main(int argc, char **argv)
{
	static struct process own, p;
	bool all = false, full = false;
	int c, n;

	tool_start(argc, argv, "ps [-eAf] [-o COLUMN,...]");
	while ((c = getopt(argc, argv, "eAafo:")) != -1) {
		if (c == '?')
			tool_usage();
		if (c == 'o')
			choose(optarg);
		full |= c == 'f';
		all |= c == 'e' || c == 'A' || c == 'a';
	}
	hz = sysconf(_SC_CLK_TCK);
	page_kib = sysconf(_SC_PAGESIZE) / KIB;
	if (!nr_chosen)
		choose((char[]){ "pid,tty,stat,time,comm" } + 0);
	if (full) {
		nr_chosen = 0;
		choose((char[]){ "user,pid,ppid,tty,stat,time,args" } + 0);
	}
	if (!read_process(&own, getpid()))
		tool_die_errno("/proc");
	all |= !own.tty;
	int *pids = list_pids(&n);
	print_row(NULL);
	for (int i = 0; i < n; i++)
		if (read_process(&p, pids[i]) && (all || (p.tty == own.tty && p.uid == own.uid)))
			print_row(&p);
	free(pids);
	return tool_finish();
}
