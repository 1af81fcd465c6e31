// SPDX-License-Identifier: MIT
/*
 * model/alloc: memory for tests/unit/test_futex.c: the host's.
 */
#pragma once
#include "tests/unit/model/model.h"

static inline void *kmalloc(size_t n)
{
	return malloc(n);
}

static inline void kfree(void *p)
{
	free(p);
}
