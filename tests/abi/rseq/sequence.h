// SPDX-License-Identifier: MIT
/*
 * sequence.h: restartable sequences to be in while something happens.
 *
 * Promise   spin_in_sequence() stays between its start and its end until *stop is set: 0, or until it is aborted: 1.
 *           add_in_sequence() adds 1 to the counter of the CPU that it runs on, by a load and a store: 0, or 1 if it
 *           was aborted and has not.
 */
#ifndef TESTS_ABI_RSEQ_SEQUENCE_H
#define TESTS_ABI_RSEQ_SEQUENCE_H

#include <sched.h>
#include "tests/abi/abi.h"

enum { RSEQ_BYTES = 32, RSEQ_UNREGISTER = 1, COUNTER_STRIDE = 64 };
#define RSEQ_SIGNATURE 0x53053053u

struct rseq_area {
	uint32_t cpu_id_start, cpu_id;
	uint64_t sequence;
	uint32_t flags, node_id, mm_cid, end;
} __attribute__((aligned(32)));

struct sequence {
	uint32_t version, flags;
	uint64_t start, length, abort;
} __attribute__((aligned(32)));

int spin_in_sequence(volatile struct rseq_area *area, const struct sequence *s, volatile int *stop);
int add_in_sequence(volatile struct rseq_area *area, const struct sequence *s, void *counters);
extern const char spin_start[], spin_end[], spin_abort[], unsigned_abort[], add_start[], add_end[], add_abort[];

__asm__(".pushsection .text\n"
	"spin_in_sequence: mov %rsi, 8(%rdi)\n"
	"spin_start: pause\n cmpl $0, (%rdx)\n je spin_start\n"
	"spin_end: movq $0, 8(%rdi)\n xor %eax, %eax\n ret\n"
	".long 0x53053053\n"
	"spin_abort: mov $1, %eax\n ret\n"
	".long 0x12345678\n"
	"unsigned_abort: mov $2, %eax\n ret\n"
	"add_in_sequence: mov %rsi, 8(%rdi)\n"
	"add_start: mov 4(%rdi), %eax\n shl $6, %eax\n mov (%rdx,%rax), %rcx\n inc %rcx\n pause\n"
	"	mov %rcx, (%rdx,%rax)\n"
	"add_end: movq $0, 8(%rdi)\n xor %eax, %eax\n ret\n"
	".long 0x53053053\n"
	"add_abort: mov $1, %eax\n ret\n"
	".popsection\n");

static inline struct sequence spinning(void)
{
	struct sequence s = {.start = (uint64_t)spin_start, .length = (uint64_t)(spin_end - spin_start),
		.abort = (uint64_t)spin_abort};

	return s;
}

static inline long register_area(volatile struct rseq_area *area)
{
	return sys(SYS_rseq, area, RSEQ_BYTES, 0, RSEQ_SIGNATURE);
}

static inline long unregister_area(volatile struct rseq_area *area)
{
	return sys(SYS_rseq, area, RSEQ_BYTES, RSEQ_UNREGISTER, RSEQ_SIGNATURE);
}

static inline long run_on(int tid, unsigned cpu)
{
	unsigned long mask = 1UL << cpu;

	return sys(SYS_sched_setaffinity, tid, sizeof(mask), &mask);
}

/* The nth CPU that this process may run on; -1: there are not so many. */
static inline int cpu_number(int n)
{
	unsigned long all = 0;

	CHECK(sys(SYS_sched_getaffinity, 0, sizeof(all), &all) > 0);
	for (int cpu = 0; cpu < 64; cpu++)
		if (all >> cpu & 1 && n-- == 0)
			return cpu;
	return -1;
}

#endif
