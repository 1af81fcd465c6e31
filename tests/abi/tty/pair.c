// SPDX-License-Identifier: MIT
/*
 * tty/pair: pseudo-terminals as pairs of files: their names, locks, ends and other ends.
 *
 * Promise   an opening of ptmx makes a pair with the lowest free number; the slave opens when it is unlocked;
 *           each end notices what becomes of the other.
 * Linux     pty(7), pts(4), ioctl_tty(2), mount(8).
 */
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include "tests/abi/tty/pair.h"

enum { DEVPTS_MAGIC = 0x1cd1, PTS_MAJOR = 136 };

CASE(bytes_go_both_ways)
{
	struct pair p = new_pair();

	make_raw(p.s, 1, 0);
	type(p.m, "to the slave");
	expect(p.s, "to the slave");
	type(p.s, "to the master\n");
	expect(p.m, "to the master\n");
	expect_none(p.m);
}

CASE(slave_is_locked_at_first)
{
	char name[32];
	int lock = -1, m = new_master(0);

	name_of(m, name, sizeof(name));
	CHECK_EQ(sys(SYS_ioctl, m, TIOCGPTLCK, &lock), 0);
	CHECK_EQ(lock, 1);
	CHECK_EQ(sys(SYS_open, name, O_RDWR | O_NOCTTY), -EIO);
	unlock(m);
	CHECK_EQ(sys(SYS_ioctl, m, TIOCGPTLCK, &lock), 0);
	CHECK_EQ(lock, 0);
	CHECK(sys(SYS_open, name, O_RDWR | O_NOCTTY) >= 0);
	lock = 1;
	CHECK_EQ(sys(SYS_ioctl, m, TIOCSPTLCK, &lock), 0);
	CHECK_EQ(sys(SYS_open, name, O_RDWR | O_NOCTTY), -EIO);
}

CASE(node_tells_who_it_is)
{
	struct pair p = new_pair();
	struct stat st;
	unsigned n;

	sys(SYS_ioctl, p.m, TIOCGPTN, &n);
	CHECK_EQ(sys(SYS_fstat, p.s, &st), 0);
	CHECK(S_ISCHR(st.st_mode));
	CHECK_EQ(st.st_rdev, makedev(PTS_MAJOR, n));
	CHECK_EQ(st.st_uid, getuid());
	CHECK_EQ(st.st_ino, n + 3);
	CHECK_EQ(st.st_nlink, 1);
	CHECK_EQ(sys(SYS_fstat, p.m, &st), 0);
	CHECK_EQ(st.st_rdev, makedev(5, 2));
}

CASE(names_by_descriptor)
{
	struct pair p = new_pair();
	char link[64], text[64] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", p.s);
	CHECK(sys(SYS_readlink, link, text, sizeof(text) - 1) > 0);
	CHECK_STR(text, p.name);
	CHECK_STR(ttyname(p.s), p.name);
	CHECK_STR(ptsname(p.m), p.name);
	CHECK_EQ(isatty(p.m) && isatty(p.s), 1);
}

CASE(pair_by_the_library)
{
	int m = posix_openpt(O_RDWR | O_NOCTTY), s;

	CHECK(m >= 0);
	CHECK_EQ(grantpt(m), 0);
	CHECK_EQ(unlockpt(m), 0);
	s = open(ptsname(m), O_RDWR | O_NOCTTY);
	CHECK(s >= 0);
	type(s, "x");
	expect(m, "x");
}

CASE(numbers_differ_and_come_back)
{
	struct pair a = new_pair(), b = new_pair();
	char old[32];

	CHECK(strcmp(a.name, b.name) != 0);
	strcpy(old, a.name);
	close(a.s);
	close(a.m);
	CHECK_EQ(sys(SYS_access, old, F_OK), -ENOENT);
	CHECK_EQ(sys(SYS_access, b.name, F_OK), 0);
}

CASE(name_goes_with_the_master)
{
	struct pair p = new_pair();
	struct stat st;

	close(p.m);
	CHECK_EQ(sys(SYS_access, p.name, F_OK), -ENOENT);
	CHECK_EQ(sys(SYS_fstat, p.s, &st), 0);
	CHECK_EQ(st.st_nlink, 0);
}

CASE(peer_without_a_name)
{
	int m = new_master(0);
	long s = sys(SYS_ioctl, m, TIOCGPTPEER, O_RDWR | O_NOCTTY);

	CHECK_EQ(s, -EIO); /* still locked */
	unlock(m);
	s = sys(SYS_ioctl, m, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(s >= 0);
	CHECK_EQ(sys(SYS_fcntl, s, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, s, F_GETFL) & O_ACCMODE, O_RDWR);
	type(s, "peer");
	expect(m, "peer");
	CHECK_EQ(sys(SYS_ioctl, s, TIOCGPTPEER, O_RDWR), -EIO);
}

CASE(masters_requests_are_not_the_slaves)
{
	struct pair p = new_pair();
	int n = 0;

	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGPTN, &n), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSPTLCK, &n), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGPTLCK, &n), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCPKT, &n), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGPKT, &n), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSIG, SIGINT), -ENOTTY);
}

CASE(hostile_pointers)
{
	struct pair p = new_pair();
	static const unsigned long requests[] = {TIOCGPTN, TIOCSPTLCK, TIOCGPTLCK, TIOCPKT, TIOCGPKT, TIOCGWINSZ,
		TIOCSWINSZ, TCGETS, TCSETS, TIOCGPGRP, FIONREAD, TIOCOUTQ};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		CHECK_EQ(sys(SYS_ioctl, p.m, requests[i], hole()), -EFAULT);
	type(p.s, "lost");
	wait_for(p.m, POLLIN);
	CHECK_EQ(sys(SYS_read, p.m, hole(), 4), -EFAULT);
	CHECK_EQ(sys(SYS_write, p.m, hole(), 4), -EFAULT);
	CHECK_EQ(sys(SYS_write, p.s, hole(), 4), -EFAULT);
	CHECK_EQ(sys(SYS_read, p.m, 0, 0), 0);
}

CASE(no_position)
{
	struct pair p = new_pair();
	char c;

	CHECK_EQ(sys(SYS_lseek, p.m, 0, SEEK_CUR), -ESPIPE);
	CHECK_EQ(sys(SYS_lseek, p.s, 0, SEEK_CUR), -ESPIPE);
	CHECK_EQ(sys(SYS_pread64, p.m, &c, 1, 0), -ESPIPE);
}

CASE(nonblocking_ends)
{
	struct pair p = new_pair();
	char c;

	fcntl(p.m, F_SETFL, O_NONBLOCK);
	fcntl(p.s, F_SETFL, O_NONBLOCK);
	CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EAGAIN);
	CHECK_EQ(sys(SYS_read, p.s, &c, 1), -EAGAIN);
	CHECK_EQ(revents(p.m), POLLOUT);
	CHECK_EQ(revents(p.s), POLLOUT);
}

CASE(typed_before_the_slave_is_opened)
{
	char name[32];
	int m = new_master(O_NONBLOCK), s;
	char c;

	CHECK_EQ(sys(SYS_read, m, &c, 1), -EAGAIN);
	CHECK_EQ(revents(m), POLLOUT);
	type(m, "early\n");
	expect(m, "early\r\n");
	unlock(m);
	name_of(m, name, sizeof(name));
	s = sys(SYS_open, name, O_RDWR | O_NOCTTY);
	expect(s, "early\n");
}

CASE(last_close_of_the_slave_is_eio)
{
	struct pair p = new_pair();
	int second = sys(SYS_dup, p.s);
	char c;

	fcntl(p.m, F_SETFL, O_NONBLOCK);
	type(p.s, "last words");
	close(p.s);
	expect(p.m, "last words");
	CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EAGAIN);
	type(second, "!");
	close(second);
	expect(p.m, "!");
	CHECK_EQ(revents(p.m), POLLOUT | POLLHUP);
	CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EIO);
	CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EIO);
	CHECK_EQ(sys(SYS_read, p.m, &c, 0), 0);
}

CASE(slave_opens_again)
{
	struct pair p = new_pair();
	int flags = O_NONBLOCK;
	char c;

	fcntl(p.m, F_SETFL, flags);
	type(p.m, "left\n");
	expect(p.m, "left\r\n");
	close(p.s);
	type(p.m, "more\n");
	expect(p.m, "more\r\n");
	p.s = sys(SYS_open, p.name, O_RDWR | O_NOCTTY);
	CHECK(p.s >= 0);
	expect(p.s, "left\nmore\n");
	CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EAGAIN);
	CHECK_EQ(revents(p.m), POLLOUT);
}

CASE(modes_survive_a_close_of_the_slave)
{
	struct pair p = new_pair();
	struct termios t;

	make_raw(p.s, 3, 2);
	close(p.s);
	p.s = sys(SYS_open, p.name, O_RDWR | O_NOCTTY);
	CHECK_EQ(tcgetattr(p.s, &t), 0);
	CHECK_EQ(t.c_cc[VMIN], 3);
	CHECK_EQ(t.c_lflag & ICANON, 0);
}

CASE(blocked_read_of_the_master_ends_with_the_slave)
{
	struct pair p = new_pair();
	int pid;

	CHILD(pid) {
		char c;
		close(p.s);
		CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EIO);
	}
	tap_wait_blocked(pid);
	close(p.s);
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(close_of_the_master_hangs_up)
{
	struct pair p = new_pair();
	struct winsize w;
	struct termios t;
	char c;

	type(p.m, "gone\n");
	close(p.m);
	CHECK_EQ(sys(SYS_read, p.s, &c, 1), 0);
	CHECK_EQ(sys(SYS_write, p.s, "x", 1), -EIO);
	CHECK_EQ(revents(p.s) & (POLLIN | POLLOUT | POLLHUP), POLLIN | POLLOUT | POLLHUP);
	CHECK_EQ(sys(SYS_ioctl, p.s, TCGETS, &t), -EIO);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGWINSZ, &w), -EIO);
	CHECK_EQ(count_of(p.s, FIONREAD), -EIO);
	CHECK_EQ(foreground(p.s), -EIO);
}

CASE(blocked_calls_of_the_slave_end_with_the_master)
{
	struct pair p = new_pair();
	int reader, writer;

	CHILD(reader) {
		char c;
		close(p.m);
		long r = sys(SYS_read, p.s, &c, 1); /* Linux tells of either end first */
		CHECK(r == 0 || r == -EIO);
	}
	CHILD(writer) {
		static char much[100000];
		close(p.m);
		long r = sys(SYS_write, p.s, much, sizeof(much));
		CHECK(r == -EIO || r > 0);
		CHECK_EQ(sys(SYS_write, p.s, much, 1), -EIO);
	}
	tap_wait_blocked(reader);
	tap_wait_blocked(writer);
	close(p.m);
	CHECK_EQ(reap(reader), EXITED(0));
	CHECK_EQ(reap(writer), EXITED(0));
}

CASE(writer_waits_for_the_master)
{
	enum { BYTES = 60000 };
	struct pair p = new_pair();
	static char got[BYTES], want[BYTES];
	int pid;
	size_t have = 0;

	tap_fill(want, BYTES, 7);
	make_raw(p.s, 1, 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_write, p.s, want, BYTES), BYTES);
	}
	tap_wait_blocked(pid);
	while (have < BYTES) {
		long r = sys(SYS_read, p.m, got + have, BYTES - have);
		CHECK(r > 0);
		have += r;
	}
	CHECK_EQ(memcmp(got, want, BYTES), 0);
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(master_waits_for_the_slave)
{
	enum { BYTES = 60000 };
	struct pair p = new_pair();
	static char got[BYTES], want[BYTES];
	int pid;
	size_t have = 0;

	tap_fill(want, BYTES, 9);
	make_raw(p.s, 1, 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_write, p.m, want, BYTES), BYTES);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(revents(p.m) & POLLOUT, 0);
	while (have < BYTES) {
		long r = sys(SYS_read, p.s, got + have, BYTES - have);
		CHECK(r > 0);
		have += r;
	}
	CHECK_EQ(memcmp(got, want, BYTES), 0);
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(many_readers_share_a_stream)
{
	enum { READERS = 4, BYTES = 20000 };
	struct pair p = new_pair();
	volatile int *taken = shared_page();
	static char sent[BYTES];
	int pid[READERS];

	make_raw(p.s, 1, 0);
	for (int i = 0; i < READERS; i++)
		CHILD(pid[i]) {
			char buf[512];
			long n;
			close(p.s);
			while ((n = sys(SYS_read, p.m, buf, sizeof(buf))) > 0)
				__atomic_fetch_add(taken, n, __ATOMIC_RELAXED);
			CHECK_EQ(n, -EIO);
		}
	CHECK_EQ(sys(SYS_write, p.s, sent, BYTES), BYTES);
	close(p.s);
	for (int i = 0; i < READERS; i++)
		CHECK_EQ(reap(pid[i]), EXITED(0));
	CHECK_EQ(*taken, BYTES);
}

static void ignore(int sig)
{
	(void)sig;
}

CASE(signal_interrupts_the_masters_read)
{
	struct pair p = new_pair();
	int pid;

	CHILD(pid) {
		char c;
		handle(SIGUSR1, ignore, 0);
		CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EINTR);
		handle(SIGUSR1, ignore, SA_RESTART);
		CHECK_EQ(sys(SYS_read, p.m, &c, 1), 1);
	}
	tap_wait_blocked(pid);
	kill(pid, SIGUSR1);
	sleep_ms(1);
	tap_wait_blocked(pid);
	kill(pid, SIGUSR1);
	tap_wait_blocked(pid);
	type(p.s, "x");
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(window_size_is_one_for_both)
{
	struct pair p = new_pair();
	struct winsize w = {24, 80, 1, 2}, got;

	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGWINSZ, &got), 0);
	CHECK_EQ(got.ws_row | got.ws_col, 0);
	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCSWINSZ, &w), 0);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGWINSZ, &got), 0);
	CHECK_MEM(&got, &w, sizeof(w));
	w.ws_row = 50;
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSWINSZ, &w), 0);
	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCGWINSZ, &got), 0);
	CHECK_MEM(&got, &w, sizeof(w));
}

CASE(modes_are_the_slaves_at_both_ends)
{
	struct pair p = new_pair();
	struct termios a, b;

	CHECK_EQ(tcgetattr(p.m, &a), 0);
	CHECK_EQ(a.c_iflag, ICRNL | IXON);
	CHECK_EQ(a.c_oflag, OPOST | ONLCR);
	CHECK_EQ(a.c_cflag, B38400 | CS8 | CREAD);
	CHECK_EQ(a.c_lflag, ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN);
	CHECK_MEM(a.c_cc, "\003\034\177\025\004\000\001\000\021\023\032\000\022\017\027\026\000", 17);
	a.c_lflag &= ~ECHO;
	CHECK_EQ(tcsetattr(p.m, TCSADRAIN, &a), 0);
	CHECK_EQ(tcgetattr(p.s, &b), 0);
	CHECK_EQ(b.c_lflag & ECHO, 0);
}

CASE(exclusive_use)
{
	struct pair p = new_pair();
	int pid;

	NEEDS_ROOT();
	sys(SYS_chmod, p.name, 0666);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCEXCL, 0), 0);
	CHECK_EQ(count_of(p.s, TIOCGEXCL), 1);
	CHILD(pid) {
		CHECK(sys(SYS_open, p.name, O_RDWR | O_NOCTTY) >= 0);
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_open, p.name, O_RDWR | O_NOCTTY), -EBUSY);
		CHECK_EQ(sys(SYS_ioctl, p.s, TIOCNXCL, 0), 0);
		CHECK(sys(SYS_open, p.name, O_RDWR | O_NOCTTY) >= 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(another_user_may_not_open_the_slave)
{
	struct pair p = new_pair();
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_open, p.name, O_RDWR | O_NOCTTY), -EACCES);
		int m = new_master(0);
		struct stat st;
		char name[32];
		name_of(m, name, sizeof(name));
		CHECK_EQ(sys(SYS_stat, name, &st), 0);
		CHECK_EQ(st.st_uid, NOBODY);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(names_are_the_kernels_alone)
{
	struct statfs fs;

	CHECK_EQ(sys(SYS_statfs, "/dev/pts", &fs), 0);
	CHECK_EQ(fs.f_type, DEVPTS_MAGIC);
	CHECK_EQ(sys(SYS_open, "/dev/pts/name", O_RDWR | O_CREAT, 0600), -EACCES);
	CHECK_EQ(sys(SYS_mkdir, "/dev/pts/name", 0700), -EPERM);
	CHECK_EQ(sys(SYS_unlink, "/dev/pts/ptmx"), -EPERM);
	struct stat st;
	CHECK_EQ(sys(SYS_stat, "/dev/pts/ptmx", &st), 0);
	CHECK_EQ(st.st_rdev, makedev(5, 2));
	CHECK_EQ(st.st_ino, 2);
	CHECK_EQ(sys(SYS_stat, "/dev/pts", &st), 0);
	CHECK_EQ(st.st_ino, 1);
}

CASE(hang_up_by_a_program)
{
	struct pair p = new_pair();
	int again;
	char c;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCVHANGUP, 0), 0);
	CHECK_EQ(sys(SYS_read, p.s, &c, 1), 0);
	again = sys(SYS_open, p.name, O_RDWR | O_NOCTTY);
	CHECK(again >= 0);
	type(again, "x");
	expect(p.m, "x");
}

CASE(fork_and_exit_with_it_open)
{
	struct pair p = new_pair();
	int pid;

	for (int i = 0; i < 20; i++) {
		CHILD(pid) {
			type(p.s, "c");
		}
		CHECK_EQ(reap(pid), EXITED(0));
		expect(p.m, "c");
	}
}

CASE(opening_and_closing_race, .timeout = 30)
{
	enum { ROUNDS = 150 };
	struct pair p;
	int pid;

	for (int i = 0; i < ROUNDS; i++) {
		p = new_pair();
		close(p.s);
		CHILD(pid) {
			close(p.m);
			for (int k = 0; k < 3; k++) {
				long s = sys(SYS_open, p.name, O_RDWR | O_NOCTTY | O_NONBLOCK);
				if (s >= 0)
					sys(SYS_close, s);
				else
					CHECK(s == -EIO || s == -ENOENT);
			}
		}
		close(p.m);
		CHECK_EQ(reap(pid), EXITED(0));
	}
}

static long setting(const char *name)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), "/proc/sys/kernel/pty/%s", name);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	return strtol(text, NULL, 10);
}

static void set_most(long most)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld", most), fd = sys(SYS_open, "/proc/sys/kernel/pty/max", O_WRONLY);

	CHECK_EQ(sys(SYS_write, fd, text, n), n);
	sys(SYS_close, fd);
}

CASE(limit_of_all)
{
	NEEDS_MACHINE("sysctl");
	long most = setting("max"), before = setting("nr");
	struct pair p = new_pair();
	CHECK_EQ(setting("nr"), before + 1);
	set_most(before + 1);
	long m = sys(SYS_open, "/dev/ptmx", O_RDWR | O_NOCTTY);
	set_most(most);
	CHECK_EQ(m, -ENOSPC);
	close(p.s);
	close(p.m);
	CHECK(sys(SYS_open, "/dev/ptmx", O_RDWR | O_NOCTTY) >= 0);
}

/* --- instances --- */

static void mount_instance(const char *options)
{
	scratch();
	sys(SYS_mkdir, "pts", 0755);
	CHECK_EQ(sys(SYS_mount, "none", "pts", "devpts", 0, options), 0);
}

CASE(mount_options)
{
	struct stat st;

	NEEDS_MACHINE("mounts");
	mount_instance("newinstance,ptmxmode=0666,mode=640,gid=7,uid=8,max=2");
	CHECK_EQ(sys(SYS_stat, "pts/ptmx", &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0666);
	long m = sys(SYS_open, "pts/ptmx", O_RDWR | O_NOCTTY);
	CHECK(m >= 0);
	unsigned n = 9;
	CHECK_EQ(sys(SYS_ioctl, m, TIOCGPTN, &n), 0);
	CHECK_EQ(n, 0); /* numbers of its own */
	CHECK_EQ(sys(SYS_stat, "pts/0", &st), 0);
	CHECK_EQ(st.st_mode & 07777, 0640);
	CHECK_EQ(st.st_gid, 7);
	CHECK_EQ(st.st_uid, 8);
	CHECK(sys(SYS_open, "pts/ptmx", O_RDWR | O_NOCTTY) >= 0);
	CHECK_EQ(sys(SYS_open, "pts/ptmx", O_RDWR | O_NOCTTY), -ENOSPC);
	for (int fd = 3; fd < 20; fd++)
		sys(SYS_close, fd);
	CHECK_EQ(sys(SYS_umount2, "pts", 0), 0);
}

CASE(mount_refuses_what_makes_no_sense)
{
	static const char *const options[] = {"mode=9", "gid=x", "max=99999999", "nonsense=1", "ptmxmode"};

	NEEDS_MACHINE("mounts");
	scratch();
	sys(SYS_mkdir, "pts", 0755);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		CHECK_EQ(sys(SYS_mount, "none", "pts", "devpts", 0, options[i]), -EINVAL);
}

CASE(ptmx_beside_its_folder)
{
	NEEDS_MACHINE("mounts");
	mount_instance("");
	CHECK_EQ(sys(SYS_mknod, "ptmx", S_IFCHR | 0666, makedev(5, 2)), 0);
	long m = sys(SYS_open, "ptmx", O_RDWR | O_NOCTTY);
	CHECK(m >= 0);
	unlock(m);
	CHECK(sys(SYS_open, "pts/0", O_RDWR | O_NOCTTY) >= 0);
	long s = sys(SYS_ioctl, m, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	CHECK(s >= 0);
	for (int fd = 3; fd < 20; fd++)
		sys(SYS_close, fd);
	CHECK_EQ(sys(SYS_umount2, "pts", 0), 0);
	CHECK_EQ(sys(SYS_open, "ptmx", O_RDWR | O_NOCTTY), -ENODEV);
	sys(SYS_rmdir, "pts");
	CHECK_EQ(sys(SYS_open, "ptmx", O_RDWR | O_NOCTTY), -ENOENT);
}

CASE(unmounted_under_an_open_pair)
{
	NEEDS_MACHINE("mounts");
	mount_instance("");
	long m = sys(SYS_open, "pts/ptmx", O_RDWR | O_NOCTTY);
	unlock(m);
	long s = sys(SYS_open, "pts/0", O_RDWR | O_NOCTTY);
	CHECK_EQ(sys(SYS_umount2, "pts", 0), -EBUSY);
	CHECK_EQ(sys(SYS_umount2, "pts", MNT_DETACH), 0);
	type(s, "still");
	expect(m, "still");
	sys(SYS_close, m);
	CHECK_EQ(sys(SYS_write, s, "x", 1), -EIO);
}
