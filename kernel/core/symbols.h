// SPDX-License-Identifier: MIT
/*
 * symbols: the names of the kernel's functions, for backtraces.
 *
 * Promise   answers for every address in the image's text; the table is linked in by a second pass
 *           (kernel/mksyms.py) and may be missing: then nothing is found
 * Locks     none: the table is constant
 */
#pragma once
#include "kernel/lib/types.h"

/* The function around pc, how far into it and how long it is; NULL: not known. */
const char *symbol_find(u64 pc, u64 *offset, u64 *size);
/* "name+0x12/0x34", or the bare address. */
void symbol_describe(u64 pc, char *buf, size_t size);
