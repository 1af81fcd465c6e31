// SPDX-License-Identifier: MIT
/*
 * uapi/uio: scattered buffers.
 *
 * Linux     readv(2), preadv2(2), process_vm_readv(2)
 */
#pragma once
#include "kernel/uapi/types.h"

struct iovec {
	__uptr(void) iov_base;
	size_t iov_len;
};

#define IOV_MAX 1024
#define UIO_MAXIOV IOV_MAX

#define RWF_HIPRI 0x00000001
#define RWF_DSYNC 0x00000002
#define RWF_SYNC 0x00000004
#define RWF_NOWAIT 0x00000008
#define RWF_APPEND 0x00000010
#define RWF_NOAPPEND 0x00000020
#define RWF_ATOMIC 0x00000040
#define RWF_DONTCACHE 0x00000080
