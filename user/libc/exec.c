// SPDX-License-Identifier: MIT
/*
 * exec: starting programs, and whole command lines through the shell.
 *
 * Promise   execvp() looks along PATH; a file that is executable but in no known format is given to
 *           /bin/sh. EACCES is reported only when nothing better is found on the way.
 * Linux     exec(3), system(3), popen(3)
 */
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <paths.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/libc/stream.h"

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

static void run_script(const char *path, char *const argv[], char *const envp[])
{
	int count = 0;

	while (argv[count])
		count++;
	char **shell_argv = alloca((count + 3) * sizeof(*shell_argv));
	shell_argv[0] = "sh";
	shell_argv[1] = (char *)path;
	shell_argv[2] = NULL; /* for a caller without even a name in argv */
	for (int i = 1; i <= count; i++)
		shell_argv[i + 1] = argv[i];
	execve(_PATH_BSHELL, shell_argv, envp);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	const char *path = getenv("PATH");
	char name[PATH_MAX];
	bool denied = false;

	if (strchr(file, '/')) {
		execve(file, argv, envp);
		if (errno == ENOEXEC)
			run_script(file, argv, envp);
		return -1;
	}
	if (!*file) {
		errno = ENOENT;
		return -1;
	}
	for (const char *p = path ? path : _PATH_DEFPATH;; p++) {
		int len = strcspn(p, ":");

		if (len + strlen(file) + 2 <= sizeof(name)) {
			snprintf(name, sizeof(name), "%.*s%s%s", len, p, len ? "/" : "", file);
			execve(name, argv, envp);
			if (errno == ENOEXEC)
				run_script(name, argv, envp);
			denied |= errno == EACCES;
			if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
				return -1;
		}
		p += len;
		if (!*p)
			break;
	}
	errno = denied ? EACCES : ENOENT;
	return -1;
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

/* Gathers the arguments of a call; *end is what follows the NULL. */
#define GATHER(argv, first)                                   \
	va_list ap;                                           \
	int count = 1;                                        \
	va_start(ap, first);                                  \
	while (va_arg(ap, char *))                            \
		count++;                                      \
	va_end(ap);                                           \
	char **argv = alloca((count + 1) * sizeof(*argv));    \
	argv[0] = (char *)first;                              \
	va_start(ap, first);                                  \
	for (int i = 1; i <= count; i++)                      \
		argv[i] = va_arg(ap, char *)

int execl(const char *path, const char *arg, ...)
{
	GATHER(argv, arg);
	va_end(ap);
	return execve(path, argv, environ);
}
int execlp(const char *file, const char *arg, ...)
{
	GATHER(argv, arg);
	va_end(ap);
	return execvpe(file, argv, environ);
}
int execle(const char *path, const char *arg, ...)
{
	GATHER(argv, arg);
	char *const *envp = va_arg(ap, char *const *);
	va_end(ap);
	return execve(path, argv, envp);
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
	return execveat(fd, "", argv, envp, AT_EMPTY_PATH);
}

/* Starts the shell with the command line; -1: it could not be. */
static pid_t start_shell(const char *command, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr)
{
	char *argv[] = { "sh", "-c", (char *)command, NULL };
	pid_t pid;
	int error = posix_spawn(&pid, _PATH_BSHELL, actions, attr, argv, environ);

	if (!error)
		return pid;
	errno = error;
	return -1;
}

int system(const char *command)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old_int, old_quit;
	posix_spawnattr_t attr = { .flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK };
	sigset_t chld;
	int status = -1;

	if (!command)
		return access(_PATH_BSHELL, X_OK) == 0;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &attr.mask);
	sigaction(SIGINT, &ignore, &old_int);
	sigaction(SIGQUIT, &ignore, &old_quit);
	/* The command gets what the caller had, but for what only the caller ignores now. */
	if (old_int.sa_handler != SIG_IGN)
		sigaddset(&attr.defaults, SIGINT);
	if (old_quit.sa_handler != SIG_IGN)
		sigaddset(&attr.defaults, SIGQUIT);
	pid_t pid = start_shell(command, NULL, &attr);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGQUIT, &old_quit, NULL);
	sigprocmask(SIG_SETMASK, &attr.mask, NULL);
	return status;
}

FILE *popen(const char *command, const char *mode)
{
	posix_spawn_file_actions_t actions;
	int fd[2], reads = *mode == 'r';
	pid_t pid = -1;

	if (pipe2(fd, O_CLOEXEC))
		return NULL;
	FILE *f = fdopen(fd[!reads], mode);
	posix_spawn_file_actions_init(&actions);
	if (f && posix_spawn_file_actions_adddup2(&actions, fd[reads], reads) == 0)
		pid = start_shell(command, &actions, NULL);
	posix_spawn_file_actions_destroy(&actions);
	close(fd[reads]);
	if (pid > 0) {
		f->pid = pid;
		return f;
	}
	if (f)
		fclose(f);
	else
		close(fd[!reads]);
	return NULL;
}

int pclose(FILE *f)
{
	int status, pid = f->pid;

	fclose(f);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}
