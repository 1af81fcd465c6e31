// SPDX-License-Identifier: MIT
/*
 * uapi/poll: what poll(2) asks for and what it answers.
 *
 * Linux     poll(2); POLLFREE and POLL_BUSY_LOOP are the kernel's own bits
 */
#pragma once

struct pollfd {
	int fd;
	short events;
	short revents;
};

#define POLLIN 0x0001
#define POLLPRI 0x0002
#define POLLOUT 0x0004
#define POLLERR 0x0008
#define POLLHUP 0x0010
#define POLLNVAL 0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLMSG 0x0400
#define POLLREMOVE 0x1000
#define POLLRDHUP 0x2000
#ifdef __KERNEL__
#define POLLFREE 0x4000 /* the queue goes away: never told to user space */
#endif
