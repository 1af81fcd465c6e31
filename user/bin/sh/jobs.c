// SPDX-License-Identifier: MIT
/*
 * jobs: starting processes, waiting for them, and job control.
 *
 * Promise   with job control every pipeline is a process group, the one in the foreground has the terminal,
 *           and the terminal's modes come back to the shell after a job that was stopped or killed.
 *           Without it nothing of this happens, but `wait` still knows every child.
 * Lifetime  a job is forgotten when its end was reported or waited for
 * Linux     POSIX.1-2017, General Terminal Interface 11.1.4; setpgid(2), tcsetpgrp(3), wait(2)
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

struct proc {
	pid_t pid;
	int status; /* as wait() tells */
	enum { RUNS, STOPPED, DONE } state;
};

struct job {
	struct job *next;
	int id;
	pid_t pgid;
	int nr_procs;
	bool background;
	bool changed; /* its state is to be reported */
	bool quiet;   /* its standard error is not ours: nobody asked for its last words here */
	char *text;
	struct proc procs[];
};

static struct job *jobs; /* the newest first: the current one */
static int tty = -1;
static pid_t shell_pgid;
static struct termios shell_modes;

int status_of(int s)
{
	return WIFEXITED(s) ? WEXITSTATUS(s) : 128 + (WIFSTOPPED(s) ? WSTOPSIG(s) : WTERMSIG(s));
}

void jobs_init(bool control)
{
	sh.job_control = false;
	if (!control)
		return;
	if (tty < 0) {
		int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
		tty = fd < 0 && isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, FD_SAFE)
						     : fd < 0 ? -1 : fd_move_up(fd);
	}
	if (tty < 0 || tcgetpgrp(tty) < 0) {
		warn("can't access tty; job control turned off");
		sh.o.monitor = false;
		return;
	}
	/* Started in the background: wait until somebody brings us forward. */
	while (tcgetpgrp(tty) != getpgrp())
		kill(0, SIGTTIN);
	signal_set_interactive();
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	shell_pgid = getpid();
	setpgid(0, shell_pgid); /* fails for a session leader, which is one already */
	shell_pgid = getpgrp();
	tcsetpgrp(tty, shell_pgid);
	tcgetattr(tty, &shell_modes);
	sh.job_control = true;
}

struct job *job_new(const char *text, int nr_procs)
{
	struct job *j = must(calloc(1, sizeof(*j) + nr_procs * sizeof(j->procs[0])));

	j->text = str_dup(text ? text : "");
	return j;
}

void job_be_quiet(struct job *j)
{
	j->quiet = true;
}

static void job_free(struct job *j)
{
	for (struct job **p = &jobs; *p; p = &(*p)->next)
		if (*p == j) {
			*p = j->next;
			break;
		}
	free(j->text);
	free(j);
}

void child_forget_jobs(void)
{
	while (jobs)
		job_free(jobs);
}

pid_t job_fork(struct job *j, bool background)
{
	fflush(NULL);
	pid_t pid = fork();

	if (pid < 0)
		fail("Cannot fork");
	pid_t pgid = j->pgid ? j->pgid : pid ? pid : getpid();
	if (sh.job_control) {
		setpgid(pid, pgid);
		if (!background)
			tcsetpgrp(tty, pgid);
	}
	if (pid == 0) {
		traps_forget();
		signals_to_child(background && !sh.job_control);
		return 0;
	}
	j->pgid = pgid;
	j->procs[j->nr_procs++].pid = pid;
	return pid;
}

static void note_status(struct job *j, pid_t pid, int status)
{
	for (; j; j = j->next)
		for (int i = 0; i < j->nr_procs; i++) {
			struct proc *p = &j->procs[i];
			if (p->pid != pid || p->state == DONE)
				continue;
			p->status = status;
			p->state = WIFSTOPPED(status) ? STOPPED : WIFCONTINUED(status) ? RUNS : DONE;
			j->changed = p->state != RUNS;
			return;
		}
}

static int job_state(const struct job *j)
{
	int stopped = 0, done = 0;

	for (int i = 0; i < j->nr_procs; i++) {
		stopped += j->procs[i].state == STOPPED;
		done += j->procs[i].state == DONE;
	}
	return done == j->nr_procs ? DONE : stopped && stopped + done == j->nr_procs ? STOPPED : RUNS;
}

/* Of the last process; with pipefail of the last that failed. */
static int job_status(const struct job *j)
{
	int status = j->procs[j->nr_procs - 1].status;

	for (int i = j->nr_procs - 1; sh.o.pipefail && !status && i >= 0; i--)
		status = j->procs[i].status;
	return status;
}

static void enter(struct job *j)
{
	int id = 1;

	for (struct job *k = jobs; k; k = k->next)
		if (k->id >= id)
			id = k->id + 1;
	if (!j->id)
		j->id = id;
	for (struct job *k = jobs; k; k = k->next)
		if (k == j)
			return;
	j->next = jobs;
	jobs = j;
}

static const char *state_text(const struct job *j, char *buf, size_t size)
{
	int s = job_status(j);

	switch (job_state(j)) {
	case RUNS:
		return "Running";
	case STOPPED:
		return "Stopped";
	}
	if (WIFSIGNALED(s))
		snprintf(buf, size, "%s%s", strsignal(WTERMSIG(s)), WCOREDUMP(s) ? " (core dumped)" : "");
	else if (WEXITSTATUS(s))
		snprintf(buf, size, "Done(%d)", WEXITSTATUS(s));
	else
		return "Done";
	return buf;
}

static void print_job(FILE *f, struct job *j, bool pids)
{
	char state[64];
	char mark = j == jobs ? '+' : jobs && j == jobs->next ? '-' : ' ';

	fprintf(f, "[%d] %c ", j->id, mark);
	if (pids)
		fprintf(f, "%d ", j->procs[0].pid);
	fprintf(f, "%-20s %s\n", state_text(j, state, sizeof(state)), j->text);
	j->changed = false;
}

/* Takes one report from the kernel; false: none. */
static bool reap(int options)
{
	int status;
	pid_t pid = waitpid(-1, &status, options | (sh.job_control ? WUNTRACED | WCONTINUED : 0));

	if (pid == 0)
		errno = 0; /* nothing new, nothing wrong */
	if (pid <= 0)
		return false;
	note_status(jobs, pid, status);
	return true;
}

static void on_child(int sig)
{
}

/*
 * For the command `wait`, which a trap ends: as reap(0), but false with EINTR as soon as a trap is pending. The
 * signals are blocked except inside sigsuspend(), so none can come between the look and the sleep.
 */
static bool reap_or_trap(void)
{
	sigset_t all, before;
	bool got;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	while (!(got = reap(WNOHANG)) && errno != ECHILD && !trap_pending() && !sh.interrupted) {
		sigsuspend(&before);
		errno = EINTR;
	}
	int saved = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return got;
}

static void take_terminal_back(struct job *j)
{
	if (!sh.job_control)
		return;
	tcsetpgrp(tty, shell_pgid);
	if (job_state(j) == STOPPED || WIFSIGNALED(job_status(j)))
		tcsetattr(tty, TCSADRAIN, &shell_modes);
	else
		tcgetattr(tty, &shell_modes);
}

void job_tell_death(int s)
{
	if (!WIFSIGNALED(s) || WTERMSIG(s) == SIGINT || WTERMSIG(s) == SIGPIPE)
		return;
	fprintf(stderr, "%s%s\n", strsignal(WTERMSIG(s)), WCOREDUMP(s) ? " (core dumped)" : "");
}

static int wait_foreground(struct job *j)
{
	enter(j);
	while (job_state(j) == RUNS)
		if (!reap(0) && errno == ECHILD)
			break;
	int status = job_status(j);
	take_terminal_back(j);
	if (job_state(j) == STOPPED) {
		for (int i = 0; i < j->nr_procs; i++)
			if (j->procs[i].state == STOPPED)
				status = j->procs[i].status;
		fputc('\n', stderr);
		j->background = true;
		print_job(stderr, j, false);
		return status_of(status);
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT && sh.o.interactive)
		sh.interrupted = true;
	for (int i = 0; i < j->nr_procs && !j->quiet; i++)
		job_tell_death(j->procs[i].status);
	job_free(j);
	return status_of(status);
}

int job_wait_foreground(struct job *j)
{
	return wait_foreground(j);
}

void job_to_background(struct job *j)
{
	j->background = true;
	enter(j);
	if (sh.o.interactive && sh.job_control)
		fprintf(stderr, "[%d] %d\n", j->id, j->procs[j->nr_procs - 1].pid);
}

/* Before a prompt: which jobs ended or stopped meanwhile. */
void jobs_notify(void)
{
	while (reap(WNOHANG))
		;
	for (struct job *j = jobs, *next; j; j = next) {
		next = j->next;
		if (!j->changed)
			continue;
		if (job_state(j) != RUNS)
			print_job(stderr, j, false);
		if (job_state(j) == DONE)
			job_free(j);
	}
}

/* %1 %% %+ %- %name, or a process id; NULL: no such job. */
static struct job *find_job(const char *spec)
{
	struct job *found = NULL;

	if (*spec != '%') {
		for (struct job *j = jobs; j; j = j->next)
			for (int i = 0; i < j->nr_procs; i++)
				if (j->procs[i].pid == atoi(spec))
					return j;
		return NULL;
	}
	spec++;
	if (!*spec || strcmp(spec, "%") == 0 || strcmp(spec, "+") == 0)
		return jobs;
	if (strcmp(spec, "-") == 0)
		return jobs ? jobs->next : NULL;
	for (struct job *j = jobs; j; j = j->next) {
		if (isdigit(*spec) ? j->id == atoi(spec) : strncmp(j->text, spec, strlen(spec)) == 0)
			return j;
		if (*spec == '?' && strstr(j->text, spec + 1))
			found = j;
	}
	return found;
}

pid_t job_leader(const char *spec)
{
	struct job *j = find_job(spec);

	return j ? (sh.job_control ? -j->pgid : j->procs[0].pid) : 0;
}

static int wait_for_one(const char *spec)
{
	struct job *j = find_job(spec);

	if (!j && *spec == '%')
		warn("No such job: %s", spec);
	else if (!j && (!*spec || spec[strspn(spec, "0123456789")]))
		warn("Illegal number: %s", spec);
	else if (!j)
		return 127; /* some process that is no child of ours, or was waited for */
	if (!j)
		return 2;
	while (job_state(j) == RUNS) {
		if (trap_pending())
			return 128 + trap_pending();
		if (!reap_or_trap() && errno == ECHILD)
			break;
		if (sh.interrupted)
			return 128 + SIGINT;
	}
	int status = job_status(j);
	if (*spec != '%') /* the process asked for, not the last of its pipeline */
		for (int i = 0; i < j->nr_procs; i++)
			if (j->procs[i].pid == atoi(spec))
				status = j->procs[i].status;
	if (job_state(j) == DONE) {
		job_tell_death(status);
		job_free(j);
	}
	return status_of(status);
}

static bool any_runs(void)
{
	for (struct job *j = jobs; j; j = j->next)
		if (job_state(j) == RUNS)
			return true;
	return false;
}

static int wait_for_all(void)
{
	while (any_runs()) {
		if (trap_pending())
			return 128 + trap_pending();
		if (!reap_or_trap() && errno == ECHILD)
			break;
		if (sh.interrupted)
			return 128 + SIGINT;
	}
	for (struct job *j = jobs, *next; j; j = next) {
		next = j->next;
		if (job_state(j) == DONE)
			job_free(j);
	}
	return 0;
}

int cmd_wait(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_child, .sa_flags = SA_RESTART }, old;
	int status = 0;

	/* SIGCHLD only wakes sigsuspend() when somebody wants to hear of it. */
	sigaction(SIGCHLD, NULL, &old);
	if (old.sa_handler == SIG_DFL)
		sigaction(SIGCHLD, &act, NULL);
	for (int i = 1; i < argc; i++)
		status = wait_for_one(argv[i]);
	if (argc == 1)
		status = wait_for_all();
	if (old.sa_handler == SIG_DFL)
		sigaction(SIGCHLD, &old, NULL);
	return status;
}

int cmd_jobs(int argc, char **argv)
{
	bool long_form = argc > 1 && strcmp(argv[1], "-l") == 0, only_pids = argc > 1 && strcmp(argv[1], "-p") == 0;

	while (reap(WNOHANG))
		;
	for (int id = 1, left = 1; left; id++) {
		left = 0;
		for (struct job *j = jobs, *next; j; j = next) {
			next = j->next;
			left += j->id > id;
			if (j->id != id)
				continue;
			if (only_pids)
				printf("%d\n", j->pgid);
			else
				print_job(stdout, j, long_form);
			if (job_state(j) == DONE)
				job_free(j);
		}
	}
	return 0;
}

static struct job *job_argument(int argc, char **argv)
{
	struct job *j = find_job(argc > 1 ? argv[1] : "%%");

	if (!sh.job_control)
		warn("no job control");
	else if (!j && argc > 1)
		warn("No such job: %s", argv[1]);
	else if (!j)
		warn("No current job");
	return sh.job_control ? j : NULL;
}

static void go_on(struct job *j)
{
	/* The newest is the current one. */
	for (struct job **p = &jobs; *p; p = &(*p)->next)
		if (*p == j) {
			*p = j->next;
			j->next = jobs;
			jobs = j;
			break;
		}
	for (int i = 0; i < j->nr_procs; i++)
		if (j->procs[i].state == STOPPED)
			j->procs[i].state = RUNS;
	j->changed = false;
	kill(-j->pgid, SIGCONT);
}

int cmd_fg(int argc, char **argv)
{
	struct job *j = job_argument(argc, argv);

	if (!j)
		return 2;
	printf("%s\n", j->text);
	fflush(stdout);
	tcsetpgrp(tty, j->pgid);
	go_on(j);
	return wait_foreground(j);
}

int cmd_bg(int argc, char **argv)
{
	struct job *j = job_argument(argc, argv);

	if (!j)
		return 2;
	printf("[%d] %s\n", j->id, j->text);
	j->background = true;
	go_on(j);
	return 0;
}
