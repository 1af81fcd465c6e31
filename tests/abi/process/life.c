// SPDX-License-Identifier: MIT
/*
 * process/life: the rarer ways to be born, to be waited for and to change: clone3's numbers and handlers, waiting by
 * thread and by kind of child, several threads at exec and exit, personalities.
 *
 * Promise   each as on Linux; what a process made of its choices by set-id programs is not inherited by these
 * Linux     clone(2), wait(2), prctl(2), personality(2), execve(2)
 */
#include <sys/prctl.h>
#include "tests/abi/process/stack.h"
#include "tests/abi/thread.h"

enum {
	OTHER_USER = 4321, WALL = 0x40000000, WCLONE = (int)0x80000000, WNOTHREAD = 0x20000000,
	NO_RANDOMIZE = 0x0040000, IMPLIES_EXEC = 0x0400000,
};
#define CLEAR_SIGHAND 0x100000000ULL

struct args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size, cgroup;
};

static long clone3(struct args *a, size_t size)
{
	return sys(SYS_clone3, a, size);
}

/* --- numbers --- */

/* A child that has exactly this number: its number, or the negative errno. It ends at once. */
static long child_with(int number, int levels)
{
	int tids[2] = {number, 1};
	struct args a = {.exit_signal = SIGCHLD, .set_tid = (uint64_t)tids, .set_tid_size = levels};
	long pid = clone3(&a, sizeof(a));

	if (pid == 0)
		_exit(sys(SYS_getpid) == number ? 0 : 1);
	if (pid > 0)
		CHECK_EXIT(pid, 0);
	return pid;
}

/* One that was used and is free now. */
static int free_number(void)
{
	int pid;

	CHILD(pid)
		;
	CHECK_EXIT(pid, 0);
	return pid;
}

static int may_choose(void)
{
	return have_cap(21) || have_cap(40); /* CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE */
}

CASE(a_child_may_have_a_chosen_number)
{
	int number = free_number();

	if (!may_choose())
		SKIP("needs CAP_CHECKPOINT_RESTORE");
	CHECK_EQ(child_with(number, 1), number);
	CHECK_EQ(child_with(number, 1), number);
}

CASE(a_number_in_use_is_not_given_again)
{
	if (!may_choose())
		SKIP("needs CAP_CHECKPOINT_RESTORE");
	CHECK_EQ(child_with(sys(SYS_getpid), 1), -EEXIST);
	CHECK_EQ(child_with(1, 1), -EEXIST);
	int pid;
	CHILD(pid)
		;
	wait_state(pid, 'Z');
	CHECK_EQ(child_with(pid, 1), -EEXIST); /* a zombie still has it */
	CHECK_EXIT(pid, 0);
	CHECK_EQ(child_with(pid, 1), pid);
}

CASE(a_group_keeps_its_leaders_number)
{
	int leader, member, *ready = shared_page();

	if (!may_choose())
		SKIP("needs CAP_CHECKPOINT_RESTORE");
	CHILD(leader)
		sys(SYS_setpgid, 0, 0);
	wait_state(leader, 'Z');
	CHILD(member) {
		sys(SYS_setpgid, 0, leader);
		*ready = 1;
		for (;;)
			sys(SYS_pause);
	}
	while (!*(volatile int *)ready)
		sleep_ms(1);
	CHECK_EXIT(leader, 0);
	CHECK_EQ(child_with(leader, 1), -EEXIST);
	end_child(member);
	CHECK_EQ(child_with(leader, 1), leader);
}

CASE(impossible_numbers)
{
	struct args a = {.exit_signal = SIGCHLD, .set_tid = (uint64_t)hole(), .set_tid_size = 1};

	CHECK_EQ(child_with(0, 1), -EINVAL);
	CHECK_EQ(child_with(-1, 1), -EINVAL);
	CHECK_EQ(child_with(1 << 30, 1), -EINVAL);
	CHECK_EQ(child_with(free_number(), 33), -EINVAL);
	CHECK_EQ(clone3(&a, sizeof(a)), -EFAULT);
	a.set_tid_size = 0;
	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
	a.set_tid = 0;
	a.set_tid_size = 1;
	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
}

CASE(choosing_needs_the_right)
{
	int pid, number = free_number();

	CHILD(pid) {
		become(OTHER_USER);
		if (sys(SYS_getuid) == 0)
			_exit(0);
		CHECK_EQ(child_with(number, 1), -EPERM);
		CHECK_EQ(child_with(0, 1), -EINVAL); /* that comes first */
	}
	CHECK_EXIT(pid, 0);
}

/* --- handlers --- */

static int default_after(unsigned long long flags)
{
	struct args a = {.flags = flags, .exit_signal = SIGCHLD};
	struct sigaction act;

	handle(SIGUSR1, count_signal, 0);
	signal(SIGUSR2, SIG_IGN);
	long pid = clone3(&a, sizeof(a));
	if (pid == 0) {
		sigaction(SIGUSR1, NULL, &act);
		int bits = act.sa_handler == SIG_DFL;
		sigaction(SIGUSR2, NULL, &act);
		_exit(bits | (act.sa_handler == SIG_IGN) << 1);
	}
	return reap(pid) >> 8;
}

CASE(clear_sighand_resets_what_is_caught)
{
	CHECK_EQ(default_after(0), 2);
	CHECK_EQ(default_after(CLEAR_SIGHAND), 3); /* what is ignored stays */
}

CASE(clear_sighand_does_not_go_with_sharing)
{
	struct args a = {.flags = CLEAR_SIGHAND | CLONE_SIGHAND | CLONE_VM, .exit_signal = SIGCHLD};

	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
}

CASE(clone3_refuses_flags_that_it_does_not_know)
{
	struct args a = {.flags = 1ULL << 40, .exit_signal = SIGCHLD};

	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
	a.flags = 0x400000; /* CLONE_DETACHED */
	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
	a.flags = 0xff; /* signals have their own field */
	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
	a.flags = 0;
	a.exit_signal = 65;
	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
	a.exit_signal = 0x100 | SIGCHLD;
	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
	a.exit_signal = SIGCHLD;
	a.flags = CLONE_PARENT;
	CHECK_EQ(clone3(&a, sizeof(a)), -EINVAL);
}

/* --- waiting by kind and by thread --- */

static long wait_by(int pid, int options)
{
	return sys(SYS_wait4, pid, 0, options | WNOHANG, 0);
}

CASE(clone_children_are_waited_for_apart)
{
	long usual = sys(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (usual == 0)
		_exit(0);
	signal(SIGUSR1, SIG_IGN);
	long odd = sys(SYS_clone, SIGUSR1, 0, 0, 0, 0);
	if (odd == 0)
		_exit(0);
	wait_state(usual, 'Z');
	wait_state(odd, 'Z');
	CHECK_EQ(wait_by(odd, 0), -ECHILD);
	CHECK_EQ(wait_by(usual, WCLONE), -ECHILD);
	CHECK_EQ(wait_by(-1, WCLONE), odd);
	CHECK_EQ(wait_by(-1, WCLONE), -ECHILD);
	CHECK_EQ(wait_by(-1, 0), usual);
	odd = sys(SYS_clone, 0, 0, 0, 0, 0);
	if (odd == 0)
		_exit(0);
	wait_state(odd, 'Z');
	CHECK_EQ(wait_by(-1, 0), -ECHILD);
	CHECK_EQ(wait_by(-1, WALL), odd);
}

CASE(waitid_knows_the_same_kinds)
{
	siginfo_t info = {0};
	long odd = sys(SYS_clone, 0, 0, 0, 0, 0);

	if (odd == 0)
		_exit(3);
	CHECK_EQ(sys(SYS_waitid, P_PID, odd, &info, WEXITED, 0), -ECHILD);
	CHECK_EQ(sys(SYS_waitid, P_PID, odd, &info, WEXITED | WCLONE, 0), 0);
	CHECK_EQ(info.si_pid, odd);
	CHECK_EQ(info.si_status, 3);
	CHECK_EQ(sys(SYS_waitid, P_ALL, 0, &info, WEXITED | WALL, 0), -ECHILD);
}

static volatile int thread_child;
static volatile long seen_by_thread;

static int forks_and_stays(void *arg)
{
	(void)arg;
	long pid = sys(SYS_fork);
	if (pid == 0)
		sys(SYS_exit_group, 0);
	thread_child = pid;
	while (!released)
		sleep_ms(1);
	return 0;
}

CASE(a_thread_may_wait_for_its_own_alone)
{
	int done = 0;

	start_thread(&done, forks_and_stays, NULL);
	while (!thread_child)
		sleep_ms(1);
	wait_state(thread_child, 'Z');
	CHECK_EQ(wait_by(-1, WNOTHREAD), -ECHILD);
	CHECK_EQ(wait_by(thread_child, WNOTHREAD), -ECHILD);
	CHECK_EQ(wait_by(-1, 0), thread_child);
	released = 1;
	join_thread(&done);
}

static int forks_and_waits(void *arg)
{
	(void)arg;
	long pid = sys(SYS_fork);
	if (pid == 0)
		sys(SYS_exit_group, 0);
	thread_child = pid;
	seen_by_thread = sys(SYS_wait4, -1, 0, WNOTHREAD, 0);
	return 0;
}

CASE(and_finds_it)
{
	int done = 0, other;

	CHILD(other)
		;
	wait_state(other, 'Z');
	start_thread(&done, forks_and_waits, NULL);
	join_thread(&done);
	CHECK_EQ(seen_by_thread, thread_child);
	CHECK_EXIT(other, 0);
}

CASE(children_of_a_thread_that_ends_are_the_processes)
{
	int done = 0;

	released = 1;
	long tid = start_thread(&done, forks_and_stays, NULL);
	join_thread(&done);
	while (sys(SYS_tgkill, getpid(), tid, 0) == 0) /* it lets go of the memory before it leaves its children */
		sys(SYS_sched_yield);
	CHECK_EQ(sys(SYS_wait4, -1, 0, WNOTHREAD, 0), thread_child);
}

/* --- parents that end --- */

static int *note;

static int forks_for_death_signal(void *arg)
{
	(void)arg;
	long pid = sys(SYS_fork);
	if (pid == 0) {
		uint64_t set = sigbit(SIGUSR1);
		struct timespec limit = {5, 0};
		sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, 0, KSIGSET);
		sys(SYS_prctl, PR_SET_PDEATHSIG, SIGUSR1);
		__atomic_store_n(note, 1, __ATOMIC_SEQ_CST);
		sys(SYS_exit_group, sys(SYS_rt_sigtimedwait, &set, 0, &limit, KSIGSET) == SIGUSR1);
	}
	thread_child = pid;
	while (!__atomic_load_n(note, __ATOMIC_SEQ_CST))
		sleep_ms(1);
	return 0;
}

CASE(the_end_of_the_thread_that_forked_is_the_parents_death)
{
	int done = 0;

	note = shared_page();
	start_thread(&done, forks_for_death_signal, NULL);
	join_thread(&done);
	CHECK_EXIT(thread_child, 1); /* though its parent process lives */
}

static int asks_for_death_signal(void *arg)
{
	sys(SYS_prctl, PR_SET_PDEATHSIG, (long)arg);
	__atomic_add_fetch(note, 1, __ATOMIC_SEQ_CST);
	while (!released)
		sleep_ms(1);
	return 0;
}

CASE(each_thread_has_its_own_death_signal)
{
	int middle, *pid = shared_page();

	note = pid + 1;
	CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1), 0);
	CHILD(middle) {
		int child;
		CHILD(child) {
			int done[2] = {0, 0}, sig = 0;
			uint64_t set = sigbit(SIGUSR1) | sigbit(SIGUSR2);
			struct timespec limit = {5, 0};
			set_mask(SIG_BLOCK, set);
			*pid = sys(SYS_getpid);
			start_thread(&done[0], asks_for_death_signal, (void *)SIGUSR1);
			start_thread(&done[1], asks_for_death_signal, (void *)SIGUSR2);
			while (__atomic_load_n(note, __ATOMIC_SEQ_CST) < 2)
				sleep_ms(1);
			__atomic_store_n(note + 1, 1, __ATOMIC_SEQ_CST);
			for (int i = 0; i < 2; i++)
				sig |= 1 << sys(SYS_rt_sigtimedwait, &set, 0, &limit, KSIGSET);
			CHECK_EQ(sig, 1 << SIGUSR1 | 1 << SIGUSR2);
			sys(SYS_exit_group, 0);
		}
		while (!__atomic_load_n(note + 1, __ATOMIC_SEQ_CST))
			sleep_ms(1);
	}
	CHECK_EXIT(middle, 0);
	CHECK_EXIT(*pid, 0);
}

CASE(orphans_come_to_the_nearest_subreaper)
{
	int *pid = shared_page(), middle, seen_parent;

	CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1), 0);
	CHILD(middle) {
		int inner;
		CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1), 0);
		CHILD(inner) {
			int orphan;
			CHILD(orphan) {
				pid[1] = sys(SYS_getppid);
				while (sys(SYS_getppid) == pid[1])
					sleep_ms(1);
				pid[0] = sys(SYS_getppid);
			}
			while (!*(volatile int *)&pid[1])
				sleep_ms(1);
		}
		CHECK_EXIT(inner, 0);
		CHECK(sys(SYS_wait4, -1, 0, 0, 0) > 0);
		CHECK_EQ(pid[0], sys(SYS_getpid));
	}
	seen_parent = middle;
	CHECK_EXIT(middle, 0);
	CHECK_EQ(pid[0], seen_parent);
}

/* --- threads that have ended --- */

static int leaves(void *arg)
{
	return (int)(long)arg;
}

CASE(threads_leave_no_zombies)
{
	char path[64], text[PAGE];

	for (int i = 0; i < 20; i++) {
		int done = 0;
		long tid = start_thread(&done, leaves, (void *)7);
		join_thread(&done);
		CHECK_EQ(sys(SYS_wait4, tid, 0, WALL | WNOHANG, 0), -ECHILD);
		snprintf(path, sizeof(path), "/proc/self/task/%ld/stat", tid);
		for (int64_t end = now_ms() + 5000; now_ms() < end && slurp(path, text, sizeof(text)) > 0;)
			sleep_ms(1);
		CHECK(slurp(path, text, sizeof(text)) < 0);
		CHECK_EQ(sys(SYS_tgkill, sys(SYS_getpid), tid, 0), -ESRCH);
	}
}

static int outlives(void *arg)
{
	(void)arg;
	while (task_state(sys(SYS_getpid)) != 'Z')
		sleep_ms(1);
	while (!__atomic_load_n(note, __ATOMIC_SEQ_CST))
		sleep_ms(1);
	sys(SYS_exit, 9);
	return 0;
}

CASE(a_leader_that_left_is_a_zombie_until_the_last_thread)
{
	int pid;

	note = shared_page();
	CHILD(pid) {
		static int done;
		start_thread(&done, outlives, NULL);
		sys(SYS_exit, 5);
	}
	wait_state(pid, 'Z');
	CHECK_EQ(wait_by(pid, 0), 0); /* nothing to be told yet */
	CHECK_EQ(sys(SYS_kill, pid, 0), 0);
	__atomic_store_n(note, 1, __ATOMIC_SEQ_CST);
	CHECK_EQ(reap(pid), EXITED(9)); /* the last thread's */
}

CASE(a_signal_reaches_a_process_without_its_leader)
{
	int pid;

	note = shared_page();
	CHILD(pid) {
		static int done;
		start_thread(&done, outlives, NULL);
		sys(SYS_exit, 5);
	}
	wait_state(pid, 'Z');
	CHECK_EQ(sys(SYS_kill, pid, SIGTERM), 0);
	CHECK_EQ(reap(pid), KILLED(SIGTERM));
}

/* --- personalities --- */

static long persona(unsigned long p)
{
	return sys(SYS_personality, p);
}

CASE(personalities_read_back)
{
	long was = persona(0xffffffff);

	CHECK(was >= 0);
	CHECK_EQ(persona(NO_RANDOMIZE), was);
	CHECK_EQ(persona(0xffffffff), NO_RANDOMIZE);
	CHECK_EQ(persona(0x123), NO_RANDOMIZE); /* nobody looks whether it exists */
	CHECK_EQ(persona(was), 0x123);
}

/* Where the stack of a program is that was run with this personality. */
static uint64_t stack_with(unsigned long p, const char *path)
{
	static struct stack s;
	int fd[2], pid;
	char *argv[] = {"p", 0}, *envp[] = {0};

	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		sys(SYS_dup2, fd[1], 1);
		persona(p);
		_exit(-sys(SYS_execve, path, argv, envp));
	}
	sys(SYS_close, fd[1]);
	stack_read(&s, fd[0]);
	sys(SYS_close, fd[0]);
	CHECK_EXIT(pid, 0);
	return s.sp;
}

CASE(addresses_may_be_the_same_each_time)
{
	scratch();
	write_program("p", PROGRAM_DUMP);
	uint64_t first = stack_with(NO_RANDOMIZE, "./p");
	for (int i = 0; i < 4; i++)
		CHECK_EQ(stack_with(NO_RANDOMIZE, "./p"), first);
	int differ = 0;
	for (int i = 0; i < 4; i++)
		differ += stack_with(0, "./p") != first;
	CHECK(differ > 0);
}

static int is_executable(int prot)
{
	void *p = mmap(NULL, PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char line[200], maps[1 << 14], *at;
	long n = slurp("/proc/self/maps", maps, sizeof(maps));

	CHECK(n > 0);
	snprintf(line, sizeof(line), "%lx-", (unsigned long)p);
	at = strstr(maps, line);
	for (char *entry = maps; !at && entry && *entry; entry = strchr(entry, '\n')) {
		unsigned long from, to;
		entry += *entry == '\n';
		if (!*entry)
			break;
		from = strtoul(entry, &at, 16);
		to = strtoul(at + 1, NULL, 16);
		if ((unsigned long)p >= from && (unsigned long)p < to) {
			at = entry;
			break;
		}
		at = NULL;
	}
	CHECK(at != NULL);
	at = strchr(at, ' ');
	int x = at[3] == 'x';
	munmap(p, PAGE);
	return x;
}

CASE(reading_may_imply_executing)
{
	CHECK_EQ(is_executable(PROT_READ | PROT_WRITE), 0);
	long was = persona(IMPLIES_EXEC);
	CHECK_EQ(is_executable(PROT_READ | PROT_WRITE), 1);
	CHECK_EQ(is_executable(PROT_NONE), 0);
	persona(was);
	CHECK_EQ(is_executable(PROT_READ), 0);
}

CASE(set_id_programs_do_not_take_it_over)
{
	NEEDS_ROOT();
	scratch();
	write_program("p", PROGRAM_DUMP);
	CHECK_EQ(sys(SYS_chown, "p", 1234, 1234), 0);
	CHECK_EQ(sys(SYS_chmod, "p", 04755), 0);
	uint64_t first = stack_with(NO_RANDOMIZE, "./p");
	int differ = 0;
	for (int i = 0; i < 5; i++)
		differ += stack_with(NO_RANDOMIZE, "./p") != first;
	CHECK(differ > 0);
}
