// SPDX-License-Identifier: MIT
/*
 * signalfd/signalfd: signals as something to read.
 *
 * Promise   a read takes pending signals of the mask, whoever made the descriptor, of the reader; each record says
 *           what the siginfo would
 * Linux     signalfd(2), proc_pid_fdinfo(5)
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/uio.h>
#include "tests/abi/thread.h"

enum { RECORD = sizeof(struct signalfd_siginfo), LONG_MS = 5000, RT = 36, PRIVATE_FAULT = 1 };

static int new_fd(uint64_t mask, int flags)
{
	long fd = sys(SYS_signalfd4, -1, &mask, KSIGSET, flags);

	CHECK(fd >= 0);
	return fd;
}

/* Blocks the signals and makes a descriptor for them. */
static int open_for(uint64_t mask)
{
	set_mask(SIG_BLOCK, mask);
	return new_fd(mask, O_NONBLOCK);
}

static struct signalfd_siginfo seen;

/* The signal that was read, or the negative errno. */
static long take(int fd)
{
	memset(&seen, 0xee, sizeof(seen));
	long n = sys(SYS_read, fd, &seen, RECORD);

	return n == RECORD ? (long)seen.ssi_signo : n;
}

static int readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT | POLLPRI};
	long n = sys(SYS_poll, &p, 1, 0);

	CHECK(n == 0 || p.revents == POLLIN);
	return n;
}

static void send_me(int sig)
{
	CHECK_EQ(sys(SYS_kill, sys(SYS_getpid), sig), 0);
}

static void queue_me(int sig, int value)
{
	siginfo_t info = {0};

	info.si_signo = sig;
	info.si_code = SI_QUEUE;
	info.si_pid = sys(SYS_getpid);
	info.si_int = value;
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, sys(SYS_getpid), sig, &info), 0);
}

CASE(arguments)
{
	uint64_t mask = sigbit(SIGUSR1);

	CHECK_EQ(sys(SYS_signalfd4, -1, &mask, 4, 0), -EINVAL);
	CHECK_EQ(sys(SYS_signalfd4, -1, &mask, 16, 0), -EINVAL);
	CHECK_EQ(sys(SYS_signalfd4, -1, hole(), KSIGSET, 0), -EFAULT);
	CHECK_EQ(sys(SYS_signalfd4, -1, &mask, KSIGSET, 1), -EINVAL);
	CHECK_EQ(sys(SYS_signalfd4, -2, &mask, KSIGSET, 0), -EBADF);
	CHECK_EQ(sys(SYS_signalfd4, 999, &mask, KSIGSET, 0), -EBADF);
	CHECK_EQ(sys(SYS_signalfd4, sys(SYS_eventfd2, 0, 0), &mask, KSIGSET, 0), -EINVAL);
}

CASE(flags)
{
	int fd = new_fd(0, SFD_CLOEXEC | SFD_NONBLOCK);

	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR | O_NONBLOCK);
}

CASE(the_old_call)
{
	uint64_t mask = sigbit(SIGUSR1);
	long fd = sys(SYS_signalfd, -1, &mask, KSIGSET);

	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR);
	set_mask(SIG_BLOCK, mask);
	send_me(SIGUSR1);
	CHECK_EQ(take(fd), SIGUSR1);
}

CASE(kill_and_stop_are_left_out)
{
	int fd = new_fd(~0ul, 0);
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, "sigmask:\tfffffffffffbfeff\n"));
}

CASE(nothing_pending)
{
	int fd = open_for(sigbit(SIGUSR1));

	CHECK_EQ(take(fd), -EAGAIN);
	CHECK_EQ(readable(fd), 0);
	send_me(SIGCHLD);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(a_signal_of_kill)
{
	int fd = open_for(sigbit(SIGUSR1));
	char zero[28] = {0};

	send_me(SIGUSR1);
	CHECK_EQ(readable(fd), 1);
	CHECK_EQ(take(fd), SIGUSR1);
	CHECK_EQ(seen.ssi_code, SI_USER);
	CHECK_EQ(seen.ssi_errno, 0);
	CHECK_EQ(seen.ssi_pid, sys(SYS_getpid));
	CHECK_EQ(seen.ssi_uid, sys(SYS_getuid));
	CHECK(seen.ssi_int == 0 && seen.ssi_ptr == 0 && seen.ssi_addr == 0 && seen.ssi_status == 0);
	CHECK_MEM((char *)&seen + RECORD - 28, zero, 28);
	CHECK_EQ(readable(fd), 0);
	CHECK_EQ(get_pending(), 0);
}

CASE(a_signal_of_tgkill)
{
	int fd = open_for(sigbit(SIGUSR1));

	sys(SYS_tgkill, sys(SYS_getpid), sys(SYS_gettid), SIGUSR1);
	CHECK_EQ(take(fd), SIGUSR1);
	CHECK_EQ(seen.ssi_code, SI_TKILL);
	CHECK_EQ(seen.ssi_pid, sys(SYS_getpid));
}

CASE(a_queued_signal_has_its_value)
{
	int fd = open_for(sigbit(RT));

	queue_me(RT, 7);
	queue_me(RT, -8);
	CHECK_EQ(take(fd), RT);
	CHECK_EQ(seen.ssi_code, SI_QUEUE);
	CHECK_EQ(seen.ssi_int, 7);
	CHECK_EQ(seen.ssi_pid, sys(SYS_getpid));
	CHECK_EQ(take(fd), RT);
	CHECK_EQ(seen.ssi_int, -8);
	CHECK_EQ((int)seen.ssi_ptr, -8);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(a_child_that_ends)
{
	int fd = open_for(sigbit(SIGCHLD)), pid;

	CHILD(pid) {
		_exit(33);
	}
	CHECK_EQ(reap(pid), EXITED(33));
	CHECK_EQ(take(fd), SIGCHLD);
	CHECK_EQ(seen.ssi_code, CLD_EXITED);
	CHECK_EQ(seen.ssi_pid, pid);
	CHECK_EQ(seen.ssi_status, 33);
	CHECK_EQ(seen.ssi_uid, sys(SYS_getuid));
}

CASE(a_posix_timer)
{
	int fd = open_for(sigbit(RT)), id;
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = RT};
	struct itimerspec v = {{0, 0}, {0, 1}};
	struct pollfd p = {.fd = fd, .events = POLLIN};

	ev.sigev_value.sival_int = 99;
	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id), 0);
	CHECK_EQ(sys(SYS_timer_settime, id, 0, &v, 0), 0);
	CHECK_EQ(sys(SYS_poll, &p, 1, LONG_MS), 1);
	CHECK_EQ(take(fd), RT);
	CHECK_EQ(seen.ssi_code, SI_TIMER);
	CHECK_EQ(seen.ssi_tid, id);
	CHECK_EQ(seen.ssi_overrun, 0);
	CHECK_EQ(seen.ssi_int, 99);
	sys(SYS_timer_delete, id);
}

CASE(an_interval_timer_goes_on)
{
	int fd = open_for(sigbit(SIGALRM));
	struct itimerval v = {{0, 1000}, {0, 1000}};
	struct pollfd p = {.fd = fd, .events = POLLIN};

	sys(SYS_setitimer, 0, &v, 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(sys(SYS_poll, &p, 1, LONG_MS), 1);
		CHECK_EQ(take(fd), SIGALRM);
		CHECK_EQ(seen.ssi_code, SI_KERNEL);
	}
	v = (struct itimerval){{0, 0}, {0, 0}};
	sys(SYS_setitimer, 0, &v, 0);
}

CASE(a_forged_fault)
{
	int fd = open_for(sigbit(SIGSEGV));
	siginfo_t info = {0};

	info.si_signo = SIGSEGV;
	info.si_code = PRIVATE_FAULT;
	info.si_addr = (void *)0x1234;
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, sys(SYS_getpid), SIGSEGV, &info), 0);
	CHECK_EQ(take(fd), SIGSEGV);
	CHECK_EQ(seen.ssi_code, PRIVATE_FAULT);
	CHECK_EQ(seen.ssi_addr, 0x1234);
	CHECK_EQ(seen.ssi_pid, 0);
}

CASE(standard_signals_count_once)
{
	int fd = open_for(sigbit(SIGUSR1));

	send_me(SIGUSR1);
	send_me(SIGUSR1);
	CHECK_EQ(take(fd), SIGUSR1);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(lower_numbers_first)
{
	int fd = open_for(sigbit(SIGUSR1) | sigbit(SIGUSR2) | sigbit(RT));

	queue_me(RT, 1);
	send_me(SIGUSR2);
	send_me(SIGUSR1);
	CHECK_EQ(take(fd), SIGUSR1);
	CHECK_EQ(take(fd), SIGUSR2);
	CHECK_EQ(take(fd), RT);
}

CASE(one_read_takes_what_fits)
{
	int fd = open_for(sigbit(RT));
	struct signalfd_siginfo all[5];

	for (int i = 0; i < 4; i++)
		queue_me(RT, i);
	CHECK_EQ(sys(SYS_read, fd, all, 3 * RECORD + 100), 3 * RECORD);
	CHECK(all[0].ssi_int == 0 && all[1].ssi_int == 1 && all[2].ssi_int == 2);
	CHECK_EQ(sys(SYS_read, fd, all, sizeof(all)), RECORD);
	CHECK_EQ(all[0].ssi_int, 3);
}

CASE(short_reads_and_bad_buffers)
{
	int fd = open_for(sigbit(SIGUSR1));

	send_me(SIGUSR1);
	CHECK_EQ(sys(SYS_read, fd, &seen, RECORD - 1), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, &seen, RECORD), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, &seen, RECORD, 0), -ESPIPE);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	CHECK_EQ(readable(fd), 1);
	CHECK_EQ(sys(SYS_read, fd, hole(), RECORD), -EFAULT);
	CHECK_EQ(readable(fd), 0); /* it was taken */
}

CASE(a_record_into_pieces)
{
	NEEDS_LINUX(6, 10);
	int fd = open_for(sigbit(SIGUSR1));
	struct iovec pieces[] = {{&seen, 8}, {(char *)&seen + 8, RECORD - 8}};
	struct iovec cut[] = {{&seen, 8}, {hole(), RECORD - 8}};

	CHECK_EQ(sys(SYS_readv, fd, pieces, 1), -EINVAL); /* room first, as in a read */
	CHECK_EQ(sys(SYS_readv, fd, pieces, 2), -EAGAIN);
	CHECK_EQ(sys(SYS_preadv2, fd, pieces, 2, -1, -1, RWF_NOWAIT), -EAGAIN);
	send_me(SIGUSR1);
	memset(&seen, 0, sizeof(seen));
	CHECK_EQ(sys(SYS_readv, fd, pieces, 1), -EINVAL);
	CHECK_EQ(sys(SYS_readv, fd, pieces, 2), RECORD);
	CHECK_EQ(seen.ssi_signo, SIGUSR1);
	CHECK_EQ(seen.ssi_pid, getpid());
	send_me(SIGUSR1);
	CHECK_EQ(sys(SYS_readv, fd, cut, 2), -EFAULT);
	CHECK_EQ(readable(fd), 0);
}

CASE(a_fault_behind_the_first_record)
{
	int fd = open_for(sigbit(RT));

	queue_me(RT, 1);
	queue_me(RT, 2);
	CHECK_EQ(sys(SYS_read, fd, page_end(PROT_READ | PROT_WRITE) - RECORD, 2 * RECORD), RECORD);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(what_is_not_blocked_is_delivered)
{
	int fd = new_fd(sigbit(SIGUSR1), O_NONBLOCK);

	handle(SIGUSR1, count_signal, 0);
	send_me(SIGUSR1);
	CHECK_EQ(signals, 1);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(ignored_but_blocked_is_read)
{
	int fd = open_for(sigbit(SIGUSR1) | sigbit(SIGCHLD));

	handle(SIGUSR1, SIG_IGN, 0);
	send_me(SIGUSR1);
	send_me(SIGCHLD);
	CHECK_EQ(take(fd), SIGUSR1);
	CHECK_EQ(take(fd), SIGCHLD);
}

CASE(the_mask_is_changed)
{
	int fd = open_for(sigbit(SIGUSR1));
	uint64_t mask = sigbit(SIGUSR2);

	set_mask(SIG_BLOCK, mask);
	send_me(SIGUSR1);
	send_me(SIGUSR2);
	CHECK_EQ(sys(SYS_signalfd4, fd, &mask, KSIGSET, 0), fd);
	CHECK_EQ(take(fd), SIGUSR2);
	CHECK_EQ(take(fd), -EAGAIN);
	mask = sigbit(SIGUSR1);
	CHECK_EQ(sys(SYS_signalfd4, fd, &mask, KSIGSET, SFD_CLOEXEC), fd);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_EQ(take(fd), SIGUSR1);
}

static int shared_fd;
static volatile int thread_tid;
static volatile long thread_took;

static int read_in_thread(void *arg)
{
	struct signalfd_siginfo mine;

	(void)arg;
	thread_tid = sys(SYS_gettid);
	long n = sys(SYS_read, shared_fd, &mine, RECORD);
	thread_took = n == RECORD ? (long)mine.ssi_signo : n;
	return 0;
}

CASE(a_change_of_the_mask_wakes)
{
	uint64_t mask = sigbit(SIGUSR1);
	int done;

	thread_took = 0;
	set_mask(SIG_BLOCK, mask);
	shared_fd = new_fd(sigbit(SIGUSR2), 0);
	send_me(SIGUSR1);
	CHECK(start_thread(&done, read_in_thread, NULL) > 0);
	tap_wait_blocked(done);
	CHECK_EQ(sys(SYS_signalfd4, shared_fd, &mask, KSIGSET, 0), shared_fd);
	join_thread(&done);
	CHECK_EQ(thread_took, SIGUSR1);
}

CASE(a_read_waits_for_a_signal)
{
	int fd, pid;

	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	fd = new_fd(sigbit(SIGUSR1), 0);
	CHILD(pid) {
		CHECK_EQ(take(fd), SIGUSR1);
		CHECK_EQ(seen.ssi_pid, sys(SYS_getppid));
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EQ(reap(pid), 0);
}

CASE(another_signal_ends_the_read)
{
	int fd, pid;

	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	fd = new_fd(sigbit(SIGUSR1), 0);
	CHILD(pid) {
		handle(SIGUSR2, count_signal, 0);
		CHECK_EQ(take(fd), -EINTR);
		handle(SIGUSR2, count_signal, SA_RESTART);
		CHECK_EQ(take(fd), SIGUSR1);
		CHECK_EQ(signals, 2);
	}
	for (int i = 0; i < 2; i++) {
		tap_wait_blocked(pid);
		sys(SYS_kill, pid, SIGUSR2);
		sleep_ms(20);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EQ(reap(pid), 0);
}

CASE(each_process_sees_its_own)
{
	int fd = open_for(sigbit(SIGUSR1)), pid;

	send_me(SIGUSR1);
	CHILD(pid) {
		CHECK_EQ(readable(fd), 0);
		CHECK_EQ(take(fd), -EAGAIN);
		send_me(SIGUSR1);
		CHECK_EQ(readable(fd), 1);
		CHECK_EQ(take(fd), SIGUSR1);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(take(fd), SIGUSR1);
}

CASE(what_is_pending_survives_exec)
{
	int fd = open_for(sigbit(SIGUSR1)), pid;

	CHILD(pid) {
		char *argv[] = {"sh", "-c", "exit 5", NULL}, *envp[] = {NULL};

		send_me(SIGUSR1);
		CHECK_EQ(readable(fd), 1);
		sys(SYS_execve, "/bin/sh", argv, envp);
	}
	CHECK_EQ(reap(pid), EXITED(5));
	CHECK_EQ(readable(fd), 0);
}

CASE(a_thread_reads_what_is_sent_to_it)
{
	int done;

	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	shared_fd = new_fd(sigbit(SIGUSR1), 0);
	CHECK(start_thread(&done, read_in_thread, NULL) > 0);
	tap_wait_blocked(done);
	sys(SYS_tgkill, sys(SYS_getpid), sys(SYS_gettid), SIGUSR1);
	sleep_ms(20);
	CHECK_EQ(thread_took, 0); /* that was the other thread's */
	sys(SYS_tgkill, sys(SYS_getpid), thread_tid, SIGUSR1);
	join_thread(&done);
	CHECK_EQ(thread_took, SIGUSR1);
	CHECK_EQ(get_pending(), sigbit(SIGUSR1));
	CHECK_EQ(take(shared_fd), SIGUSR1);
}

CASE(a_signal_to_the_process_is_for_any_thread)
{
	int done;

	thread_took = 0;
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	shared_fd = new_fd(sigbit(SIGUSR1), 0);
	CHECK(start_thread(&done, read_in_thread, NULL) > 0);
	tap_wait_blocked(done);
	send_me(SIGUSR1);
	join_thread(&done);
	CHECK_EQ(thread_took, SIGUSR1);
}

CASE(two_readers_with_two_masks)
{
	int pid;
	uint64_t both = sigbit(SIGUSR1) | sigbit(SIGUSR2);

	/* each waits for one of two: the wake must not go to the wrong one alone */
	set_mask(SIG_BLOCK, both);
	CHILD(pid) {
		int done;

		shared_fd = new_fd(sigbit(SIGUSR1), 0);
		CHECK(start_thread(&done, read_in_thread, NULL) > 0);
		int other = new_fd(sigbit(SIGUSR2), 0);
		CHECK_EQ(take(other), SIGUSR2);
		send_me(SIGUSR1);
		join_thread(&done);
		CHECK_EQ(thread_took, SIGUSR1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR2);
	CHECK_EQ(reap(pid), 0);
}

CASE(in_an_epoll_set)
{
	int fd = open_for(sigbit(RT)), ep = sys(SYS_epoll_create1, 0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};

	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, &ev), 0);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 0);
	for (int i = 0; i < 3; i++) {
		queue_me(RT, i);
		CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 1);
		CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 0);
	}
	CHECK_EQ(take(fd), RT);
}

CASE(a_poller_is_woken)
{
	int fd, pid;

	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	fd = new_fd(sigbit(SIGUSR1), 0);
	CHILD(pid) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		CHECK_EQ(sys(SYS_poll, &p, 1, LONG_MS), 1);
		CHECK_EQ(take(fd), SIGUSR1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EQ(reap(pid), 0);
}

CASE(sigtimedwait_and_a_read_share)
{
	int fd = open_for(sigbit(RT));
	uint64_t set = sigbit(RT);
	struct timespec none = {0, 0};

	queue_me(RT, 1);
	queue_me(RT, 2);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, &none, KSIGSET), RT);
	CHECK_EQ(take(fd), RT);
	CHECK_EQ(seen.ssi_int, 2);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, &none, KSIGSET), -EAGAIN);
}
