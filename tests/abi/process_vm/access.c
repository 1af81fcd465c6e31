// SPDX-License-Identifier: MIT
/*
 * process_vm/access: who may, and what happens when the other process changes or ends meanwhile.
 *
 * Promise   the same user, a target that may be dumped, or the capability; by the identity that the target has
 *           at that moment. A copy that runs while the target execs or dies is whole, short or an error: never
 *           a crash, never memory of the program that came after.
 * Linux     process_vm_readv(2), ptrace(2) "Ptrace access mode checking"
 */
#include "tests/abi/process_vm/process_vm.h"
#include "tests/abi/program.h"
#include "tests/abi/thread.h"

static char word[16] = "secret";

static void become_nobody(void *arg)
{
	(void)arg;
	CHECK(become(NOBODY));
	CHECK_EQ(sys(SYS_prctl, PR_SET_DUMPABLE, 1), 0);
}

static void become_nobody_undumpable(void *arg)
{
	become_nobody(arg);
	CHECK_EQ(sys(SYS_prctl, PR_SET_DUMPABLE, 0), 0);
}

static long read_as(int user, int pid)
{
	int reader;
	volatile long *result = shared_page();

	CHILD(reader) {
		char buf[16];

		if (user)
			CHECK(become(user));
		*result = vm_read(pid, buf, 6, word);
		if (*result == 6)
			CHECK_MEM(buf, "secret", 6);
	}
	CHECK_EXIT(reader, 0);
	return *result;
}

CASE(the_same_user)
{
	NEEDS_ROOT();
	struct other o = other_start(become_nobody, NULL);

	CHECK_EQ(read_as(NOBODY, o.pid), 6);
	CHECK_EQ(read_as(NOBODY - 1, o.pid), -EPERM);
	CHECK_EQ(read_as(0, o.pid), 6);
	other_end(&o);
}

CASE(a_process_that_must_not_be_dumped)
{
	NEEDS_ROOT();
	struct other o = other_start(become_nobody_undumpable, NULL);

	CHECK_EQ(read_as(NOBODY, o.pid), -EPERM);
	CHECK_EQ(read_as(0, o.pid), 6);
	other_end(&o);
}

CASE(a_process_of_root)
{
	NEEDS_ROOT();
	struct other o = other_start(NULL, NULL);

	CHECK_EQ(read_as(NOBODY, o.pid), -EPERM);
	other_end(&o);
}

CASE(a_zombie_has_no_memory)
{
	int pid;
	char buf[8];

	CHILD(pid) {
	}
	wait_state(pid, 'Z');
	CHECK_EQ(vm_read(pid, buf, 6, word), -ESRCH);
	CHECK_EXIT(pid, 0);
}

static int stay(void *arg)
{
	char c;

	sys(SYS_read, *(int *)arg, &c, 1);
	return 0;
}

CASE(a_thread_stands_for_its_process)
{
	int fd[2];
	char buf[8];

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	long tid = start_simple(THREAD_FLAGS, stay, &fd[0]);
	CHECK(tid > 0);
	CHECK_EQ(vm_read(tid, buf, 6, word), 6);
	CHECK_MEM(buf, "secret", 6);
	sys(SYS_close, fd[1]);
}

CASE(targets_that_die_in_the_middle)
{
	enum { ROUNDS = 60, BYTES = 1 << 20 };
	char *near = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *far = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(far, 'x', BYTES);
	for (int i = 0; i < ROUNDS; i++) {
		struct other o = other_start(NULL, NULL);
		int killer, pid = o.pid;

		CHILD(killer) {
			if (i % 2)
				sys(SYS_sched_yield);
			sys(SYS_kill, pid, SIGKILL);
		}
		long n = i % 4 < 2 ? vm_read(pid, near, BYTES, far) : vm_write(pid, near, BYTES, far);
		CHECK(n == -ESRCH || n == -EFAULT || (n > 0 && n <= BYTES));
		CHECK_EXIT(killer, 0);
		CHECK_KILLED(pid, SIGKILL);
		sys(SYS_close, o.to);
	}
}

CASE(targets_that_exec_in_the_middle)
{
	enum { ROUNDS = 60, BYTES = 1 << 20 };
	char *near = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *far = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(far, 'x', BYTES);
	scratch();
	write_program("sleep", PROGRAM_SLEEP);
	for (int i = 0; i < ROUNDS; i++) {
		int pid;

		CHILD(pid) {
			char *argv[] = {"sleep", NULL};

			sys(SYS_execve, "sleep", argv, argv + 1);
		}
		for (int k = 0; k < i % 4; k++)
			sys(SYS_sched_yield);
		long n = i % 2 ? vm_read(pid, near, BYTES, far) : vm_write(pid, near, BYTES, far);
		CHECK(n == -EFAULT || (n > 0 && n <= BYTES));
		if (n > 0 && i % 2)
			for (long b = 0; b < n; b++)
				CHECK_EQ(near[b], 'x');
		memset(near, 'x', BYTES);
		sys(SYS_kill, pid, SIGKILL);
		CHECK_KILLED(pid, SIGKILL);
	}
}

CASE(of_an_empty_vector_the_address_does_not_matter)
{
	char byte = 0;
	struct iovec one = {&byte, 1};
	const unsigned long of_the_kernel = 0xffff888000000000;

	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &one, 1, of_the_kernel, 0, 0), 0);
	CHECK_EQ(sys(SYS_process_vm_writev, getpid(), &one, 1, of_the_kernel, 0, 0), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), of_the_kernel, 0, &one, 1, 0), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &one, 1, of_the_kernel, 1, 0), -EFAULT);
}
