// SPDX-License-Identifier: MIT
/*
 * uapi/rseq: restartable sequences: the area that a thread registers.
 *
 * Linux     rseq(2)
 */
#pragma once

struct rseq {
	unsigned cpu_id_start;
	unsigned cpu_id;
	unsigned long long rseq_cs; /* struct rseq_cs *, 0: not in a critical section */
	unsigned flags;
	unsigned node_id;
	unsigned mm_cid;
	char end[];
} __attribute__((aligned(32)));

struct rseq_cs {
	unsigned version;
	unsigned flags;
	unsigned long long start_ip;
	unsigned long long post_commit_offset;
	unsigned long long abort_ip; /* RSEQ_SIG stands in the four bytes before it */
} __attribute__((aligned(32)));

#define RSEQ_ORIG_SIZE 32 /* what the first ABI had, always accepted */
#define RSEQ_CPU_ID_UNINITIALIZED ((unsigned)-1)
#define RSEQ_CPU_ID_REGISTRATION_FAILED ((unsigned)-2)
#define RSEQ_FLAG_UNREGISTER 1
#define RSEQ_SIG 0x53053053u
