// SPDX-License-Identifier: MIT
/*
 * procfiles: what the files that make up /proc/PID share with one another.
 *
 * Promise   procfiles.c holds the two tables (of a process, of a thread) and the small files; procstat.c stat,
 *           statm and status; procmem.c what is read out of the address space; proctask.c what a task is about;
 *           proclinks.c the links to files and places.
 * Locks     a show function gets a counted task and takes what it needs: proc_tree_lock, then the
 *           sighand's; task->lock for the shared pointers; process->lock
 * Linux     proc(5) and its pages, formats of 6.18
 */
#pragma once
#include "fs/procfs.h"
#include "kernel/proc/process.h"

struct mm;
struct fdtable;

/* A copy of how a task looks from outside. */
struct task_facts {
	char comm[TASK_COMM_LEN];
	char state;		/* R S D T Z X */
	const char *state_name;	/* "R (running)" */
	int pid, tgid, ppid, pgrp, session, tty, tpgid, nr_threads, exit_signal, exit_code;
	ksigset_t pending, shared_pending, blocked, ignored, caught;
};
void task_facts(struct task *t, struct task_facts *f);

/* Ways to what a task shares; counted, NULL: it has none (any more). */
struct fdtable *task_fdtable_get(struct task *t);
struct fs_ctx *task_fs_get(struct task *t);

extern const struct procfs_item proc_stat_of_process, proc_stat_of_thread, proc_statm, proc_status, proc_children;
extern const struct procfs_item proc_cmdline, proc_environ, proc_auxv, proc_maps, proc_smaps, proc_mem;
extern const struct procfs_item proc_smaps_rollup, proc_pagemap, proc_clear_refs;
/* What only debug builds have: rows of the tables. */
#ifdef DEBUG
extern const struct procfs_item proc_fail_nth;
#define ITEMS_OF_DEBUG &proc_fail_nth,
#else
#define ITEMS_OF_DEBUG
#endif
extern const struct procfs_item proc_syscall, proc_timers, proc_timerslack;
extern const struct procfs_item proc_exe, proc_cwd, proc_root, proc_fd, proc_fdinfo;
extern const struct procfs_item proc_ns; /* namespace.c */
