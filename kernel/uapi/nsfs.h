// SPDX-License-Identifier: MIT
/*
 * uapi/nsfs: what ioctl(2) asks of a name space's file.
 *
 * Linux     ioctl_nsfs(2), and include/uapi/linux/nsfs.h for what came later
 */
#pragma once
#include "kernel/uapi/ioctl.h"

#define NSIO 0xb7
#define NS_GET_USERNS _IO(NSIO, 0x1)
#define NS_GET_PARENT _IO(NSIO, 0x2)
#define NS_GET_NSTYPE _IO(NSIO, 0x3)
#define NS_GET_OWNER_UID _IO(NSIO, 0x4)
#define NS_GET_MNTNS_ID _IOR(NSIO, 0x5, u64)
#define NS_GET_PID_FROM_PIDNS _IOR(NSIO, 0x6, int)
#define NS_GET_TGID_FROM_PIDNS _IOR(NSIO, 0x7, int)
#define NS_GET_PID_IN_PIDNS _IOR(NSIO, 0x8, int)
#define NS_GET_TGID_IN_PIDNS _IOR(NSIO, 0x9, int)
#define NS_GET_ID _IOR(NSIO, 0xd, u64)
