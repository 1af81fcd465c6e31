// SPDX-License-Identifier: MIT
/*
 * sched_task: making and freeing tasks, the idle tasks, load figures and dumps.
 *
 * Promise   task_alloc() gives a task with a kernel stack, default affinity and weight, asleep; task_put()
 *           of the last reference frees it after a grace period
 * Locks     proc_tree_lock for the list of all tasks
 * Lifetime  see core/task.h
 */
#include "kernel/core/alloc.h"
#include "kernel/core/cred.h"
#include "kernel/core/log.h"
#include "kernel/core/mutex.h"
#include "kernel/core/panic.h"
#include "kernel/core/sched_internal.h"
#include "kernel/lib/string.h"
#include "kernel/lib/math64.h"

struct list all_tasks = LIST_INIT(all_tasks);
struct spinlock proc_tree_lock = SPINLOCK_INIT(RANK_PROC_TREE);
static struct kmem_cache *task_cache;
/* What kernel threads may use; a process brings its own. */
struct limits kernel_limits = {
	.ref = { 1 }, .lock = SPINLOCK_INIT(RANK_OBJECT),
	.v = { [0 ... RLIM_NLIMITS - 1] = { RLIM_INFINITY, RLIM_INFINITY } },
};
enum { TIMER_SLACK_DEFAULT_NS = 50000 }; /* PR_SET_TIMERSLACK(2const) */
static struct task boot_task; /* the boot CPU's idle task, once start-up is over */

/* getloadavg(3): averages over 1, 5 and 15 minutes, fixed point with 11 bits of fraction. */
enum { LOAD_SHIFT = 11 };
#define LOAD_PERIOD_NS (5 * NSEC_PER_SEC)
static const u32 load_decay[3] = { 1884, 2014, 2037 }; /* exp(-5s/1min), 5min, 15min */
static u32 load_avg[3];
static u64 load_next_ns;

static void task_set_defaults(struct task *t, const char *comm)
{
	memset(t, 0, sizeof(*t));
	ref_init(&t->ref);
	spin_init(&t->lock, RANK_OBJECT);
	strlcpy(t->comm, comm, sizeof(t->comm));
	t->state = TASK_SLEEPING;
	t->wait_mode = WAIT_UNINTERRUPTIBLE;
	t->se.weight = NICE_0_WEIGHT;
	t->se.slice_ns = SCHED_SLICE_DEFAULT_NS;
	t->affinity = UINT64_MAX;
	t->timer_slack_ns = t->default_slack_ns = TIMER_SLACK_DEFAULT_NS;
	t->limits = &kernel_limits;
	t->start_ns = clock_now_ns();
	list_init(&t->all_node);
	list_init(&t->rq_node);
	list_init(&t->thread_node);
	sigpending_init(&t->pending);
}

struct task *task_alloc(const char *comm)
{
	struct task *t = kmem_cache_alloc(task_cache);
	if (!t)
		return NULL;
	task_set_defaults(t, comm);
	t->kstack = kstack_alloc();
	if (!t->kstack) {
		kmem_cache_free(task_cache, t);
		return NULL;
	}
	t->arch.stack_top = (u64)t->kstack + KSTACK_BYTES;
	explore_inherit(t);
	spin_lock(&proc_tree_lock);
	list_add_tail(&all_tasks, &t->all_node);
	spin_unlock(&proc_tree_lock);
	return t;
}

static void task_free_rcu(struct rcu_head *head)
{
	struct task *t = container_of(head, struct task, rcu);
	task_release_parts(t);
	arch_fpu_free(&t->arch);
	kstack_free(t->kstack);
	kmem_cache_free(task_cache, t);
}

void task_put(struct task *t)
{
	if (!t || !ref_put(&t->ref))
		return;
	spin_lock(&proc_tree_lock);
	list_del(&t->all_node);
	spin_unlock(&proc_tree_lock);
	rcu_defer(&t->rcu, task_free_rcu);
}

struct task *kthread_start(const char *comm, void (*fn)(void *), void *arg)
{
	struct task *t = task_alloc(comm);
	if (!t)
		return NULL;
	t->cred = cred_of_kernel();
	arch_task_init_kernel(&t->arch, fn, arg);
	sched_start(t);
	return t;
}

/* --- start-up --- */

static void rq_init(unsigned cpu, struct task *idle)
{
	struct rq *rq = rq_of(cpu);
	memset(rq, 0, sizeof(*rq));
	spin_init(&rq->lock, RANK_RUNQ);
	rq->cpu = cpu;
	rq->idle = rq->curr = idle;
	rq->clock_ns = clock_now_ns();
	timer_init(&rq->tick, sched_tick);
	rt_queue_init(&rq->rt);
	idle->cpu = cpu;
	idle->state = TASK_RUNNING;
	idle->affinity = 1ull << cpu;
}

void sched_early_init(void)
{
	task_set_defaults(&boot_task, "idle/0");
	boot_task.state = TASK_RUNNING;
	current_task = &boot_task;
}

void sched_init(void)
{
	task_cache = kmem_cache_create("task", sizeof(struct task), 64);
	rq_init(0, &boot_task);
}

void sched_init_cpu(unsigned cpu)
{
	struct task *idle = task_alloc("idle");
	if (!idle)
		panic("sched: no memory for an idle task");
	spin_lock(&proc_tree_lock);
	list_del(&idle->all_node);
	spin_unlock(&proc_tree_lock);
	rq_init(cpu, idle);
	*percpu_of(cpu, struct task *, current_task) = idle;
}

/* --- figures --- */

void migrate_running(struct task *t)
{
	if (t == current) {
		preempt_schedule();
		return;
	}
	while (READ_ONCE(rq_of(READ_ONCE(t->cpu))->curr) == t && !(t->affinity & (1ull << t->cpu))) {
		task_kick(t, TASK_WORK_RESCHED);
		sched_yield_current();
	}
}

/* What the running one has had since it was last charged. The lock keeps this together with what was charged: a
 * tick between two looks would have the clock go back. */
static u64 not_charged_ns(struct rq *rq)
{
	assert_spin_held(&rq->lock);
	s64 more = (s64)(clock_now_ns() - rq->clock_ns);
	return more > 0 ? (u64)more : 0;
}

static u64 cpu_ns_locked(struct rq *rq, struct task *t)
{
	return t->se.sum_exec_ns + (rq->curr == t ? not_charged_ns(rq) : 0);
}

u64 task_cpu_ns(struct task *t)
{
	u64 irq = irq_save();
	struct rq *rq = task_rq_lock(t);
	u64 ns = cpu_ns_locked(rq, t);
	spin_unlock(&rq->lock);
	irq_restore(irq);
	return ns;
}

/* Ticks sample, the sum is exact: it is split in the ratio of the samples. As that changes, neither part may become
 * less than it has been. */
static void split_time(struct time_split *s, u64 total_ns)
{
	u64 samples = s->user_samples + s->system_samples;
	total_ns = max(total_ns, s->user_ns + s->system_ns); /* the clock of another CPU may be a moment behind */
	u64 user = samples ? mul_div(total_ns, s->user_samples, samples) : total_ns;
	s->user_ns = max(min(user, total_ns - s->system_ns), s->user_ns);
	s->system_ns = total_ns - s->user_ns;
}

void task_cpu_split(struct task *t, u64 *user_ns, u64 *system_ns)
{
	u64 irq = irq_save();
	struct rq *rq = task_rq_lock(t);
	split_time(&t->times, cpu_ns_locked(rq, t));
	*user_ns = t->times.user_ns;
	*system_ns = t->times.system_ns;
	spin_unlock(&rq->lock);
	irq_restore(irq);
}

u64 cpu_idle_ns(unsigned cpu)
{
	struct rq *rq = rq_of(cpu);
	u64 irq = irq_save();
	spin_lock(&rq->lock);
	u64 ns = rq->idle_ns + (rq->curr == rq->idle ? not_charged_ns(rq) : 0);
	spin_unlock(&rq->lock);
	irq_restore(irq);
	return ns;
}

void cpu_busy_split(unsigned cpu, u64 *user_ns, u64 *system_ns)
{
	struct rq *rq = rq_of(cpu);
	u64 irq = irq_save();
	spin_lock(&rq->lock);
	split_time(&rq->times, rq->busy_ns);
	*user_ns = rq->times.user_ns;
	*system_ns = rq->times.system_ns;
	spin_unlock(&rq->lock);
	irq_restore(irq);
}

u64 sched_nr_switches(void)
{
	u64 n = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		n += READ_ONCE(rq_of(cpu)->nr_switches);
	return n;
}

unsigned sched_nr_running(void)
{
	unsigned n = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		n += READ_ONCE(rq_of(cpu)->nr_running);
	return n;
}

void load_average_sample(u64 now_ns)
{
	if (now_ns < READ_ONCE(load_next_ns))
		return;
	/* Several CPUs may come by at once: one wins, the others have nothing to do. */
	u64 next = READ_ONCE(load_next_ns);
	if (!__atomic_compare_exchange_n(&load_next_ns, &next, now_ns + LOAD_PERIOD_NS, false, __ATOMIC_RELAXED,
		    __ATOMIC_RELAXED))
		return;
	u32 running = sched_nr_running() << LOAD_SHIFT;
	for (unsigned i = 0; i < ARRAY_LEN(load_avg); i++)
		load_avg[i] = ((u64)load_avg[i] * load_decay[i] +
				      (u64)running * ((1u << LOAD_SHIFT) - load_decay[i])) >> LOAD_SHIFT;
}

void sched_load_average(u32 avg[3])
{
	for (unsigned i = 0; i < ARRAY_LEN(load_avg); i++)
		avg[i] = READ_ONCE(load_avg[i]);
}

/* While its queue is locked a task that has been switched out cannot be woken, so neither its waiter (on
 * its stack) nor the wait queue it names can go away. */
bool task_wait_look(struct task *t, struct task_wait *w)
{
	u64 irq = irq_save();
	struct rq *rq = task_rq_lock(t);
	bool sleeps = t->state == TASK_SLEEPING && rq->curr != t && t->waiter && t->waiter->on;
	if (sleeps) {
		struct waitq *on = t->waiter->on;
		*w = (struct task_wait){ .kind = on->kind, .mode = t->wait_mode, .object = on->object };
		if (on->kind == WAIT_MUTEX && on->object)
			w->releaser = mutex_owner_tid(on->object);
	}
	spin_unlock(&rq->lock);
	irq_restore(irq);
	return sleeps;
}

void debug_show_tasks(void)
{
	static const char states[] = { 'R', 'S', 'T', 'X' };
	struct task *t;
	spin_lock(&proc_tree_lock);
	list_for_each(t, &all_tasks, all_node) {
		rcu_read_lock();
		struct waiter *w = READ_ONCE(t->waiter);
		struct waitq *on = w ? READ_ONCE(w->on) : NULL;
		log_info("task: %d %s %c cpu %u %s", t->tid, t->comm, states[t->state], t->cpu,
			on ? wait_kind_names[on->kind] : "-");
		rcu_read_unlock();
	}
	spin_unlock(&proc_tree_lock);
}
