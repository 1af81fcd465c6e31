// SPDX-License-Identifier: MIT
/*
 * init: process 1 of a machine that somebody sits at.
 *
 * Promise   mounts what is missing of the usual tree, runs /etc/rc when there is one, and then keeps a login
 *           shell on every console: the devices named by console=, else the screen and the first serial line,
 *           as far as they are there. Each has its own session and controlling terminal. A shell that ends is
 *           started again, but not more than once a second. Every orphan is reaped. At the end all processes
 *           get SIGTERM, then SIGKILL; then the files are written out and reboot(2) is called. Process 1 never
 *           exits by itself.
 * Options   from /proc/cmdline: init.run=COMMAND  runs the command by the shell on the first console, then
 *           powers off. Quote it when it has blanks: init.run="ps; free".
 * Signals   SIGUSR2 power off, SIGUSR1 halt, SIGTERM or SIGINT (ctrl-alt-del) restart; the programs poweroff,
 *           halt and reboot send them.
 * Blocking  sigtimedwait() is the one place where it waits: for SIGCHLD, one of the signals above, or the
 *           moment at which a shell may be started again.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "user/bin/guest.h"

enum {
	MAX_CONSOLES = 4,
	NAME_BYTES = 32,
	CMDLINE_BYTES = 2048,
	RESPAWN_S = 1,
	TERM_MS = 2000, /* how long processes have to end after SIGTERM */
	POLL_MS = 10,
};

struct console {
	char name[NAME_BYTES]; /* under /dev */
	pid_t pid;	       /* of its shell; 0: none now */
	time_t started;
	bool greeted;
};

static struct console consoles[MAX_CONSOLES];
static int nr_consoles;
static char cmdline[CMDLINE_BYTES];
static const char *run_command; /* of init.run= */

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* --- options --- */

/* Linux has nodes also for serial lines that are not there; such a one has no modes. */
static bool is_terminal(const char *path)
{
	struct termios t;
	int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool is = fd >= 0 && tcgetattr(fd, &t) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

static void add_console(const char *value)
{
	char name[NAME_BYTES], path[NAME_BYTES + 5];

	/* tty0 is whichever screen is shown; the first one it is here. */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(value, ","), value);
	if (strcmp(name, "tty0") == 0)
		strcpy(name, "tty1");
	snprintf(path, sizeof(path), "/dev/%s", name);
	for (int i = 0; i < nr_consoles; i++)
		if (strcmp(consoles[i].name, name) == 0)
			return;
	if (nr_consoles < MAX_CONSOLES && is_terminal(path))
		strcpy(consoles[nr_consoles++].name, name);
}

static void take_option(char *option)
{
	if (strncmp(option, "console=", 8) == 0)
		add_console(option + 8);
	if (strncmp(option, "init.run=", 9) == 0)
		run_command = option + 9;
}

/* Words are separated by blanks; quotes hold one together and are dropped. */
static void read_options(void)
{
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, cmdline, sizeof(cmdline) - 1);

	if (fd >= 0)
		close(fd);
	cmdline[n > 0 ? n : 0] = '\0';
	for (char *in = cmdline; *in;) {
		char *word = in, *out = in;
		bool quoted = false;

		for (; *in && (quoted || !strchr(" \n", *in)); in++) {
			if (*in == '"')
				quoted = !quoted;
			else
				*out++ = *in;
		}
		in += *in != '\0';
		*out = '\0';
		take_option(word);
	}
	if (nr_consoles == 0) {
		add_console("tty1");
		add_console("ttyS0");
	}
	if (nr_consoles == 0)
		strcpy(consoles[nr_consoles++].name, "console");
}

/* --- shells --- */

/* In the child: a session of its own on the console. */
static void open_console(const struct console *c)
{
	char path[NAME_BYTES + 5];

	setsid();
	snprintf(path, sizeof(path), "/dev/%s", c->name);
	int fd = open(path, O_RDWR);
	if (fd < 0)
		fd = open("/dev/console", O_RDWR);
	if (fd < 0)
		_exit(1);
	ioctl(fd, TIOCSCTTY, 1);
	for (int to = 0; to < 3; to++)
		dup2(fd, to);
	if (fd > 2)
		close(fd);
	/* A serial line tells nothing about what is at its other end; this is what everything understands. */
	setenv("TERM", strncmp(c->name, "ttyS", 4) == 0 ? "vt102" : "linux", 0);
}

static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static pid_t start(const struct console *c, char *const argv[])
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	reset_signals();
	open_console(c);
	(void)!chdir("/root");
	execv("/bin/sh", argv);
	dprintf(STDERR_FILENO, "init: /bin/sh: %s\n", strerror(errno));
	_exit(127);
}

static void greet(const struct console *c)
{
	char path[NAME_BYTES + 5];
	struct utsname u;

	snprintf(path, sizeof(path), "/dev/%s", c->name);
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	uname(&u);
	dprintf(fd, "\nWelcome to %s %s. The programs are in /bin; poweroff ends.\n\n",
		strstr(u.release, "parley") ? "Parley" : u.sysname, u.release);
	close(fd);
}

static void start_shell(struct console *c)
{
	static char *argv[] = { "-sh", NULL };

	if (!c->greeted)
		greet(c);
	c->greeted = true;
	c->started = now();
	c->pid = start(c, argv);
	if (c->pid < 0)
		c->pid = 0;
}

/* --- children --- */

static void reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (int i = 0; i < nr_consoles; i++)
			if (consoles[i].pid == pid)
				consoles[i].pid = 0;
}

/* Runs a command on the first console to its end. */
static int run(const char *command)
{
	char *argv[] = { "sh", "-c", (char *)command, NULL };
	pid_t pid = start(&consoles[0], argv), got;
	int status = -1;

	while (pid > 0 && (got = waitpid(-1, &status, 0)) != pid)
		if (got < 0 && errno != EINTR)
			break;
	return status;
}

/* --- the end --- */

static bool all_gone(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

__attribute__((noreturn)) static void end(int how)
{
	kill(-1, SIGTERM);
	kill(-1, SIGHUP);  /* a shell at a terminal ignores the other */
	kill(-1, SIGCONT); /* what is stopped is to notice */
	for (int ms = 0; ms < TERM_MS && !all_gone(); ms += POLL_MS)
		nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000l }, NULL);
	kill(-1, SIGKILL);
	while (!all_gone())
		nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000l }, NULL);
	sync();
	reboot(how);
	/* Not allowed, or there is no way: at least nothing runs any more. */
	for (;;)
		pause();
}

static void serve(const sigset_t *signals)
{
	for (;;) {
		bool waiting = false;

		for (int i = 0; i < nr_consoles; i++) {
			struct console *c = &consoles[i];
			if (!c->pid && now() - c->started >= RESPAWN_S)
				start_shell(c);
			waiting |= !c->pid;
		}
		struct timespec second = { .tv_sec = 1 };
		switch (sigtimedwait(signals, NULL, waiting ? &second : NULL)) {
		case SIGCHLD:
			reap();
			break;
		case SIGUSR2:
			end(RB_POWER_OFF);
		case SIGUSR1:
			end(RB_HALT_SYSTEM);
		case SIGTERM:
		case SIGINT:
			end(RB_AUTOBOOT);
		}
	}
}

static void set_environment(void)
{
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 0);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("SHELL", "/bin/sh", 1);
	setenv("PS1", "$PWD # ", 1);
	unsetenv("TERM"); /* the kernel's guess; each console has its own */
}

int main(void)
{
	sigset_t signals;

	if (getpid() != 1) {
		dprintf(STDERR_FILENO, "usage: init=/bin/init, on the command line of the kernel\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	guest_mount();
	reboot(RB_DISABLE_CAD); /* ctrl-alt-del asks us */
	set_environment();
	read_options();
	if (access("/etc/rc", R_OK) == 0)
		run(". /etc/rc");
	if (run_command) {
		run(run_command);
		end(RB_POWER_OFF);
	}
	for (int i = 0; i < nr_consoles; i++)
		start_shell(&consoles[i]);
	serve(&signals);
}
