// SPDX-License-Identifier: MIT
/*
 * pty: in-kernel test of a pseudo-terminal for which there is not enough memory, at each point of its making.
 */
#include "fs/pty.h"
#include "kernel/core/ktest.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/core/task.h"

#ifdef DEBUG
static int open_ptmx(void)
{
	struct file *f;
	int err = file_open_kernel("/dev/ptmx", O_RDWR | O_NOCTTY, 0, &f);
	if (err == 0)
		file_put(f);
	return err;
}

KTEST(each_allocation_fails_once)
{
	enum { POINTS_MAX = 100 };
	u32 before = pty_count;
	unsigned point = 0, failures = 0;
	u32 left;
	KASSERT(open_ptmx() == 0);
	do {
		current->fail_nth = ++point;
		int err = open_ptmx();
		left = current->fail_nth;
		current->fail_nth = 0;
		KEXPECT(err == 0 || err == -ENOMEM);
		failures += err == -ENOMEM;
		KEXPECT_EQ(pty_count, before);
	} while (left == 0 && point < POINTS_MAX);
	KEXPECT(failures >= 3); /* the file, the pair, the terminal, the node ... */
	KEXPECT(open_ptmx() == 0);
}
#else
KTEST(each_allocation_fails_once)
{
	ktest_skip("only the debug build makes allocations fail");
}
#endif
