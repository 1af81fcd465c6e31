// SPDX-License-Identifier: MIT
/*
 * memory: rows for calls on address spaces, and for page faults; see fail.h.
 *
 * Promise   a page fault whose allocation fails is tried again: memory is there, one allocation after the other
 * Linux     the man page of each call
 */
#include <sched.h>
#include <sys/uio.h>
#include "tests/fail/fail.h"

enum { RW = PROT_READ | PROT_WRITE, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS, NOREPLACE = 0x100000, MAYMOVE = 1 };
enum { MIDDLE = 10 * PAGE, WILLNEED = 3, DONTNEED = 4, GIB = 1 << 30 };

static const struct iovec near[] = { { (void *)BUF, 5000 } }, far[] = { { (void *)(MAP + 100), 5000 } };

static long grow_heap(void)
{
	long end = sys(SYS_brk, 0), now = sys(SYS_brk, end + 20 * PAGE);

	return now == end + 20 * PAGE ? 0 : -ENOMEM;
}

static long read_other(void)
{
	return sys(SYS_process_vm_readv, getpid(), near, 1, far, 1, 0);
}

static long write_other(void)
{
	return sys(SYS_process_vm_writev, getpid(), near, 1, far, 1, 0);
}

static void map_file(void)
{
	CHECK_EQ(sys(SYS_mmap, FREE, FILE_BYTES, RW, MAP_SHARED | MAP_FIXED, FILE_FD, 0), FREE);
}

const struct row memory_calls_rows[] = {
	{ "mmap", { FREE, BIG, RW, PRIVATE | MAP_FIXED, -1, 0 }, "of nothing" },
	{ "mmap", { FREE, BIG, RW, PRIVATE | MAP_FIXED | MAP_POPULATE, -1, 0 }, "of nothing, at once" },
	{ "mmap", { FREE, BIG, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0 }, "of nothing, shared" },
	{ "mmap", { FREE, FILE_BYTES, RW, MAP_SHARED | MAP_FIXED, FILE_FD, 0 }, "of a file" },
	{ "mmap", { FREE, FILE_BYTES, RW, MAP_PRIVATE | MAP_FIXED | MAP_POPULATE, FILE_FD, 0 }, "of a file, a copy" },
	{ "mmap", { MAP + MIDDLE, 2 * PAGE, RW, PRIVATE | MAP_FIXED, -1, 0 }, "over the middle of another" },
	{ "mmap", { 0, 3 * PAGE, PROT_READ, PRIVATE, -1, 0 }, "anywhere" },
	{ "mprotect", { MAP, MAP_BYTES, PROT_READ }, "of all" },
	{ "mprotect", { MAP + MIDDLE, 2 * PAGE, PROT_READ }, "of the middle" },
	{ "munmap", { MAP, MAP_BYTES }, "of all" },
	{ "munmap", { MAP + MIDDLE, 2 * PAGE }, "of the middle" },
	{ "brk", {}, .act = grow_heap },
	{ "mremap", { MAP, MAP_BYTES, 3 * BIG, MAYMOVE }, "of all, to more" },
	{ "mremap", { MAP + MIDDLE, 4 * PAGE, 200 * PAGE, MAYMOVE }, "of the middle, to more" },
	{ "mremap", { MAP, MAP_BYTES, PAGE, 0 }, "to less" },
	{ "mremap", { MAP, 4 * PAGE, 4 * PAGE, 3, FREE }, "to a place" },
	{ "msync", { MAP, BIG, 4 } },
	{ "madvise", { MAP + MIDDLE, 2 * PAGE, DONTNEED }, "DONTNEED" },
	{ "madvise", { MAP + MIDDLE, 2 * PAGE, 10 }, "DONTFORK of the middle", .error = { EAGAIN } },
	{ "madvise", { FREE, FILE_BYTES, WILLNEED }, "WILLNEED", map_file },
	{ "mincore", { MAP, MAP_BYTES, BUF } },
	{ "mlock", { BUF, BIG }, .error = { EAGAIN } },
	{ "mlock2", { BUF + MIDDLE, BIG / 2, 0 }, .error = { EAGAIN } },
	{ "munlock", { MAP + MIDDLE, 2 * PAGE } },
	{ "mlockall", { 1 }, .error = { EAGAIN } }, /* MCL_CURRENT */
	{ "munlockall", {} },
	{ "membarrier", { 0, 0, 0 } },
	{ "process_madvise", { PID_FD, A(near), 1, 20, 0 } }, /* MADV_COLD */
	{ "process_vm_readv", {}, .act = read_other },
	{ "process_vm_writev", {}, .act = write_other },
	{ "memfd_create", { A("new"), 2 } },
};
ROWS(memory_calls);

/* --- page faults --- */

static long first_touch(void)
{
	*(volatile char *)BUF = 1;
	return 0;
}

static long first_look(void)
{
	return *(volatile char *)BUF;
}

static void map_far(void)
{
	CHECK_EQ(sys(SYS_mmap, FREE + GIB, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0), FREE + GIB);
}

/* Where no page table is near. */
static long touch_far(void)
{
	*(volatile char *)(FREE + GIB) = 1;
	return 0;
}

static void map_copy(void)
{
	CHECK_EQ(sys(SYS_mmap, FREE, FILE_BYTES, RW, MAP_PRIVATE | MAP_FIXED, FILE_FD, 0), FREE);
}

static long touch_free(void)
{
	*(volatile char *)FREE = 1;
	return 0;
}

static void map_memory(void)
{
	CHECK_EQ(sys(SYS_mmap, FREE, BIG, RW, MAP_SHARED | MAP_FIXED, MEMFD_FD, 0), FREE);
}

static int partner;

/* A child has the same pages: a write makes a copy. */
static void share_with_child(void)
{
	partner = start_sleeper();
}

static long write_shared(void)
{
	*(volatile char *)MAP = 1;
	return 0;
}

static void end_partner(void)
{
	end_child(partner);
}

static volatile char *deep;

static __attribute__((noinline)) long deepen(int frames)
{
	volatile char room[PAGE];

	room[0] = (char)frames;
	deep = room;
	return frames ? deepen(frames - 1) + room[0] * 0 : 0;
}

static long grow_stack(void)
{
	return deepen(64);
}

const struct row page_faults_rows[] = {
	{ "", {}, "first write", .act = first_touch },
	{ "", {}, "first read", .act = first_look },
	{ "", {}, "first write far away", map_far, touch_far },
	{ "", {}, "write to a private copy of a file", map_copy, touch_free },
	{ "", {}, "write to a shared file", map_file, touch_free },
	{ "", {}, "write to a memfd without pages", map_memory, touch_free },
	{ "", {}, "write after fork", share_with_child, write_shared, end_partner },
	{ "", {}, "growth of the stack", .act = grow_stack },
};
ROWS(page_faults);
