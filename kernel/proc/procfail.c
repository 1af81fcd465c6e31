// SPDX-License-Identifier: MIT
/*
 * procfail: /proc/PID/fail-nth and /proc/PID/task/TID/fail-nth, of debug builds.
 *
 * Promise   writing N makes the N-th allocation from then on fail, once; 0 takes that back. Reading tells how
 *           many are still to come: 0 when it has failed. Neither a read nor a write of it counts.
 * Linux     Documentation/fault-injection
 */
#include "kernel/lib/parse.h"
#include "kernel/proc/procfiles.h"
#include "mm/fail.h"

#ifdef DEBUG
static int show_fail_nth(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	u32 mine = fail_nth_suspend();
	strbuf_printf(sb, "%u\n", t == current ? mine : READ_ONCE(t->fail_nth));
	fail_nth_resume(mine);
	return 0;
}

static int store_fail_nth(struct task *t, char *text)
{
	u64 v;
	int err = parse_u64(text, 0, &v);
	if (err)
		return err;
	if (v > UINT32_MAX)
		return -ERANGE;
	WRITE_ONCE(t->fail_nth, (u32)v);
	return 0;
}

const struct procfs_item proc_fail_nth = {
	.name = "fail-nth", .mode = S_IFREG | 0644, .show_of = show_fail_nth, .store_of = store_fail_nth,
};
#endif
