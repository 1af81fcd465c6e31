// SPDX-License-Identifier: MIT
/*
 * runcmd: process 1 of `./run -- COMMAND`: one command, its streams and its status.
 *
 * Promise   The command of /.run/job runs with the host's standard streams and its exit status
 *           reaches the host. What is not read of the input is not asked for.
 *           Everything goes over the console, one frame a line, so that nothing more than a
 *           console and pipes is needed of the kernel, and its own messages disturb nothing:
 *
 *             guest  ~s            the command starts now
 *                    ~1TEXT ~2TEXT what it wrote on standard output, on standard error
 *                    ~r            send more input
 *                    ~xN           it has ended, with this status (128 + signal as in a shell)
 *             host   ~0TEXT        some input;  ~0 alone: its end
 *
 *           TEXT is printable ASCII; '\' and every other byte are '\' and two hex digits.
 * Job       /.run/job is a list of NUL-terminated strings: mode, working directory, number of
 *           arguments, the arguments, the environment. Mode "tty" gives the console itself to the
 *           command as its controlling terminal; "file" takes the input from /.run/stdin;
 *           "pull" asks the host for it; "null" gives none.
 * Blocking  poll() over the pipes and the console; the end of the command is seen by SIGCHLD's
 *           interruption or within 50 ms.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>

#include "user/bin/guest.h"

enum {
	JOB_BYTES = 1 << 17,
	MAX_STRINGS = 1024,
	RAW_BYTES = 1024, /* of one frame, before escaping */
	LINE_BYTES = 3 * RAW_BYTES + 16,
	POLL_MS = 50,
};

#define JOB_FILE   "/.run/job"
#define STDIN_FILE "/.run/stdin"

struct job {
	const char *mode, *cwd;
	char *argv[MAX_STRINGS], *env[MAX_STRINGS];
};

/* The pipes between us and the command; -1 once closed. */
struct streams {
	int in, out, err;
	bool asked; /* a ~r is on its way */
};

static char job_text[JOB_BYTES];

static void put(const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, buf, len);

		if (n < 0 && errno != EINTR)
			return;
		buf += n > 0 ? n : 0;
		len -= n > 0 ? n : 0;
	}
}

static void put_frame(char kind, const char *raw, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char line[LINE_BYTES];
	size_t at = 0;

	line[at++] = '~';
	line[at++] = kind;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = raw[i];

		if (c >= ' ' && c <= '~' && c != '\\') {
			line[at++] = c;
			continue;
		}
		line[at++] = '\\';
		line[at++] = digits[c >> 4];
		line[at++] = digits[c & 15];
	}
	line[at++] = '\n';
	put(line, at);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

/* Undoes the escapes in place; returns the number of bytes. */
static size_t decode(char *text, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 2 < len) {
			text[to++] = hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]);
			i += 2;
		} else {
			text[to++] = text[i];
		}
	}
	return to;
}

/* -- the job ---------------------------------------------------------------------------------- */

static bool read_job(struct job *job)
{
	int fd = open(JOB_FILE, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, job_text + len, JOB_BYTES - 1 - len)) > 0)
		len += n;
	if (fd < 0 || len == 0)
		return false;
	close(fd);
	char *p = job_text, *end = job_text + len;
	job->mode = p;
	p += strlen(p) + 1;
	job->cwd = p;
	p += strlen(p) + 1;
	int argc = atoi(p);
	p += strlen(p) + 1;
	if (argc < 1 || argc >= MAX_STRINGS)
		return false;
	for (int i = 0; i < argc && p < end; p += strlen(p) + 1)
		job->argv[i++] = p;
	for (int i = 0; i < MAX_STRINGS - 1 && p < end; p += strlen(p) + 1)
		job->env[i++] = p;
	return job->argv[0] != NULL;
}

static const char *find_env(const struct job *job, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; job->env[i]; i++)
		if (strncmp(job->env[i], name, len) == 0 && job->env[i][len] == '=')
			return job->env[i] + len + 1;
	return "";
}

__attribute__((noreturn)) static void become(const struct job *job)
{
	const char *path = find_env(job, "PATH");
	char file[RAW_BYTES];

	signal(SIGPIPE, SIG_DFL);
	if (chdir(job->cwd) != 0)
		(void)!chdir("/");
	if (strchr(job->argv[0], '/'))
		execve(job->argv[0], job->argv, job->env);
	else
		for (errno = ENOENT; *path; path += path[0] == ':') {
			size_t len = strcspn(path, ":");

			snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, job->argv[0]);
			execve(file, job->argv, job->env);
			if (errno != ENOENT)
				break;
			path += len;
		}
	int status = errno == ENOENT ? 127 : 126;
	int n = snprintf(file, sizeof(file), "run: %s: %s\n", job->argv[0], strerror(errno));
	(void)!write(STDERR_FILENO, file, n);
	_exit(status);
}

static pid_t start(const struct job *job, struct streams *s)
{
	int in[2] = {-1, -1}, out[2], err[2];

	if (strcmp(job->mode, "pull") == 0) {
		if (pipe2(in, O_CLOEXEC) != 0)
			return -1;
	} else {
		bool file = strcmp(job->mode, "file") == 0;

		in[0] = open(file ? STDIN_FILE : "/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		setsid();
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		become(job);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	*s = (struct streams){.in = in[1], .out = out[0], .err = err[0]};
	return pid;
}

/* -- moving bytes ----------------------------------------------------------------------------- */

static void pump_output(int *fd, char kind)
{
	char raw[RAW_BYTES];
	ssize_t n = read(*fd, raw, sizeof(raw));

	if (n > 0)
		put_frame(kind, raw, n);
	if (n == 0 || (n < 0 && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
}

/* Hands one line from the host to the command; the pipe has room, for that was why we asked. */
static void take_input(struct streams *s, char *line, size_t len)
{
	if (len < 2 || line[0] != '~' || line[1] != '0')
		return;
	s->asked = false;
	size_t n = decode(line + 2, len - 2);
	for (size_t done = 0; done < n && s->in >= 0;) {
		ssize_t w = write(s->in, line + 2 + done, n - done);

		if (w < 0 && errno != EINTR)
			n = 0;
		done += w > 0 ? w : 0;
	}
	if (n == 0 && s->in >= 0) {
		close(s->in);
		s->in = -1;
	}
}

static void pump_input(struct streams *s)
{
	static char line[LINE_BYTES];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, line + len, sizeof(line) - 1 - len);
	char *end;

	len += n > 0 ? n : 0;
	while ((end = memchr(line, '\n', len))) {
		size_t used = end - line + 1;

		take_input(s, line, used - 1);
		memmove(line, line + used, len - used);
		len -= used;
	}
	if (len == sizeof(line) - 1)
		len = 0;
}

/* Reaps whom there is to reap, orphans too, as process 1 must; true: `pid` was among them. */
static bool reap(pid_t pid, int *status, int options)
{
	int ended;
	pid_t who;

	while ((who = waitpid(-1, &ended, options)) > 0) {
		if (who != pid)
			continue;
		*status = ended;
		return true;
	}
	return false;
}

/* Moves bytes until the command has ended and its output is out; returns its wait status. */
static int serve(pid_t pid, struct streams *s)
{
	int status = 0;
	bool ended = false;

	for (;;) {
		/* Room in the pipe of the command's input is what makes us ask for more. */
		struct pollfd p[] = {
			{.fd = s->out, .events = POLLIN},
			{.fd = s->err, .events = POLLIN},
			{.fd = s->asked ? -1 : s->in, .events = POLLOUT},
			{.fd = s->asked ? STDIN_FILENO : -1, .events = POLLIN},
		};
		int ready = poll(p, sizeof(p) / sizeof(p[0]), ended ? 0 : POLL_MS);

		if (p[0].revents)
			pump_output(&s->out, '1');
		if (p[1].revents)
			pump_output(&s->err, '2');
		if (p[2].revents & POLLERR) {
			close(s->in);
			s->in = -1;
		} else if (p[2].revents) {
			put_frame('r', "", 0);
			s->asked = true;
		}
		if (p[3].revents)
			pump_input(s);
		if (ended && (ready <= 0 || (s->out < 0 && s->err < 0)))
			return status;
		if (!ended)
			ended = reap(pid, &status, WNOHANG);
	}
}

static void on_child(int sig)
{
	(void)sig; /* it is there to interrupt poll() */
}

static void set_echo(bool on)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &t) != 0)
		return;
	t.c_lflag = on ? t.c_lflag | ECHO : t.c_lflag & ~ECHO;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static int run_on_terminal(const struct job *job)
{
	int status = 0, fd;
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		fd = open("/dev/ttyS0", O_RDWR);
		if (fd < 0)
			fd = open("/dev/console", O_RDWR);
		ioctl(fd, TIOCSCTTY, 0);
		for (int to = 0; to < 3 && fd >= 0; to++)
			dup2(fd, to);
		if (fd > 2)
			close(fd);
		become(job);
	}
	while (pid > 0 && !reap(pid, &status, 0))
		if (errno != EINTR)
			break;
	return status;
}

int main(void)
{
	static struct job job;
	struct streams s;
	char text[16];
	int status = -1;

	guest_mount();
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = on_child}, NULL);
	if (!read_job(&job)) {
		put_frame('2', "run: no job in the initrd\n", 26);
	} else if (strcmp(job.mode, "tty") == 0) {
		put_frame('s', "", 0);
		status = run_on_terminal(&job);
	} else {
		set_echo(false);
		put_frame('s', "", 0);
		pid_t pid = start(&job, &s);
		status = pid > 0 ? serve(pid, &s) : -1;
	}
	int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	int n = snprintf(text, sizeof(text), "%d", code);
	put_frame('x', text, n);
	guest_end(true);
	return 0;
}
