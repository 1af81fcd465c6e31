// SPDX-License-Identifier: MIT
/*
 * proc: what /proc tells of processes, for ps, top, pgrep and their like.
 *
 * Promise   processes come and go meanwhile: proc_read() answers false for one that is gone
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

enum { PROC_TEXT_BYTES = 4096 };

struct proc {
	int pid, ppid, pgid, sid, tty, foreground, nice, threads;
	uid_t uid;
	char state;
	unsigned long ticks; /* of CPU time */
	unsigned long start; /* in ticks since the start of the machine */
	long pages, bytes;   /* resident, mapped */
	char comm[64], args[PROC_TEXT_BYTES], wchan[64];
};

int *proc_list(int *n); /* the ids of all, in order; malloc'ed */
bool proc_read(struct proc *p, int pid);
ssize_t proc_file(int pid, const char *name, char *text, size_t size); /* the length of the text, or -1 */
long proc_number(const char *file, const char *name); /* behind NAME in a file like /proc/meminfo; -1: not there */

void proc_tty_text(const struct proc *p, char *text, size_t size);
void proc_state_text(const struct proc *p, char *text);
void proc_time_text(const struct proc *p, char *text, size_t size);
