// SPDX-License-Identifier: MIT
/*
 * check: does an address space agree with itself? Debug builds ask at the end of each.
 */
#pragma once
#include "mm/mm.h"

#ifdef DEBUG
enum { MM_CHECK_TEXT = 160 };
struct mm_check {
	unsigned nr_faults;
	char first[MM_CHECK_TEXT]; /* the first of them in words */
};
/* Nobody runs in it or changes its tree; truncations of what it maps may go on. */
void mm_check(struct mm *mm, struct mm_check *result);
void mm_check_at_end(struct mm *mm); /* the same, and what is wrong is a warning */
#else
static inline void mm_check_at_end(struct mm *mm) {}
#endif
