// SPDX-License-Identifier: MIT
/*
 * random: unpredictable bytes for getrandom(2), /dev/urandom, address layouts and identifiers.
 *
 * Promise   random_bytes() never blocks or fails, in any context. What was handed out cannot be computed
 *           from the generator's later state. random_add() stirs more in; it never makes things worse.
 */
#pragma once
#include "kernel/lib/types.h"

void random_predictable(u64 seed); /* before random_init(): the same bytes at every start; for exploring */
void random_init(void);
void random_bytes(void *buf, size_t n);
u64 random_u64(void);
void random_add(const void *data, size_t n);
bool random_ready(void); /* seeded with something that an outsider does not know */
