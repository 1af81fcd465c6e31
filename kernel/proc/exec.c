// SPDX-License-Identifier: MIT
/*
 * exec: a process becomes another program.
 *
 * Promise   an execve that answers an errno has changed nothing. Everything that can be refused is refused
 *           while the new program is built in memory that nobody sees: name, scripts, headers, arguments,
 *           credentials, mappings, stack. Then the other threads end; after that nothing fails any more.
 * Order     open, "#!", headers -> arguments -> credentials -> mappings -> [point of no return] threads ->
 *           hooks, tid word, vfork -> memory -> identity, signals, files -> registers
 * Locks     proc_tree_lock and sighand->lock for the change of identity; process->lock for what /proc shows
 * Blocking  page faults on the old program's strings; the wait for other threads, which only a kill ends
 * Linux     execve(2), execveat(2) with AT_EXECVE_CHECK. Where Linux kills because the old program is gone
 *           already (segments that cannot be mapped), this kills with the same SIGSEGV.
 */
#include "kernel/proc/exec.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/core/random.h"
#include "kernel/core/sched.h"
#include "kernel/core/trace.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"
#include "kernel/proc/hooks.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/personality.h"
#include "kernel/uapi/wait.h"
#include "mm/uaccess.h"

#define EXECVEAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_EXECVE_CHECK)

/* --- opening --- */

int exec_open_program(const struct path *p, struct file **out)
{
	struct inode *ino = p->dentry->inode;
	if (!S_ISREG(ino->mode))
		return S_ISLNK(ino->mode) ? -ELOOP : -EACCES;
	if (READ_ONCE(p->mount->flags) & MS_NOEXEC)
		return -EACCES;
	int err = inode_permission(ino, WANT_EXEC);
	if (!err)
		err = inode_deny_write(ino);
	if (err)
		return err;
	err = open_path(p, O_RDONLY, out);
	if (err)
		inode_allow_write(ino);
	else
		(*out)->mode |= FILE_DENIES_WRITE;
	return err;
}

/* Of scripts and interpreters: their mappings keep the file, but it may be written again. */
void exec_close_program(struct file *f)
{
	if (!f)
		return;
	f->mode &= ~FILE_DENIES_WRITE;
	inode_allow_write(f->inode);
	file_put(f);
}

int exec_read_head(struct exec *e)
{
	off_t pos = 0;
	ssize_t n = kernel_read(e->file, e->head, sizeof(e->head), &pos);
	if (n < 0)
		return n;
	e->head_bytes = n;
	memset(e->head + n, 0, sizeof(e->head) - n);
	return 0;
}

/* With AT_EMPTY_PATH: what has no name (pipes, eventfds) is no regular file, and is refused as such. */
static int refuse_nameless(int dirfd)
{
	FDREF r = fd_borrow_any(dirfd);
	if (!r.file)
		return -EBADF;
	return r.file->path.dentry ? 0 : -EACCES;
}

static int open_at(struct exec *e, int dirfd, const char __user *name, unsigned flags)
{
	PATHREF p = {};
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	int err = flags & AT_EMPTY_PATH && !e->name[0] && dirfd != AT_FDCWD ? refuse_nameless(dirfd) : 0;
	if (!err)
		err = name ? path_lookup(dirfd, name, how, &p) : path_lookup_kernel(e->name, how, &p);
	return err ? err : exec_open_program(&p, &e->file);
}

/* The caller's name for the program, which AT_EXECFN, scripts and comm show. */
static int copy_name(struct exec *e, const char __user *name)
{
	e->name = e->short_name;
	ssize_t n = strncpy_from_user(e->name, name, EXEC_SHORT_NAME);
	if (n == -ENAMETOOLONG) {
		e->name = kmalloc(FS_PATH_MAX);
		n = e->name ? strncpy_from_user(e->name, name, FS_PATH_MAX) : -ENOMEM;
	}
	return n < 0 ? n : 0;
}

/* execveat(2): "/dev/fd/N" or "/dev/fd/N/name". */
static int prefix_name(struct exec *e, int dirfd)
{
	enum { DEV_FD_ROOM = 24 };
	size_t n = strlen(e->name), room = n + DEV_FD_ROOM;
	char *longer = kmalloc(room);
	if (!longer)
		return -ENOMEM;
	if (n)
		fmt_snprintf(longer, room, "/dev/fd/%d/%s", dirfd, e->name);
	else
		fmt_snprintf(longer, room, "/dev/fd/%d", dirfd);
	if (e->name != e->short_name)
		kfree(e->name);
	e->name = longer;
	e->fd_closes = fdtable_is_cloexec(current->fdtable, dirfd);
	return 0;
}

static void note_comm(struct exec *e, int dirfd)
{
	if (dirfd != AT_FDCWD && !e->name[0]) {
		rcu_read_lock();
		strlcpy(e->comm, dentry_name(e->file->path.dentry), sizeof(e->comm));
		rcu_read_unlock();
		return;
	}
	const char *slash = strrchr(e->name, '/');
	strlcpy(e->comm, slash ? slash + 1 : e->name, sizeof(e->comm));
}

static int open_program(struct exec *e, int dirfd, const char __user *name, unsigned flags)
{
	int err = name ? copy_name(e, name) : 0;
	if (!err)
		err = open_at(e, dirfd, name, flags);
	if (err)
		return err;
	note_comm(e, dirfd);
	return dirfd != AT_FDCWD && e->name[0] != '/' ? prefix_name(e, dirfd) : 0;
}

/* --- the point of no return --- */

static bool others_are_gone(struct process *p)
{
	spin_lock(&proc_tree_lock);
	bool gone = p->nr_threads == 1;
	spin_unlock(&proc_tree_lock);
	return gone;
}

/* The current thread, the last one left, takes the dead leader's place and number. */
static void become_leader(struct process *p)
{
	struct task *me = current, *old = p->leader;
	u64 irq;
	spin_lock(&proc_tree_lock);
	struct sighand *s = sighand_lock(me, &irq);
	struct pid *mine = me->pid;
	p->leader = me;
	task_get(me);
	me->pid = old->pid;
	me->tid = old->tid;
	me->start_ns = old->start_ns;
	rcu_publish(me->pid->task, me);
	old->pid = mine;
	old->tid = mine->nr;
	rcu_publish(mine->task, old);
	sighand_unlock(s, irq);
	task_release_pid_locked(old);
	spin_unlock(&proc_tree_lock);
	task_put(old);
}

/* Ends the other threads: 0, -EAGAIN when something else ends or executes first. */
static int end_other_threads(void)
{
	struct process *p = current->process;
	u64 irq;
	struct sighand *s = sighand_lock(current, &irq);
	bool alone = p->nr_live == 1 && p->nr_threads == 1;
	if (process_flags(p) & PROCESS_EXITING || p->execing) {
		sighand_unlock(s, irq);
		return -EAGAIN;
	}
	if (!alone) {
		p->execing = current;
		signal_zap_other_threads_locked(p);
	}
	sighand_unlock(s, irq);
	if (!alone) {
		int err = wait_event(&p->exec_wq, POLLIN, others_are_gone(p), FOREVER, WAIT_KILLABLE);
		WRITE_ONCE(p->execing, NULL);
		if (err)
			return -EAGAIN;
	}
	if (current != p->leader)
		become_leader(p);
	return 0;
}

/* Dispositions of one's own, if another process shares them. */
static void own_sighand(struct exec *e)
{
	struct sighand *fresh = take(e->sighand);
	if (!fresh)
		return;
	struct task *t = current;
	u64 irq;
	spin_lock(&proc_tree_lock);
	struct sighand *old = sighand_lock(t, &irq);
	memcpy(fresh->action, old->action, sizeof(fresh->action));
	rcu_publish(t->process->sighand, fresh);
	rcu_publish(t->sighand, fresh);
	sighand_unlock(old, irq);
	spin_unlock(&proc_tree_lock);
	sighand_put(old);
}

static void replace_memory(struct exec *e)
{
	struct mm *old = current->mm;
	process_hooks_run(exec);
	if (old)
		mm_release_current();
	e->mm->exe = file_get(e->file);
	mm_switch_to(take(e->mm));
	mm_unuse(old);
}

/* What /proc shows and what the parent may still do. */
static void replace_facts(struct exec *e)
{
	struct process *p = current->process;
	spin_lock(&p->lock);
	struct file *old = p->exe;
	p->exe = take(e->file); /* nobody may write to it as long as it is there */
	memcpy(&p->arg_start, &e->places, sizeof(e->places));
	memcpy(p->auxv, e->auxv, sizeof(p->auxv));
	spin_unlock(&p->lock);
	file_put(old);
	spin_lock(&current->lock);
	memcpy(current->comm, e->comm, sizeof(current->comm));
	spin_unlock(&current->lock);
	spin_lock(&proc_tree_lock);
	p->exit_signal = SIGCHLD;
	p->exec_id++;
	process_set(p, PROCESS_EXECED);
	spin_unlock(&proc_tree_lock);
}

/* Set-id programs choose for themselves. */
static u32 personality_of(const struct exec *e)
{
	u32 p = current->personality;
	return e->secure || e->other_user ? p & ~(u32)PER_CLEAR_ON_SETID : p;
}

/* Before the memory: who looks at the new memory is to be measured by this (access.c). */
static void replace_identity(struct exec *e)
{
	WRITE_ONCE(current->process->dumpable, e->may_dump);
	if (e->secure || e->other_user)
		current->pdeath_signal = 0;
	WRITE_ONCE(current->personality, personality_of(e));
	if (e->cred)
		cred_commit(take(e->cred));
}

static void reset_task(struct exec *e, struct regs *r)
{
	struct task *t = current;
	own_sighand(e);
	signal_exec_reset(t->sighand);
	t->altstack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
	t->clear_child_tid = NULL;
	t->set_child_tid = NULL;
	t->robust_list = NULL;
	t->rseq_area = NULL;
	t->rseq_len = t->rseq_sig = 0;
	t->restart_valid = false;
	fdtable_close_on_exec(t->fdtable);
	arch_fpu_reset(&t->arch);
	arch_set_fs_base(0);
	arch_set_gs_base(0);
	memset(r, 0, sizeof(*r));
	r->orig_rax = -1;
	r->rip = e->entry;
	r->rsp = e->sp;
	r->cs = USER_CS;
	r->ss = USER_DS;
	r->rflags = RFLAGS_IF;
	task_work_set(t, TASK_WORK_IRET); /* SYSRET would show rcx and r11 */
}

/* --- in order --- */

static int build(struct exec *e)
{
	e->mm = mm_create();
	if (!e->mm)
		return -ENOMEM;
	random_bytes(e->random, sizeof(e->random));
	int err = exec_cred_prepare(e);
	e->randomize = !(personality_of(e) & ADDR_NO_RANDOMIZE) && READ_ONCE(randomize_va_space);
	if (!err)
		err = exec_args_copy(e);
	if (!err)
		err = elf_map(e);
	if (!err) {
		exec_args_auxv(e);
		err = exec_args_map(e);
		err = err && err != -ENOMEM ? EXEC_FATAL : err;
	}
	return err;
}

/* What may still fail for want of memory, before the other threads are ended. */
static int prepare_change(struct exec *e)
{
	if (ref_count(&current->sighand->ref) > 1) {
		e->sighand = sighand_new();
		if (!e->sighand)
			return -ENOMEM;
	}
	return 0;
}

static int run(struct exec *e, struct regs *r)
{
	int err = exec_read_head(e);
	if (!err)
		err = exec_args_count(e);
	if (!err)
		err = exec_follow_scripts(e);
	if (!err)
		err = elf_read(e);
	if (!err)
		err = build(e);
	if (!err)
		err = prepare_change(e);
	if (!err)
		err = end_other_threads();
	if (!err && fdtable_unshare()) /* not before: the threads had it too, and record locks belong to it */
		err = EXEC_FATAL;
	if (err)
		return err;
	trace_event(TRACE_EXEC, e->entry, e->sp);
	replace_identity(e);
	replace_memory(e);
	replace_facts(e);
	reset_task(e, r);
	return 0;
}

static void release(struct exec *e)
{
	for (unsigned i = 0; i < e->nr_prefix; i++)
		kfree(e->prefix[i]);
	if (e->name != e->short_name)
		kfree(e->name);
	exec_stack_free(&e->stack);
	elf_free(e);
	mm_unuse(e->mm);
	exec_close_program(e->file);
	sighand_put(e->sighand);
	cred_put(e->cred);
	kfree(e);
}

/* A real user that got too many processes by setuid(2) may not start programs: execve(2), EAGAIN. */
static int check_nproc(void)
{
	struct process *p = current->process;
	if (likely(!(process_flags(p) & PROCESS_NPROC_EXCEEDED)))
		return 0;
	if ((u64)READ_ONCE(current_cred()->account->used[CHARGE_PROCESSES]) > rlimit(RLIMIT_NPROC))
		return -EAGAIN;
	process_clear(p, PROCESS_NPROC_EXCEEDED);
	return 0;
}

static struct exec *exec_new(void)
{
	struct exec *e = kmalloc(sizeof(*e));
	if (!e)
		return NULL;
	/* head is filled in by whoever reads it */
	memset(e, 0, offsetof(struct exec, head));
	memset((char *)e + offsetof(struct exec, head_bytes), 0, sizeof(*e) - offsetof(struct exec, head_bytes));
	e->name = e->short_name;
	return e;
}

static long do_exec(int dirfd, const char __user *path, const kuptr_t __user *argv, const kuptr_t __user *envp,
	unsigned flags)
{
	int err = check_nproc();
	if (err)
		return err;
	struct exec *e = exec_new();
	if (!e)
		return -ENOMEM;
	e->argv.user = argv;
	e->envp.user = envp;
	err = open_program(e, dirfd, path, flags);
	if (!err && !(flags & AT_EXECVE_CHECK))
		err = run(e, arch_user_regs(&current->arch));
	release(e);
	if (err == EXEC_FATAL)
		process_exit_group(W_EXITCODE(0, SIGSEGV));
	return err;
}

int exec_kernel(const char *path, char *const argv[], char *const envp[], struct regs *r)
{
	struct exec *e = exec_new();
	if (!e)
		return -ENOMEM;
	e->argv.kernel = argv;
	e->envp.kernel = envp;
	strlcpy(e->short_name, path, sizeof(e->short_name));
	int err = open_program(e, AT_FDCWD, NULL, 0);
	if (!err)
		err = run(e, r);
	release(e);
	return err == EXEC_FATAL ? -ENOEXEC : err;
}

long sys_execve(const char __user *path, const kuptr_t __user *argv, const kuptr_t __user *envp)
{
	return do_exec(AT_FDCWD, path, argv, envp, 0);
}

long sys_execveat(int dirfd, const char __user *path, const kuptr_t __user *argv, const kuptr_t __user *envp,
	unsigned flags)
{
	if (flags & ~EXECVEAT_FLAGS)
		return -EINVAL;
	return do_exec(dirfd, path, argv, envp, flags);
}
