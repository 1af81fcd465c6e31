// SPDX-License-Identifier: MIT
/*
 * procfiles: what is in /proc/PID and /proc/PID/task/TID.
 *
 * Promise   the two tables below are the whole answer. /proc lists processes; a thread's number can be looked
 *           up there too and then shows its process, with the thread's own state.
 * Locks     see procfiles.h
 * Lifetime  numbers are looked up anew at each step of a listing, so processes may come and go meanwhile: those
 *           that stay are listed once
 * Linux     proc_pid(5), proc_pid_task(5). Not there: ns, net, sched, syscall, stack and others that nothing we
 *           run reads. io counts nothing. cgroup is empty, as without a hierarchy.
 */
#include "kernel/core/cred.h"
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/proc/procfiles.h"
#include "fs/mount.h"
#include "mm/mm.h"

enum { OOM_SCALE = 1000 };

/* --- owners --- */

void procfs_task_owner(struct task *t, bool is_public, u32 *uid, u32 *gid)
{
	const struct cred *c = rcu_load(t->cred);
	bool is_users = is_public || (READ_ONCE(t->mm) && READ_ONCE(t->process->dumpable) == DUMPABLE_BY_USER);
	*uid = is_users ? c->euid : 0;
	*gid = is_users ? c->egid : 0;
}

/* --- numbers --- */

static int process_next(const struct procfs_node *dir, struct procfs_node *child)
{
	struct pid *pid;
	for (int nr = (int)child->number; (pid = pid_next(&nr)); nr++) {
		if (READ_ONCE(pid->process)) {
			child->number = (unsigned)nr;
			child->pid = pid;
			return 0;
		}
		pid_put(pid);
	}
	return -ENOENT;
}

/* A thread of the process that `of` names, of any where it is NULL. */
static int find(struct pid *of, struct procfs_node *child)
{
	struct pid *pid = pid_find_get((int)child->number);
	rcu_read_lock();
	struct task *t = pid ? rcu_load(pid->task) : NULL, *fellow = of ? rcu_load(of->task) : t;
	bool is_there = t && t->process && fellow && fellow->process == t->process;
	rcu_read_unlock();
	if (!is_there) {
		pid_put(pid);
		return -ENOENT;
	}
	child->pid = pid;
	return 0;
}

/* Any thread will do: its number names its process. */
static int process_find(const struct procfs_node *dir, struct procfs_node *child)
{
	return find(NULL, child);
}

static int thread_next(const struct procfs_node *dir, struct procfs_node *child)
{
	struct task *t __autoput(task) = procfs_task(dir), *each, *best = NULL;
	if (!t)
		return -ENOENT;
	guard(spin)(&proc_tree_lock);
	list_for_each(each, &t->process->threads, thread_node)
		if (each->tid >= (int)child->number && (!best || each->tid < best->tid))
			best = each;
	if (!best)
		return -ENOENT;
	child->number = (unsigned)best->tid;
	child->pid = pid_get(best->pid);
	return 0;
}

static int thread_find(const struct procfs_node *dir, struct procfs_node *child)
{
	return find(dir->pid, child);
}

/* --- small files --- */

static int show_comm(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	char comm[TASK_COMM_LEN];
	spin_lock(&t->lock);
	memcpy(comm, t->comm, sizeof(comm));
	spin_unlock(&t->lock);
	strbuf_printf(sb, "%s\n", comm);
	return 0;
}

static int store_comm(struct task *t, char *text)
{
	if (t->process != current->process)
		return -EINVAL;
	char comm[TASK_COMM_LEN] = {};
	strlcpy(comm, text, sizeof(comm));
	spin_lock(&t->lock);
	memcpy(t->comm, comm, sizeof(comm));
	spin_unlock(&t->lock);
	return 0;
}

static void put_limit(struct strbuf *sb, u64 v)
{
	if (v == RLIM_INFINITY)
		strbuf_printf(sb, "%-20s ", "unlimited");
	else
		strbuf_printf(sb, "%-20lu ", v);
}

static int show_limits(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	static const struct { const char *name, *unit; } rows[RLIM_NLIMITS] = {
		[RLIMIT_CPU] = { "Max cpu time", "seconds" }, [RLIMIT_FSIZE] = { "Max file size", "bytes" },
		[RLIMIT_DATA] = { "Max data size", "bytes" }, [RLIMIT_STACK] = { "Max stack size", "bytes" },
		[RLIMIT_CORE] = { "Max core file size", "bytes" }, [RLIMIT_RSS] = { "Max resident set", "bytes" },
		[RLIMIT_NPROC] = { "Max processes", "processes" }, [RLIMIT_NOFILE] = { "Max open files", "files" },
		[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" }, [RLIMIT_AS] = { "Max address space", "bytes" },
		[RLIMIT_LOCKS] = { "Max file locks", "locks" },
		[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
		[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" }, [RLIMIT_NICE] = { "Max nice priority", NULL },
		[RLIMIT_RTPRIO] = { "Max realtime priority", NULL },
		[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
	};
	struct rlimit v[RLIM_NLIMITS];
	spin_lock(&t->limits->lock);
	memcpy(v, t->limits->v, sizeof(v));
	spin_unlock(&t->limits->lock);
	strbuf_printf(sb, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned i = 0; i < RLIM_NLIMITS; i++) {
		strbuf_printf(sb, "%-25s ", rows[i].name);
		put_limit(sb, v[i].rlim_cur);
		put_limit(sb, v[i].rlim_max);
		if (rows[i].unit)
			strbuf_printf(sb, "%-10s", rows[i].unit);
		strbuf_putc(sb, '\n');
	}
	return 0;
}

/* Of a process that may be looked at, and sleeps: on what; else 0, as Linux. */
static int show_wchan(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	struct task_wait w;
	bool is_known = process_may_trace(t->process) && task_wait_look(t, &w);
	strbuf_puts(sb, is_known ? wait_kind_names[w.kind] : "0");
	return 0;
}

static int show_personality(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	if (!process_may_trace(t->process))
		return -EPERM;
	strbuf_printf(sb, "%08x\n", READ_ONCE(t->personality));
	return 0;
}

static int show_io(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	if (!process_may_trace(t->process))
		return -EACCES;
	strbuf_puts(sb, "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\n"
			"cancelled_write_bytes: 0\n");
	return 0;
}

static int show_nothing(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	return 0;
}

/* --- out of memory --- */

enum { OLD_OOM_NEVER = -17, OLD_OOM_MAX = 15 };

int task_oom_adj(const struct task *t)
{
	if (!t->process || process_flags(t->process) & PROCESS_UNKILLABLE)
		return OOM_NEVER;
	return READ_ONCE(t->process->oom_score_adj);
}

/* What share of memory the process keeps, in thousandths, moved by its adjustment; then Linux's scale of today,
 * on which 666 is a process that keeps nothing. */
static u64 oom_score(struct task *t)
{
	enum { SCALED = 2, SCALED_OF = 3 };
	int adj = task_oom_adj(t);
	struct mm *mm = mm_of_task(t);
	if (!mm)
		return 0;
	u64 resident = mm_resident_pages(mm);
	mm_unuse(mm);
	if (adj == OOM_NEVER)
		return 0;
	s64 share = (s64)resident * OOM_SCALE / (s64)max(pages_total(), (u64)1) + adj;
	return (u64)max((share + OOM_SCALE) * SCALED / SCALED_OF, (s64)0);
}

static int show_oom_score(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	strbuf_printf(sb, "%lu\n", oom_score(t));
	return 0;
}

static int show_oom_score_adj(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	strbuf_printf(sb, "%d\n", READ_ONCE(t->process->oom_score_adj));
	return 0;
}

static int store_oom_score_adj(struct task *t, char *text)
{
	struct process *p = t->process;
	s64 v;
	if (parse_s64(text, 0, &v) || v < OOM_NEVER || v > OOM_ADJ_MAX)
		return -EINVAL;
	bool may_lower = capable(CAP_SYS_RESOURCE);
	if (v < READ_ONCE(p->oom_score_adj_min) && !may_lower)
		return -EACCES;
	WRITE_ONCE(p->oom_score_adj, (int)v);
	if (may_lower)
		WRITE_ONCE(p->oom_score_adj_min, (int)v);
	return 0;
}

/* The same on the scale of old, -17 to 15; without privilege it can only be raised. */
static int show_oom_adj(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	int old = READ_ONCE(t->process->oom_score_adj) * -OLD_OOM_NEVER / OOM_ADJ_MAX;
	strbuf_printf(sb, "%d\n", min(old, (int)OLD_OOM_MAX));
	return 0;
}

static int store_oom_adj(struct task *t, char *text)
{
	struct process *p = t->process;
	s64 v;
	if (parse_s64(text, 0, &v) || v < OLD_OOM_NEVER || v > OLD_OOM_MAX)
		return -EINVAL;
	int adj = v == OLD_OOM_MAX ? OOM_ADJ_MAX : (int)v * OOM_ADJ_MAX / -OLD_OOM_NEVER;
	if (adj < READ_ONCE(p->oom_score_adj) && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	WRITE_ONCE(p->oom_score_adj, adj);
	return 0;
}

/* --- mounts --- */

static int open_mounts(struct procfs_open *o, struct task *t)
{
	return READ_ONCE(t->fs) ? 0 : -EINVAL; /* a zombie is nowhere */
}

static int show_mounts(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	mounts_show(sb);
	return 0;
}

static int show_mountinfo(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	mountinfo_show(sb);
	return 0;
}

/* --- the tables --- */

#define FILE_ITEM(item, mode_, show_)                                                              \
	static const struct procfs_item proc_##item = {                                            \
		.name = #item, .mode = S_IFREG | (mode_), .show_of = (show_),                      \
	}
FILE_ITEM(limits, 0444, show_limits);
FILE_ITEM(wchan, 0444, show_wchan);
FILE_ITEM(personality, 0400, show_personality);
FILE_ITEM(io, 0400, show_io);
FILE_ITEM(cgroup, 0444, show_nothing);
FILE_ITEM(oom_score, 0444, show_oom_score);
static const struct procfs_item proc_comm = {
	.name = "comm", .mode = S_IFREG | 0644, .show_of = show_comm, .store_of = store_comm,
};
static const struct procfs_item proc_oom_score_adj = {
	.name = "oom_score_adj", .mode = S_IFREG | 0644, .show_of = show_oom_score_adj,
	.store_of = store_oom_score_adj,
};
static const struct procfs_item proc_oom_adj = {
	.name = "oom_adj", .mode = S_IFREG | 0644, .show_of = show_oom_adj, .store_of = store_oom_adj,
};
static const struct procfs_item proc_mounts = {
	.name = "mounts", .mode = S_IFREG | 0444, .open = open_mounts, .show_of = show_mounts,
};
static const struct procfs_item proc_mountinfo = {
	.name = "mountinfo", .mode = S_IFREG | 0444, .open = open_mounts, .show_of = show_mountinfo,
};

#define ITEMS_OF_BOTH                                                                              \
	ITEMS_OF_DEBUG &proc_fd, &proc_fdinfo, &proc_ns, &proc_environ, &proc_auxv, &proc_status,                  \
		&proc_personality,                                                                 \
		&proc_limits, &proc_comm, &proc_cmdline, &proc_statm, &proc_maps, &proc_mem,       \
		&proc_cwd, &proc_root, &proc_exe, &proc_mounts, &proc_mountinfo,                   \
		&proc_clear_refs, &proc_smaps, &proc_smaps_rollup, &proc_pagemap,                  \
		&proc_wchan, &proc_syscall, &proc_cgroup, &proc_oom_score, &proc_oom_adj, &proc_oom_score_adj,     \
		&proc_io

static const struct procfs_item *const thread_items[] = {
	ITEMS_OF_BOTH, &proc_stat_of_thread, &proc_children, NULL,
};
static const struct procfs_item thread_dir = {
	.name = "thread", .mode = S_IFDIR | 0555, .flags = PROCFS_PUBLIC, .items = thread_items,
};
static const struct procfs_numbers threads = { .item = &thread_dir, .next = thread_next, .find = thread_find };

static void task_dir_getattr(const struct procfs_node *n, struct stat *st)
{
	struct task *t __autoput(task) = procfs_task(n);
	if (t)
		st->st_nlink += READ_ONCE(t->process->nr_threads);
}

static const struct procfs_item task_dir = {
	.name = "task", .mode = S_IFDIR | 0555, .flags = PROCFS_PUBLIC, .numbers = &threads,
	.getattr = task_dir_getattr,
};
static const struct procfs_item *const process_items[] = {
	&task_dir, ITEMS_OF_BOTH, &proc_stat_of_process, &proc_timers, &proc_timerslack, NULL,
};
static const struct procfs_item process_dir = {
	.name = "process", .mode = S_IFDIR | 0555, .flags = PROCFS_PUBLIC, .items = process_items,
};
const struct procfs_numbers procfs_processes = {
	.item = &process_dir, .next = process_next, .find = process_find,
};
