// SPDX-License-Identifier: MIT
/*
 * percpu: variables of which each CPU has its own copy, reached through %gs.
 *
 * Promise   `DEFINE_PERCPU(type, name)` makes one; in code `name` is this CPU's copy (one instruction,
 *           `%gs:name`), `percpu_of(cpu, type, name)` a pointer to another CPU's. The linker gathers
 *           the section .percpu; CPU 0 uses the section itself (its %gs base is 0), the others a copy
 *           made before they start (their %gs base is the distance to it).
 * Locks     reading or writing `name` is only meaningful while the task cannot move to another CPU:
 *           preemption or interrupts off. `current` (core/task.h) is the exception that is always right.
 */
#pragma once
#include "kernel/lib/macros.h"

enum { MAX_CPUS = 64 };

#define PERCPU __seg_gs
#define DEFINE_PERCPU(type, name) __section(".percpu") __typeof__(type) PERCPU name
#define DECLARE_PERCPU(type, name) extern __typeof__(type) PERCPU name

extern u64 percpu_offset[MAX_CPUS]; /* [const after boot] each CPU's %gs base */

#define percpu_of(cpu, type, name) ((type *)((u64)(uintptr_t)&(name) + percpu_offset[cpu]))
#define this_cpu_ptr(type, name) percpu_of(cpu_index, type, name)

DECLARE_PERCPU(unsigned, cpu_index); /* this CPU's number, 0 is the boot CPU */

static inline unsigned cpu_id(void)
{
	return cpu_index;
}
