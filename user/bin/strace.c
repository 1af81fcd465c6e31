// SPDX-License-Identifier: MIT
/*
 * strace: runs a command and shows its system calls.
 *
 * Promise   on standard error, or with -o in a file, a line for each call of the command; with -f also for the calls of
 *           all processes that it makes, each with its id. -e NAME,... shows these calls only, -c counts instead.
 *           The exit status is the command's own.
 * How       the kernel writes the lines: the child asks for it through /proc/ipc/strace, into a pipe whose end
 *           comes when nobody who is traced is left. Linux has no such file: there is strace(1), by ptrace(2).
 * Blocking  without -f it ends with the command, and does not wait for others who are still there
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/bin/signame.h"
#include "user/lib/tool.h"

enum { MAX_CALLS = 512, NAME_BYTES = 32, NOT_FOUND = 127, NOT_EXECUTABLE = 126, BY_SIGNAL = 128, POLL_MS = 100,
	BUF_BYTES = 65536 };

struct count {
	char name[NAME_BYTES];
	unsigned long calls, errors;
};

static const char *switch_file = "/proc/ipc/strace";
static struct count counts[MAX_CALLS];
static int nr_counts;
static bool follows, counting;
static const char *only; /* names, by commas */
static FILE *out;

static bool is_wanted(const char *name, size_t len)
{
	for (const char *s = only; s && *s; s += strspn(s, ",")) {
		size_t n = strcspn(s, ",");
		if (n == len && strncmp(s, name, n) == 0)
			return true;
		s += n;
	}
	return !only;
}

static void count(const char *name, size_t len, bool failed)
{
	int i = 0;

	while (i < nr_counts && (strlen(counts[i].name) != len || strncmp(counts[i].name, name, len) != 0))
		i++;
	if (i == MAX_CALLS || len >= NAME_BYTES)
		return;
	if (i == nr_counts)
		memcpy(counts[nr_counts++].name, name, len);
	counts[i].calls++;
	counts[i].errors += failed;
}

static int by_calls(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	return x->calls != y->calls ? (x->calls < y->calls ? 1 : -1) : strcmp(x->name, y->name);
}

static void print_counts(void)
{
	unsigned long calls = 0, errors = 0;

	qsort(counts, nr_counts, sizeof(*counts), by_calls);
	fprintf(out, "    calls    errors syscall\n--------- --------- ----------------\n");
	for (int i = 0; i < nr_counts; i++) {
		calls += counts[i].calls;
		errors += counts[i].errors;
		fprintf(out, counts[i].errors ? "%9lu %9lu %s\n" : "%9lu %9.0lu %s\n", counts[i].calls,
			counts[i].errors, counts[i].name);
	}
	fprintf(out, "--------- --------- ----------------\n%9lu %9lu total\n", calls, errors);
}

/* "PID name(args) = result" */
static void take_line(char *line, pid_t child)
{
	char *rest;
	long pid = strtol(line, &rest, 10);

	rest += strspn(rest, " ");
	size_t len = strcspn(rest, "(");
	if ((pid != child && !follows) || !is_wanted(rest, len))
		return;
	if (counting)
		count(rest, len, strstr(rest, " = -1 E"));
	else if (follows)
		fprintf(out, "%-5ld %s\n", pid, rest);
	else
		fprintf(out, "%s\n", rest);
}

static void on_child(int sig)
{
}

/* Takes the whole lines out of the buffer; answers how much of a line is left. */
static size_t take_lines(char *buf, size_t len, pid_t child)
{
	char *line = buf, *end;

	while ((end = memchr(line, '\n', buf + len - line))) {
		*end = '\0';
		take_line(line, child);
		line = end + 1;
	}
	size_t left = buf + len - line;
	memmove(buf, line, left);
	return left;
}

/* Until the pipe ends; without -f until the command has ended and the pipe is empty. */
static int follow(int fd, pid_t child)
{
	static char buf[BUF_BYTES];
	size_t len = 0;
	int status = 0;
	bool ended = false;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (!ended)
			ended = waitpid(child, &status, WNOHANG) == child;
		int n = poll(&p, 1, ended && !follows ? 0 : POLL_MS);
		if (n == 0 && ended && !follows)
			break;
		if (n <= 0)
			continue;
		ssize_t got = read(fd, buf + len, sizeof(buf) - len);
		if (got == 0)
			break;
		if (got > 0)
			len = take_lines(buf, len + got, child);
		if (len == sizeof(buf))
			len = 0; /* no line is as long */
	}
	if (!ended)
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	return status;
}

__attribute__((noreturn)) static void run(char **argv, int trace, int to)
{
	dprintf(trace, "%d\n", to); /* the switch; both are closed by exec, so that none of this shows */
	execvp(argv[0], argv);
	int why = errno;
	fprintf(stderr, "strace: %s: %s\n", argv[0], strerror(why));
	_exit(why == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

int main(int argc, char **argv)
{
	int c, fd[2];

	tool_start(argc, argv, "strace [-cf] [-e CALL,...] [-o FILE] COMMAND [ARGUMENT...]");
	out = stderr;
	while ((c = getopt(argc, argv, "+ce:fo:")) != -1) {
		if (c == '?')
			tool_usage();
		counting |= c == 'c';
		follows |= c == 'f';
		if (c == 'e')
			only = strncmp(optarg, "trace=", 6) == 0 ? optarg + 6 : optarg;
		if (c == 'o' && !(out = fopen(optarg, "we")))
			tool_die_errno("%s", optarg);
	}
	if (!argv[optind])
		tool_usage();
	int trace = open(switch_file, O_WRONLY | O_CLOEXEC);
	if (trace < 0 && errno == ENOENT)
		tool_die("this kernel has no %s: on Linux use Debian's strace", switch_file);
	if (trace < 0 || pipe2(fd, O_CLOEXEC) != 0)
		tool_die_errno("%s", switch_file);
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = on_child }, NULL);
	pid_t child = fork();
	if (child < 0)
		tool_die_errno("fork");
	if (child == 0) {
		close(fd[0]);
		run(argv + optind, trace, fd[1]);
	}
	signal(SIGINT, SIG_IGN); /* it is for the command */
	signal(SIGQUIT, SIG_IGN);
	close(fd[1]);
	close(trace);
	int status = follow(fd[0], child);
	if (counting)
		print_counts();
	else if (WIFSIGNALED(status))
		fprintf(out, "+++ killed by SIG%s +++\n", signal_name(WTERMSIG(status)));
	else
		fprintf(out, "+++ exited with %d +++\n", WEXITSTATUS(status));
	return WIFSIGNALED(status) ? BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}
