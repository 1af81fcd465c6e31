// SPDX-License-Identifier: MIT
/*
 * memfd: what /proc/sys/vm says about executable memfds.
 *
 * Linux     memfd_create(2), proc_sys_vm(5)
 */
#pragma once
#include "kernel/lib/types.h"

enum {
	MEMFD_NOEXEC_OFF,      /* who says nothing gets an executable file */
	MEMFD_NOEXEC_DEFAULT,  /* who says nothing gets one with MFD_NOEXEC_SEAL */
	MEMFD_NOEXEC_ENFORCED, /* nobody gets any other */
};
extern u32 memfd_noexec; /* [atomic] one of the above */
