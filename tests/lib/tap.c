// SPDX-License-Identifier: MIT
/*
 * tap: the runner inside every test program; tap.h is its contract.
 *
 * Promise   see tap.h. Exit status: 0 when no case failed, 1 when one did, 2 for bad arguments.
 *           Arguments are names of cases to run (all without any); `-l` lists them.
 * Lifetime  The program is the reaper of everything that its cases leave (PR_SET_CHILD_SUBREAPER),
 *           so an orphan is seen, reported against the case that made it, and killed.
 * Blocking  The parent only ever waits for the case's child. Its watchdog is an alarm whose
 *           handler kills the case's process group and arms itself again, so that neither a
 *           signal between two instructions nor a child in the middle of setpgid() escapes it.
 *           A case that leaves its process group must be caught by the runner outside.
 * Linux     Only calls of the common base are needed; where prctl, /proc or shared memory is
 *           missing the checks that need them are left out rather than failed.
 */
#define _GNU_SOURCE 1
#include "tests/lib/tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_BYTES = 1024,
	LAST_SIGNAL = 64,
	PATH_BYTES = 256,
	STATUS_BYTES = 4096,
	MAX_CASES = 256,
	SCANNED_FDS = 256,  /* descriptors above are not looked at: the scan is one call for each */
	EXIT_FAILED = 101,  /* how a case's child tells its parent, */
	EXIT_SKIPPED = 102, /* out of the way of what tests use */
	BLOCKED_TIMEOUT_MS = 5000,
	BLOCKED_LOOKS = 3,
	REAP_TIMEOUT_MS = 2000,
};

/* What the processes of one case tell the parent; lives in memory that they all share. */
struct verdict {
	int failed;
	int skipped;
	char reason[PATH_BYTES];
};

extern const struct tap_case *const __start_tap_cases[] __attribute__((weak));
extern const struct tap_case *const __stop_tap_cases[] __attribute__((weak));
extern const char *const __start_tap_danger[] __attribute__((weak));
extern const char *const __stop_tap_danger[] __attribute__((weak));
extern const struct tap_since __start_tap_since[] __attribute__((weak));
extern const struct tap_since __stop_tap_since[] __attribute__((weak));

static struct verdict *verdict;
static char tmpdir[PATH_BYTES];
static volatile pid_t running; /* the case's child, for the watchdog */
static volatile int timed_out;
static int slowness = 1; /* TAP_SLOW in the environment: an emulated machine needs longer */

/* -- output ---------------------------------------------------------------------------------- */

static void put_line(const char *prefix, const char *fmt, va_list ap)
{
	char line[LINE_BYTES];
	size_t len = strlen(prefix);
	int n;

	memcpy(line, prefix, len);
	n = vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	if (n > (int)(sizeof(line) - len - 2))
		n = sizeof(line) - len - 2;
	for (int i = 0; i < n; i++)
		if (line[len + i] == '\n')
			line[len + i] = ' ';
	len += n;
	line[len++] = '\n';
	(void)!write(STDOUT_FILENO, line, len);
}

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line("", fmt, ap);
	va_end(ap);
}

void tap_note(const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	put_line("# ", fmt, ap);
	va_end(ap);
	errno = saved;
}

/* -- verdicts, given inside the case ---------------------------------------------------------- */

void tap_fail(const char *file, int line, const char *fmt, ...)
{
	int saved = errno;
	char text[LINE_BYTES / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (saved)
		tap_note("%s:%d: %s; errno %d (%s)", file, line, text, saved, strerror(saved));
	else
		tap_note("%s:%d: %s", file, line, text);
	if (verdict)
		verdict->failed = 1;
	_exit(EXIT_FAILED);
}

void tap_skip(const char *fmt, ...)
{
	char text[PATH_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (verdict) {
		strcpy(verdict->reason, text);
		verdict->skipped = 1;
	}
	_exit(EXIT_SKIPPED);
}

void tap_check_err(
	const char *file, int line, const char *call, long got, const char *name, int want)
{
	int err = errno;

	if (got != -1)
		tap_fail(file, line, "%s answered %ld, not -1 with %s", call, got, name);
	errno = 0;
	if (err != want)
		tap_fail(file, line, "%s: errno %d (%s), not %s", call, err, strerror(err), name);
}

void tap_check_str(const char *file, int line, const char *a_text, const char *a,
	const char *b_text, const char *b)
{
	if (!a || !b || strcmp(a, b) != 0)
		tap_fail(file, line, "%s is \"%s\", not %s = \"%s\"", a_text, a ? a : "(null)",
			b_text, b ? b : "(null)");
}

void tap_check_mem(const char *file, int line, const char *a_text, const void *a,
	const char *b_text, const void *b, size_t len)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < len; i++)
		if (x[i] != y[i])
			tap_fail(file, line, "%s and %s differ at byte %lu of %lu: %#x, not %#x",
				a_text, b_text, (unsigned long)i, (unsigned long)len, x[i], y[i]);
}

static int wait_for(const char *file, int line, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			tap_fail(file, line, "waitpid(%d) failed", (int)pid);
	return status;
}

void tap_check_exit(const char *file, int line, pid_t pid, int want)
{
	int status = wait_for(file, line, pid);

	if (WIFSIGNALED(status))
		tap_fail(file, line, "child killed by signal %d, no exit status %d",
			WTERMSIG(status), want);
	if (WEXITSTATUS(status) == EXIT_SKIPPED)
		_exit(EXIT_SKIPPED);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != want)
		tap_fail(file, line, "child ended with status %#x, not exit status %d", status,
			want);
}

void tap_check_killed(const char *file, int line, pid_t pid, int sig)
{
	int status = wait_for(file, line, pid);

	if (!WIFSIGNALED(status) || WTERMSIG(status) != sig)
		tap_fail(file, line, "child ended with status %#x, not by signal %d", status, sig);
}

/* -- help for cases --------------------------------------------------------------------------- */

bool tap_is_root(void)
{
	return geteuid() == 0;
}

bool tap_has_linux(int major, int minor)
{
	struct utsname u;
	char *end;

	if (uname(&u) != 0)
		return false;
	long have_major = strtol(u.release, &end, 10);
	long have_minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
	return have_major > major || (have_major == major && have_minor >= minor);
}

bool tap_is_parley(void)
{
	struct utsname u;

	return uname(&u) == 0 && strstr(u.release, "parley");
}

const char *tap_tmpdir(void)
{
	if (mkdir(tmpdir, 0700) != 0 && errno != EEXIST)
		tap_fail(__FILE__, __LINE__, "mkdir(%s)", tmpdir);
	return tmpdir;
}

const char *tap_tmpfile(const char *name)
{
	static char path[4][2 * PATH_BYTES];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", tap_tmpdir(), name);
	return p;
}

long long tap_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

void tap_sleep_ms(int ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l};

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

/* What /proc/PID/status says; all zero when there is no such file. */
struct look {
	char state;
	unsigned long sleeps; /* how often it has gone to sleep so far */
};

/* A file of /proc/PID as a string; false: it says nothing, or not to us. */
static bool read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return true;
}

/* Who is preempted on his way to sleep says that he sleeps, too, but has not left the run queue. */
static bool is_runnable(pid_t pid)
{
	static const char answer[] = "running";
	char text[STATUS_BYTES];

	return read_proc(pid, "syscall", text, sizeof(text)) && strncmp(text, answer, sizeof(answer) - 1) == 0;
}

static struct look look_at(pid_t pid)
{
	static const char state[] = "\nState:\t", sleeps[] = "\nvoluntary_ctxt_switches:\t";
	char text[STATUS_BYTES];
	struct look seen = {0};

	if (!read_proc(pid, "status", text, sizeof(text)))
		return seen;
	const char *at = strstr(text, state), *count = strstr(text, sleeps);
	if (at && count) {
		seen.state = at[sizeof(state) - 1];
		seen.sleeps = strtoul(count + sizeof(sleeps) - 1, NULL, 10);
	}
	return seen;
}

void tap_wait_blocked(pid_t pid)
{
	struct look last = {0};
	int seen = 0;

	for (int ms = 0; ms < BLOCKED_TIMEOUT_MS * slowness && seen < BLOCKED_LOOKS; ms++) {
		struct look now = look_at(pid);
		bool asleep = (now.state == 'S' || now.state == 'D') && !is_runnable(pid);

		seen = !asleep ? 0 : now.sleeps == last.sleeps ? seen + 1 : 1;
		last = now;
		tap_sleep_ms(1);
	}
	if (seen < BLOCKED_LOOKS)
		tap_fail(__FILE__, __LINE__, "process %d never slept for long, its state is '%c'", (int)pid,
			last.state ? last.state : '?');
}

static unsigned char fill_byte(size_t i, unsigned seed)
{
	unsigned x = (unsigned)i * 2654435761u + seed * 40503u;

	return (x >> 24) ^ (x >> 13);
}

void tap_fill(void *buf, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		((unsigned char *)buf)[i] = fill_byte(i, seed);
}

bool tap_is_filled(const void *buf, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		if (((const unsigned char *)buf)[i] != fill_byte(i, seed))
			return false;
	return true;
}

/* -- running one case ------------------------------------------------------------------------- */

/* One byte for each descriptor: is it open? */
static void scan_fds(char *open_fds)
{
	for (int fd = 0; fd < SCANNED_FDS; fd++)
		open_fds[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void check_fds(const char *before)
{
	char after[SCANNED_FDS];

	scan_fds(after);
	errno = 0;
	for (int fd = 0; fd < SCANNED_FDS; fd++)
		if (after[fd] != before[fd])
			tap_fail(__FILE__, __LINE__, "the case left descriptor %d %s", fd,
				after[fd] ? "open" : "closed");
}

static void remove_tree(const char *path)
{
	char entry[2 * PATH_BYTES];
	struct dirent *de;
	DIR *dir = opendir(path);

	while (dir && (de = readdir(dir))) {
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		snprintf(entry, sizeof(entry), "%s/%s", path, de->d_name);
		if (unlink(entry) != 0)
			remove_tree(entry);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

__attribute__((noreturn)) static void run_child(const struct tap_case *c)
{
	char fds[SCANNED_FDS];
	int status;

	setpgid(0, 0);
	scan_fds(fds);
	errno = 0;
	c->fn();
	pid_t left = waitpid(-1, &status, WNOHANG);
	errno = 0;
	if (left >= 0)
		tap_fail(__FILE__, __LINE__, "the case left a child that it did not wait for");
	check_fds(fds);
	if (rmdir(tmpdir) != 0 && errno != ENOENT && errno != ENOTDIR)
		tap_fail(__FILE__, __LINE__, "the case left files in its temporary directory");
	_exit(0);
}

static void on_alarm(int sig)
{
	(void)sig;
	timed_out = 1;
	kill(-running, SIGKILL);
	kill(running, SIGKILL);
	alarm(1);
}

/* Kills and reaps what outlived the case; returns how many there were. */
static int reap_orphans(pid_t group)
{
	int status, found = 0;

	for (int ms = 0; ms < REAP_TIMEOUT_MS; ms++) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid < 0)
			break;
		if (pid > 0) {
			/* What was dying when the case ended was no orphan: kill() came from us. */
			found += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
			continue;
		}
		kill(-group, SIGKILL);
		tap_sleep_ms(1);
	}
	return found;
}

/* Runs one case; returns the wait status of its child. */
static int run_case(const struct tap_case *c)
{
	int status = 0;

	memset(verdict, 0, sizeof(*verdict));
	timed_out = 0;
	pid_t pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0)
		run_child(c);
	setpgid(pid, pid);
	running = pid;
	alarm((c->timeout ? c->timeout : TAP_DEFAULT_TIMEOUT) * slowness);
	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			break;
	alarm(0);
	int orphans = reap_orphans(pid);
	if (orphans && status == 0) {
		tap_note("the case left %d process(es) running", orphans);
		verdict->failed = 1;
	}
	remove_tree(tmpdir);
	return status;
}

/* Prints the result line of one case; returns whether it failed. */
static bool report_case(const struct tap_case *c, int number, int status)
{
	if (timed_out) {
		say("not ok %d %s # TIMEOUT", number, c->name);
		return true;
	}
	if (WIFSIGNALED(status))
		tap_note("killed by signal %d", WTERMSIG(status));
	else if (status > 0 && WEXITSTATUS(status) != EXIT_FAILED &&
		 WEXITSTATUS(status) != EXIT_SKIPPED)
		tap_note("the case called exit(%d)", WEXITSTATUS(status));
	else if (status < 0)
		tap_note("fork failed: %s", strerror(errno));
	bool skipped = !verdict->failed && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED;
	if (skipped) {
		say("ok %d %s # SKIP %s", number, c->name, verdict->reason);
		return false;
	}
	bool failed = verdict->failed || status != 0;
	say("%s %d %s", failed ? "not ok" : "ok", number, c->name);
	return failed;
}

/* -- the program ------------------------------------------------------------------------------ */

static bool is_wanted(const struct tap_case *c, int argc, char **argv)
{
	if (argc < 2)
		return true;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], c->name) == 0)
			return true;
	return false;
}

/* Copies the wanted cases, in the order of their lines; returns how many. */
static int select_cases(const struct tap_case **list, int argc, char **argv)
{
	int n = 0;

	for (const struct tap_case *const *p = __start_tap_cases; p < __stop_tap_cases; p++) {
		int at = n;

		if (!is_wanted(*p, argc, argv) || n == MAX_CASES)
			continue;
		for (; at > 0 && list[at - 1]->line > (*p)->line; at--)
			list[at] = list[at - 1];
		list[at] = *p;
		n++;
	}
	return n;
}

static void share_verdict(void)
{
	static struct verdict unshared;

	verdict = mmap(
		NULL, sizeof(*verdict), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (verdict == MAP_FAILED) {
		tap_note("no shared memory: a failed CHECK in a grandchild may go unnoticed");
		verdict = &unshared;
	}
}

/* Why no case of this program can run here; NULL: they can. */
static const char *reason_to_skip_all(void)
{
	static char text[PATH_BYTES];
	const struct tap_since *since = __start_tap_since;

	if (&__start_tap_danger[0] < &__stop_tap_danger[0] && !getenv("TAP_MACHINE"))
		snprintf(text, sizeof(text), "changes the machine: %s", __start_tap_danger[0]);
	else if (since < __stop_tap_since && !tap_has_linux(since->major, since->minor))
		snprintf(text, sizeof(text), "needs Linux %d.%d", since->major, since->minor);
	return text[0] ? text : NULL;
}

/* Whoever started us may have ignored or blocked signals (nohup does): cases begin with neither. */
static void forget_inherited_signals(void)
{
	static const unsigned long untouched[4]; /* struct ksigaction as exec leaves it: the libc's call adds flags */
	sigset_t none;

	for (int sig = 1; sig <= LAST_SIGNAL; sig++) /* refused for SIGKILL and SIGSTOP, which need it not */
		syscall(SYS_rt_sigaction, sig, untouched, NULL, sizeof(unsigned long));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int main(int argc, char **argv)
{
	static const struct tap_case *list[MAX_CASES];
	struct sigaction sa = {.sa_handler = on_alarm};
	bool any_failed = false;

	if (argc == 2 && strcmp(argv[1], "-l") == 0) {
		int n = select_cases(list, 1, argv);

		for (int i = 0; i < n; i++)
			say("%s", list[i]->name);
		return 0;
	}
	int n = select_cases(list, argc, argv);
	if (n == 0) {
		tap_note("no such case");
		return 2;
	}
	if (getenv("TAP_SLOW") && atoi(getenv("TAP_SLOW")) > 0)
		slowness = atoi(getenv("TAP_SLOW"));
	const char *skip = reason_to_skip_all();
	forget_inherited_signals();
	share_verdict();
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	sigaction(SIGALRM, &sa, NULL);
	say("KTAP version 1");
	say("1..%d", n);
	for (int i = 0; i < n; i++) {
		if (skip) {
			say("ok %d %s # SKIP %s", i + 1, list[i]->name, skip);
			continue;
		}
		snprintf(tmpdir, sizeof(tmpdir), "/tmp/tap.%d.%d", (int)getpid(), i + 1);
		any_failed |= report_case(list[i], i + 1, run_case(list[i]));
	}
	return any_failed;
}
