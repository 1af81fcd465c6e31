// SPDX-License-Identifier: MIT
/*
 * uapi/errno: the error numbers; errno.def is the list.
 *
 * Linux     errno(3), with the texts of strerror(3)
 */
#pragma once

enum {
#define ERRNO(name, number, text) name = number,
#include "kernel/uapi/errno.def"
#undef ERRNO
	EWOULDBLOCK = EAGAIN,
	EDEADLOCK = EDEADLK,
	ENOTSUP = EOPNOTSUPP,
};

/* Programs test these names with #ifdef and #if. */
#define EAGAIN EAGAIN
#define EDEADLK EDEADLK
#define EINTR EINTR
#define ENOSYS ENOSYS
#define ENOTSUP ENOTSUP
#define EOPNOTSUPP EOPNOTSUPP
#define EWOULDBLOCK EWOULDBLOCK
