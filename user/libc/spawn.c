// SPDX-License-Identifier: MIT
/*
 * spawn: starting a program without copying the address space first.
 *
 * Promise   posix_spawn() answers the error number itself, also of what fails in the child, and nothing runs
 *           then. The caller's memory is untouched, its signals are as they were.
 * How       vfork(): the child borrows memory and stack, the caller waits until it is gone. No handler of the
 *           caller may run in the child: all signals are blocked until the handlers are gone.
 * Linux     posix_spawn(3), vfork(2)
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum action { ACTION_OPEN, ACTION_DUP2, ACTION_CLOSE, ACTION_CHDIR };

struct spawn_action {
	struct spawn_action *next;
	enum action what;
	int fd, to, flags;
	mode_t mode;
	char path[];
};

typedef int exec_fn(const char *path, char *const argv[], char *const envp[]);

/* --- in the child --- */

static int do_action(const struct spawn_action *a)
{
	int fd;

	switch (a->what) {
	case ACTION_CLOSE:
		close(a->fd); /* that it is closed already is no error */
		return 0;
	case ACTION_CHDIR:
		return chdir(a->path);
	case ACTION_DUP2:
		/* Onto itself: at least it stays open in the program. */
		return a->fd == a->to ? fcntl(a->fd, F_SETFD, 0) : dup2(a->fd, a->to);
	case ACTION_OPEN:
		fd = open(a->path, a->flags, a->mode);
		if (fd < 0 || fd == a->fd)
			return fd;
		if (dup2(fd, a->fd) < 0)
			return -1;
		return close(fd);
	}
	return -1;
}

static void reset_handlers(const posix_spawnattr_t *attr)
{
	struct sigaction act, none = { .sa_handler = SIG_DFL };

	for (int sig = 1; sig < NSIG; sig++) {
		bool asked = attr && (attr->flags & POSIX_SPAWN_SETSIGDEF) && sigismember(&attr->defaults, sig) == 1;
		bool caught = sigaction(sig, NULL, &act) == 0 && act.sa_handler != SIG_DFL && act.sa_handler != SIG_IGN;
		if (asked || caught)
			sigaction(sig, &none, NULL);
	}
}

static int set_attributes(const posix_spawnattr_t *attr)
{
	if (!attr)
		return 0;
	if ((attr->flags & POSIX_SPAWN_SETSID) && setsid() < 0)
		return -1;
	if ((attr->flags & POSIX_SPAWN_SETPGROUP) && setpgid(0, attr->pgroup) < 0)
		return -1;
	if ((attr->flags & POSIX_SPAWN_RESETIDS) && (setgid(getgid()) < 0 || setuid(getuid()) < 0))
		return -1;
	return 0;
}

/* Answers only when something failed. */
static void become(exec_fn *exec, const char *path, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attr, char *const argv[], char *const envp[], const sigset_t *mask)
{
	reset_handlers(attr);
	if (set_attributes(attr) < 0)
		return;
	for (const struct spawn_action *a = actions ? actions->first : NULL; a; a = a->next)
		if (do_action(a) < 0)
			return;
	sigprocmask(SIG_SETMASK, attr && (attr->flags & POSIX_SPAWN_SETSIGMASK) ? &attr->mask : mask, NULL);
	exec(path, argv, envp);
}

/* --- in the caller --- */

static int spawn(pid_t *out, exec_fn *exec, const char *path, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	volatile int error = 0; /* the child writes it, into our memory */
	int saved = errno;
	sigset_t all, mask;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &mask);
	pid_t pid = vfork();
	if (pid == 0) {
		become(exec, path, actions, attr, argv, envp, &mask);
		error = errno;
		_exit(127);
	}
	int result = pid < 0 ? errno : error;
	if (pid > 0 && error)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	errno = saved;
	if (!result && out)
		*out = pid;
	return result;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
	char *const argv[], char *const envp[])
{
	return spawn(pid, execve, path, actions, attr, argv, envp);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	return spawn(pid, execvpe, file, actions, attr, argv, envp);
}

/* --- what to do before --- */

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	*actions = (posix_spawn_file_actions_t){ 0 };
	return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	while (actions->first) {
		struct spawn_action *a = actions->first;
		actions->first = a->next;
		free(a);
	}
	actions->last = NULL;
	return 0;
}

static int add(posix_spawn_file_actions_t *actions, const struct spawn_action *what, const char *path)
{
	struct spawn_action *a;

	if (what->fd < 0 || what->to < 0)
		return EBADF;
	a = malloc(sizeof(*a) + strlen(path) + 1);
	if (!a)
		return ENOMEM;
	memcpy(a, what, sizeof(*a));
	strcpy(a->path, path);
	if (actions->last)
		actions->last->next = a;
	else
		actions->first = a;
	actions->last = a;
	return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd, const char *path, int flags,
	mode_t mode)
{
	return add(actions,
		&(struct spawn_action){ .what = ACTION_OPEN, .fd = fd, .flags = flags, .mode = mode }, path);
}
int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to)
{
	return add(actions, &(struct spawn_action){ .what = ACTION_DUP2, .fd = fd, .to = to }, "");
}
int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	return add(actions, &(struct spawn_action){ .what = ACTION_CLOSE, .fd = fd }, "");
}
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path)
{
	return add(actions, &(struct spawn_action){ .what = ACTION_CHDIR }, path);
}

int posix_spawnattr_init(posix_spawnattr_t *attr)
{
	*attr = (posix_spawnattr_t){ 0 };
	return 0;
}
int posix_spawnattr_destroy(posix_spawnattr_t *attr)
{
	return 0;
}
int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags)
{
	attr->flags = flags;
	return 0;
}
int posix_spawnattr_getflags(const posix_spawnattr_t *attr, short *flags)
{
	*flags = attr->flags;
	return 0;
}
int posix_spawnattr_setpgroup(posix_spawnattr_t *attr, pid_t pgroup)
{
	attr->pgroup = pgroup;
	return 0;
}
int posix_spawnattr_getpgroup(const posix_spawnattr_t *attr, pid_t *pgroup)
{
	*pgroup = attr->pgroup;
	return 0;
}
int posix_spawnattr_setsigdefault(posix_spawnattr_t *attr, const sigset_t *set)
{
	attr->defaults = *set;
	return 0;
}
int posix_spawnattr_getsigdefault(const posix_spawnattr_t *attr, sigset_t *set)
{
	*set = attr->defaults;
	return 0;
}
int posix_spawnattr_setsigmask(posix_spawnattr_t *attr, const sigset_t *set)
{
	attr->mask = *set;
	return 0;
}
int posix_spawnattr_getsigmask(const posix_spawnattr_t *attr, sigset_t *set)
{
	*set = attr->mask;
	return 0;
}
