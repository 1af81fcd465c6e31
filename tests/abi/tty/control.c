// SPDX-License-Identifier: MIT
/*
 * tty/control: controlling terminals: sessions, foreground and background, the keyboard's signals, hang-ups.
 *
 * Promise   credentials(7), setpgid(2), termios(3), ioctl_tty(2): who gets which signal, and whom a terminal
 *           refuses.
 * Linux     the rules of orphaned groups as in POSIX.
 */
#include "tests/abi/tty/pair.h"

static volatile int seen[65];

static void note(int sig)
{
	seen[sig]++;
}

static void wait_signal(int sig)
{
	for (int64_t end = now_ms() + EXPECT_MS; !seen[sig] && now_ms() < end;)
		sleep_ms(1);
	if (!seen[sig])
		tap_fail(__FILE__, __LINE__, "signal %d never came", sig);
}

/* Until another process has set the word. */
static void wait_word(int *word)
{
	for (int64_t end = now_ms() + EXPECT_MS; !__atomic_load_n(word, __ATOMIC_ACQUIRE) && now_ms() < end;)
		sleep_ms(1);
}

/* A child in a group of its own; the caller has made it so too when this returns. */
#define GROUP(pid) \
	if (((pid) = fork()) != 0) { \
		setpgid((pid), (pid)); \
	} else if (setpgid(0, 0)) { \
	} else \
		for (;; _exit(0))

static long set_foreground(int fd, int pgrp)
{
	return sys(SYS_ioctl, fd, TIOCSPGRP, &pgrp);
}

/* Runs the body as the leader of a session on a new pair `p`, and waits for it. */
#define LEADER(status) \
	struct pair p = new_pair(); \
	int leader_pid; \
	CHILD(leader_pid) { \
		own(&p); \
		leader(p); \
	} \
	CHECK_EQ(reap(leader_pid), status)

#define LEADER_CASE(name, status) \
	static void leader_of_##name(struct pair p); \
	CASE(name) \
	{ \
		void (*leader)(struct pair) = leader_of_##name; \
		LEADER(status); \
	} \
	static void leader_of_##name(struct pair p)

LEADER_CASE(becoming_the_controlling_terminal, EXITED(0))
{
	int fd = sys(SYS_open, "/dev/tty", O_RDWR);

	CHECK(fd >= 0);
	CHECK_EQ(foreground(p.s), getpgrp());
	CHECK_EQ(foreground(p.m), getpgrp());
	CHECK_EQ(count_of(p.s, TIOCGSID), getpid());
	CHECK_EQ(count_of(p.m, TIOCGSID), getpid());
	type(fd, "by /dev/tty");
	expect(p.m, "by /dev/tty");
}

CASE(no_controlling_terminal)
{
	struct pair p = new_pair();
	int pid;

	CHILD(pid) {
		setsid();
		CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
		CHECK_EQ(foreground(p.s), -ENOTTY);
		CHECK_EQ(count_of(p.s, TIOCGSID), -ENOTTY);
		CHECK_EQ(foreground(p.m), 0);
		CHECK_EQ(count_of(p.m, TIOCGSID), -ENOTTY);
		CHECK_EQ(set_foreground(p.s, getpgrp()), -ENOTTY);
		CHECK_EQ(set_foreground(p.m, getpgrp()), -ENOTTY);
		CHECK_EQ(sys(SYS_ioctl, p.s, TIOCNOTTY, 0), -ENOTTY);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(opening_makes_it_controlling)
{
	struct pair p = new_pair();
	int pid;

	CHILD(pid) {
		setsid();
		CHECK(sys(SYS_open, p.name, O_RDWR | O_NOCTTY) >= 0);
		CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
		CHECK(sys(SYS_open, p.name, O_WRONLY) >= 0);
		CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
		CHECK(sys(SYS_open, p.name, O_RDWR) >= 0);
		CHECK(sys(SYS_open, "/dev/tty", O_RDWR) >= 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(the_master_never_is)
{
	int pid;

	CHILD(pid) {
		setsid();
		CHECK(sys(SYS_open, "/dev/ptmx", O_RDWR) >= 0);
		CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(peer_may_become_controlling)
{
	int m = new_master(0), pid;

	unlock(m);
	CHILD(pid) {
		setsid();
		CHECK(sys(SYS_ioctl, m, TIOCGPTPEER, O_RDWR | O_NOCTTY) >= 0);
		CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
		CHECK(sys(SYS_ioctl, m, TIOCGPTPEER, O_RDWR) >= 0);
		CHECK(sys(SYS_open, "/dev/tty", O_RDWR) >= 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

LEADER_CASE(who_may_take_it, EXITED(0))
{
	struct pair other = new_pair();
	int pid;

	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSCTTY, 0), 0);	     /* again */
	CHECK_EQ(sys(SYS_ioctl, other.s, TIOCSCTTY, 0), -EPERM); /* has one */
	CHILD(pid) {
		CHECK_EQ(sys(SYS_ioctl, other.s, TIOCSCTTY, 0), -EPERM); /* no leader */
		setsid();
		CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSCTTY, 0), -EPERM); /* another's */
		CHECK_EQ(sys(SYS_ioctl, other.s, TIOCSCTTY, 0), 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

LEADER_CASE(stealing_it, EXITED(0))
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		int user;
		setsid();
		CHILD(user) {
			setsid();
			CHECK(become(NOBODY));
			CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSCTTY, 1), -EPERM);
		}
		CHECK_EQ(reap(user), EXITED(0));
		CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSCTTY, 1), 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
}

LEADER_CASE(giving_it_up, EXITED(0))
{
	int pid, go[2];

	handle(SIGHUP, note, 0);
	handle(SIGCONT, note, 0);
	sys(SYS_pipe, go);
	CHILD(pid) {
		char c;
		CHECK_EQ(sys(SYS_ioctl, p.s, TIOCNOTTY, 0), 0); /* this process alone */
		CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
		close(go[1]);
		sys(SYS_read, go[0], &c, 1);
	}
	tap_wait_blocked(pid);
	CHECK(sys(SYS_open, "/dev/tty", O_RDWR) >= 0);
	handle(SIGHUP, note, 0);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCNOTTY, 0), 0);
	wait_signal(SIGHUP);
	wait_signal(SIGCONT);
	CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
	type(p.s, "usable");
	expect(p.m, "usable");
	close(go[1]);
	reap(pid);
}

LEADER_CASE(keyboard_signals, EXITED(0))
{
	static const struct { char c; int sig; char echo[sizeof("^C")]; } keys[] = {
		{3, SIGINT, "^C"}, {034, SIGQUIT, "^\\"}, {032, SIGTSTP, "^Z"},
	};

	for (int i = 0; i < 3; i++) {
		handle(keys[i].sig, note, 0);
		CHECK_EQ(sys(SYS_write, p.m, &keys[i].c, 1), 1);
		wait_signal(keys[i].sig);
		expect(p.m, keys[i].echo); /* the next key throws away what has not arrived */
	}
	MODES(p.s, t.c_lflag &= ~ISIG);
	type(p.m, "\003\n");
	read_is(p.s, "\003\n");
	CHECK_EQ(seen[SIGINT], 1);
}

LEADER_CASE(interrupt_drops_what_was_typed, EXITED(0))
{
	handle(SIGINT, note, 0);
	type(p.m, "line\nhalf\003");
	wait_signal(SIGINT);
	type(p.m, "new\n");
	read_is(p.s, "new\n");
	MODES(p.s, t.c_lflag |= NOFLSH);
	type(p.m, "kept\003\n");
	read_is(p.s, "kept\n");
}

LEADER_CASE(interrupt_ends_a_read, EXITED(0))
{
	int pid, go[2];
	char c;

	CHECK_EQ(sys(SYS_pipe2, go, 0), 0);
	GROUP(pid) {
		handle(SIGINT, note, 0);
		CHECK_EQ(sys(SYS_read, go[0], &c, 1), 1); /* of the terminal, in the background, it would be stopped */
		CHECK_EQ(sys(SYS_read, p.s, &c, 1), -EINTR);
	}
	CHECK_EQ(set_foreground(p.s, pid), 0);
	CHECK_EQ(sys(SYS_write, go[1], "x", 1), 1);
	tap_wait_blocked(pid);
	type(p.m, "\003");
	CHECK_EQ(reap(pid), EXITED(0));
}

LEADER_CASE(only_the_foreground_hears_the_keyboard, EXITED(0))
{
	int pid;

	GROUP(pid) {
		pause();
	}
	handle(SIGINT, note, 0);
	CHECK_EQ(set_foreground(p.s, pid), 0);
	CHECK_EQ(foreground(p.m), pid);
	tap_wait_blocked(pid);
	type(p.m, "\003");
	CHECK_EQ(reap(pid), KILLED(SIGINT));
	CHECK_EQ(seen[SIGINT], 0);
}

LEADER_CASE(signal_from_the_master, EXITED(0))
{
	handle(SIGINT, note, 0);
	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCSIG, SIGINT), 0);
	wait_signal(SIGINT);
	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCSIG, SIGHUP), -EINVAL);
	expect_none(p.m);
}

LEADER_CASE(window_change_is_told, EXITED(0))
{
	struct winsize w = {.ws_row = 30, .ws_col = 100};

	handle(SIGWINCH, note, 0);
	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCSWINSZ, &w), 0);
	wait_signal(SIGWINCH);
	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCSWINSZ, &w), 0); /* the same again */
	sleep_ms(10);
	CHECK_EQ(seen[SIGWINCH], 1);
	w.ws_col = 101;
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSWINSZ, &w), 0);
	sleep_ms(10);
	CHECK_EQ(seen[SIGWINCH], 2);
}

LEADER_CASE(background_read_stops, EXITED(0))
{
	int pid, status;

	GROUP(pid) {
		char c;
		CHECK_EQ(sys(SYS_read, p.s, &c, 1), 1);
	}
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
	CHECK_EQ(set_foreground(p.s, pid), 0);
	type(p.m, "x\n");
	kill(pid, SIGCONT);
	CHECK_EQ(reap(pid), EXITED(0));
}

LEADER_CASE(background_read_with_the_signal_ignored, EXITED(0))
{
	int pid;

	GROUP(pid) {
		char c;
		handle(SIGTTIN, SIG_IGN, 0);
		CHECK_EQ(sys(SYS_read, p.s, &c, 1), -EIO);
		handle(SIGTTIN, SIG_DFL, 0);
		set_mask(SIG_BLOCK, sigbit(SIGTTIN));
		CHECK_EQ(sys(SYS_read, p.s, &c, 1), -EIO);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

LEADER_CASE(background_read_caught, EXITED(0))
{
	int pid;

	GROUP(pid) {
		char c;
		handle(SIGTTIN, note, 0);
		CHECK_EQ(sys(SYS_read, p.s, &c, 1), -EINTR);
		CHECK_EQ(seen[SIGTTIN], 1);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

LEADER_CASE(background_write, EXITED(0))
{
	int pid, status;

	GROUP(pid) {
		type(p.s, "free");
		kill(getpid(), SIGSTOP);
		type(p.s, "ask");
	}
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	expect(p.m, "free");
	MODES(p.s, t.c_lflag |= TOSTOP);
	kill(pid, SIGCONT);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU);
	expect_none(p.m);
	CHECK_EQ(set_foreground(p.s, pid), 0);
	kill(pid, SIGCONT);
	CHECK_EQ(reap(pid), EXITED(0));
	expect(p.m, "ask");
}

LEADER_CASE(background_write_with_the_signal_ignored, EXITED(0))
{
	int pid;

	MODES(p.s, t.c_lflag |= TOSTOP);
	GROUP(pid) {
		handle(SIGTTOU, SIG_IGN, 0);
		type(p.s, "anyway");
	}
	CHECK_EQ(reap(pid), EXITED(0));
	expect(p.m, "anyway");
}

LEADER_CASE(background_changes_stop, EXITED(0))
{
	int pid, status;

	for (int what = 0; what < 4; what++) {
		GROUP(pid) {
			struct termios t;
			CHECK_EQ(tcgetattr(p.s, &t), 0); /* asking is free */
			if (what == 0)
				tcsetattr(p.s, TCSANOW, &t);
			else if (what == 1)
				set_foreground(p.s, getpgrp());
			else if (what == 2)
				tcflush(p.s, TCIFLUSH);
			else
				tcflow(p.s, TCOON);
		}
		CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
		CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU);
		kill(pid, SIGKILL);
		reap(pid);
	}
}

LEADER_CASE(background_change_with_the_signal_blocked, EXITED(0))
{
	int pid;

	GROUP(pid) {
		set_mask(SIG_BLOCK, sigbit(SIGTTOU));
		CHECK_EQ(set_foreground(p.s, getpgrp()), 0);
		CHECK_EQ(foreground(p.s), getpgrp());
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

LEADER_CASE(orphans_get_eio, EXITED(0))
{
	int pid, *result = shared_page();

	GROUP(pid) { /* its child's group loses the only parent outside it */
		result[0] = getpid();
		int orphan = fork();
		if (orphan == 0) {
			char c;
			setpgid(0, 0);
			for (int64_t end = now_ms() + EXPECT_MS; getppid() == *result && now_ms() < end;)
				sleep_ms(1);
			struct termios t;
			tcgetattr(p.s, &t);
			long r = sys(SYS_read, p.s, &c, 1);
			long w = sys(SYS_ioctl, p.s, TCSETS, &t);
			result[2] = w;
			__atomic_store_n(&result[1], r, __ATOMIC_RELEASE);
			_exit(0);
		}
	}
	CHECK_EQ(reap(pid), EXITED(0));
	wait_word(&result[1]);
	CHECK_EQ(result[1], -EIO);
	CHECK_EQ(result[2], -EIO);
}

LEADER_CASE(foreground_must_be_of_the_session, EXITED(0))
{
	CHECK_EQ(set_foreground(p.s, getppid()), -EPERM);
	CHECK_EQ(set_foreground(p.s, -1), -EINVAL);
	CHECK_EQ(set_foreground(p.s, 0x3ffffff), -ESRCH);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSPGRP, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGPGRP, hole()), -EFAULT);
}

CASE(hang_up_kills_the_leader)
{
	struct pair p = new_pair();
	int pid;

	CHILD(pid) {
		close(p.m);
		own(&p);
		pause();
	}
	tap_wait_blocked(pid);
	close(p.m);
	CHECK_EQ(reap(pid), KILLED(SIGHUP));
}

CASE(hang_up_tells_leader_and_foreground)
{
	struct pair p = new_pair();
	int leader, *said = shared_page();

	CHILD(leader) {
		int job;
		own(&p);
		handle(SIGHUP, note, 0);
		handle(SIGCONT, note, 0);
		GROUP(job) {
			close(p.m);
			handle(SIGHUP, note, 0);
			handle(SIGCONT, note, 0);
			__atomic_store_n(&said[0], 1, __ATOMIC_RELEASE);
			wait_signal(SIGHUP);
			wait_signal(SIGCONT);
			__atomic_store_n(&said[1], 1, __ATOMIC_RELEASE);
		}
		CHECK_EQ(set_foreground(p.s, job), 0);
		close(p.m);
		wait_word(&said[0]);
		__atomic_store_n(&said[2], 1, __ATOMIC_RELEASE);
		wait_signal(SIGHUP);
		wait_signal(SIGCONT);
		sleep_ms(20);
		CHECK_EQ(said[1], 0); /* the job hears when the leader ends */
		CHECK_EQ(sys(SYS_open, "/dev/tty", O_RDWR), -ENXIO);
	}
	wait_word(&said[2]);
	close(p.m);
	close(p.s);
	CHECK_EQ(reap(leader), EXITED(0));
	wait_word(&said[1]);
	CHECK_EQ(said[1], 1);
}

CASE(end_of_the_leader_leaves_the_terminal)
{
	struct pair p = new_pair();
	int leader, *said = shared_page();

	CHILD(leader) {
		int job;
		own(&p);
		GROUP(job) {
			handle(SIGHUP, note, 0);
			said[0] = 1;
			wait_signal(SIGHUP);
			long fd;
			/* the signal comes first, then it is left */
			while ((fd = sys(SYS_open, "/dev/tty", O_RDWR)) >= 0)
				sys(SYS_close, fd);
			long n = sys(SYS_write, p.s, "goes on", 7);
			said[1] = fd;
			__atomic_store_n(&said[2], n, __ATOMIC_RELEASE);
		}
		CHECK_EQ(set_foreground(p.s, job), 0);
		wait_word(&said[0]);
	}
	CHECK_EQ(reap(leader), EXITED(0));
	expect(p.m, "goes on");
	wait_word(&said[2]);
	CHECK_EQ(said[1], -ENXIO);
	CHECK_EQ(said[2], 7);
	CHECK_EQ(foreground(p.m), 0);
	int pid;
	CHILD(pid) { /* free for the next session */
		own(&p);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

/* The leader ends while the master is closed while a job reads: whoever is last, nothing stays behind. */
CASE(ends_and_hang_ups_race, .timeout = 60)
{
	enum { ROUNDS = 60, AT_ONCE = 3 };

	for (int i = 0; i < ROUNDS; i++) {
		int leader[AT_ONCE];
		struct pair p[AT_ONCE];
		for (int k = 0; k < AT_ONCE; k++) {
			p[k] = new_pair();
			CHILD(leader[k]) {
				int job;
				for (int other = 0; other <= k; other++)
					close(p[other].m);
				sys(SYS_setsid);
				sys(SYS_ioctl, p[k].s, TIOCSCTTY, 0); /* EIO: too late */
				CHILD(job) {
					char c;
					sys(SYS_read, p[k].s, &c, 1);
				}
				if (i % 3)
					sys(SYS_write, p[k].s, "x", 1);
				if (i % 2)
					sys(SYS_ioctl, p[k].s, TIOCNOTTY, 0);
				kill(getpid(), SIGKILL);
			}
		}
		for (int k = 0; k < AT_ONCE; k++)
			close(p[k].m);
		for (int k = 0; k < AT_ONCE; k++) {
			int status = reap(leader[k]);
			CHECK(status == KILLED(SIGKILL) || status == KILLED(SIGHUP));
			close(p[k].s);
		}
	}
}

CASE(stat_shows_the_terminal)
{
	struct pair p = new_pair();
	int pid;

	CHILD(pid) {
		char text[512], *at;
		int tty, group;
		struct stat st;
		own(&p);
		CHECK(slurp("/proc/self/stat", text, sizeof(text)) > 0);
		at = strrchr(text, ')');
		CHECK_EQ(sscanf(at, ") %*c %*d %*d %*d %d %d", &tty, &group), 2);
		sys(SYS_fstat, p.s, &st);
		CHECK_EQ(tty, (int)st.st_rdev);
		CHECK_EQ(group, getpgrp());
	}
	CHECK_EQ(reap(pid), EXITED(0));
}
