// SPDX-License-Identifier: MIT
/*
 * wait: waiting for children and for descriptors.
 *
 * Promise   ppoll() and pselect() leave the caller's timeout alone, which the calls would change.
 * Linux     wait(2), waitid(2), poll(2), select(2), epoll_wait(2), signalfd(2)
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include "user/libc/libc.h"

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}
pid_t wait(int *status)
{
	return wait4(-1, status, 0, NULL);
}
pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait4(-1, status, options, usage);
}
int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	return ret(sys_waitid(type, id, info, options, NULL));
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec copy = timeout ? *timeout : (struct timespec){ 0 };

	return ret(sys_ppoll(fds, count, timeout ? &copy : NULL, mask, sizeof(ksigset_t)));
}

int epoll_pwait(int epfd, struct epoll_event *events, int max, int timeout_ms, const sigset_t *mask)
{
	return ret(sys_epoll_pwait(epfd, events, max, timeout_ms, mask, sizeof(ksigset_t)));
}
int epoll_pwait2(int epfd, struct epoll_event *events, int max, const struct timespec *timeout, const sigset_t *mask)
{
	return ret(sys_epoll_pwait2(epfd, events, max, timeout, mask, sizeof(ksigset_t)));
}
int signalfd(int fd, const sigset_t *mask, int flags)
{
	return ret(sys_signalfd4(fd, mask, sizeof(ksigset_t), flags));
}

int pselect(int count, fd_set *in, fd_set *out, fd_set *except, const struct timespec *timeout,
	const sigset_t *mask)
{
	struct timespec copy = timeout ? *timeout : (struct timespec){ 0 };
	struct sigset_arg arg = { mask, sizeof(ksigset_t) };

	return ret(sys_pselect6(count, in, out, except, timeout ? &copy : NULL, &arg));
}
