// SPDX-License-Identifier: MIT
/*
 * ps: the processes.
 *
 * Promise   those of this terminal and user, those of -p, all with -e or -A (and always when there is no terminal);
 *           -f with parents and whole command lines, -o with columns of one's choice: pid ppid pgid sid uid
 *           user stat tty time rss vsz nice nlwp wchan comm args.
 * Linux     POSIX.1-2017, ps; proc(5)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/proc.h"
#include "user/lib/terminal.h"
#include "user/lib/tool.h"
#include "user/lib/utf8.h"

enum { MAX_COLUMNS = 20, KIB = 1024 };

static long page_kib;

/* --- columns --- */

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

static void column_text(enum column c, const struct proc *p, char *text, size_t size)
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
		proc_state_text(p, text);
		break;
	case TTY:
		proc_tty_text(p, text, size);
		break;
	case TIME:
		proc_time_text(p, text, size);
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
static bool untitled; /* "pid=": no row of titles */

static void choose(char *list)
{
	for (char *name; (name = strsep(&list, ", "));) {
		size_t i = 0, n = sizeof(columns) / sizeof(columns[0]), len = strlen(name);

		untitled |= len && name[len - 1] == '=';
		name[len - (len && name[len - 1] == '=')] = '\0';
		while (i < n && strcmp(columns[i].name, name) != 0)
			i++;
		if (i == n || nr_chosen == MAX_COLUMNS)
			tool_die("%s: no such column", name);
		chosen[nr_chosen++] = i;
	}
}

/* At a terminal a row ends where the screen does. */
static void put_cut(const char *s)
{
	static size_t height, width;
	size_t len = strlen(s);

	if (!width && isatty(STDOUT_FILENO))
		terminal_size(STDOUT_FILENO, &height, &width);
	printf("%.*s\n", (int)(width ? utf8_fitting(s, len, width) : len), s);
}

static void print_row(const struct proc *p)
{
	static char row[MAX_COLUMNS * PROC_TEXT_BYTES];
	char text[PROC_TEXT_BYTES];
	int at = 0;

	for (int i = 0; i < nr_chosen; i++) {
		bool last = i == nr_chosen - 1;
		int width = columns[chosen[i]].width;

		if (p)
			column_text(chosen[i], p, text, sizeof(text));
		else
			strcpy(text, columns[chosen[i]].title);
		at += snprintf(row + at, sizeof(row) - at, "%*s%s", last && width < 0 ? 0 : width, text,
			last ? "" : " ");
	}
	put_cut(row);
}

static bool is_listed(const char *list, int pid)
{
	for (; *list; list += strspn(list, ", ")) {
		size_t len = strcspn(list, ", ");
		if (atoi(list) == pid)
			return true;
		list += len;
	}
	return false;
}

int main(int argc, char **argv)
{
	static struct proc own, p;
	bool all = false, full = false;
	const char *only = NULL;
	bool any = false;
	int c, n;

	tool_start(argc, argv, "ps [-eAf] [-o COLUMN,...] [-p PID,...]");
	while ((c = getopt(argc, argv, "eAafo:p:")) != -1) {
		if (c == '?')
			tool_usage();
		if (c == 'o')
			choose(optarg);
		if (c == 'p')
			only = optarg;
		full |= c == 'f';
		all |= c == 'e' || c == 'A' || c == 'a';
	}
	page_kib = sysconf(_SC_PAGESIZE) / KIB;
	if (!nr_chosen)
		choose((char[]){ "pid,tty,stat,time,comm" } + 0);
	if (full) {
		nr_chosen = 0;
		choose((char[]){ "user,pid,ppid,tty,stat,time,args" } + 0);
	}
	if (!proc_read(&own, getpid()))
		tool_die_errno("/proc");
	all |= !own.tty;
	int *pids = proc_list(&n);
	if (!untitled)
		print_row(NULL);
	for (int i = 0; i < n; i++)
		if (proc_read(&p, pids[i]) &&
			(only ? is_listed(only, p.pid) : all || (p.tty == own.tty && p.uid == own.uid))) {
			print_row(&p);
			any = true;
		}
	free(pids);
	if (only && !any)
		tool_status = 1;
	return tool_finish();
}
