// SPDX-License-Identifier: MIT
/*
 * process: what user space calls a process (a thread group), and who may do what to it.
 *
 * Promise   a process lives from fork to the wait that reaps it; its threads share it. Parents, groups,
 *           sessions and exit status change under proc_tree_lock alone, so that wait(2) sees one moment.
 * Locks     legend: [tree] proc_tree_lock; [sighand] the lock of its sighand (under proc_tree_lock when
 *           both are held); [tree+sighand] changed under both, read under either; [const]; [atomic];
 *           [lock] process->lock (RANK_OBJECT)
 * Lifetime  counted: one reference for the pid table (dropped at reaping), one per task, one per pointer
 *
 *	pid.c process.c fork.c exec.c exec_image.c exec_args.c elf.c exit.c reap.c waitid.c	lives of processes
 *	session.c ids.c caps.c access.c rlimit.c thread.c		who they are and what they may do
 *	signal.c sigsend.c sigio.c sigjob.c sigdeliver.c sigframe.c sigcalls.c	signals (signal.h)
 *	itimer.c posix_timer.c cpu_timer.c sleep.c			waiting for time to pass
 *	times.c timex.c sysinfo.c prctl.c kcmp.c procfiles.c		facts about them
 *	pidfd.c								descriptors that stand for them
 */
#pragma once
#include "kernel/core/pid.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/idtable.h"
#include "kernel/uapi/resource.h"

struct tty;
struct file;
struct regs;

/* Dispositions: shared by the threads of a process, and by CLONE_SIGHAND processes. */
struct sighand {
	struct ref ref;
	struct rcu_head rcu;
	struct spinlock lock;		    /* RANK_SIGHAND */
	struct ksigaction action[_NSIG];    /* [lock] of signal n at n - 1 */
};
static inline struct ksigaction *sighand_action(struct sighand *s, int sig)
{
	return s->action + (sig - 1);
}

/* What a process (or its waited-for children) used. */
struct usage {
	u64 user_ns, system_ns, min_flt, maj_flt, voluntary, involuntary, max_rss_pages;
};

/* One of ITIMER_REAL, VIRTUAL, PROF. */
struct itimer {
	struct timer timer;	/* REAL only */
	u64 deadline_ns;	/* [sighand] REAL: monotonic; others: CPU time of the process; 0: not armed */
	u64 interval_ns;	/* [sighand] */
};

enum { DUMPABLE_BY_USER = 1 }; /* process->dumpable: its user may look into it */

enum process_flags {
	PROCESS_EXITING = 1 << 0,     /* [sighand] every thread is to exit with exit_code */
	PROCESS_ZOMBIE = 1 << 1,      /* [tree] all threads are gone */
	PROCESS_STOPPING = 1 << 2,    /* [sighand] a stop signal is being carried out: threads stop on their way out */
	PROCESS_STOPPED = 1 << 3,     /* [sighand] all threads have stopped */
	PROCESS_STOP_NEWS = 1 << 4,   /* [sighand] WUNTRACED has not reported the stop yet */
	PROCESS_CONT_NEWS = 1 << 5,   /* [sighand] WCONTINUED has not reported it yet */
	PROCESS_EXECED = 1 << 6,      /* [tree] setpgid(2) by the parent is too late */
	PROCESS_SUBREAPER = 1 << 7,   /* [tree] */
	PROCESS_UNKILLABLE = 1 << 8,  /* [sighand] pid 1: signals without handler are dropped, but for faults */
	PROCESS_DUMPED = 1 << 9,      /* [sighand] exit status says "core dumped" */
	PROCESS_AUTOREAP = 1 << 10,   /* [tree] nobody will wait for it */
	PROCESS_NPROC_EXCEEDED = 1 << 11, /* [owner] a new real uid has too many processes: execve(2) asks again */
	PROCESS_TELL_STOPPED = 1 << 12,	  /* [sighand] continued while it was stopping: the parent is to be told */
	PROCESS_TELL_CONTINUED = 1 << 13, /* [sighand] continued: likewise, by the first thread that comes by */
};

struct process {
	struct ref ref;
	struct rcu_head rcu;
	struct spinlock lock;	    /* RANK_OBJECT */
	struct pid *pid;	    /* [const] counted; changes only when exec makes another thread the leader */
	struct task *leader;	    /* [tree+sighand] counted until reaped */
	struct sighand *sighand;    /* [tree+sighand; RCU readers] its threads' one; theirs is the reference */
	struct list threads;	    /* [tree+sighand] struct task by thread_node; the leader stays until reaped */
	unsigned nr_threads;	    /* [tree] not yet past exit */
	unsigned nr_live;	    /* [tree] not yet in exit */
	u32 flags;		    /* enum process_flags: atomic ops, changed under the lock named there */
	/* --- family --- */
	/* [tree; RCU readers] not counted: re-parented before the parent is reaped; NULL for pid 1 */
	struct process *parent;
	struct task *parent_task;   /* [tree] not counted: the thread that made it, or another one of parent's */
	struct list children, child_node; /* [tree] */
	int exit_signal;	    /* [tree] what the parent gets, usually SIGCHLD; 0: nothing */
	u32 exec_id, parent_exec_id; /* [tree] exit_signal other than SIGCHLD ends with either one's exec */
	struct pid *pgrp, *session; /* [tree; RCU readers] counted */
	struct list pgrp_node, session_node;
	struct tty *tty;	    /* [lock] controlling terminal, counted */
	struct pid *hung_up_pgrp;   /* [lock] counted: hears of the end of this leader, whose terminal hung up */
	struct waitq child_wq;	    /* a child changed state: wait(2) */
	/* --- the end --- */
	int exit_code;		    /* [sighand until zombie] as wait(2) reports it */
	int stop_signal;	    /* [sighand] what stopped it */
	unsigned nr_stopping;	    /* [sighand] threads that a stop still waits for */
	struct task *execing;	    /* [sighand] thread that runs exec and waits for the others to go */
	struct waitq exec_wq;	    /* a thread has gone */
	/* --- signals --- */
	struct sigpending pending;  /* [sighand] sent to the whole process */
	struct waitq signal_wq;	    /* a signal became pending: sigtimedwait, later signalfd */
	struct itimer itimers[3];   /* [sighand] */
	struct idtable timers;	    /* [sighand] struct posix_timer by id; NULL: being made */
	int next_timer_id;	    /* [sighand] */
	struct list stalled_timers; /* [sighand] whose signals are ignored */
	struct list cpu_timers;	    /* [tree] on this process's CPU time, whoever owns them */
	/* --- accounts --- */
	struct usage dead_threads;  /* [tree] */
	struct usage children_usage; /* [tree] */
	u64 start_ns;		    /* [const] */
	/* --- others --- */
	struct file *exe;	    /* [lock] what was executed, counted, NULL for none */
	/* [lock] for /proc */
	uaddr_t arg_start, arg_end, env_start, env_end, stack_start, code_start, code_end, data_start, data_end;
	int thp_disabled;	    /* [atomic] PR_SET_THP_DISABLE: asked and told, there are no huge pages */
	int dumpable;		    /* [atomic] PR_SET_DUMPABLE: DUMPABLE_BY_USER, or not */
	int oom_score_adj;	    /* [atomic] */
	int oom_score_adj_min;	    /* [atomic] without CAP_SYS_RESOURCE no lower; inherited like the other */
	u64 auxv[48];		    /* [lock] as exec made it: /proc/PID/auxv */
};

/* A parent that sleeps in vfork(2): on its stack, reached through the child's task->vfork. */
struct vfork_wait {
	struct waitq wq;
	bool done; /* [tree] */
};

static inline struct process *process_get(struct process *p)
{
	ref_get(&p->ref);
	return p;
}
void process_put(struct process *p); /* accepts NULL */
DEFINE_AUTOPUT(process)
struct process *process_find_get(int pid); /* counted or NULL: alive or zombie */
struct task *task_find_get(int tid);	   /* the same of a thread */
struct task *task_named_get(int tid);	   /* the same, 0: the caller itself */
struct task *task_own_get(int tid);	   /* the same, of the caller's process only */
static inline u32 process_flags(const struct process *p)
{
	return __atomic_load_n(&p->flags, __ATOMIC_ACQUIRE);
}
static inline void process_set(struct process *p, u32 bits)
{
	__atomic_fetch_or(&p->flags, bits, __ATOMIC_SEQ_CST);
}
static inline void process_clear(struct process *p, u32 bits)
{
	__atomic_fetch_and(&p->flags, ~bits, __ATOMIC_SEQ_CST);
}

void process_init(void);	/* caches */
void namespace_init(void);	/* the first name spaces, as files: after vfs_init() */
/* Runs `path` as pid 1, with descriptors 0-2 on /dev/console, from the boot task: 0 or -errno (it does not exist, ...). */
int process_start_init(const char *path, char *const argv[], char *const envp[]);
/* exec.c: an exec by a thread of the kernel: 0 and *r to go to user mode with, or -errno. */
int exec_kernel(const char *path, char *const argv[], char *const envp[], struct regs *r);
extern struct process *init_process; /* [const] pid 1 */
extern bool init_is_traced;	     /* option strace=: process 1 and all that come from it */
extern int threads_max;		     /* [atomic] /proc/sys/kernel/threads-max */
extern int nr_tasks;		     /* [atomic] of all processes, zombies included */
extern int randomize_va_space;	     /* [atomic] /proc/sys/kernel/randomize_va_space: 0, 1, 2 with the heap */
extern u64 nr_forks;		     /* [atomic] "processes" in /proc/stat */
struct process *process_alloc(void); /* bare, one reference; NULL */

/* --- between the files of a process's life --- */
__noreturn void process_exit_group(int status); /* exit.c: status as wait(2) reports it (code << 8 | signal) */
__noreturn void task_exit(int status);		/* exit.c: this thread only */
/* reap.c: a zombie leaves the tree; then process_reap_finish() unlocked */
void process_reap_locked(struct process *p);
void process_reap_finish(struct process *p);
void task_release_pid_locked(struct task *t);	/* reap.c: its number is free, off the list of threads */
void task_give_children_away_locked(struct task *t, struct list *dead); /* reap.c: t ends; dead: to be finished */
bool process_end_locked(struct process *p);	/* reap.c: a zombie from now on; true: nobody waits, finish it */
void process_usage(struct process *p, struct usage *u); /* living and dead threads; takes proc_tree_lock */
u64 process_cpu_ns(struct process *p);	/* times.c: exact, living and dead threads */
void process_usage_locked(struct process *p, struct usage *u);
void task_usage(struct task *t, struct usage *u);
u64 mm_peak_pages(struct task *t); /* most resident pages of its memory so far; 0: it has none */
void usage_add(struct usage *to, const struct usage *from);
void usage_to_rusage(const struct usage *u, struct rusage *r);
bool process_may_trace(struct process *target); /* access.c: ptrace-like access by the current task (for /proc/PID) */
/* access.c: the same to act upon it (pidfd_getfd, process_vm), by real ids */
bool process_may_attach(struct process *target);
/* A user of its memory for those who `may` (mm_unuse() it; NULL: it has none any more): 0 or -EACCES. */
int task_mm_for_access(struct task *t, bool (*may)(struct process *target), struct mm **out);
bool process_has_uids_of(struct process *target); /* access.c: prlimit(2)'s idea of "mine" */
struct sighand *sighand_new(void);	      /* all default; NULL */
void sighand_put(struct sighand *s);
/* Locks the sighand that t has now; interrupts are off until sighand_unlock(). t is held by a reference or the tree. */
struct sighand *sighand_lock(struct task *t, u64 *irq);
static inline void sighand_unlock(struct sighand *s, u64 irq)
{
	spin_unlock_irqrestore(&s->lock, irq);
}
struct limits *limits_new(const struct limits *from); /* NULL: no memory */
void limits_put(struct limits *l);
extern struct limits first_limits; /* [const] of process 1 */
void fork_child_start(void);	/* fork.c: a new user task's first steps, from kernel_task_start() */
void rseq_exit_work(struct regs *r); /* rseq.c: TASK_WORK_NOTIFY: the CPU numbers in the registered area, aborts */
int rseq_signal_work(struct regs *r); /* rseq.c: before a handler gets its frame: 0, or what is registered is wrong */
void vfork_release(struct task *t); /* fork.c: exec or exit lets the parent go on */
void mm_release_current(void);	/* exit.c: before the current task leaves its mm: tid word, vfork */
bool pgrp_will_be_orphaned_locked(struct pid *pgrp, struct process *ignored); /* session.c */
bool pgrp_has_stopped_locked(struct pid *pgrp);
void process_join_pgrp_locked(struct process *p, struct pid *pgrp); /* session.c: takes what it needs */
void session_leader_exits(void); /* the current process, which leads its session: what becomes of its terminal */
void process_join_session_locked(struct process *p, struct pid *session);
void process_leave_groups_locked(struct process *p);
/* ids.c: publishes new credentials of the current task, with what follows for dumps and signals */
void cred_commit_checked(struct cred *c);
void itimer_init(struct process *p);  /* itimer.c: new process: nothing armed */
void itimer_stop(struct process *p);  /* itimer.c: the last thread is going */
