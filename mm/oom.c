// SPDX-License-Identifier: MIT
/*
 * oom: when no page is left, the largest process goes, not the kernel.
 *
 * Promise   the process with the most resident memory is killed, process 1 and dying ones excepted; the
 *           caller then waits a little and tries again
 * Locks     proc_tree_lock to walk all tasks; the victim is held by a reference
 * Linux     the score is plain resident size; oom_score_adj is not weighed
 */
#include "kernel/core/clock.h"
#include "kernel/core/log.h"
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "mm/mm.h"

enum { WAIT_NS = 10000000 };

/* 0: it has no memory (any more). */
static s64 resident_pages(struct task *t)
{
	spin_lock(&t->lock);
	struct mm *mm = t->mm;
	s64 pages = mm ? mm->rss_anon + mm->rss_file + mm->rss_shmem : 0;
	spin_unlock(&t->lock);
	return pages;
}

static struct task *find_victim(bool *dying)
{
	struct task *t, *worst = NULL;
	s64 most = 0;
	*dying = false;
	spin_lock(&proc_tree_lock);
	list_for_each(t, &all_tasks, all_node) {
		s64 n = t->tid == 1 ? 0 : resident_pages(t);
		if (n <= 0)
			continue;
		if (READ_ONCE(t->work) & TASK_WORK_KILL) {
			*dying = true;
			continue;
		}
		if (n > most) {
			most = n;
			worst = t;
		}
	}
	if (worst)
		task_get(worst);
	spin_unlock(&proc_tree_lock);
	return worst;
}

bool mm_oom_kill(void)
{
	bool dying;
	struct task *victim = find_victim(&dying);
	if (victim && !dying) {
		log_warn("oom: killing %d (%s), %ld pages resident", victim->tid, victim->comm,
			resident_pages(victim));
		signal_task_kill(victim);
	}
	bool any = victim || dying;
	if (victim)
		task_put(victim);
	if (any && !(READ_ONCE(current->work) & TASK_WORK_KILL)) {
		struct waitq nothing;
		waitq_init(&nothing, WAIT_PAGE, NULL);
		wait_event(&nothing, 1, false, deadline_after(WAIT_NS), WAIT_KILLABLE);
	}
	return any;
}
