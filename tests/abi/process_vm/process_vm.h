// SPDX-License-Identifier: MIT
/*
 * process_vm.h: another process to read and write.
 *
 * Promise   other_start() forks a process with the case's memory that first runs `prepare`, tells that it is
 *           ready, and then does nothing until other_end(). It dies with the case.
 */
#ifndef TESTS_ABI_PROCESS_VM_H
#define TESTS_ABI_PROCESS_VM_H

#include <sys/prctl.h>
#include <sys/uio.h>
#include "tests/abi/abi.h"

enum { NO_PID = 0x3ffffff }; /* above every pid */

struct other {
	int pid, to;
};

static inline struct other other_start(void (*prepare)(void *), void *arg)
{
	struct other o;
	int ready[2], go[2];
	char c;

	CHECK_EQ(sys(SYS_pipe, ready), 0);
	CHECK_EQ(sys(SYS_pipe, go), 0);
	CHILD(o.pid) {
		sys(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
		sys(SYS_close, go[1]);
		if (prepare)
			prepare(arg);
		sys(SYS_write, ready[1], "r", 1);
		sys(SYS_read, go[0], &c, 1);
	}
	o.to = go[1];
	CHECK_EQ(sys(SYS_read, ready[0], &c, 1), 1);
	return o;
}

static inline void other_end(struct other *o)
{
	sys(SYS_close, o->to);
	CHECK_EXIT(o->pid, 0);
}

static inline long vm_move(long nr, int pid, const void *near, size_t n, const void *far)
{
	struct iovec l = {(void *)near, n}, r = {(void *)far, n};

	return sys(nr, pid, &l, 1, &r, 1, 0);
}

static inline long vm_read(int pid, void *near, size_t n, const void *far)
{
	return vm_move(SYS_process_vm_readv, pid, near, n, far);
}

static inline long vm_write(int pid, const void *near, size_t n, void *far)
{
	return vm_move(SYS_process_vm_writev, pid, near, n, far);
}

#endif
