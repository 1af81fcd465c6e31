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
/* Priority-inheriting locks: those that it holds go on to who waits for them. After the robust list. */
void futex_pi_exit(struct task *t);
void futex_pi_exec(void);
