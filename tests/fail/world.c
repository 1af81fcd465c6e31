// SPDX-License-Identifier: MIT
/*
 * world: what the calls of the tables find, see fail.h.
 *
 * Promise   made in the child that makes the call, in the empty scratch directory; all of it goes with the child
 *           but for the files.
 */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include "tests/fail/fail.h"

enum { PIDFD_OPEN = 434, READY_MS = 1000 };

/* The descriptor gets that number. */
static void put(long fd, int number)
{
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_dup2, fd, number), number);
	sys(SYS_close, fd);
}

static void make_memory(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, rw = PROT_READ | PROT_WRITE;

	CHECK_EQ(sys(SYS_mmap, BUF, BIG, rw, flags, -1, 0), BUF);
	CHECK_EQ(sys(SYS_mmap, TEXT, BIG, rw, flags, -1, 0), TEXT);
	CHECK_EQ(sys(SYS_mmap, MAP, MAP_BYTES, rw, flags, -1, 0), MAP);
	memset((void *)TEXT, 't', BIG);
	memset((void *)MAP, 'm', MAP_BYTES);
}

static void make_files(void)
{
	put(sys(SYS_open, "file", O_RDWR | O_CREAT, 0644), FILE_FD);
	CHECK_EQ(sys(SYS_pwrite64, FILE_FD, TEXT, FILE_BYTES, 0), FILE_BYTES);
	CHECK_EQ(sys(SYS_mkdir, "dir", 0755), 0);
	CHECK_EQ(sys(SYS_mkdir, "dir/empty", 0755), 0);
	CHECK_EQ(sys(SYS_symlink, "file", "link"), 0);
	CHECK_EQ(sys(SYS_link, "file", "hard"), 0);
	CHECK_EQ(sys(SYS_setxattr, "file", "user.old", "value", 5, 0), 0);
	put(sys(SYS_open, "dir", O_RDONLY | O_DIRECTORY), DIR_FD);
	put(sys(SYS_open, "out", O_RDWR | O_CREAT, 0644), OUT_FD);
}

static void make_pipe(void)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	put(fd[0], PIPE_R);
	put(fd[1], PIPE_W);
	CHECK_EQ(sys(SYS_write, PIPE_W, "pipe", 4), 4);
}

static void make_terminal(void)
{
	int unlocked = 0;
	unsigned number = 0;
	char name[32];

	put(sys(SYS_open, "/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK), MASTER_FD);
	CHECK_EQ(sys(SYS_ioctl, MASTER_FD, TIOCSPTLCK, &unlocked), 0);
	CHECK_EQ(sys(SYS_ioctl, MASTER_FD, TIOCGPTN, &number), 0);
	snprintf(name, sizeof(name), "/dev/pts/%u", number);
	put(sys(SYS_open, name, O_RDWR | O_NOCTTY | O_NONBLOCK), SLAVE_FD);
	CHECK_EQ(sys(SYS_write, MASTER_FD, "line\n", 5), 5);
}

static void make_events(void)
{
	uint64_t set = sigbit(SIGUSR1);
	struct itimerspec soon = { .it_value.tv_nsec = 1 };
	struct epoll_event event = { .events = EPOLLIN };
	struct pollfd { int fd; short events, revents; } due = { TIMER_FD, 1, 0 };

	put(sys(SYS_eventfd2, 1, EFD_NONBLOCK), EVENT_FD);
	put(sys(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK), TIMER_FD);
	CHECK_EQ(sys(SYS_timerfd_settime, TIMER_FD, 0, &soon, 0), 0);
	CHECK_EQ(sys(SYS_poll, &due, 1, READY_MS), 1);
	set_mask(SIG_BLOCK, set);
	put(sys(SYS_signalfd4, -1, &set, KSIGSET, SFD_NONBLOCK), SIGNAL_FD);
	CHECK_EQ(sys(SYS_kill, getpid(), SIGUSR1), 0);
	put(sys(SYS_epoll_create1, 0), EPOLL_FD);
	CHECK_EQ(sys(SYS_epoll_ctl, EPOLL_FD, EPOLL_CTL_ADD, EVENT_FD, &event), 0);
	put(sys(SYS_inotify_init1, O_NONBLOCK), INOTIFY_FD);
	CHECK_EQ(sys(SYS_inotify_add_watch, INOTIFY_FD, "dir", 0xfff), 1);
	CHECK_EQ(sys(SYS_rmdir, "dir/empty"), 0);
	CHECK_EQ(sys(SYS_mkdir, "dir/empty", 0755), 0);
	put(sys(PIDFD_OPEN, getpid(), 0), PID_FD);
}

void world_make(void)
{
	make_memory();
	make_files();
	make_pipe();
	make_terminal();
	make_events();
	put(sys(SYS_memfd_create, "memory", 2), MEMFD_FD);
	CHECK_EQ(sys(SYS_ftruncate, MEMFD_FD, BIG), 0);
	put(sys(SYS_open, "/proc/self/status", O_RDONLY), PROC_FD);
}
