// SPDX-License-Identifier: MIT
/*
 * futex: what start-up and the lives of tasks need of the futexes.
 */
#pragma once

struct task;

void futex_init(void);
/* The robust list (kernel/hooks.c): tells of the locks that current dies with, or leaves behind at exec. */
void futex_robust_exit(struct task *t);
void futex_robust_exec(void);
