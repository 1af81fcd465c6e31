// SPDX-License-Identifier: MIT
/*
 * task: what the scheduler runs, and the pointers by which a thread finds the things it shares.
 *
 * Promise   a task is a thread. What user space calls a process is struct process (kernel/proc); a
 *           kernel thread has none, and no mm. Each shared part is referenced by its own pointer
 *           because clone(2) shares each by its own flag.
 * Locks     legend of the fields: [const] set before the task first runs; [owner] only the task itself;
 *           [rq] its run queue's lock; [rq+pi_lock] changed under both, read under either; [sighand]
 *           sighand->lock; [atomic] atomic instructions only; [tree] proc_tree_lock; [owner+lock] written by
 *           the owner under task->lock, read by others under task->lock
 * Lifetime  counted: one reference for being alive (dropped by the scheduler after its last switch), one
 *           per pointer; freed after a grace period, so rcu_read_lock() keeps a found task readable
 */
#pragma once
#include "kernel/core/ref.h"
#include "kernel/core/rcu.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/timer.h"
#include "kernel/core/wait.h"
#include "kernel/lib/rbtree.h"
#include "kernel/uapi/resource.h"
#include "kernel/uapi/signal.h"

struct process; struct sighand; struct account; struct mm; struct fdtable; struct fs_ctx; struct cred; struct pid;
struct nsproxy; struct vfork_wait; struct rt_waiter;

enum {
	TASK_COMM_LEN = 16,
	KSTACK_USUAL_BYTES = 4 * 4096,
#ifdef KASAN
	KSTACK_BYTES = 2 * KSTACK_USUAL_BYTES, /* red zones around local arrays; limits are those of the other builds */
#else
	KSTACK_BYTES = KSTACK_USUAL_BYTES,
#endif
};

enum task_state {
	TASK_RUNNING,		/* running or on a run queue */
	TASK_SLEEPING,		/* in wait_sleep(), see wait_mode */
	TASK_STOPPED,		/* job control or tracer: only a continue or a kill wakes it */
	TASK_DEAD,		/* will never run again */
};

/* Resource limits: one set per process, shared by its threads. */
struct limits {
	struct ref ref;
	struct spinlock lock;		    /* RANK_OBJECT; writers; readers take single words */
	struct rlimit v[RLIM_NLIMITS];
};

/* A pending signal with what came with it. */
enum { SIGINFO_WORDS = 6, SIGINFO_BYTES = SIGINFO_WORDS * 8 }; /* no siginfo has more than this */
struct sigqueue {
	struct list node;	  /* [sighand] */
	struct account *account;  /* counted, charged CHARGE_SIGPENDING; NULL: a standard signal */
	bool is_timer;		  /* [const] in a struct posix_timer, whose it stays */
	u64 info[SIGINFO_WORDS];  /* [const] struct siginfo, as far as it is used */
};

/* Signals sent to one thread, or to the process (struct process has one of these too). */
struct sigpending {
	ksigset_t set;		/* [sighand] which are pending */
	struct list queue;	/* [sighand] struct sigqueue, oldest first */
	struct sigqueue spare;	/* [sighand] for the first standard signal: no allocation; free while not linked */
};
static inline void sigpending_init(struct sigpending *p)
{
	p->set = 0;
	list_init(&p->queue);
	list_init(&p->spare.node);
	p->spare.account = NULL;
	p->spare.is_timer = false;
}

/* CPU time in two parts: what ticks found, and the split that was last told. */
struct time_split {
	u64 user_samples, system_samples;
	u64 user_ns, system_ns;
};

struct sched_entity {
	struct rb_node node;	/* [rq] in the fair tree */
	u64 vruntime;		/* [rq] weighted ns */
	u64 slice_end_ns;	/* [rq] */
	u64 sum_exec_ns;	/* [rq] CPU time in all */
	u32 weight;		/* [rq] from nice and policy */
	s8 nice;		/* [rq] */
	bool queued;		/* [rq] */
	u8 rt;			/* [rq+pi_lock] real-time priority in effect, 1 to 99; 0: it is in the fair class */
	u8 policy;		/* [rq] SCHED_OTHER, BATCH, IDLE, FIFO, RR */
	u8 rt_priority;		/* [rq+pi_lock] its own, without what it may have inherited */
	bool to_tail;		/* [rq] real-time: has had its turn, its equals come first */
	bool reset_on_fork;	/* [rq] SCHED_RESET_ON_FORK */
	u64 slice_ns;		/* [rq] fair: what it gets while others wait */
	u64 rr_end_ns;		/* [rq] SCHED_RR: the turn is over at this sum_exec_ns */
	u64 rt_wake_ns;		/* [rq] real-time: sum_exec_ns when it last woke up (RLIMIT_RTTIME) */
};

/* What a task inherits through locks: rt_mutex.h. */
struct pi_state {
	struct rb_root held;	/* [pi_lock] locks that it holds and others wait for, by who waits */
	struct rt_waiter *blocked; /* [pi_lock] it waits for a lock */
	bool closed;		/* [pi_lock] it ends: nobody may wait for it any more */
};

struct task {
	u32 work;			/* [atomic] enum task_work; FIRST: entry.S and preempt.h read it here */
	u32 pagefaults_disabled;	/* [owner] nested: faults on user memory fail at once */
	struct arch_task arch;		/* SECOND: entry.S knows its place */
	/* --- scheduling --- */
	struct ref ref;
	u8 state;			/* [rq, or owner while running] enum task_state */
	u8 wait_mode;			/* [owner] enum wait_mode while sleeping */
	bool on_cpu;			/* [atomic] its registers are not saved yet */
	u16 cpu;			/* [rq] where it runs or last ran */
	u32 migrate_disabled;		/* [owner] */
	struct sched_entity se;
	struct pi_state pi;
	u64 affinity;			/* [rq] allowed CPUs, a bit each */
	struct time_split times;	/* [rq] */
	u64 nr_voluntary, nr_involuntary; /* [owner] context switches */
	u64 start_ns;			/* [const] */
	struct waiter *waiter;		/* [owner] what it sleeps on, for wchan and the wait graph */
	u64 watched_switches, watched_ns; /* [watchd] how often it had been switched away from, and since when */
	void *kstack;			/* [const] lowest address; guard page below */
	struct task *wake_next;		/* [owner of a wakelist] */
	struct list rq_node;		/* [rq] on the run queue of a real-time priority */
	struct rcu_head rcu;
	struct list all_node;		/* [tree] every task, for dumps and the out-of-memory choice */
	struct spinlock lock;		/* RANK_OBJECT: comm, the shared pointers against other tasks' looks */
	char comm[TASK_COMM_LEN];	/* [owner+lock] */
	/* --- identity and sharing --- */
	int tid;			/* [tree; owner] pid->nr, 0: kernel thread; exec makes it the leader's */
	struct pid *pid;		/* [tree; owner] counted */
	struct process *process;	/* [const] counted, NULL: kernel thread */
	struct sighand *sighand;	/* [tree+sighand; RCU readers] counted; exec may replace it */
	struct mm *mm;			/* [owner+lock] NULL: kernel thread, or past exit_mm */
	struct arch_mm *arch_mm;	/* [owner] &mm->arch, what the switch loads; NULL: keep what is loaded */
	struct fdtable *fdtable;	/* [owner+lock] */
	struct fs_ctx *fs;		/* [owner+lock] */
	const struct cred *cred;	/* [owner+lock; RCU readers] effective */
	struct limits *limits;		/* [const] counted; &kernel_limits: kernel thread */
	struct nsproxy *ns;		/* [owner+lock] namespaces: none yet, NULL */
	struct list thread_node;	/* [tree+sighand] in process->threads */
	/* --- signals --- */
	struct sigpending pending;	/* [sighand] */
	ksigset_t blocked;		/* [owner; others read it under sighand]: signal_set_mask() */
	ksigset_t saved_mask;		/* [owner] TASK_WORK_MASK: what sigsuspend replaced */
	ksigset_t wait_set;		/* [sighand] what sigtimedwait waits for: not ignored, and wakes it */
	struct sigaltstack altstack;	/* [owner] */
	bool stop_dequeued;		/* [sighand] has taken a stop signal that no SIGCONT has undone yet */
	bool stop_due;			/* [sighand] the stop of its process waits for it */
	bool stopped;			/* [sighand] stopped by job control */
	/* --- restart of interrupted calls --- */
	u64 restart_deadline_ns;	/* [owner] absolute deadline that a restarted call goes on with */
	bool restart_valid;		/* [owner] */
	bool restart_always;		/* [owner] the call that is interrupted is begun again, whatever its policy */
	/* --- user pointers that thread libraries register --- */
	int __user *clear_child_tid;	/* [owner] */
	int __user *set_child_tid;	/* [owner] */
	void __user *robust_list;	/* [owner] */
	void __user *rseq_area;		/* [owner] */
	u32 rseq_len, rseq_sig;		/* [owner] */
	u64 trap_nr, trap_error, trap_address; /* [owner] of the last exception: signal frames show them */
	/* --- exit and ancestry: kernel/proc --- */
	struct vfork_wait *vfork;	/* [tree] the parent that sleeps until this task's exec or exit */
	u32 nr_children;		/* [tree] processes that this thread made and that are not reaped yet */
	bool exiting;			/* [sighand] takes no more signals */
	bool gone;			/* [tree] past exit: what it used is in its process's dead_threads */
	struct pid *pgrp_lent, *session_lent; /* [owner] counted: what current_pgrp() and _session() answered */
	bool explored;			/* [owner] debug builds: see core/explore.h */
	u32 fail_nth;			/* [owner; atomic] debug builds: that allocation fails, see mm/fail.h; 0: none */
	u8 held_count;			/* [owner] debug builds: ranked locks held, see lockrank.c */
	struct { const void *lock, *pc; u8 rank, subrank; } held[12];
	u64 min_flt, maj_flt;		/* [owner] page faults */
	u64 timer_slack_ns;		/* [atomic] by how much its sleeps may be too long; 0 with a real-time policy */
	u64 default_slack_ns;		/* [const] its maker's */
	int pdeath_signal;		/* [owner] PR_SET_PDEATHSIG */
	u32 personality;		/* [owner] personality(2) */
	/* [owner] PR_MCE_KILL, one more; 0: default. Told as set: memory has no errors here */
	u8 mce_policy;
	bool is_io_flusher;		/* [owner] PR_SET_IO_FLUSHER: the same */
	/* [owner] net/scm.c: while descriptors in flight are closed, those of sockets among them */
	struct list *dying_rights;
	struct file *trace_file;	/* [owner] counted: where its system calls are told; NULL: the console */
};
_Static_assert(offsetof(struct task, work) == 0, "entry.S and preempt.h read task->work at offset 0");
_Static_assert(offsetof(struct task, arch) == 8, "entry.S finds struct arch_task at offset 8");

#define current ((struct task *)current_task)

static inline void task_get(struct task *t)
{
	ref_get(&t->ref);
}
void task_put(struct task *t);
void task_release_parts(struct task *t); /* kernel/proc: what a task still refers to when it is freed */
DEFINE_AUTOPUT(task)

static inline void task_work_set(struct task *t, u32 bits)
{
	__atomic_fetch_or(&t->work, bits, __ATOMIC_SEQ_CST);
}
static inline void task_work_clear(struct task *t, u32 bits)
{
	__atomic_fetch_and(&t->work, ~bits, __ATOMIC_SEQ_CST);
}

/* The current process's soft limit. */
static inline u64 rlimit(unsigned resource)
{
	return READ_ONCE(current->limits->v[resource].rlim_cur);
}

/* While disabled, a fault on user memory fails the access at once (futex under its bucket lock). */
static inline void pagefault_disable(void)
{
	current->pagefaults_disabled++;
	barrier();
}
static inline void pagefault_enable(void)
{
	barrier();
	current->pagefaults_disabled--;
}

extern struct list all_tasks;		/* [tree] */
extern struct limits kernel_limits;	/* [const] none at all: kernel threads */
extern struct spinlock proc_tree_lock;	/* RANK_PROC_TREE: taken with spin_lock; parents, groups, exit status */
