// SPDX-License-Identifier: MIT
/*
 * proc: what /proc tells of processes.
 *
 * Linux     proc_pid_stat(5), proc_pid_cmdline(5)
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "user/lib/proc.h"
#include "user/lib/tool.h"

enum { TTY_MAJOR_SERIAL = 4, PTS_MAJOR = 136, FIRST_SERIAL = 64 };

ssize_t proc_file(int pid, const char *name, char *text, size_t size)
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
static bool parse_stat(struct proc *p, char *text)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long user, system;

	if (!open || !close)
		return false;
	*close = '\0';
	strlcpy(p->comm, open + 1, sizeof(p->comm));
	return sscanf(close + 2,
		       "%c %d %d %d %d %d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %d %d %*d %lu %lu %ld", &p->state,
		       &p->ppid, &p->pgid, &p->sid, &p->tty, &p->foreground, &user, &system, &p->nice, &p->threads,
		       &p->start, (unsigned long *)&p->bytes, &p->pages) == 13 &&
		(p->ticks = user + system, true);
}

static void read_args(struct proc *p)
{
	ssize_t n = proc_file(p->pid, "cmdline", p->args, sizeof(p->args));

	for (ssize_t i = 0; i + 1 < n; i++)
		if (!p->args[i])
			p->args[i] = ' ';
	if (n <= 0)
		snprintf(p->args, sizeof(p->args), "[%s]", p->comm);
}

bool proc_read(struct proc *p, int pid)
{
	char text[PROC_TEXT_BYTES];
	struct stat st;

	*p = (struct proc){ .pid = pid };
	if (proc_file(pid, "stat", text, sizeof(text)) <= 0 || !parse_stat(p, text))
		return false;
	snprintf(text, sizeof(text), "/proc/%d", pid);
	p->uid = stat(text, &st) == 0 ? st.st_uid : 0;
	read_args(p);
	if (proc_file(pid, "wchan", p->wchan, sizeof(p->wchan)) <= 0 || strcmp(p->wchan, "0") == 0)
		strcpy(p->wchan, "-");
	return true;
}

void proc_tty_text(const struct proc *p, char *text, size_t size)
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

void proc_state_text(const struct proc *p, char *text)
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

void proc_time_text(const struct proc *p, char *text, size_t size)
{
	unsigned long s = p->ticks / sysconf(_SC_CLK_TCK);

	snprintf(text, size, "%02lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int *proc_list(int *n)
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

long proc_number(const char *file, const char *name)
{
	char line[128];
	size_t len = strlen(name);
	long value = -1;
	FILE *f = fopen(file, "r");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, len) == 0 && strchr(": \t", line[len]) &&
			sscanf(line + len + 1, "%ld", &value) == 1)
			break;
	if (f)
		fclose(f);
	return value;
}
