// SPDX-License-Identifier: MIT
/*
 * model/pid: numbers of the model's tasks; tests/unit/test_futex.c knows them.
 */
#pragma once
#include "kernel/core/sched.h"

struct pid {
	struct task *task;
};
struct pid *pid_find_rcu(int nr);
#define rcu_load(p) (p)
