// SPDX-License-Identifier: MIT
/*
 * random: numbers that nobody can guess.
 *
 * Promise   random_bytes() never blocks and never fails; before random_ready() its bytes are only as good as
 *           what the boot had to offer. Callable from any context.
 */
#pragma once
#include "kernel/lib/types.h"

void random_bytes(void *buf, size_t n);
bool random_ready(void);
void random_add(const void *data, size_t n); /* stirs it in; counts as nothing */
