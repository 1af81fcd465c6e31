// SPDX-License-Identifier: MIT
/*
 * process/clone: what the flags of clone, clone3 and vfork share and refuse.
 *
 * Promise   memory, descriptors, directory and handlers are each shared by their own flag and
 *           copied without it; thread ids are stored and cleared where asked; clone3's argument
 *           grows without breaking old or new callers.
 * Linux     clone(2), vfork(2), set_tid_address(2).
 */
#include "tests/abi/thread.h"

static volatile int shared_word;

static int set_word(void *arg)
{
	shared_word = (int)(long)arg;
	return 9;
}

static long run(unsigned long flags, int (*fn)(void *), void *arg)
{
	long pid = start_simple(flags | SIGCHLD, fn, arg);

	CHECK(pid > 0);
	return reap(pid);
}

CASE(fork_copies_memory)
{
	CHECK_EQ(run(0, set_word, (void *)5), EXITED(9));
	CHECK_EQ(shared_word, 0);
}

CASE(clone_vm_shares_memory)
{
	CHECK_EQ(run(CLONE_VM, set_word, (void *)5), EXITED(9));
	CHECK_EQ(shared_word, 5);
}

static int set_word_late(void *arg)
{
	(void)arg;
	sleep_ms(5);
	shared_word = 6;
	return 0;
}

CASE(clone_vfork_waits_for_the_exit)
{
	long pid = start_simple(CLONE_VM | CLONE_VFORK | SIGCHLD, set_word_late, NULL);

	CHECK_EQ(shared_word, 6);
	CHECK_EQ(reap(pid), EXITED(0));
}

static int vfork_child(void *arg)
{
	(void)arg;
	long pid = sys(SYS_vfork);

	if (pid == 0) {
		shared_word = 7;
		sys(SYS_exit, 4);
	}
	CHECK_EQ(shared_word, 7);
	return reap(pid) == EXITED(4) ? 0 : 1;
}

CASE(vfork_call_shares_memory_and_waits)
{
	CHECK_EQ(run(CLONE_VM, vfork_child, NULL), EXITED(0));
}

static int close_argument(void *arg)
{
	return (int)sys(SYS_close, (long)arg);
}

CASE(clone_files_shares_the_descriptor_table)
{
	long fd = sys(SYS_dup, 0);

	CHECK_EQ(run(0, close_argument, (void *)fd), EXITED(0));
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), 0);
	CHECK_EQ(run(CLONE_FILES, close_argument, (void *)fd), EXITED(0));
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), -EBADF);
}

static int change_directory(void *arg)
{
	(void)arg;
	sys(SYS_umask, 0123);
	return (int)sys(SYS_chdir, "/proc");
}

CASE(clone_fs_shares_directory_and_umask)
{
	char cwd[64];

	sys(SYS_umask, 022);
	CHECK_EQ(sys(SYS_chdir, "/"), 0);
	CHECK_EQ(run(0, change_directory, NULL), EXITED(0));
	CHECK(sys(SYS_getcwd, cwd, sizeof(cwd)) > 0);
	CHECK_STR(cwd, "/");
	CHECK_EQ(sys(SYS_umask, 022), 022);
	CHECK_EQ(run(CLONE_FS, change_directory, NULL), EXITED(0));
	CHECK(sys(SYS_getcwd, cwd, sizeof(cwd)) > 0);
	CHECK_STR(cwd, "/proc");
	CHECK_EQ(sys(SYS_umask, 022), 0123);
}

static int ignore_usr1(void *arg)
{
	(void)arg;
	signal(SIGUSR1, SIG_IGN);
	return 0;
}

CASE(clone_sighand_shares_the_handlers)
{
	struct sigaction act;

	CHECK_EQ(run(CLONE_VM, ignore_usr1, NULL), EXITED(0));
	sigaction(SIGUSR1, NULL, &act);
	CHECK(act.sa_handler == SIG_DFL);
	CHECK_EQ(run(CLONE_VM | CLONE_SIGHAND, ignore_usr1, NULL), EXITED(0));
	sigaction(SIGUSR1, NULL, &act);
	CHECK(act.sa_handler == SIG_IGN);
}

static int exit_at_once(void *arg)
{
	return (int)(long)arg;
}

CASE(combinations_that_are_refused)
{
	CHECK_EQ(start_simple(CLONE_SIGHAND | SIGCHLD, exit_at_once, 0), -EINVAL);
	CHECK_EQ(start_simple(CLONE_VM | CLONE_THREAD, exit_at_once, 0), -EINVAL);
	CHECK_EQ(start_simple(CLONE_THREAD | CLONE_SIGHAND, exit_at_once, 0), -EINVAL);
	CHECK_EQ(start_simple(CLONE_FS | 0x00020000 | SIGCHLD, exit_at_once, 0), -EINVAL);
}

static int report_ids(void *arg)
{
	int *ids = arg;

	ids[0] = sys(SYS_getpid);
	ids[1] = sys(SYS_gettid);
	ids[2] = sys(SYS_getppid);
	return 0;
}

CASE(thread_has_the_process_id_and_its_own)
{
	int ids[3], done = 0, status;
	long tid = start_thread(&done, report_ids, ids);

	CHECK(tid > 0);
	join_thread(&done);
	CHECK_EQ(ids[0], getpid());
	CHECK_EQ(ids[1], tid);
	CHECK_EQ(ids[2], getppid());
	CHECK_EQ(sys(SYS_wait4, -1, &status, 0x40000000, 0), -ECHILD);
}

CASE(parent_settid_and_child_settid_store_the_id)
{
	int *page = shared_page();
	int in_child = 0;
	struct task_start t = {
		.flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD,
		.parent_tid = &in_child,
		.child_tid = page,
		.fn = exit_at_once,
	};
	long pid = start_task(&t);

	CHECK_EQ(in_child, pid);
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(page[0], pid);
}

CASE(child_settid_is_stored_in_the_childs_memory)
{
	int word = 77;
	struct task_start t = {
		.flags = CLONE_CHILD_SETTID | SIGCHLD,
		.child_tid = &word,
		.fn = exit_at_once,
	};

	CHECK_EQ(reap(start_task(&t)), EXITED(0));
	CHECK_EQ(word, 77);
}

CASE(cleartid_zeroes_and_wakes)
{
	int done = 0;

	for (int i = 0; i < 20; i++) {
		CHECK(start_thread(&done, exit_at_once, 0) > 0);
		join_thread(&done);
		CHECK_EQ(done, 0);
	}
}

CASE(cleartid_without_sharers_leaves_the_word)
{
	int *page = shared_page();
	struct task_start t = {
		.flags = CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD,
		.child_tid = page,
		.fn = exit_at_once,
	};
	long pid = start_task(&t);

	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(page[0], pid);
}

static int read_tls(void *arg)
{
	void **out = arg;

	__asm__ volatile("mov %%fs:0, %0" : "=r"(out[0]));
	out[2] = (void *)sys(SYS_arch_prctl, 0x1003, &out[1]);
	return 0;
}

CASE(settls_sets_the_thread_pointer)
{
	static void *tls[8];
	void *out[3] = {0};
	struct task_start t = {
		.flags = CLONE_VM | CLONE_SETTLS | SIGCHLD,
		.tls = tls,
		.fn = read_tls,
		.arg = out,
	};

	tls[0] = (void *)0x1234567;
	CHECK_EQ(reap(start_task(&t)), EXITED(0));
	CHECK_EQ(out[0], 0x1234567);
	CHECK_EQ(out[1], tls);
	CHECK_EQ(out[2], 0);
}

CASE(settls_outside_user_space_is_refused)
{
	struct task_start t = {
		.flags = CLONE_VM | CLONE_SETTLS | SIGCHLD,
		.tls = (void *)0xffff800000000000,
		.fn = exit_at_once,
	};

	CHECK_EQ(start_task(&t), -EPERM);
}

static int make_sibling(void *arg)
{
	(void)arg;
	return start_simple(CLONE_PARENT | SIGCHLD, exit_at_once, (void *)44) > 0 ? 33 : 1;
}

CASE(clone_parent_makes_a_sibling)
{
	long pid = start_simple(SIGCHLD, make_sibling, NULL);
	int status = 0;

	CHECK_EQ(reap(pid), EXITED(33));
	CHECK(sys(SYS_wait4, -1, &status, 0, 0) > 0);
	CHECK_EQ(status, EXITED(44));
}

CASE(exit_signal_is_sent_and_makes_a_clone_child)
{
	int status;

	handle(SIGUSR1, count_signal, SA_RESTART);
	long pid = start_simple(SIGUSR1, exit_at_once, (void *)3);
	CHECK_EQ(sys(SYS_wait4, pid, &status, 0, 0), -ECHILD);
	CHECK_EQ(sys(SYS_wait4, pid, &status, 0x80000000, 0), pid);
	CHECK_EQ(status, EXITED(3));
	CHECK_EQ(signals, 1);
}

CASE(without_exit_signal_only_wall_and_wclone_wait)
{
	int status;
	long pid = start_simple(0, exit_at_once, (void *)3);

	CHECK_EQ(sys(SYS_wait4, -1, &status, 0, 0), -ECHILD);
	CHECK_EQ(sys(SYS_wait4, -1, &status, 0x40000000, 0), pid);
	CHECK_EQ(status, EXITED(3));
}

static int leave_late(void *arg)
{
	set_word_late(arg);
	return 4;
}

static int leader_leaves(void *arg)
{
	(void)arg;
	static int done;

	start_thread(&done, leave_late, NULL);
	return 3;
}

CASE(process_ends_with_its_last_thread_and_with_its_status)
{
	int64_t start = now_ms();

	CHECK_EQ(run(0, leader_leaves, NULL), EXITED(4));
	CHECK(now_ms() - start >= 4);
}

static int end_the_group(void *arg)
{
	sys(SYS_exit_group, arg);
	return 0;
}

static int leader_waits(void *arg)
{
	static int done;

	start_thread(&done, end_the_group, arg);
	for (;;)
		sys(SYS_pause);
	return 0;
}

CASE(exit_group_of_a_thread_ends_all)
{
	CHECK_EQ(run(0, leader_waits, (void *)12), EXITED(12));
}

static int spin(void *arg)
{
	for (volatile int *go = arg;;)
		(void)*go;
	return 0;
}

static int leader_ends_spinners(void *arg)
{
	static int done[2];

	start_thread(&done[0], spin, arg);
	start_thread(&done[1], spin, arg);
	sys(SYS_exit_group, 13);
	return 0;
}

CASE(exit_group_ends_threads_that_never_call_the_kernel)
{
	CHECK_EQ(run(0, leader_ends_spinners, (void *)&shared_word), EXITED(13));
}

struct args3 {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup, more[4];
};

enum { ARGS3_V0 = 64, ARGS3_V2 = 88 };

CASE(clone3_forks)
{
	struct args3 a = {.exit_signal = SIGCHLD};
	long pid = sys(SYS_clone3, &a, ARGS3_V0);

	if (pid == 0)
		sys(SYS_exit, 8);
	CHECK(pid > 0);
	CHECK_EQ(reap(pid), EXITED(8));
}

CASE(clone3_size_rules)
{
	struct args3 a = {.exit_signal = 99};

	CHECK_EQ(sys(SYS_clone3, &a, 0), -EINVAL);
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0 - 1), -EINVAL);
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V2 + 8), -EINVAL);
	a.more[0] = 1;
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V2 + 8), -E2BIG);
	CHECK_EQ(sys(SYS_clone3, &a, PAGE + 1), -E2BIG);
	CHECK_EQ(sys(SYS_clone3, hole(), ARGS3_V0), -EFAULT);
}

CASE(clone3_refuses_bad_arguments)
{
	struct args3 a = {.exit_signal = 65};

	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0), -EINVAL);
	a = (struct args3){.exit_signal = SIGCHLD, .flags = 1UL << 60};
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0), -EINVAL);
	a = (struct args3){.exit_signal = SIGCHLD, .flags = SIGCHLD};
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0), -EINVAL);
	a = (struct args3){.exit_signal = SIGCHLD, .flags = 0x00400000};
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0), -EINVAL);
	a = (struct args3){.exit_signal = SIGCHLD, .stack_size = 4096};
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0), -EINVAL);
	a = (struct args3){.exit_signal = SIGCHLD, .stack = 4096};
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0), -EINVAL);
	a = (struct args3){.exit_signal = SIGCHLD, .flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM};
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0), -EINVAL);
	a = (struct args3){.exit_signal = SIGCHLD, .flags = CLONE_SIGHAND};
	CHECK_EQ(sys(SYS_clone3, &a, ARGS3_V0), -EINVAL);
}

CASE(clone3_stores_the_ids)
{
	int *page = shared_page(), in_parent = 0;
	struct args3 a = {
		.flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
		.parent_tid = (uintptr_t)&in_parent,
		.child_tid = (uintptr_t)page,
		.exit_signal = SIGCHLD,
	};
	long pid = sys(SYS_clone3, &a, ARGS3_V2);

	if (pid == 0)
		sys(SYS_exit, 0);
	CHECK_EQ(in_parent, pid);
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(page[0], pid);
}

CASE(set_tid_address_answers_the_id)
{
	int word = 5;

	CHECK_EQ(sys(SYS_set_tid_address, &word), sys(SYS_gettid));
}

CASE(private_memory_is_copied_on_write_both_ways)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile int *gate = shared_page();
	int pid;

	memset(p, 'a', 4 * PAGE);
	CHILD(pid) {
		p[0] = 'c';
		p[PAGE] = 'c';
		*gate = 1;
		while (*gate == 1)
			sys(SYS_sched_yield);
		CHECK_EQ(p[0], 'c');
		CHECK_EQ(p[2 * PAGE], 'a');
		CHECK_EQ(p[3 * PAGE], 'a');
	}
	while (!*gate)
		sys(SYS_sched_yield);
	CHECK_EQ(p[0], 'a');
	CHECK_EQ(p[PAGE], 'a');
	p[2 * PAGE] = 'p';
	*gate = 2;
	CHECK_EXIT(pid, 0);
	CHECK_EQ(p[2 * PAGE], 'p');
}
