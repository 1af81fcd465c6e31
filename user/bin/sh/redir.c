// SPDX-License-Identifier: MIT
/*
 * redir: moving descriptors before a command, and back after it.
 *
 * Promise   redirections happen in the order they are written. What a builtin or a compound command moved
 *           is restored, also after an error. The shell's own descriptors stay out of the way.
 * Linux     POSIX.1-2017, Shell Command Language 2.7
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

struct saved_fd {
	struct saved_fd *below;
	int fd, copy; /* copy -1: it was closed */
};

static struct saved_fd *saved;

int fd_move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, FD_SAFE);

	if (up >= 0)
		close(fd);
	return up < 0 ? fd : up;
}

struct saved_fd *redirect_mark(void)
{
	return saved;
}

static void save(int fd, const struct saved_fd *mark)
{
	for (struct saved_fd *s = saved; s != mark; s = s->below)
		if (s->fd == fd)
			return;
	struct saved_fd *s = must(malloc(sizeof(*s)));
	*s = (struct saved_fd){ saved, fd, fcntl(fd, F_DUPFD_CLOEXEC, FD_SAFE) };
	saved = s;
}

void redirect_undo(struct saved_fd *mark)
{
	while (saved != mark) {
		struct saved_fd *s = saved;

		if (s->copy >= 0) {
			dup2(s->copy, s->fd);
			close(s->copy);
		} else {
			close(s->fd);
		}
		saved = s->below;
		free(s);
	}
}

/* In a subshell: what was redirected around it stays so. */
void redirect_forget(void)
{
	while (saved) {
		struct saved_fd *s = saved;

		if (s->copy >= 0)
			close(s->copy);
		saved = s->below;
		free(s);
	}
}

/* The body through a pipe: at once when it surely fits, else from a process of its own. */
static int open_body(const struct redir *r)
{
	const char *body = r->literal ? r->body : expand_body(r->body);
	size_t len = strlen(body);
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0)
		return -1;
	if (len <= PIPE_BUF) {
		(void)!write(fd[1], body, len);
		close(fd[1]);
		return fd[0];
	}
	pid_t pid = fork();
	if (pid < 0)
		fail("Cannot fork");
	if (pid == 0) {
		close(fd[0]);
		signal(SIGPIPE, SIG_DFL); /* the reader may want no more */
		/* Not this shell's child to wait for: a grandchild does it. */
		if (fork() != 0)
			_exit(0);
		for (ssize_t n; len && (n = write(fd[1], body, len)) > 0; len -= n)
			body += n;
		_exit(0);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(fd[1]);
	return fd[0];
}

static int open_file(enum token op, const char *name)
{
	struct stat st;
	int fd;

	switch (op) {
	case T_LESS:
		return open(name, O_RDONLY | O_CLOEXEC);
	case T_LESSGREAT:
		return open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	case T_DGREAT:
		return open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	case T_GREAT:
		if (!sh.o.noclobber)
			break;
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd;
		if (stat(name, &st) == 0 && S_ISREG(st.st_mode)) {
			errno = EEXIST;
			return -1;
		}
		return open(name, O_WRONLY | O_CLOEXEC);
	default:
		break;
	}
	return open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

/* <& and >&: a descriptor, or '-' to close. */
static bool duplicate(const struct redir *r, const char *word)
{
	if (*word == '-') {
		close(r->fd);
		return true;
	}
	int from = atoi(word);
	int flags = fcntl(from, F_GETFD);
	/* The shell's own descriptors are nobody's business. */
	if (flags < 0 || (from >= FD_SAFE && (flags & FD_CLOEXEC)) || (from != r->fd && dup2(from, r->fd) < 0)) {
		warn("%d: Bad file descriptor", from);
		return false;
	}
	return true;
}

static bool redirect_one(const struct redir *r, const struct saved_fd *mark, bool can_undo)
{
	const char *name = "";
	int fd;

	if (r->op == T_LESSAND || r->op == T_GREATAND) {
		const char *word = expand_single(r->word);
		if (strcmp(word, "-") != 0 && (!*word || word[strspn(word, "0123456789")]))
			syntax_error("Bad fd number");
		if (can_undo)
			save(r->fd, mark);
		return duplicate(r, word);
	}
	if (r->op == T_DLESS || r->op == T_DLESSDASH) {
		fd = open_body(r);
	} else {
		name = expand_single(r->word);
		fd = open_file(r->op, name);
	}
	if (fd < 0) {
		bool creates = r->op != T_LESS && errno != EEXIST;
		warn("cannot %s %s: %s", creates ? "create" : errno == EEXIST ? "create" : "open", name,
			errno == ENOENT && !creates	  ? "No such file"
			: errno == ENOENT		  ? "Directory nonexistent"
			: errno == EEXIST		  ? "File exists"
							  : strerror(errno));
		return false;
	}
	if (can_undo)
		save(r->fd, mark);
	if (fd == r->fd) {
		fcntl(fd, F_SETFD, 0);
		return true;
	}
	dup2(fd, r->fd);
	close(fd);
	return true;
}

bool redirect(const struct redir *r)
{
	const struct saved_fd *mark = saved;

	if (r)
		fflush(NULL);
	for (; r; r = r->next)
		if (!redirect_one(r, mark, true))
			return false;
	return true;
}

bool redirect_for_good(const struct redir *r)
{
	if (r)
		fflush(NULL);
	for (; r; r = r->next)
		if (!redirect_one(r, saved, false))
			return false;
	return true;
}
