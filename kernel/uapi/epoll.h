// SPDX-License-Identifier: MIT
/*
 * uapi/epoll: what epoll(7) is asked and what it answers.
 *
 * Linux     epoll_ctl(2), epoll_wait(2), ioctl_eventpoll(2)
 */
#pragma once
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/ioctl.h"

#define EPOLL_CLOEXEC O_CLOEXEC
#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

#define EPOLLIN 0x0001u
#define EPOLLPRI 0x0002u
#define EPOLLOUT 0x0004u
#define EPOLLERR 0x0008u
#define EPOLLHUP 0x0010u
#define EPOLLNVAL 0x0020u
#define EPOLLRDNORM 0x0040u
#define EPOLLRDBAND 0x0080u
#define EPOLLWRNORM 0x0100u
#define EPOLLWRBAND 0x0200u
#define EPOLLMSG 0x0400u
#define EPOLLRDHUP 0x2000u
#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP (1u << 29)
#define EPOLLONESHOT (1u << 30)
#define EPOLLET (1u << 31)

typedef union epoll_data {
	unsigned long ptr_value; /* the whole 64 bits, which the kernel only keeps */
#ifndef __KERNEL__
	void *ptr;
	int fd;
	unsigned u32;
	unsigned long u64;
#endif
} epoll_data_t;

struct epoll_event {
	unsigned events;
	epoll_data_t data;
} __attribute__((packed));

/* busy polling of network devices: ioctl_eventpoll(2) */
struct epoll_params {
	unsigned busy_poll_usecs;
	unsigned short busy_poll_budget;
	unsigned char prefer_busy_poll;
	unsigned char __pad; /* must be zero */
};
#define EPOLL_IOC_TYPE 0x8a
#define EPIOCSPARAMS _IOW(EPOLL_IOC_TYPE, 1, struct epoll_params)
#define EPIOCGPARAMS _IOR(EPOLL_IOC_TYPE, 2, struct epoll_params)
_Static_assert(sizeof(struct epoll_event) == 12, "packed on x86-64 only");
