// SPDX-License-Identifier: MIT
/*
 * epoll: what the rest of fs needs to know of epoll sets; the theory is in epoll.c.
 */
#pragma once
#include "fs/file.h"

void epoll_forget(struct file *f); /* its last reference is gone, nothing of it has been freed: no set watches it */
/* What the set watches as descriptor fd, the nth of that number, counted: 0, -ENOENT, -EINVAL: f is no set (kcmp). */
int epoll_find(struct file *f, unsigned fd, unsigned nth, struct file **out);
void epoll_init(void);
extern u64 epoll_max_user_watches; /* [atomic] /proc/sys/fs/epoll/max_user_watches */
