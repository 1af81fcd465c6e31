// SPDX-License-Identifier: MIT
/*
 * init: process 1.
 *
 * Promise   process_start_init() may be called again with another program if one could not be run: it is
 *           always process 1 that tries. Its group and session have number 0, as on Linux, until it makes
 *           its own. It starts with descriptors 0 to 2 on /dev/console, where there is one.
 * Blocking  the caller sleeps until the program runs or has failed
 */
#include "fs/file.h"
#include "fs/inode.h"
#include "kernel/core/explore.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/sched.h"
#include "kernel/proc/clone.h"
#include "kernel/proc/signal.h"

bool init_is_traced;

enum { NR_CONSOLE_FDS = 3 };

/* One request at a time; static, because the thread may answer and go on before the caller looks. */
static struct {
	const char *path;
	char *const *argv, *const *envp;
	int err;
	u32 asked, answered; /* [atomic] how many times */
	struct waitq wq;
} job = { .wq = WAITQ_INIT(job.wq, WAIT_KTHREAD) };

static void open_console(void)
{
	struct file *f;
	int err = file_open_kernel("/dev/console", O_RDWR, 0, &f);
	if (err) {
		log_warn("init: cannot open /dev/console: error %d", -err);
		return;
	}
	for (unsigned i = 0; i < NR_CONSOLE_FDS; i++) {
		int fd = fd_reserve(0, 0);
		if (fd >= 0)
			fd_install(fd, file_get(f));
	}
	file_put(f);
}

static void init_main(void *arg)
{
	struct regs r;
	if (init_is_traced)
		task_work_set(current, TASK_WORK_STRACE);
	explore_process_1();
	open_console();
	for (;;) {
		(void)wait_event(&job.wq, POLLIN, READ_ONCE(job.asked) != job.answered, FOREVER,
			WAIT_UNINTERRUPTIBLE);
		int err = exec_kernel(job.path, job.argv, job.envp, &r);
		job.err = err;
		WRITE_ONCE(job.answered, job.asked);
		wake(&job.wq, POLLOUT);
		if (!err)
			arch_enter_user(&r);
	}
}

static int make_parts(struct task *t, struct process *p)
{
	t->fdtable = fdtable_create();
	t->fs = fs_ctx_copy(current->fs);
	t->sighand = sighand_new();
	t->limits = limits_new(&first_limits);
	int err = pid_alloc(&t->pid);
	if (!err)
		err = arch_fpu_alloc(&t->arch);
	if (err || !t->fdtable || !t->fs || !t->sighand || !t->limits)
		return -ENOMEM;
	t->cred = cred_of_kernel();
	t->tid = t->pid->nr;
	t->altstack.ss_flags = SS_DISABLE;
	t->process = process_get(p);
	p->leader = t;
	task_get(t);
	p->sighand = t->sighand;
	p->pid = pid_get(t->pid);
	p->start_ns = t->start_ns;
	p->dumpable = DUMPABLE_BY_USER;
	p->flags = PROCESS_UNKILLABLE;
	itimer_init(p);
	return 0;
}

static void publish(struct task *t, struct process *p)
{
	charge(t->cred->account, CHARGE_PROCESSES, 1);
	__atomic_fetch_add(&nr_tasks, 1, __ATOMIC_RELAXED);
	spin_lock(&proc_tree_lock);
	process_join_pgrp_locked(p, &pid_zero);
	process_join_session_locked(p, &pid_zero);
	p->nr_threads = p->nr_live = 1;
	list_add_tail(&p->threads, &t->thread_node);
	pid_use(p->pid);
	rcu_publish(p->pid->process, p);
	rcu_publish(t->pid->task, t);
	spin_unlock(&proc_tree_lock);
}

static void create(void)
{
	struct process *p = process_alloc();
	struct task *t = task_alloc("init");
	if (!p || !t || make_parts(t, p))
		panic("init: no memory for process 1");
	publish(t, p);
	init_process = p;
	arch_task_init_kernel(&t->arch, init_main, NULL);
	sched_start(t);
}

int process_start_init(const char *path, char *const argv[], char *const envp[])
{
	if (!init_process)
		create();
	job.path = path;
	job.argv = argv;
	job.envp = envp;
	u32 mine = job.asked + 1;
	WRITE_ONCE(job.asked, mine);
	wake(&job.wq, POLLIN);
	(void)wait_event(&job.wq, POLLOUT, READ_ONCE(job.answered) == mine, FOREVER, WAIT_UNINTERRUPTIBLE);
	return job.err;
}
