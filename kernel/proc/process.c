// SPDX-License-Identifier: MIT
/*
 * process: the structs that fork makes and the last reference frees, and what they add up to.
 *
 * Promise   a process, its dispositions and limits are found intact by whoever holds a reference or reads
 *           under RCU; usage is that of all its threads, dead ones included.
 * Locks     proc_tree_lock for usage; sighand->lock is found by sighand_lock(), which is proof against
 *           exec's replacing it
 * Lifetime  a process is freed a grace period after its last reference, a sighand likewise
 * Linux     getrusage(2)
 */
#include "kernel/proc/signal.h"
#include "fs/file.h"
#include "fs/tty.h"
#include "kernel/core/alloc.h"
#include "kernel/core/sched.h"
#include "kernel/lib/math64.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/string.h"
#include "kernel/proc/facts.h"
#include "kernel/uapi/limits.h"
#include "mm/mm.h"

enum {
	STACK_LIMIT_BYTES = 8 << 20,	 /* getrlimit(2): what programs find who never set any */
	MEMLOCK_LIMIT_BYTES = 8 << 20,
	MSGQUEUE_LIMIT_BYTES = 819200,
	FILES_SOFT = 1024, FILES_HARD = 4096,
	TASKS_PER_MEMORY_SHARE = 8,	 /* kernel stacks may take one part of this many */
	MIN_TASKS = 64,
};

struct process *init_process;
int threads_max;
int randomize_va_space = 2;
int nr_tasks;
u64 nr_forks;
static struct kmem_cache *process_cache, *sighand_cache, *limits_cache;
struct limits first_limits;

/* --- processes --- */

struct process *process_alloc(void)
{
	struct process *p = kmem_cache_zalloc(process_cache);
	if (!p)
		return NULL;
	ref_init(&p->ref);
	spin_init(&p->lock, RANK_OBJECT);
	list_init(&p->threads);
	list_init(&p->children);
	list_init(&p->child_node);
	list_init(&p->pgrp_node);
	list_init(&p->session_node);
	sigpending_init(&p->pending);
	list_init(&p->stalled_timers);
	list_init(&p->cpu_timers);
	waitq_init(&p->child_wq, WAIT_CHILD, p);
	waitq_init(&p->exec_wq, WAIT_OTHER, p);
	waitq_init(&p->signal_wq, WAIT_SIGNAL, p);
	return p;
}

static void process_free_rcu(struct rcu_head *head)
{
	struct process *p = container_of(head, struct process, rcu);
	signal_flush(&p->pending);
	pid_put(p->pid);
	kmem_cache_free(process_cache, p);
}

void process_put(struct process *p)
{
	if (!p || !ref_put(&p->ref))
		return;
	waitq_destroy(&p->signal_wq);
	rcu_defer(&p->rcu, process_free_rcu);
}

/* What a task still refers to; called a grace period after its last reference went. */
void task_release_parts(struct task *t)
{
	signal_flush(&t->pending);
	if (t->cred)
		cred_put(t->cred);
	sighand_put(t->sighand);
	limits_put(t->limits);
	pid_put(t->pgrp_lent);
	pid_put(t->session_lent);
	pid_put(t->pid);
	process_put(t->process);
}

/* --- dispositions --- */

struct sighand *sighand_new(void)
{
	struct sighand *s = kmem_cache_zalloc(sighand_cache);
	if (!s)
		return NULL;
	ref_init(&s->ref);
	spin_init(&s->lock, RANK_SIGHAND);
	return s;
}

static void sighand_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(sighand_cache, container_of(head, struct sighand, rcu));
}

void sighand_put(struct sighand *s)
{
	if (s && ref_put(&s->ref))
		rcu_defer(&s->rcu, sighand_free_rcu);
}

struct sighand *sighand_lock(struct task *t, u64 *irq)
{
	rcu_read_lock();
	for (;;) {
		struct sighand *s = rcu_load(t->sighand);
		*irq = spin_lock_irqsave(&s->lock);
		if (likely(s == READ_ONCE(t->sighand))) {
			rcu_read_unlock();
			return s;
		}
		spin_unlock_irqrestore(&s->lock, *irq); /* exec was faster */
	}
}

/* --- limits --- */

struct limits *limits_new(const struct limits *from)
{
	struct limits *l = kmem_cache_alloc(limits_cache);
	if (!l)
		return NULL;
	ref_init(&l->ref);
	spin_init(&l->lock, RANK_OBJECT);
	memcpy(l->v, from->v, sizeof(l->v));
	return l;
}

void limits_put(struct limits *l)
{
	if (l != &kernel_limits && ref_put(&l->ref))
		kmem_cache_free(limits_cache, l);
}

static void limits_default(struct limits *l)
{
	ref_init(&l->ref);
	spin_init(&l->lock, RANK_OBJECT);
	for (unsigned i = 0; i < RLIM_NLIMITS; i++)
		l->v[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	l->v[RLIMIT_STACK].rlim_cur = STACK_LIMIT_BYTES;
	l->v[RLIMIT_CORE].rlim_cur = 0;
	l->v[RLIMIT_NPROC] = (struct rlimit){ threads_max / 2, threads_max / 2 };
	l->v[RLIMIT_NOFILE] = (struct rlimit){ FILES_SOFT, FILES_HARD };
	l->v[RLIMIT_MEMLOCK] = (struct rlimit){ MEMLOCK_LIMIT_BYTES, MEMLOCK_LIMIT_BYTES };
	l->v[RLIMIT_SIGPENDING] = l->v[RLIMIT_NPROC];
	l->v[RLIMIT_MSGQUEUE] = (struct rlimit){ MSGQUEUE_LIMIT_BYTES, MSGQUEUE_LIMIT_BYTES };
	l->v[RLIMIT_NICE] = (struct rlimit){ 0, 0 };
	l->v[RLIMIT_RTPRIO] = (struct rlimit){ 0, 0 };
}

void process_init(void)
{
	process_cache = kmem_cache_create("process", sizeof(struct process), 64);
	sighand_cache = kmem_cache_create("sighand", sizeof(struct sighand), 64);
	limits_cache = kmem_cache_create("limits", sizeof(struct limits), 8);
	u64 most = pages_total() / (KSTACK_USUAL_BYTES / PAGE_SIZE) / TASKS_PER_MEMORY_SHARE;
	threads_max = (int)min(max(most, (u64)MIN_TASKS), (u64)PID_MAX_LIMIT);
	limits_default(&first_limits);
}

/* --- usage --- */

void task_usage(struct task *t, struct usage *u)
{
	*u = (struct usage){
		.min_flt = t->min_flt, .maj_flt = t->maj_flt,
		.voluntary = t->nr_voluntary, .involuntary = t->nr_involuntary,
	};
	task_cpu_split(t, &u->user_ns, &u->system_ns);
}

void usage_add(struct usage *to, const struct usage *from)
{
	to->user_ns += from->user_ns;
	to->system_ns += from->system_ns;
	to->min_flt += from->min_flt;
	to->maj_flt += from->maj_flt;
	to->voluntary += from->voluntary;
	to->involuntary += from->involuntary;
	to->max_rss_pages = max(to->max_rss_pages, from->max_rss_pages);
}

u64 mm_peak_pages(struct task *t)
{
	u64 pages = 0;
	spin_lock(&t->lock);
	struct mm *mm = t->mm;
	if (mm)
		pages = max(READ_ONCE(mm->rss_peak), mm_resident_pages(mm));
	spin_unlock(&t->lock);
	return pages;
}

void process_usage_locked(struct process *p, struct usage *u)
{
	assert_spin_held(&proc_tree_lock);
	*u = p->dead_threads;
	struct task *t;
	list_for_each(t, &p->threads, thread_node) {
		if (t->gone)
			continue;
		struct usage one;
		task_usage(t, &one);
		one.max_rss_pages = mm_peak_pages(t);
		usage_add(u, &one);
	}
}

void process_usage(struct process *p, struct usage *u)
{
	spin_lock(&proc_tree_lock);
	process_usage_locked(p, u);
	spin_unlock(&proc_tree_lock);
}

u64 current_process_cpu_ns(void)
{
	return current->process ? process_cpu_ns(current->process) : task_cpu_ns(current);
}

static struct timeval ns_to_timeval(u64 ns)
{
	return (struct timeval){ .tv_sec = ns / NSEC_PER_SEC, .tv_usec = ns % NSEC_PER_SEC / NSEC_PER_USEC };
}

void usage_to_rusage(const struct usage *u, struct rusage *r)
{
	enum { KIB_PER_PAGE = PAGE_SIZE / 1024 };
	*r = (struct rusage){
		.ru_utime = ns_to_timeval(u->user_ns), .ru_stime = ns_to_timeval(u->system_ns),
		.ru_maxrss = u->max_rss_pages * KIB_PER_PAGE,
		.ru_minflt = u->min_flt, .ru_majflt = u->maj_flt,
		.ru_nvcsw = u->voluntary, .ru_nivcsw = u->involuntary,
	};
}
