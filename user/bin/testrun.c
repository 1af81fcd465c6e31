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
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	MAX_PROGRAMS = 512,
	MAX_OPTIONS = 64,
	PATH_BYTES = 128,
	NAME_BYTES = 255,
	JOINED_BYTES = 1024, /* room for two names of any length */
	LINE_BYTES = 1024,
	CMDLINE_BYTES = 2048,
	LEAKS_BYTES = 8192,
	DEFAULT_TIMEOUT_S = 120,
	FOLLOW_MS = 100,  /* how late an end may be seen whose output somebody else holds open */
	SETTLE_MS = 2000, /* for what the kernel frees late, before it counts as a leak */
	EXIT_PORT = 0xf4,
	EXIT_PASS = 0x10, /* QEMU's status is 2 * this + 1 */
	EXIT_FAIL = 0x11,
};

#define TESTS_DIR  "/tests"
#define LEAKS_FILE "/proc/ipc/leaks"

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
};

static char programs[MAX_PROGRAMS][PATH_BYTES];
static int nr_programs;
static char cmdline[CMDLINE_BYTES];
static bool is_init;

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
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

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* -- the machine ------------------------------------------------------------------------------ */

static void mount_missing(void)
{
	static const struct {
		const char *type, *dir, *probe;
	} table[] = {
		{"proc", "/proc", "/proc/self"},
		{"devtmpfs", "/dev", "/dev/null"},
		{"sysfs", "/sys", "/sys/kernel"},
		{"tmpfs", "/dev/shm", NULL},
		{"devpts", "/dev/pts", "/dev/pts/ptmx"},
		{"mqueue", "/dev/mqueue", NULL},
		{"tmpfs", "/tmp", NULL},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].probe && access(table[i].probe, F_OK) == 0)
			continue;
		mkdir(table[i].dir, 01777);
		/* What cannot be mounted is missed by the tests that need it, and they say so. */
		(void)!mount("none", table[i].dir, table[i].type, 0, NULL);
	}
}

/* Ends QEMU when this is process 1; returns otherwise. */
static void end_machine(bool passed)
{
	if (!is_init)
		return;
	sync();
	if (syscall(SYS_ioperm, EXIT_PORT, 4, 1) == 0) {
		unsigned value = passed ? EXIT_PASS : EXIT_FAIL;

		__asm__ volatile("outl %0, %w1" ::"a"(value), "d"(EXIT_PORT));
	}
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

__attribute__((noreturn)) static void become(const char *program, const char *slow, int out)
{
	char scale[32];
	char *const env[] = {"PATH=/bin:/usr/bin:/sbin", "HOME=/tmp", "TERM=dumb",
		is_init ? "TAP_MACHINE=1" : "TAP_GUEST=1", scale, NULL};
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
	for (long end = now_ms() + SETTLE_MS; now_ms() < end;) {
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

/* -- what a program leaves behind ------------------------------------------------------------- */

static void read_leaks(char *text)
{
	int fd = open(LEAKS_FILE, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, text + len, LEAKS_BYTES - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	if (fd >= 0)
		close(fd);
}

static void say_difference(const char *before, const char *after)
{
	while (*after) {
		char line[LINE_BYTES / 4];
		size_t len = strcspn(after, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, after);
		if (!strstr(before, line))
			say("# leak: %s\n", line);
		after += len + (after[len] == '\n');
	}
}

/* Compares the kernel's counts with those before the program, giving it time to free what it
 * frees late. Says what is left; true when something is. */
static bool has_leaked(const char *before)
{
	static char after[LEAKS_BYTES];

	for (long end = now_ms() + SETTLE_MS;;) {
		read_leaks(after);
		if (strcmp(before, after) == 0)
			return false;
		if (now_ms() >= end)
			break;
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	say_difference(before, after);
	return true;
}

/* On a machine of our own the directory is empty between programs; says what is not, and removes
 * it, so that it is told once. */
static bool has_left_files(const char *path)
{
	char entry[JOINED_BYTES];
	struct dirent *de;
	bool found = false;
	DIR *dir = is_init ? opendir(path) : NULL;

	while (dir && (de = readdir(dir))) {
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		snprintf(entry, sizeof(entry), "%s/%.*s", path, NAME_BYTES, de->d_name);
		say("# left behind: %s\n", entry);
		if (unlink(entry) != 0)
			rmdir(entry);
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
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

static bool run_program(const char *name, int number, int round, const struct options *o)
{
	static char leaks[LEAKS_BYTES];
	static struct stream s;
	int fd[2], status = 0;
	char suffix[16] = "";
	long deadline = now_ms() + o->timeout_s * 1000l;

	if (round > 1)
		snprintf(suffix, sizeof(suffix), "@%d", round);
	read_leaks(leaks);
	s = (struct stream){.planned = -1};
	if (pipe2(fd, O_CLOEXEC) != 0)
		fd[0] = fd[1] = -1;
	pid_t pid = fork();
	if (pid == 0)
		become(name, o->slow, fd[1]);
	close(fd[1]);
	bool timed_out = pid > 0 && !follow(&s, pid, fd[0], &status, deadline);
	int others = pid > 0 ? reap_others(pid) : 0;
	close(fd[0]);
	if (s.len)
		take_line(&s);
	bool ok = pid > 0 && judge(&s, status, timed_out, others);
	if (has_left_files("/tmp") | has_left_files("/dev/shm") | has_leaked(leaks))
		ok = false;
	say("%s %d %s%s%s\n", ok ? "ok" : "not ok", number, name, suffix,
		timed_out ? " # TIMEOUT" : "");
	return ok;
}

int main(int argc, char **argv)
{
	struct options o = {.timeout_s = DEFAULT_TIMEOUT_S, .repeat = 1, .slow = "1", .nonce = "-"};
	int failed = 0, number = 0;

	is_init = getpid() == 1;
	if (is_init)
		mount_missing();
	if (argc > 1 && !is_init)
		for (int i = 1; i < argc; i++)
			add_globs(&o, argv[i]);
	else
		read_options(&o);
	list_programs(&o);
	say("\n# testrun %s start\nKTAP version 1\n1..%d\n", o.nonce, nr_programs * o.repeat);
	for (int round = 1; round <= o.repeat; round++)
		for (int i = 0; i < nr_programs; i++)
			failed += !run_program(programs[i], ++number, round, &o);
	say("# testrun %s end: %d of %d programs failed\n", o.nonce, failed, number);
	bool passed = failed == 0 && number > 0;
	end_machine(passed);
	return !passed;
}
