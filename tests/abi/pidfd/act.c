// SPDX-License-Identifier: MIT
/*
 * pidfd/act: acting on a process by its descriptor: signals, and taking its files.
 *
 * Promise   as kill(2) and its kin in what may be sent to whom; a file is taken from whom one might trace
 * Linux     pidfd_send_signal(2), pidfd_getfd(2), ptrace(2)
 */
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include "tests/abi/pidfd/pidfd.h"
#include "tests/abi/program.h"

static volatile int last_code;
static volatile long last_pid;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	signals++;
	last_code = info->si_code;
	last_pid = info->si_pid;
}

CASE(a_signal_to_oneself)
{
	int fd = open_pid(sys(SYS_getpid), 0);

	handle_info(SIGUSR1, note, 0);
	CHECK_EQ(send_by(fd, SIGUSR1, 0), 0);
	CHECK_EQ(signals, 1);
	CHECK_EQ(last_code, SI_USER);
	CHECK_EQ(last_pid, sys(SYS_getpid));
}

CASE(a_signal_to_a_child)
{
	int pid = sleeper(), fd = open_pid(pid, 0);

	CHECK_EQ(send_by(fd, 0, 0), 0);
	CHECK_EQ(send_by(fd, SIGTERM, 0), 0);
	CHECK_EQ(reap(pid), KILLED(SIGTERM));
	CHECK_EQ(send_by(fd, SIGTERM, 0), -ESRCH);
}

CASE(arguments)
{
	int fd = open_pid(sys(SYS_getpid), 0);

	CHECK_EQ(send_by(fd, -1, 0), -EINVAL);
	CHECK_EQ(send_by(fd, 65, 0), -EINVAL);
	CHECK_EQ(send_by(fd, 0, 8), -EINVAL);
	CHECK_EQ(send_by(fd, 0, 0x80000000), -EINVAL);
	CHECK_EQ(send_by(999, 0, 0), -EBADF);
	CHECK_EQ(send_by(sys(SYS_eventfd2, 0, 0), 0, 0), -EBADF);
	CHECK_EQ(sys(SYS_pidfd_send_signal, fd, SIGUSR1, hole(), 0), -EFAULT);
}

CASE(two_scopes_are_none)
{
	int fd = open_pid(sys(SYS_getpid), 0);

	NEEDS_LINUX(6, 9);
	CHECK_EQ(send_by(fd, 0, PIDFD_SIGNAL_THREAD | PIDFD_SIGNAL_PROCESS_GROUP), -EINVAL);
	CHECK_EQ(send_by(fd, 0, 7), -EINVAL);
}

CASE(info_of_ones_own)
{
	int fd = open_pid(sys(SYS_getpid), 0);
	siginfo_t info = {0};

	handle_info(SIGUSR1, note, 0);
	info.si_signo = SIGUSR1;
	info.si_code = SI_QUEUE;
	info.si_pid = 77;
	CHECK_EQ(sys(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0), 0);
	CHECK_EQ(last_code, SI_QUEUE);
	CHECK_EQ(last_pid, 77);
	info.si_code = SI_USER; /* to oneself one may say anything */
	CHECK_EQ(sys(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0), 0);
	CHECK_EQ(last_code, SI_USER);
	CHECK_EQ(sys(SYS_pidfd_send_signal, fd, SIGUSR2, &info, 0), -EINVAL);
}

CASE(forged_info_to_another)
{
	int pid = sleeper(), fd = open_pid(pid, 0);
	siginfo_t info = {0};

	info.si_signo = SIGUSR1;
	info.si_code = SI_USER;
	CHECK_EQ(sys(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0), -EPERM);
	info.si_code = SI_TKILL;
	CHECK_EQ(sys(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0), -EPERM);
	info.si_code = SI_QUEUE;
	CHECK_EQ(sys(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0), 0);
	CHECK_EQ(reap(pid), KILLED(SIGUSR1));
}

CASE(another_users_process)
{
	int pid = sleeper(), fd = open_pid(pid, 0), child;

	NEEDS_ROOT();
	CHILD(child) {
		CHECK(become(NOBODY));
		CHECK_EQ(send_by(fd, 0, 0), -EPERM);
		CHECK_EQ(send_by(fd, SIGTERM, 0), -EPERM);
		CHECK_EQ(send_by(fd, SIGCONT, 0), 0); /* of the same session */
	}
	CHECK_EQ(reap(child), 0);
	end(pid);
}

CASE(a_directory_of_proc)
{
	int pid = sleeper(), fd;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = sys(SYS_open, path, O_RDONLY | O_DIRECTORY);
	CHECK_EQ(send_by(fd, 0, 0), 0);
	CHECK_EQ(send_by(fd, SIGTERM, 0), 0);
	CHECK_EQ(reap(pid), KILLED(SIGTERM));
	CHECK_EQ(send_by(fd, 0, 0), -ESRCH);
	CHECK_EQ(send_by(sys(SYS_open, "/proc", O_RDONLY), 0, 0), -EBADF);
	CHECK_EQ(send_by(sys(SYS_open, "/proc/self/fd", O_RDONLY), 0, 0), -EBADF);
	CHECK_EQ(send_by(sys(SYS_open, "/", O_RDONLY), 0, 0), -EBADF);
}

CASE(the_caller_himself)
{
	NEEDS_LINUX(6, 15);
	handle_info(SIGUSR1, note, 0);
	CHECK_EQ(send_by(PIDFD_SELF_THREAD, SIGUSR1, 0), 0);
	CHECK_EQ(last_code, SI_TKILL);
	CHECK_EQ(send_by(PIDFD_SELF_THREAD_GROUP, SIGUSR1, 0), 0);
	CHECK_EQ(last_code, SI_USER);
	CHECK_EQ(signals, 2);
}

static volatile int took_by_thread, tid_of_thread, release_thread;

static void note_thread(int sig)
{
	(void)sig;
	took_by_thread = sys(SYS_gettid);
}

static int open_thread(void *arg)
{
	(void)arg;
	tid_of_thread = sys(SYS_gettid);
	while (!release_thread)
		sleep_ms(1);
	return 0;
}

CASE(scopes)
{
	int done, me = sys(SYS_getpid);

	NEEDS_LINUX(6, 9);
	handle(SIGUSR1, note_thread, 0);
	CHECK(start_thread(&done, open_thread, NULL) > 0);
	while (!tid_of_thread)
		sleep_ms(1);
	int thread = open_pid(tid_of_thread, PIDFD_THREAD), whole = open_pid(me, 0);
	CHECK_EQ(send_by(thread, SIGUSR1, 0), 0);
	while (took_by_thread != tid_of_thread)
		sleep_ms(1);
	CHECK_EQ(send_by(whole, SIGUSR1, PIDFD_SIGNAL_THREAD), 0);
	CHECK_EQ(took_by_thread, me);
	CHECK_EQ(send_by(whole, SIGUSR1, PIDFD_SIGNAL_THREAD_GROUP), 0);
	CHECK_EQ(send_by(thread, 0, PIDFD_SIGNAL_THREAD_GROUP), 0);
	CHECK_EQ(send_by(thread, 0, PIDFD_SIGNAL_PROCESS_GROUP), -ESRCH);
	release_thread = 1;
	join_thread(&done);
}

CASE(a_process_group)
{
	int leader = sleeper(), member = sleeper(), fd;

	NEEDS_LINUX(6, 9);
	fd = open_pid(leader, 0);
	CHECK_EQ(send_by(fd, 0, PIDFD_SIGNAL_PROCESS_GROUP), -ESRCH);
	CHECK_EQ(sys(SYS_setpgid, leader, leader), 0);
	CHECK_EQ(sys(SYS_setpgid, member, leader), 0);
	CHECK_EQ(send_by(fd, SIGTERM, PIDFD_SIGNAL_PROCESS_GROUP), 0);
	CHECK_EQ(reap(leader), KILLED(SIGTERM));
	CHECK_EQ(reap(member), KILLED(SIGTERM));
}

/* --- pidfd_getfd --- */

/* A child with an eventfd of its own that has this value; tells the number. */
static int owner_of(int value, int *number)
{
	int *shared = shared_page(), pid;

	CHILD(pid) {
		int fd = sys(SYS_eventfd2, value, 0);

		*(volatile int *)shared = fd;
		for (;;)
			sys(SYS_pause);
	}
	while ((*number = *(volatile int *)shared) == 0)
		sleep_ms(1);
	return pid;
}

CASE(a_file_of_a_child)
{
	int number, pid = owner_of(42, &number), fd = open_pid(pid, 0);
	uint64_t value = 0;
	long mine = sys(SYS_pidfd_getfd, fd, number, 0);

	CHECK(mine >= 0);
	CHECK_EQ(sys(SYS_fcntl, mine, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_read, mine, &value, 8), 8);
	CHECK_EQ(value, 42);
	end(pid);
	CHECK_EQ(sys(SYS_pidfd_getfd, fd, number, 0), -ESRCH);
}

CASE(getfd_arguments)
{
	int number, pid = owner_of(1, &number), fd = open_pid(pid, 0);

	CHECK_EQ(sys(SYS_pidfd_getfd, fd, number, 1), -EINVAL);
	CHECK_EQ(sys(SYS_pidfd_getfd, fd, 999, 0), -EBADF);
	CHECK_EQ(sys(SYS_pidfd_getfd, fd, -1, 0), -EBADF);
	CHECK_EQ(sys(SYS_pidfd_getfd, 999, number, 0), -EBADF);
	CHECK_EQ(sys(SYS_pidfd_getfd, sys(SYS_eventfd2, 0, 0), number, 0), -EBADF);
	CHECK_EQ(sys(SYS_pidfd_getfd, PIDFD_SELF, number, 0), -EBADF);
	end(pid);
}

CASE(a_file_of_a_zombie)
{
	int pid, fd;

	CHILD(pid) {
	}
	wait_state(pid, 'Z');
	fd = open_pid(pid, 0);
	CHECK_EQ(sys(SYS_pidfd_getfd, fd, 0, 0), -ESRCH);
	CHECK_EQ(reap(pid), 0);
}

CASE(a_file_of_ones_own)
{
	int fd = open_pid(sys(SYS_getpid), 0), event = sys(SYS_eventfd2, 7, 0);
	uint64_t value;
	long mine = sys(SYS_pidfd_getfd, fd, event, 0);

	CHECK(mine >= 0 && mine != event);
	CHECK_EQ(sys(SYS_read, mine, &value, 8), 8);
	CHECK_EQ(value, 7);
}

/* What NOBODY gets who wants the file: 0 or the negative errno. */
static long try_getfd(int pidfd, int number)
{
	int child;

	CHILD(child) {
		CHECK(become(NOBODY));
		long r = sys(SYS_pidfd_getfd, pidfd, number, 0);
		_exit(r >= 0 ? 0 : -r);
	}
	return -(reap(child) >> 8);
}

CASE(a_file_of_another_user)
{
	int number, pid = owner_of(1, &number), fd = open_pid(pid, 0);

	NEEDS_ROOT();
	CHECK_EQ(try_getfd(fd, number), -EPERM);
	CHECK_EQ(try_getfd(fd, 999), -EPERM);
	end(pid);
}

/* NOBODY takes a file from a process of his; `prepare` makes the process what it is. */
static long getfd_as_nobody(void (*prepare)(void))
{
	int *shared = shared_page(), target;

	CHILD(target) {
		int event = sys(SYS_eventfd2, 1, 0);

		if (!become(NOBODY))
			_exit(1);
		sys(SYS_prctl, PR_SET_DUMPABLE, 1);
		prepare();
		*(volatile int *)shared = event;
		for (;;)
			sys(SYS_pause);
	}
	while (*(volatile int *)shared == 0)
		sleep_ms(1);
	int fd = open_pid(target, 0);
	long got = try_getfd(fd, *shared);
	end(target);
	return got;
}

static void nothing(void)
{
}

static void not_dumpable(void)
{
	sys(SYS_prctl, PR_SET_DUMPABLE, 0);
}

CASE(a_file_of_the_same_user)
{
	NEEDS_ROOT();
	CHECK_EQ(getfd_as_nobody(nothing), 0);
}

/* CVE-2012-0056 and its like: what the process is now decides. */
CASE(a_file_of_one_that_may_not_be_dumped)
{
	NEEDS_ROOT();
	CHECK_EQ(getfd_as_nobody(not_dumpable), -EPERM);
}

CASE(a_descriptor_opened_before_the_target_changed_user)
{
	int *shared = shared_page(), target;

	NEEDS_ROOT();
	CHILD(target) {
		int event = sys(SYS_eventfd2, 1, 0);

		/* first the other's equal, then root again */
		CHECK_EQ(sys(SYS_setresuid, NOBODY, NOBODY, 0), 0);
		CHECK_EQ(sys(SYS_setresuid, 0, 0, 0), 0);
		*(volatile int *)shared = event;
		for (;;)
			sys(SYS_pause);
	}
	int fd = open_pid(target, 0);
	while (*(volatile int *)shared == 0)
		sleep_ms(1);
	CHECK_EQ(try_getfd(fd, *shared), -EPERM);
	end(target);
}

CASE(a_program_that_became_another_user_by_exec)
{
	int target, gate[2], told[2], number = 0;
	char c, path[64], text[2048];

	NEEDS_ROOT();
	scratch();
	write_program("sleep", PROGRAM_SLEEP);
	CHECK_EQ(sys(SYS_chmod, "sleep", 04755), 0);
	CHECK_EQ(sys(SYS_pipe2, gate, 0), 0);
	CHECK_EQ(sys(SYS_pipe2, told, O_CLOEXEC), 0);
	CHILD(target) {
		char *argv[] = {"sleep", NULL}, *envp[] = {NULL};

		number = sys(SYS_eventfd2, 1, 0);
		if (!become(NOBODY))
			_exit(1);
		sys(SYS_prctl, PR_SET_DUMPABLE, 1);
		sys(SYS_write, told[1], &number, sizeof(number));
		sys(SYS_read, gate[0], &c, 1);
		sys(SYS_execve, "sleep", argv, envp);
	}
	sys(SYS_close, told[1]);
	int fd = open_pid(target, 0);
	CHECK_EQ(sys(SYS_read, told[0], &number, sizeof(number)), sizeof(number));
	CHECK_EQ(try_getfd(fd, number), 0);
	sys(SYS_write, gate[1], "x", 1);
	CHECK_EQ(sys(SYS_read, told[0], &c, 1), 0); /* closed by exec */
	tap_wait_blocked(target);
	snprintf(path, sizeof(path), "/proc/%d/status", target);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	bool is_root = strstr(text, "Uid:\t65534\t0\t");
	long got = try_getfd(fd, number);
	end(target);
	if (!is_root)
		SKIP("no set-user-ID programs here");
	CHECK_EQ(got, -EPERM);
}

CASE(getfd_without_a_free_descriptor)
{
	int number, pid = owner_of(1, &number), child;

	CHILD(child) {
		struct rlimit limit = {4, 4};

		sys(SYS_close_range, 3, ~0u, 0);
		int fd = open_pid(pid, 0);
		CHECK_EQ(fd, 3);
		CHECK_EQ(sys(SYS_prlimit64, 0, 7, &limit, 0), 0);
		long r = sys(SYS_pidfd_getfd, fd, number, 0);
		CHECK(r == -EMFILE || r == -EPERM);
	}
	CHECK_EQ(reap(child), 0);
	end(pid);
}
