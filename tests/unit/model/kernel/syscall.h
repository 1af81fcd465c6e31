// SPDX-License-Identifier: MIT
/*
 * model/syscall: the call whose body is in ipc/futex.c.
 */
#pragma once
long sys_futex(unsigned __user *uaddr, int op, unsigned val, unsigned long timeout, unsigned __user *uaddr2,
	unsigned val3);
