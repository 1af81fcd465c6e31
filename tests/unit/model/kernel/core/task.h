// SPDX-License-Identifier: MIT
/*
 * model/task: the model's tasks are in its sched.h.
 */
#pragma once
#include "kernel/core/sched.h"
