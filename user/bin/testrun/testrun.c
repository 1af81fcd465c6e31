// SPDX-License-Identifier: MIT
/*
 * testrun: runs every test program under /tests in the guest and ends the machine.
 *
 * Promise   One KTAP version 1 stream on the standard output: each program is one test whose own
 *           output, indented by two spaces, stands before its result line. The stream begins and
 *           ends with a line that carries the nonce of the command line, so that no test can
 *           forge its end. A program that crashes, hangs, breaks off, lies about its plan or
 *           leaves processes or objects behind is `not ok`; the next one runs all the same.
 *           As process 1 it mounts what is missing first and ends QEMU at last, through the
 *           isa-debug-exit device: QEMU's status is 33 when all passed, 35 when not.
 * Options   from /proc/cmdline:  test=GLOB[,GLOB...]  the programs ("pipe", "pipe/atomic*")
 *           test.timeout=SECONDS  for each program    test.repeat=N  the whole list N times
 *           test.nonce=WORD  see above    test.slow=N  the cases' own time-outs are N times longer
 *           Or arguments: globs only.
 * Blocking  poll() on the program's output is the one place where it waits, in slices of 100 ms,
 *           so that an end is seen whose pipe an orphan still holds open.
 * Linux     The same binary serves both: on Linux the debug port is reached by ioperm(), on
 *           Parley by the boot option exit=debug, which turns process 1's exit status into it.
 */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/bin/guest.h"
#include "user/bin/testrun/testrun.h"

enum {
	MAX_PROGRAMS = 512,
	MAX_OPTIONS = 64,
	PATH_BYTES = 128,
	JOINED_BYTES = 1024, /* room for two names of any length */
	LINE_BYTES = 1024,
	CMDLINE_BYTES = 2048,
	DEFAULT_TIMEOUT_S = 120,
	FOLLOW_MS = 100,  /* how late an end may be seen whose output somebody else holds open */
	REAP_MS = 2000,   /* how long processes that are killed may take to go */
	LEAK_RUNS = 2,    /* how often a program that left objects must do so again */
};

#define TESTS_DIR "/tests"

struct options {
	const char *globs[MAX_OPTIONS];
	int nr_globs;
	int timeout_s;
	int repeat;
	const char *slow;
	const char *nonce;
};

/* What the output of one program has told so far. */
struct stream {
	char line[LINE_BYTES];
	size_t len;
	int planned, seen, failed;
	bool muted; /* nothing of it is shown */
};

static char programs[MAX_PROGRAMS][PATH_BYTES];
static int nr_programs;
static char cmdline[CMDLINE_BYTES];
static bool is_init;

void say(const char *fmt, ...)
{
	char line[LINE_BYTES + 8];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 1)
		n = sizeof(line) - 1;
	for (int done = 0; done < n;) {
		ssize_t w = write(STDOUT_FILENO, line + done, n - done);

		if (w < 0 && errno != EINTR)
			return;
		done += w > 0 ? w : 0;
	}
}

long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* -- options ---------------------------------------------------------------------------------- */

static void add_globs(struct options *o, char *list)
{
	while (list && *list && o->nr_globs < MAX_OPTIONS) {
		char *comma = strchr(list, ',');

		if (comma)
			*comma = '\0';
		o->globs[o->nr_globs++] = list;
		list = comma ? comma + 1 : NULL;
	}
}

static void read_options(struct options *o)
{
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, cmdline, sizeof(cmdline) - 1);

	if (fd >= 0)
		close(fd);
	cmdline[n > 0 ? n : 0] = '\0';
	for (char *p = cmdline; *p;) {
		size_t len = strcspn(p, " \n");
		char *next = p[len] ? p + len + 1 : p + len;

		p[len] = '\0';
		if (strncmp(p, "test=", 5) == 0)
			add_globs(o, p + 5);
		else if (strncmp(p, "test.timeout=", 13) == 0)
			o->timeout_s = atoi(p + 13);
		else if (strncmp(p, "test.repeat=", 12) == 0)
			o->repeat = atoi(p + 12);
		else if (strncmp(p, "test.slow=", 10) == 0)
			o->slow = p + 10;
		else if (strncmp(p, "test.nonce=", 11) == 0)
			o->nonce = p + 11;
		p = next;
	}
}

/* '*' matches any characters, '?' any one. */
static bool glob_match(const char *glob, const char *text)
{
	for (; *glob && *glob != '*'; glob++, text++)
		if (!*text || (*glob != '?' && *glob != *text))
			return false;
	if (!*glob)
		return !*text;
	for (; *text; text++)
		if (glob_match(glob + 1, text))
			return true;
	return glob_match(glob + 1, text);
}

/* A glob without a slash also selects by the folder or by the name alone. */
static bool is_selected(const struct options *o, const char *folder, const char *name)
{
	char path[JOINED_BYTES];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (int i = 0; i < o->nr_globs; i++) {
		const char *glob = o->globs[i];

		if (glob_match(glob, path) || glob_match(glob, folder) || glob_match(glob, name))
			return true;
	}
	return o->nr_globs == 0;
}

/* -- the list of programs --------------------------------------------------------------------- */

static void add_program(const char *folder, const char *name)
{
	char path[JOINED_BYTES];
	int at = nr_programs;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (nr_programs == MAX_PROGRAMS || strlen(path) >= PATH_BYTES) {
		say("# no room for %s\n", path);
		return;
	}
	for (; at > 0 && strcmp(programs[at - 1], path) > 0; at--)
		memcpy(programs[at], programs[at - 1], PATH_BYTES);
	strcpy(programs[at], path);
	nr_programs++;
}

static void list_folder(const struct options *o, const char *folder)
{
	char path[JOINED_BYTES];
	struct dirent *de;

	snprintf(path, sizeof(path), TESTS_DIR "/%s", folder);
	DIR *dir = opendir(path);
	while (dir && (de = readdir(dir)))
		if (de->d_name[0] != '.' && is_selected(o, folder, de->d_name))
			add_program(folder, de->d_name);
	if (dir)
		closedir(dir);
}

static void list_programs(const struct options *o)
{
	struct dirent *de;
	DIR *dir = opendir(TESTS_DIR);

	while (dir && (de = readdir(dir)))
		if (de->d_name[0] != '.')
			list_folder(o, de->d_name);
	if (dir)
		closedir(dir);
}

/* -- one program ------------------------------------------------------------------------------ */

static void take_line(struct stream *s)
{
	const char *p = s->line;

	s->line[s->len] = '\0';
	s->len = 0;
	if (strncmp(p, "1..", 3) == 0)
		s->planned = atoi(p + 3);
	else if (strncmp(p, "ok ", 3) == 0)
		s->seen++;
	else if (strncmp(p, "not ok ", 7) == 0)
		s->seen++, s->failed++;
	if (!s->muted)
		say("  %s\n", p);
}

static void take_bytes(struct stream *s, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (buf[i] == '\n' || s->len == LINE_BYTES - 1)
			take_line(s);
		if (buf[i] != '\n' && buf[i] != '\r')
			s->line[s->len++] = buf[i];
	}
}

/* `again`: in a run that only looks for leaks; a program that runs as long as it is told to may be short. */
__attribute__((noreturn)) static void become(const char *program, const char *slow, int out, bool again)
{
	char scale[32];
	char *const env[] = {"PATH=/bin:/usr/bin:/sbin", "HOME=/tmp", "TERM=dumb",
		is_init ? "TAP_MACHINE=1" : "TAP_GUEST=1", scale, again ? "TAP_AGAIN=1" : NULL, NULL};
	char path[JOINED_BYTES];
	char *argv[] = {path, NULL};

	snprintf(path, sizeof(path), TESTS_DIR "/%.*s", PATH_BYTES, program);
	snprintf(scale, sizeof(scale), "TAP_SLOW=%.16s", slow);
	setsid();
	int in = open("/dev/null", O_RDONLY);
	if (in > 0)
		dup2(in, STDIN_FILENO), close(in);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (out > STDERR_FILENO)
		close(out);
	(void)!chdir("/tmp");
	execve(path, argv, env);
	say("# execve %s: %s\n", path, strerror(errno));
	_exit(127);
}

static void kill_all(pid_t pid)
{
	/* Process 1 owns the machine; anybody else may only kill the session's leading group. */
	if (is_init)
		kill(-1, SIGKILL);
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

/* Reads once; false at the end of the output. */
static bool relay(struct stream *s, int fd)
{
	char buf[LINE_BYTES];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return true;
	if (n < 0)
		say("# the output of the program cannot be read: %s\n", strerror(errno));
	if (n > 0)
		take_bytes(s, buf, n);
	return n > 0;
}

/*
 * Copies what the program prints and waits for its end, whichever comes first: what it left
 * running may still hold the pipe. False when the time was over before its end.
 */
static bool follow(struct stream *s, pid_t pid, int fd, int *status, long deadline_ms)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	bool ended = false;

	for (;;) {
		int ready = poll(&pfd, 1, ended ? 0 : pfd.fd < 0 ? 1 : FOLLOW_MS);

		if (ready > 0 && !relay(s, fd))
			pfd.fd = -1;
		if (ended && ready <= 0)
			return true;
		if (!ended)
			ended = waitpid(pid, status, WNOHANG) == pid;
		if (!ended && now_ms() >= deadline_ms)
			return false;
	}
}

/* Kills and reaps what is left; returns how many processes there were. */
static int reap_others(pid_t pid)
{
	int others = 0, status;

	kill_all(pid);
	for (long end = now_ms() + REAP_MS; now_ms() < end;) {
		pid_t got = waitpid(-1, &status, WNOHANG);

		if (got < 0)
			break;
		/* What was dying by itself already was not left running. */
		others += got > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
		if (got == 0)
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return others;
}

/* -- all of it -------------------------------------------------------------------------------- */

/* Says why the program is not fine, as diagnostics; true when it is. */
static bool judge(const struct stream *s, int status, bool timed_out, int others)
{
	bool ok = !timed_out;

	if (!timed_out && WIFSIGNALED(status))
		ok = false, say("# killed by signal %d\n", WTERMSIG(status));
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
		ok = false;
		if (!s->failed)
			say("# exit status %d\n", WEXITSTATUS(status));
	}
	if (s->planned < 0)
		ok = false, say("# no plan\n");
	else if (s->seen != s->planned)
		ok = false, say("# %d results of %d planned\n", s->seen, s->planned);
	if (others && !timed_out)
		ok = false, say("# %d process(es) left running\n", others);
	return ok && !s->failed;
}

struct run {
	struct stream stream;
	int status, others; /* as wait(2) says; processes left running */
	bool started, timed_out;
};

static void run_once(struct run *r, const char *name, const struct options *o)
{
	long deadline = now_ms() + o->timeout_s * 1000l;
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0)
		return;
	pid_t pid = fork();
	if (pid == 0)
		become(name, o->slow, fd[1], r->stream.muted);
	close(fd[1]);
	r->started = pid > 0;
	if (r->started) {
		r->timed_out = !follow(&r->stream, pid, fd[0], &r->status, deadline);
		r->others = reap_others(pid);
	}
	close(fd[0]);
	if (r->stream.len)
		take_line(&r->stream);
}

/*
 * A program that left objects may have filled a cache for the first time: a leak is what grows
 * again each time that the program runs again. Those runs print nothing.
 */
static bool has_leaked(const char *name, const struct options *o)
{
	static struct run again;

	if (!objects_have_grown())
		return false;
	for (int i = 0; i < LEAK_RUNS; i++) {
		objects_count();
		again = (struct run){ .stream.muted = true };
		run_once(&again, name, o);
		(void)has_left_files(false);
		if (!objects_have_grown())
			return false;
	}
	objects_tell();
	return true;
}

static bool run_program(const char *name, int number, int round, const struct options *o)
{
	static struct run r;
	char suffix[16] = "";

	if (round > 1)
		snprintf(suffix, sizeof(suffix), "@%d", round);
	r = (struct run){ .stream.planned = -1 };
	objects_count();
	run_once(&r, name, o);
	bool ok = r.started && judge(&r.stream, r.status, r.timed_out, r.others);
	if (has_left_files(true) | has_leaked(name, o) | has_kernel_warned())
		ok = false;
	say("%s %d %s%s%s\n", ok ? "ok" : "not ok", number, name, suffix,
		r.timed_out ? " # TIMEOUT" : "");
	return ok;
}

int main(int argc, char **argv)
{
	struct options o = {.timeout_s = DEFAULT_TIMEOUT_S, .repeat = 1, .slow = "1", .nonce = "-"};
	int failed = 0, number = 0;

	is_init = getpid() == 1;
	if (is_init)
		guest_mount();
	if (argc > 1 && !is_init)
		for (int i = 1; i < argc; i++)
			add_globs(&o, argv[i]);
	else
		read_options(&o);
	list_programs(&o);
	say("\n# testrun %s start\nKTAP version 1\n1..%d\n", o.nonce, nr_programs * o.repeat);
	traces_begin();
	for (int round = 1; round <= o.repeat; round++)
		for (int i = 0; i < nr_programs; i++)
			failed += !run_program(programs[i], ++number, round, &o);
	say("# testrun %s end: %d of %d programs failed\n", o.nonce, failed, number);
	bool passed = failed == 0 && number > 0;
	guest_end(passed);
	return !passed;
}
