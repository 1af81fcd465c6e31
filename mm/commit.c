// SPDX-License-Identifier: MIT
/*
 * commit: the sum of promises, and its limit. Theory in commit.h.
 *
 * Order     in mode 2 a taker counts first and then looks at the sum: of two, at least one sees both, so the limit
 *           is never passed.
 */
#include "mm/commit.h"
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "mm/page.h"

enum {
	PERCENT = 100, DEFAULT_RATIO = 50,
	KIB_PER_PAGE = PAGE_SIZE / 1024,
	ADMIN_RESERVE_KIB = 8 << 10, USER_RESERVE_KIB = 128 << 10, /* or this part of free memory, if that is less: */
	RESERVE_SHIFT = 5,					   /* 1/32 */
};

DEFINE_PERCPU(s64, commit_delta);
u32 overcommit_mode;
u64 commit_user_reserve_kbytes, commit_admin_reserve_kbytes;
/* One of the two counts, the other is 0. */
static u64 ratio = DEFAULT_RATIO, limit_kbytes; /* [atomic] */

void commit_init(void)
{
	u64 part = pages_free() * KIB_PER_PAGE >> RESERVE_SHIFT;
	commit_admin_reserve_kbytes = min(part, (u64)ADMIN_RESERVE_KIB);
	commit_user_reserve_kbytes = min(part, (u64)USER_RESERVE_KIB);
}

u64 commit_pages(void)
{
	s64 sum = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		sum += READ_ONCE(*percpu_of(cpu, s64, commit_delta));
	return (u64)max(sum, (s64)0);
}

u64 commit_ratio(void)
{
	return READ_ONCE(ratio);
}

u64 commit_kbytes(void)
{
	return READ_ONCE(limit_kbytes);
}

u64 commit_limit(void)
{
	u64 kbytes = commit_kbytes();
	return kbytes ? kbytes / KIB_PER_PAGE : pages_total() * commit_ratio() / PERCENT;
}

/* Something is left for the administrator to log in, and for the user's shell beside one that takes all. */
static bool is_over_limit(const struct mm *mm)
{
	s64 allowed = (s64)commit_limit();
	if (!capable(CAP_SYS_ADMIN))
		allowed -= (s64)(READ_ONCE(commit_admin_reserve_kbytes) / KIB_PER_PAGE);
	if (mm)
		allowed -= (s64)min(READ_ONCE(commit_user_reserve_kbytes) / KIB_PER_PAGE,
			mm->total_pages >> RESERVE_SHIFT);
	return (s64)commit_pages() >= allowed;
}

bool commit_is_refused(const struct mm *mm, s64 pages)
{
	switch (READ_ONCE(overcommit_mode)) {
	case OVERCOMMIT_GUESS:
		return pages > (s64)pages_total();
	case OVERCOMMIT_ALWAYS:
		return false;
	default:
		return pages > 0 && is_over_limit(mm);
	}
}

bool commit_fork_is_refused(const struct mm *from)
{
	return READ_ONCE(overcommit_mode) == OVERCOMMIT_NEVER && is_over_limit(from);
}

int commit_set_mode(u64 mode)
{
	if (mode > OVERCOMMIT_NEVER)
		return -EINVAL;
	WRITE_ONCE(overcommit_mode, (u32)mode);
	return 0;
}

int commit_set_ratio(u64 percent)
{
	if (percent > INT32_MAX)
		return -EINVAL;
	WRITE_ONCE(ratio, percent);
	WRITE_ONCE(limit_kbytes, 0);
	return 0;
}

int commit_set_kbytes(u64 kbytes)
{
	WRITE_ONCE(limit_kbytes, kbytes);
	if (kbytes)
		WRITE_ONCE(ratio, 0);
	return 0;
}
