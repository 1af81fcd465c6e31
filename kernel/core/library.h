// SPDX-License-Identifier: MIT
/*
 * library: gives kernel/lib, which knows no allocator, the kernel's.
 */
#pragma once

void library_init(void); /* after the slab allocator, before the first id table or growing text */
