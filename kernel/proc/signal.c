// SPDX-License-Identifier: MIT
/*
 * signal: the queues of pending signals, the masks, and which thread is to act.
 *
 * Promise   a standard signal that is pending already is not sent again; real-time signals keep their order.
 *           A thread's own signals come before the process's, faults before others, then lower numbers
 *           before higher ones. A signal to the process goes to a thread that does not block it, the
 *           leader if it can; when that thread blocks it after all, or leaves, another one is told.
 *           A signal that ends the process does so while it is being sent: no thread needs to wake up
 *           first to find that out.
 * Locks     everything here runs under sighand->lock, which signal_send() takes, and signal_set_mask() when
 *           it must. Run queues' and wait queues' locks are taken inside it. All of it may run in interrupts.
 * Lifetime  a queue entry belongs to its queue. The first standard signal uses the spare entry of the
 *           queue, so that the usual signal allocates nothing; the further ones come from a cache. Those
 *           are at most one per number, hence uncharged. Real-time entries are charged to the target's
 *           real user and hold his account, who may change before they are taken. A timer brings its own
 *           entry, and queues a standard signal even if it is pending.
 * Linux     signal(7), sigqueue(3), getrlimit(2) RLIMIT_SIGPENDING (standard signals do not count here)
 */
#include "kernel/proc/signal.h"
#include "kernel/core/alloc.h"
#include "kernel/core/sched.h"
#include "kernel/core/trace.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/poll.h"
#include "mm/uaccess.h"

_Static_assert(offsetof(struct siginfo, __si.fault.upper) + sizeof(uaddr_t) == SIGINFO_BYTES, "the longest");
_Static_assert(offsetof(struct siginfo, __si.chld.stime) + sizeof(long) == SIGINFO_BYTES, "as long");

static struct kmem_cache *sigqueue_cache;

void signal_init(void)
{
	sigqueue_cache = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 8);
}

/* --- siginfo --- */

static void siginfo_clear(struct siginfo *info, int sig, int code)
{
	memset(info, 0, SIGINFO_BYTES);
	info->si_signo = sig;
	info->si_code = code;
}

void siginfo_user(struct siginfo *info, int sig, int code)
{
	siginfo_clear(info, sig, code);
	info->si_pid = current->process ? current->process->pid->nr : 0;
	info->si_uid = current_cred()->uid;
}

void siginfo_kernel(struct siginfo *info, int sig)
{
	siginfo_clear(info, sig, SI_KERNEL);
}

int siginfo_to_user(struct siginfo __user *to, const struct siginfo *info)
{
	struct siginfo whole;
	memcpy(&whole, info, SIGINFO_BYTES);
	memset((char *)&whole + SIGINFO_BYTES, 0, sizeof(whole) - SIGINFO_BYTES);
	return copy_to_user(to, &whole, sizeof(whole));
}

/* --- queues --- */

static inline int entry_signal(const struct sigqueue *q)
{
	return (int)(u32)q->info[0]; /* si_signo is a siginfo's first word */
}

struct account *signal_charge_entry(struct task *t)
{
	struct account *a = rcu_load(t->cred)->account;
	s64 total = charge(a, CHARGE_SIGPENDING, 1);
	if ((u64)total > READ_ONCE(t->limits->v[RLIMIT_SIGPENDING].rlim_cur)) {
		uncharge(a, CHARGE_SIGPENDING, 1);
		return NULL;
	}
	ref_get(&a->ref);
	return a;
}

void signal_uncharge_entry(struct account *a)
{
	uncharge(a, CHARGE_SIGPENDING, 1);
	account_put(a);
}

static struct sigqueue *entry_alloc_charged(struct task *t)
{
	struct sigqueue *q = kmem_cache_alloc(sigqueue_cache);
	if (!q)
		return NULL;
	q->account = signal_charge_entry(t); /* interrupts are off, which holds RCU back */
	q->is_timer = false;
	if (likely(q->account))
		return q;
	kmem_cache_free(sigqueue_cache, q);
	return NULL;
}

static struct sigqueue *entry_alloc(struct task *t, struct sigpending *pending, int sig)
{
	if (unlikely(sig >= __SIGRTMIN))
		return entry_alloc_charged(t);
	if (likely(!list_is_linked(&pending->spare.node)))
		return &pending->spare;
	struct sigqueue *q = kmem_cache_alloc(sigqueue_cache);
	if (q) {
		q->account = NULL;
		q->is_timer = false;
	}
	return q;
}

/* Gives an entry that is not the spare one back to where it came from. */
static __noinline void entry_return(struct sigqueue *q, struct siginfo *info)
{
	if (q->is_timer) {
		if (info)
			posix_timer_taken_locked(q, info);
		else
			posix_timer_dropped_locked(q);
		return;
	}
	if (q->account)
		signal_uncharge_entry(q->account);
	kmem_cache_free(sigqueue_cache, q);
}

/* q leaves its queue; info is what the taker gets, NULL: nobody takes it. */
static inline void entry_free(struct sigpending *pending, struct sigqueue *q, struct siginfo *info)
{
	list_del(&q->node);
	if (unlikely(q != &pending->spare))
		entry_return(q, info);
}

static void pending_discard(struct sigpending *pending, ksigset_t set)
{
	if (likely(!(pending->set & set)))
		return;
	pending->set &= ~set;
	struct sigqueue *q, *next;
	list_for_each_safe(q, next, &pending->queue, node)
		if (set & sigmask(entry_signal(q)))
			entry_free(pending, q, NULL);
}

void signal_flush(struct sigpending *p)
{
	pending_discard(p, ~0ul);
}

void signal_discard_locked(struct process *p, ksigset_t set)
{
	struct task *t;
	pending_discard(&p->pending, set);
	list_for_each(t, &p->threads, thread_node)
		pending_discard(&t->pending, set);
}

/* Takes the oldest entry of `sig`, which is pending. */
static void pending_collect(struct sigpending *pending, int sig, struct siginfo *info)
{
	struct sigqueue *q, *first = NULL;
	bool is_last = true;
	list_for_each(q, &pending->queue, node) {
		if (entry_signal(q) != sig)
			continue;
		if (first) {
			is_last = false;
			break;
		}
		first = q; /* a standard signal has further entries if timers send it */
	}
	if (is_last)
		pending->set &= ~sigmask(sig);
	if (unlikely(!first)) { /* there was no memory to note who sent it */
		siginfo_clear(info, sig, SI_USER);
		return;
	}
	memcpy(info, first->info, SIGINFO_BYTES);
	entry_free(pending, first, info);
}

static int pending_take(struct sigpending *pending, ksigset_t set, struct siginfo *info)
{
	ksigset_t ready = pending->set & set;
	if (!ready)
		return 0;
	if (unlikely(ready & SIGNALS_SYNCHRONOUS))
		ready &= SIGNALS_SYNCHRONOUS;
	int sig = __builtin_ctzl(ready) + 1;
	pending_collect(pending, sig, info);
	return sig;
}

int signal_dequeue_locked(struct task *t, ksigset_t set, struct siginfo *info)
{
	assert_spin_held(&t->sighand->lock);
	int sig = pending_take(&t->pending, set, info);
	if (sig)
		return sig;
	sig = pending_take(&t->process->pending, set, info);
	if (sig == SIGALRM)
		itimer_rearm_locked(t->process);
	return sig;
}

int signal_dequeue_fault_locked(struct task *t, struct siginfo *info)
{
	struct sigpending *pending = &t->pending;
	struct sigqueue *q;
	if (likely(!(pending->set & ~t->blocked & SIGNALS_SYNCHRONOUS)))
		return 0;
	list_for_each(q, &pending->queue, node) {
		int sig = entry_signal(q);
		memcpy(info, q->info, SIGINFO_BYTES);
		if (!(sigmask(sig) & ~t->blocked & SIGNALS_SYNCHRONOUS) || info->si_code <= SI_USER)
			continue;
		pending->set &= ~sigmask(sig);
		entry_free(pending, q, info);
		return sig;
	}
	return 0;
}

/* --- who is to act --- */

/* What t would take now. */
static inline ksigset_t open_signals(const struct task *t)
{
	return ~READ_ONCE(t->blocked) | t->wait_set;
}

void signal_recalc_locked(struct task *t)
{
	struct process *p = t->process;
	assert_spin_held(&t->sighand->lock);
	bool is_due = (t->pending.set | p->pending.set) & open_signals(t) || job_is_stop_due(t) ||
		      unlikely(process_flags(p) & (PROCESS_TELL_STOPPED | PROCESS_TELL_CONTINUED));
	bool is_set = READ_ONCE(t->work) & TASK_WORK_SIGNAL;
	if (is_due && !is_set)
		task_work_set(t, TASK_WORK_SIGNAL);
	else if (!is_due && is_set && t == current) /* others may need it for a call to restart */
		task_work_clear(t, TASK_WORK_SIGNAL);
}

/* Lets t look at `bits` soon: out of user mode, and out of a sleep that may end for it. A task that is about
 * to sleep sets its state before it looks at the bits, so one of the two sees the other's store. */
static void signal_kick(struct task *t, u32 bits)
{
	task_kick(t, bits);
	if (READ_ONCE(t->state) != TASK_RUNNING)
		task_interrupt(t);
}

static inline bool wants(const struct task *t, ksigset_t bit)
{
	return !t->exiting && !t->stopped && (open_signals(t) & bit);
}

/* The thread for a signal to the process: the leader, else one that has nothing else to do. */
static struct task *choose_thread(struct process *p, struct task *leader, ksigset_t bit)
{
	if (likely(wants(leader, bit)))
		return leader;
	struct task *t, *busy = NULL;
	list_for_each(t, &p->threads, thread_node) {
		if (!wants(t, bit))
			continue;
		if (!(READ_ONCE(t->work) & TASK_WORK_SIGNAL))
			return t;
		busy = t;
	}
	return busy;
}

/* Tells other threads of what is pending for the process: `set` is no longer for the current one. */
static void retarget_locked(struct process *p, const struct task *leaving, ksigset_t set)
{
	struct task *t;
	set &= p->pending.set;
	list_for_each(t, &p->threads, thread_node) {
		if (!set)
			return;
		ksigset_t mine = set & open_signals(t);
		if (t == leaving || t->exiting || t->stopped || !mine)
			continue;
		set &= ~mine;
		signal_kick(t, TASK_WORK_SIGNAL);
	}
}

void signal_zap_other_threads_locked(struct process *p)
{
	struct task *t;
	job_cancel_locked(p);
	list_for_each(t, &p->threads, thread_node)
		if (t != current && !t->exiting)
			signal_kick(t, TASK_WORK_KILL | TASK_WORK_SIGNAL);
}

void signal_end_process_locked(struct process *p, int sig)
{
	struct task *t;
	process_set(p, PROCESS_EXITING);
	p->exit_code = sig;
	job_cancel_locked(p);
	list_for_each(t, &p->threads, thread_node)
		if (!t->exiting)
			signal_kick(t, TASK_WORK_KILL | TASK_WORK_SIGNAL);
}

bool signal_leave_locked(struct task *t)
{
	struct process *p = t->process;
	assert_spin_held(&t->sighand->lock);
	retarget_locked(p, t, open_signals(t));
	pending_discard(&t->pending, ~0ul);
	if (!t->stop_due)
		return false;
	t->stop_due = false;
	if (--p->nr_stopping)
		return false;
	process_clear(p, PROCESS_STOPPING | PROCESS_CONT_NEWS);
	process_set(p, PROCESS_STOPPED | PROCESS_STOP_NEWS);
	return true;
}

/* --- sending --- */

static bool is_default(const struct task *t, int sig)
{
	return (long)sighand_action(t->sighand, sig)->handler == __SIG_DFL;
}

static __always_inline bool is_ignored(const struct task *t, int sig)
{
	ksigset_t bit = sigmask(sig);
	if ((READ_ONCE(t->blocked) | t->wait_set) & bit)
		return false; /* what becomes of it is decided when it is unblocked */
	long handler = (long)sighand_action(t->sighand, sig)->handler;
	if (handler != __SIG_DFL)
		return handler == __SIG_IGN;
	return bit & SIGNALS_IGNORED || process_flags(t->process) & PROCESS_UNKILLABLE;
}

static bool has_living_thread(struct process *p)
{
	struct task *t;
	list_for_each(t, &p->threads, thread_node)
		if (!t->exiting)
			return true;
	return false;
}

/* sig is pending now: who acts? */
static __always_inline void act_on(struct task *t, int sig, enum signal_scope scope)
{
	struct process *p = t->process;
	ksigset_t bit = sigmask(sig);
	if (sig == SIGKILL) {
		signal_end_process_locked(p, sig);
		return;
	}
	struct task *target = scope == SIGNAL_PROCESS ? choose_thread(p, t, bit) : wants(t, bit) ? t : NULL;
	if (!target)
		return;
	bool ends_process = is_default(t, sig) && !(bit & (SIGNALS_IGNORED | SIGNALS_STOP | target->wait_set)) &&
			    !(process_flags(p) & PROCESS_UNKILLABLE);
	if (ends_process)
		signal_end_process_locked(p, sig);
	else
		signal_kick(target, TASK_WORK_SIGNAL);
}

/* The queue that a signal to t is for, after what its mere sending does; NULL: it has no further effect. */
static __always_inline struct sigpending *queue_for(struct task *t, int sig, enum signal_scope scope)
{
	struct process *p = t->process;
	assert_spin_held(&t->sighand->lock);
	trace_event(TRACE_SIGNAL, sig, t->tid);
	if (unlikely(process_flags(p) & PROCESS_EXITING))
		return NULL;
	if (unlikely(sigmask(sig) & (SIGNALS_STOP | sigmask(SIGCONT))))
		job_signal_sent_locked(p, sig);
	if (is_ignored(t, sig))
		return NULL;
	if (unlikely(t->exiting) && (scope == SIGNAL_THREAD || !has_living_thread(p)))
		return NULL;
	return scope == SIGNAL_PROCESS ? &p->pending : &t->pending;
}

static __always_inline void made_pending(struct task *t, struct sigpending *pending, int sig, enum signal_scope scope)
{
	pending->set |= sigmask(sig);
	if (unlikely(!waitq_is_idle(&t->process->signal_wq)))
		wake(&t->process->signal_wq, POLLIN);
	act_on(t, sig, scope);
}

int signal_send_locked(struct task *t, const struct siginfo *info, enum signal_scope scope)
{
	int sig = info->si_signo;
	struct sigpending *pending = queue_for(t, sig, scope);
	if (!pending || (sig < __SIGRTMIN && pending->set & sigmask(sig)))
		return 0;
	struct sigqueue *q = entry_alloc(t, pending, sig);
	if (likely(q)) {
		memcpy(q->info, info, SIGINFO_BYTES);
		list_add_tail(&pending->queue, &q->node);
	} else if (sig >= __SIGRTMIN && info->si_code != SI_USER && info->si_code != SI_KERNEL) {
		return -EAGAIN; /* without what it carries it would be useless; others arrive without */
	}
	made_pending(t, pending, sig, scope);
	return 0;
}

struct sigpending *signal_queue_locked(struct task *t, struct sigqueue *q, enum signal_scope scope)
{
	int sig = entry_signal(q);
	struct sigpending *pending = queue_for(t, sig, scope);
	if (pending) {
		list_add_tail(&pending->queue, &q->node);
		made_pending(t, pending, sig, scope);
	}
	return pending;
}

void signal_unqueue_locked(struct sigpending *pending, struct sigqueue *q)
{
	int sig = entry_signal(q);
	struct sigqueue *other;
	list_del(&q->node);
	list_for_each(other, &pending->queue, node)
		if (entry_signal(other) == sig)
			return;
	pending->set &= ~sigmask(sig);
}

int signal_send(struct task *t, const struct siginfo *info, enum signal_scope scope)
{
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	int err = signal_send_locked(t, info, scope);
	sighand_unlock(s, irq);
	return err;
}

int signal_send_process(struct process *p, const struct siginfo *info)
{
	u64 irq = irq_save();
	for (;;) {
		/* exec may change both meanwhile, under the lock that was the process's until then */
		struct task *leader = READ_ONCE(p->leader);
		struct sighand *s = READ_ONCE(leader->sighand);
		spin_lock(&s->lock);
		if (likely(leader == READ_ONCE(p->leader) && s == READ_ONCE(leader->sighand))) {
			int err = signal_send_locked(leader, info, SIGNAL_PROCESS);
			spin_unlock_irqrestore(&s->lock, irq);
			return err;
		}
		spin_unlock(&s->lock);
	}
}

/* --- masks --- */

static void mask_changed_locked(struct task *t, ksigset_t newly_blocked)
{
	if (unlikely(t->process->pending.set & newly_blocked))
		retarget_locked(t->process, t, newly_blocked);
	signal_recalc_locked(t);
}

void signal_set_mask_locked(ksigset_t mask)
{
	struct task *t = current;
	assert_spin_held(&t->sighand->lock);
	ksigset_t newly_blocked = mask & ~t->blocked;
	WRITE_ONCE(t->blocked, mask & ~SIGNALS_UNBLOCKABLE);
	mask_changed_locked(t, newly_blocked);
}

/* Without the lock when nothing is pending that the change concerns:
 *
 *	the current task		a sender, under the lock
 *	store `blocked`			add to a pending set
 *	full barrier			full barrier (in waitq_is_idle())
 *	look at the pending sets	look at `blocked`: act_on()
 */
void signal_set_mask(ksigset_t mask)
{
	struct task *t = current;
	mask &= ~SIGNALS_UNBLOCKABLE;
	if (mask == t->blocked)
		return;
	ksigset_t newly_blocked = mask & ~t->blocked;
	WRITE_ONCE(t->blocked, mask);
	full_barrier();
	ksigset_t pending = READ_ONCE(t->pending.set), shared = READ_ONCE(t->process->pending.set);
	if (likely(!((pending | shared) & ~mask) && !(shared & newly_blocked)))
		return;
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	mask_changed_locked(t, newly_blocked);
	sighand_unlock(s, irq);
}

void signal_suspend_mask(ksigset_t mask)
{
	current->saved_mask = current->blocked;
	signal_set_mask(mask);
	task_work_set(current, TASK_WORK_MASK);
}

void signal_restore_mask(void)
{
	if (!(READ_ONCE(current->work) & TASK_WORK_MASK))
		return;
	task_work_clear(current, TASK_WORK_MASK);
	signal_set_mask(current->saved_mask);
}
