// SPDX-License-Identifier: MIT
/*
 * oom: when no page is left, the largest process goes, not the kernel.
 *
 * Promise   first what the kernel keeps in store is given back, and an allocation that others made fail (an
 *           injected failure, a block that is larger than what is free in one piece) is tried again. Then the
 *           process that is worst by resident memory, page tables and oom_score_adj gets SIGKILL, with all
 *           others that run in its memory; process 1 and those at -1000 never do. Who caused it waits a little
 *           and tries again, so that one victim after the other goes, each when the one before is gone.
 * Locks     proc_tree_lock to walk all tasks; the victim is held by a reference
 * Blocking  may sleep: no lock from RANK_MM on
 * Linux     proc_pid_oom_score_adj(5). Memory that no process has mapped (files, pipes) counts for nobody.
 */
#include "kernel/core/alloc.h"
#include "kernel/core/clock.h"
#include "kernel/core/log.h"
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "mm/mm.h"

enum { WAIT_NS = 10000000, TRIES_BEFORE = 3, TRIES_FOR_ONE = 200, ADJ_SCALE = 1000, MAX_SHARERS = 16 };

struct victim {
	struct task *task; /* counted */
	struct mm *mm;	   /* to compare with only */
	s64 pages, score;
};

/* 0: it has no memory (any more). */
static s64 pages_of(struct task *t, struct mm **mm)
{
	spin_lock(&t->lock);
	*mm = t->mm;
	s64 pages = *mm ? (*mm)->rss_anon + (*mm)->rss_file + (*mm)->rss_shmem + (s64)(*mm)->nr_tables : 0;
	spin_unlock(&t->lock);
	return pages;
}

/* Answers whether there is one that dies already. */
static bool find_victim(struct victim *worst)
{
	struct task *t;
	bool dying = false;
	*worst = (struct victim){};
	spin_lock(&proc_tree_lock);
	list_for_each(t, &all_tasks, all_node) {
		struct mm *mm;
		s64 pages = pages_of(t, &mm);
		int adj = pages > 0 ? task_oom_adj(t) : OOM_NEVER;
		if (adj == OOM_NEVER)
			continue;
		if (READ_ONCE(t->work) & TASK_WORK_KILL) {
			dying = true;
			continue;
		}
		s64 score = pages + adj * (s64)pages_total() / ADJ_SCALE;
		if (!worst->task || score > worst->score)
			*worst = (struct victim){ t, mm, pages, score };
	}
	if (worst->task)
		task_get(worst->task);
	spin_unlock(&proc_tree_lock);
	return dying;
}

/* One task of each process that runs in this memory, counted: how many. */
static unsigned sharers_of(const struct victim *v, struct task *found[MAX_SHARERS])
{
	struct task *t;
	unsigned n = 0;
	guard(spin)(&proc_tree_lock);
	list_for_each(t, &all_tasks, all_node) {
		struct mm *mm;
		if (n == MAX_SHARERS || pages_of(t, &mm) <= 0 || mm != v->mm || task_oom_adj(t) == OOM_NEVER)
			continue;
		if (n && found[n - 1]->process == t->process)
			continue;
		task_get(t);
		found[n++] = t;
	}
	return n;
}

static void kill_all_in(const struct victim *v)
{
	struct task *t[MAX_SHARERS];
	log_warn("oom: killing %d (%s), %ld pages of %lu, adjusted by %d", v->task->tid, v->task->comm, v->pages,
		pages_total(), task_oom_adj(v->task));
	for (unsigned n = sharers_of(v, t); n-- > 0; task_put(t[n]))
		signal_task_kill(t[n]);
}

static void wait_a_little(void)
{
	struct waitq nothing;
	if (READ_ONCE(current->work) & TASK_WORK_KILL)
		return;
	waitq_init(&nothing, WAIT_PAGE, NULL);
	wait_event(&nothing, 1, false, deadline_after(WAIT_NS), WAIT_KILLABLE);
}

bool mm_oom_kill(unsigned tried)
{
	struct victim v;
	if (tried == 0 && (pages_free_shared() || kstack_trim()))
		return true;
	if (tried < TRIES_BEFORE && pages_free_shared()) {
		wait_a_little();
		return true;
	}
	bool dying = find_victim(&v);
	if (v.task && (!dying || tried % TRIES_FOR_ONE == TRIES_FOR_ONE - 1)) /* one that is dying may be stuck */
		kill_all_in(&v);
	if (v.task)
		task_put(v.task);
	if (v.task || dying)
		wait_a_little();
	return v.task || dying;
}
