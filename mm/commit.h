// SPDX-License-Identifier: MIT
/*
 * commit: how much memory is promised, and how much may be.
 *
 * Promise   a page that may come to be needed is counted once, from the moment a call that could still fail promises
 *           it: private writable mappings and shared anonymous objects as a whole, pages of files one by one. What was
 *           taken is given back exactly; debug kernels check it at the end of each address space.
 * Locks     the count is one word per CPU, changed by one instruction; mm->committed_pages under mm->lock
 * Linux     proc_sys_vm(5): overcommit_memory, overcommit_ratio, overcommit_kbytes and the two reserves. Two takers at
 *           once near the limit of mode 2 may both be refused where one would have fitted.
 */
#pragma once
#include "mm/mm.h"

enum overcommit {
	OVERCOMMIT_GUESS,  /* one request may not be larger than memory */
	OVERCOMMIT_ALWAYS,
	OVERCOMMIT_NEVER,  /* the sum may not be larger than the limit */
};

enum { COMMIT_SMALL = 256 }; /* pages: any memory is larger, the guess need not be made */

extern u32 overcommit_mode; /* [atomic] enum overcommit */
extern u64 commit_user_reserve_kbytes, commit_admin_reserve_kbytes; /* [atomic] */

DECLARE_PERCPU(s64, commit_delta); /* the sum over all CPUs is what is promised */

/* Without a question: what is given back, and what was asked for already. */
static inline void commit_count(s64 pages)
{
	__asm__ volatile("addq %1, %0" : "+m"(commit_delta) : "er"(pages) : "cc");
}

static inline void commit_give(struct mm *mm, s64 pages)
{
	commit_count(-pages);
	mm->committed_pages -= pages;
}

/* Asked after it was counted. `mm`: whose promise it is, or NULL: nobody's, an object's. */
bool commit_is_refused(const struct mm *mm, s64 pages);

/* Promises `pages`, of which `back` are to be given back at once (they are not asked for): false: refused. */
static inline bool commit_take(struct mm *mm, s64 pages, s64 back)
{
	commit_count(pages);
	mm->committed_pages += pages;
	if (likely(pages - back <= COMMIT_SMALL && READ_ONCE(overcommit_mode) != OVERCOMMIT_NEVER))
		return true;
	if (!commit_is_refused(mm, pages - back))
		return true;
	commit_give(mm, pages);
	return false;
}
/* The same for pages of objects. */
static inline bool commit_take_shared(s64 pages)
{
	commit_count(pages);
	if (likely(pages <= COMMIT_SMALL && READ_ONCE(overcommit_mode) != OVERCOMMIT_NEVER))
		return true;
	if (!commit_is_refused(NULL, pages))
		return true;
	commit_count(-pages);
	return false;
}

/* All that was promised to `from` is promised to its copy; what this does not take over is given back. */
static inline void commit_fork(struct mm *to, const struct mm *from)
{
	commit_count(from->committed_pages);
	to->committed_pages = from->committed_pages;
}
/* Asked at the end of the copying. Each mapping was small enough for the guess when it was made. */
bool commit_fork_is_refused(const struct mm *from);

u64 commit_pages(void); /* promised now, over all: Committed_AS */
u64 commit_limit(void); /* in pages, as mode 2 would have it: CommitLimit */
u64 commit_ratio(void);
u64 commit_kbytes(void);
int commit_set_mode(u64 mode);
int commit_set_ratio(u64 percent);
int commit_set_kbytes(u64 kbytes);
void commit_init(void);
