// SPDX-License-Identifier: MIT
/*
 * procstat: /proc/PID/stat, statm, status, children: the state of a task as text.
 *
 * Promise   family, groups and signals are those of one moment; figures of memory and time are read word by
 *           word. stat of a process sums up its threads, stat of a thread does not.
 * Locks     proc_tree_lock, inside it the sighand's; process->lock for the terminal and the layout
 * Linux     proc_pid_stat(5), proc_pid_status(5), field by field. Fields that Linux keeps but no longer
 *           fills are 0, as are those of swap and huge pages. Addresses are shown to those who may trace the
 *           process.
 */
#include "kernel/core/clock.h"
#include "kernel/core/cred.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"
#include "kernel/lib/string.h"
#include "kernel/proc/procfiles.h"
#include "kernel/proc/facts.h"
#include "kernel/proc/signal.h"
#include "kernel/uapi/sched.h"
#include "fs/tty.h"
#include "mm/mm.h"

enum { KIB_PER_PAGE = PAGE_SIZE / 1024, LEGACY_SIGNALS = 0x7fffffff };
#define NSEC_PER_TICK ((u64)NSEC_PER_SEC / USER_HZ)
#define FLAG_RANDOMIZED 0x00400000 /* PF_RANDOMIZE: what every user process has */
#define FLAG_NOT_EXECED 0x00000040 /* PF_FORKNOEXEC */

/* --- gathering --- */

static const char *state_of(struct task *t)
{
	u8 state = READ_ONCE(t->state);
	if (state == TASK_DEAD || process_flags(t->process) & PROCESS_ZOMBIE)
		return "Z (zombie)";
	if (state == TASK_STOPPED)
		return "T (stopped)";
	if (state == TASK_RUNNING)
		return "R (running)";
	return READ_ONCE(t->wait_mode) == WAIT_INTERRUPTIBLE ? "S (sleeping)" : "D (disk sleep)";
}

static void signal_facts(struct task *t, struct task_facts *f)
{
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	f->pending = t->pending.set;
	f->shared_pending = t->process->pending.set;
	f->blocked = t->blocked;
	for (unsigned i = 0; i < _NSIG; i++) {
		long handler = (long)s->action[i].handler;
		if (handler == __SIG_IGN)
			f->ignored |= 1ul << i;
		else if (handler != __SIG_DFL)
			f->caught |= 1ul << i;
	}
	sighand_unlock(s, irq);
}

static void tty_facts(struct process *p, struct task_facts *f)
{
	spin_lock(&p->lock);
	struct tty *tty __autoput(tty) = p->tty ? tty_get(p->tty) : NULL;
	spin_unlock(&p->lock);
	f->tty = tty ? (int)tty_rdev(tty) : 0;
	f->tpgid = tty ? tty_foreground_pgrp_number(tty) : -1;
}

void task_facts(struct task *t, struct task_facts *f)
{
	struct process *p = t->process;
	*f = (struct task_facts){ .state_name = state_of(t) };
	f->state = f->state_name[0];
	spin_lock(&t->lock);
	memcpy(f->comm, t->comm, sizeof(f->comm));
	spin_unlock(&t->lock);
	spin_lock(&proc_tree_lock);
	f->pid = t->tid;
	f->tgid = p->pid->nr;
	bool is_reaped = p->pid->process != p; /* then its parent may be no more */
	f->ppid = p->parent && !is_reaped ? p->parent->pid->nr : 0;
	f->pgrp = p->pgrp ? p->pgrp->nr : 0;
	f->session = p->session ? p->session->nr : 0;
	f->nr_threads = (int)max(p->nr_threads, 1u); /* a zombie's leader counts */
	f->exit_signal = p->leader == t ? p->exit_signal : -1;
	f->exit_code = p->exit_code;
	signal_facts(t, f);
	spin_unlock(&proc_tree_lock);
	tty_facts(p, f);
}

/* --- stat --- */

static void put_stat_times(struct strbuf *sb, struct task *t, bool whole)
{
	struct process *p = t->process;
	struct usage u, children;
	spin_lock(&proc_tree_lock);
	children = p->children_usage;
	if (whole)
		process_usage_locked(p, &u);
	else
		task_usage(t, &u);
	spin_unlock(&proc_tree_lock);
	strbuf_printf(sb, " %lu %lu %lu %lu %lu %lu %lu %lu", u.min_flt, children.min_flt, u.maj_flt,
		children.maj_flt, u.user_ns / NSEC_PER_TICK, u.system_ns / NSEC_PER_TICK,
		children.user_ns / NSEC_PER_TICK, children.system_ns / NSEC_PER_TICK);
}

/* Where the parts of the program lie; zeroes for those who may not know, and without memory. */
struct layout {
	u64 start_code, end_code, start_stack, start_data, end_data, start_brk, arg_start, arg_end, env_start, env_end;
};

static void get_layout(struct process *p, struct mm *mm, bool may_see, struct layout *l)
{
	*l = (struct layout){ .start_code = mm ? 1 : 0, .end_code = mm ? 1 : 0 };
	if (!mm || !may_see)
		return;
	guard(spin)(&p->lock);
	*l = (struct layout){
		.start_code = p->code_start, .end_code = p->code_end, .start_stack = p->stack_start,
		.start_data = p->data_start, .end_data = p->data_end, .start_brk = READ_ONCE(mm->brk_start),
		.arg_start = p->arg_start, .arg_end = p->arg_end, .env_start = p->env_start,
		.env_end = p->env_end,
	};
}

static int show_stat(struct task *t, struct strbuf *sb, bool whole)
{
	struct process *p = t->process;
	struct task_facts f;
	struct layout l;
	struct mm *mm = mm_of_task(t);
	bool may_see = process_may_trace(p);
	task_facts(t, &f);
	get_layout(p, mm, may_see, &l);
	u32 flags = FLAG_RANDOMIZED | (process_flags(p) & PROCESS_EXECED ? 0 : FLAG_NOT_EXECED);
	strbuf_printf(sb, "%d (%s) %c %d %d %d %d %d %u", f.pid, f.comm, f.state, f.ppid, f.pgrp, f.session, f.tty,
		f.tpgid, flags);
	put_stat_times(sb, t, whole);
	strbuf_printf(sb, " %d %d %d 0 %lu %lu %lu %lu", sched_priority_shown(t), t->se.nice, f.nr_threads,
		t->start_ns / NSEC_PER_TICK, mm ? READ_ONCE(mm->total_pages) * PAGE_SIZE : 0,
		mm ? mm_resident_pages(mm) : 0, READ_ONCE(t->limits->v[RLIMIT_RSS].rlim_cur));
	/* then the stack and instruction pointers, which Linux no longer tells, and four sets of signals */
	strbuf_printf(sb, " %lu %lu %lu 0 0 %lu %lu %lu %lu", l.start_code, l.end_code, l.start_stack,
		f.pending & LEGACY_SIGNALS, f.blocked & LEGACY_SIGNALS, f.ignored & LEGACY_SIGNALS,
		f.caught & LEGACY_SIGNALS);
	strbuf_printf(sb, " %d 0 0 %d %u %u %u 0 0 0", f.state != 'R', f.exit_signal, READ_ONCE(t->cpu),
		t->se.rt_priority, t->se.policy);
	strbuf_printf(sb, " %lu %lu %lu %lu %lu %lu %lu %d\n", l.start_data, l.end_data, l.start_brk, l.arg_start,
		l.arg_end, l.env_start, l.env_end, may_see ? f.exit_code : 0);
	if (mm)
		mm_unuse(mm);
	return 0;
}

static int show_stat_of_process(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	return show_stat(t, sb, true);
}

static int show_stat_of_thread(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	return show_stat(t, sb, false);
}

/* --- statm --- */

static u64 text_pages(struct process *p)
{
	guard(spin)(&p->lock);
	return (ALIGN_UP(p->code_end, PAGE_SIZE) - ALIGN_DOWN(p->code_start, PAGE_SIZE)) >> PAGE_SHIFT;
}

static int show_statm(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	struct mm *mm = mm_of_task(t);
	if (!mm) {
		strbuf_puts(sb, "0 0 0 0 0 0 0\n");
		return 0;
	}
	s64 shared = max(READ_ONCE(mm->rss_file) + READ_ONCE(mm->rss_shmem), (s64)0);
	strbuf_printf(sb, "%lu %lu %ld %lu 0 %lu 0\n", READ_ONCE(mm->total_pages), mm_resident_pages(mm), shared,
		text_pages(t->process), READ_ONCE(mm->data_pages) + READ_ONCE(mm->stack_pages));
	mm_unuse(mm);
	return 0;
}

/* --- status --- */

static void put_name(struct strbuf *sb, const char *comm)
{
	strbuf_puts(sb, "Name:\t");
	for (; *comm; comm++)
		if (*comm == '\n')
			strbuf_puts(sb, "\\n");
		else if (*comm == '\\')
			strbuf_puts(sb, "\\\\");
		else
			strbuf_putc(sb, *comm);
	strbuf_putc(sb, '\n');
}

static void put_cred(struct strbuf *sb, const struct cred *c)
{
	strbuf_printf(sb, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid, c->gid,
		c->egid, c->sgid, c->fsgid);
}

static void put_identity(struct strbuf *sb, struct task *t, const struct cred *c, const struct task_facts *f)
{
	struct fs_ctx *fs = task_fs_get(t);
	struct fdtable *table = task_fdtable_get(t);
	put_name(sb, f->comm);
	if (fs)
		strbuf_printf(sb, "Umask:\t%#04o\n", READ_ONCE(fs->umask));
	strbuf_printf(sb, "State:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", f->state_name,
		f->tgid, f->pid, f->ppid);
	put_cred(sb, c);
	strbuf_printf(sb, "FDSize:\t%u\nGroups:\t", table ? fdtable_slots(table) : 0);
	for (u32 i = 0; i < c->groups->nr; i++)
		strbuf_printf(sb, "%s%u", i ? " " : "", c->groups->gid[i]);
	strbuf_printf(sb, " \nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\nKthread:\t0\n", f->tgid, f->pid,
		f->pgrp, f->session);
	if (fs)
		fs_ctx_put(fs);
	fdtable_put(table);
}

static void put_kib(struct strbuf *sb, const char *name, u64 pages)
{
	strbuf_printf(sb, "%s:\t%8lu kB\n", name, pages * KIB_PER_PAGE);
}

static void put_memory(struct strbuf *sb, struct process *p, struct mm *mm)
{
	u64 resident = mm_resident_pages(mm), total = READ_ONCE(mm->total_pages);
	u64 exec = READ_ONCE(mm->exec_pages), text = min(text_pages(p), exec);
	put_kib(sb, "VmPeak", max(READ_ONCE(mm->total_peak), total));
	put_kib(sb, "VmSize", total);
	put_kib(sb, "VmLck", READ_ONCE(mm->locked_pages));
	put_kib(sb, "VmPin", 0);
	put_kib(sb, "VmHWM", max(READ_ONCE(mm->rss_peak), resident));
	put_kib(sb, "VmRSS", resident);
	put_kib(sb, "RssAnon", (u64)max(READ_ONCE(mm->rss_anon), (s64)0));
	put_kib(sb, "RssFile", (u64)max(READ_ONCE(mm->rss_file), (s64)0));
	put_kib(sb, "RssShmem", (u64)max(READ_ONCE(mm->rss_shmem), (s64)0));
	put_kib(sb, "VmData", READ_ONCE(mm->data_pages));
	put_kib(sb, "VmStk", READ_ONCE(mm->stack_pages));
	put_kib(sb, "VmExe", text);
	put_kib(sb, "VmLib", exec - text);
	put_kib(sb, "VmPTE", READ_ONCE(mm->nr_tables));
	put_kib(sb, "VmSwap", 0);
	put_kib(sb, "HugetlbPages", 0);
	strbuf_puts(sb, "CoreDumping:\t0\nTHP_enabled:\t0\nuntag_mask:\t0xffffffffffffffff\n");
}

static void put_signals(struct strbuf *sb, struct task *t, const struct cred *c, const struct task_facts *f)
{
	strbuf_printf(sb, "Threads:\t%d\nSigQ:\t%ld/%lu\n", f->nr_threads,
		READ_ONCE(c->account->used[CHARGE_SIGPENDING]),
		READ_ONCE(t->limits->v[RLIMIT_SIGPENDING].rlim_cur));
	strbuf_printf(sb, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n",
		f->pending, f->shared_pending, f->blocked, f->ignored, f->caught);
}

static void put_capabilities(struct strbuf *sb, const struct cred *c)
{
	strbuf_printf(sb, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%016lx\n",
		c->cap_inheritable, c->cap_permitted, c->cap_effective, c->cap_bounding, c->cap_ambient);
	strbuf_printf(sb, "NoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n", c->no_new_privs);
	strbuf_puts(sb, "Speculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways enabled\n");
}

static void put_places(struct strbuf *sb, struct task *t)
{
	u64 cpus = READ_ONCE(t->affinity) & cpu_mask(nr_possible_cpus);
	strbuf_puts(sb, "Cpus_allowed:\t");
	cpu_mask_show(cpus, sb);
	strbuf_puts(sb, "\nCpus_allowed_list:\t");
	cpu_list_show(cpus, sb);
	strbuf_puts(sb, "\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
	strbuf_printf(sb, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
		READ_ONCE(t->nr_voluntary), READ_ONCE(t->nr_involuntary));
}

static int show_status(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	struct task_facts f;
	struct mm *mm = mm_of_task(t);
	spin_lock(&t->lock);
	const struct cred *c = cred_get(t->cred);
	spin_unlock(&t->lock);
	task_facts(t, &f);
	put_identity(sb, t, c, &f);
	if (mm) {
		put_memory(sb, t->process, mm);
		mm_unuse(mm);
	}
	put_signals(sb, t, c, &f);
	put_capabilities(sb, c);
	put_places(sb, t);
	cred_put(c);
	return 0;
}

/* --- children --- */

static int show_children(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	struct process *child;
	guard(spin)(&proc_tree_lock);
	list_for_each(child, &t->process->children, child_node)
		if (child->parent_task == t)
			strbuf_printf(sb, "%d ", child->pid->nr);
	return 0;
}

const struct procfs_item proc_stat_of_process = {
	.name = "stat", .mode = S_IFREG | 0444, .show_of = show_stat_of_process,
};
const struct procfs_item proc_stat_of_thread = {
	.name = "stat", .mode = S_IFREG | 0444, .show_of = show_stat_of_thread,
};
const struct procfs_item proc_statm = { .name = "statm", .mode = S_IFREG | 0444, .show_of = show_statm };
const struct procfs_item proc_status = { .name = "status", .mode = S_IFREG | 0444, .show_of = show_status };
const struct procfs_item proc_children = { .name = "children", .mode = S_IFREG | 0444, .show_of = show_children };
