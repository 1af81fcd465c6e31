// SPDX-License-Identifier: MIT
/*
 * upcalls: what lower layers need of kernel/proc (L5), declared low and defined high.
 *
 * Promise   this is the whole list. Files, memory and terminals raise signals and end processes through
 *           it without knowing what a process is; and drivers hand on what is for kernel/watch.c.
 */
#pragma once
#include "kernel/core/task.h"

struct pid;

bool watch_wants_keys(void); /* kernel.sysrq */
void watch_key(u8 key);	     /* somebody wants to know: watch.c; any context */

/* Who is signalled about a file, and by whose word: fcntl(2) F_SETOWN. */
struct io_owner {
	struct pid *pid;
	int type;      /* F_OWNER_* */
	u32 uid, euid; /* of who said so */
};

void signal_raise(int sig);			      /* to the current thread, as if by itself: SIGPIPE, SIGXFSZ */
/* A synchronous fault of the current task: cannot be blocked or ignored away. */
void signal_fault(int sig, int code, uaddr_t address);
void signal_pgrp(struct pid *pgrp, int sig);	      /* to every member, from the kernel */
void signal_process(struct pid *pid, int sig);	      /* to the process of that pid, if it lives, from the kernel */
void signal_task_kill(struct task *t);		      /* SIGKILL to t's process (out of memory) */
enum { OOM_NEVER = -1000, OOM_ADJ_MAX = 1000 };
int task_oom_adj(const struct task *t);		      /* oom_score_adj of its process; OOM_NEVER: not to be killed */
/* `sig` with `code` (POLL_*) and fd, or SIGIO if it is 0 or cannot be queued; code 0: plain `sig`. False: not now, try
 * again. Any context, interrupts off. */
bool signal_io(const struct io_owner *to, int sig, int code, int fd);
bool signal_is_ignored_or_blocked(int sig);	      /* by the current task: SIGTTIN and SIGTTOU rules */
/* The current task's mask for the rest of this system call: the old one comes back on the way to user mode, after
 * a handler that the call let in (TASK_WORK_MASK), or at once by signal_restore_mask(). */
void signal_suspend_mask(ksigset_t mask);
void signal_restore_mask(void);
bool pgrp_is_orphaned(struct pid *pgrp);
struct pid *current_pgrp(void);			      /* borrowed: until the current task asks again */
bool pgrp_is_in_my_session(struct pid *pgrp);	      /* of the current process */
struct pid *current_session(void);
int current_tgid(void);
struct pid *current_process_pid(void);		      /* borrowed */
bool current_is_session_leader(void);
struct tty;
struct tty *current_tty(void);			      /* controlling terminal, counted, NULL if none */
void itimer_tick(struct task *t);		      /* the tick hit t, interrupts off: timers and limits of CPU time */
u64 current_process_cpu_ns(void);		      /* all threads, living and dead */
void futex_wake_one_user(int __user *addr);	      /* a thread's clear_child_tid word became 0 */
void current_set_tty(struct tty *tty);		      /* NULL: this process gives it up */
void session_clear_tty(struct pid *session);	      /* no process of it has a controlling terminal any more */
/* The same after a hang-up; when the leader ends, the group that was in the foreground (NULL: none) hears of it. */
void session_hung_up(struct pid *session, struct pid *pgrp);
