// SPDX-License-Identifier: MIT
/*
 * futex: what start-up and (later) the priority-inheriting half need of futex.c.
 */
#pragma once

void futex_init(void);
