// SPDX-License-Identifier: MIT
/*
 * sys/socket.h: sockets.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/socket.h"
#include "kernel/uapi/sockios.h"

struct timespec;

int socket(int family, int type, int protocol);
int socketpair(int family, int type, int protocol, int fds[2]);
int bind(int fd, const struct sockaddr *name, socklen_t length);
int listen(int fd, int backlog);
int accept(int fd, struct sockaddr *restrict name, socklen_t *restrict length);
int accept4(int fd, struct sockaddr *restrict name, socklen_t *restrict length, int flags);
int connect(int fd, const struct sockaddr *name, socklen_t length);
int getsockname(int fd, struct sockaddr *restrict name, socklen_t *restrict length);
int getpeername(int fd, struct sockaddr *restrict name, socklen_t *restrict length);
int shutdown(int fd, int how);
ssize_t send(int fd, const void *buf, size_t n, int flags);
ssize_t recv(int fd, void *buf, size_t n, int flags);
ssize_t sendto(int fd, const void *buf, size_t n, int flags, const struct sockaddr *name, socklen_t length);
ssize_t recvfrom(int fd, void *restrict buf, size_t n, int flags, struct sockaddr *restrict name,
	socklen_t *restrict length);
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t recvmsg(int fd, struct msghdr *msg, int flags);
int sendmmsg(int fd, struct mmsghdr *msgs, unsigned nr, int flags);
int recvmmsg(int fd, struct mmsghdr *msgs, unsigned nr, int flags, struct timespec *timeout);
int getsockopt(int fd, int level, int name, void *restrict value, socklen_t *restrict length);
int setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int sockatmark(int fd);
