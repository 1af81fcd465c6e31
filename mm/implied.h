// SPDX-License-Identifier: MIT
/*
 * implied: protections that a program gets without asking, because old programs relied on them.
 *
 * Linux     personality(2) READ_IMPLIES_EXEC: what may be read may be executed
 */
#pragma once
#include "kernel/core/task.h"
#include "kernel/uapi/mman.h"
#include "kernel/uapi/personality.h"

static inline unsigned long prot_with_implied(unsigned long prot)
{
	bool implies = unlikely(current->personality & READ_IMPLIES_EXEC) && prot & PROT_READ;
	return implies ? prot | PROT_EXEC : prot;
}
