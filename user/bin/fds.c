// SPDX-License-Identifier: MIT
/*
 * fds: the open files of processes.
 *
 * Promise   PID COMMAND FD MODE POS NAME; without an operand of all processes that may be looked at. It stands for
 *           lsof -p where there is none.
 * Linux     proc_pid_fd(5), proc_pid_fdinfo(5)
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/proc.h"
#include "user/lib/tool.h"

enum { PATH_BYTES = 64, INFO_BYTES = 1024 };

static const char *mode_text(long flags)
{
	static const char *const names[] = { "r", "w", "rw", "-" };

	return flags & O_PATH ? "path" : names[flags & O_ACCMODE];
}

static void print_file(const struct proc *p, const char *fd)
{
	char path[PATH_BYTES], info[INFO_BYTES], name[PATH_MAX], place[PATH_BYTES];
	long pos = 0, flags = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd/%s", p->pid, fd);
	ssize_t n = readlink(path, name, sizeof(name) - 1);
	if (n < 0)
		return;
	name[n] = '\0';
	snprintf(place, sizeof(place), "fdinfo/%s", fd);
	if (proc_file(p->pid, place, info, sizeof(info)) > 0)
		sscanf(info, "pos: %ld flags: %lo", &pos, (unsigned long *)&flags);
	printf("%7d %-15s %4s %-4s%s %9ld %s\n", p->pid, p->comm, fd, mode_text(flags), flags & O_CLOEXEC ? "c" : " ",
		pos, name);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return atoi((*a)->d_name) - atoi((*b)->d_name);
}

static int is_number(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static bool print_process(int pid)
{
	static struct proc p;
	struct dirent **list;
	char path[PATH_BYTES];

	if (!proc_read(&p, pid))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	int n = scandir(path, &list, is_number, by_number);
	for (int i = 0; i < n; i++) {
		print_file(&p, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return n >= 0;
}

int main(int argc, char **argv)
{
	int n;

	tool_start(argc, argv, "fds [PID...]");
	printf("%7s %-15s %4s %-5s %9s %s\n", "PID", "COMMAND", "FD", "MODE", "POS", "NAME");
	for (int i = 1; i < argc; i++)
		if (!print_process(tool_number(argv[i])))
			tool_warn_errno("%s", argv[i]);
	if (argc > 1)
		return tool_finish();
	int *pids = proc_list(&n);
	for (int i = 0; i < n; i++)
		print_process(pids[i]);
	free(pids);
	return tool_finish();
}
