// SPDX-License-Identifier: MIT
/*
 * procfs/pagemap: a word for each page: is it there, is it shared, of what kind, in which frame.
 *
 * Promise   bits follow from what the case did. The soft-dirty bit is not asked: kernels may be built without.
 * Linux     proc_pid_pagemap(5).
 */
#include "tests/abi/process_vm/process_vm.h"
#include "tests/abi/procfs/memory.h"
#include "tests/abi/program.h"

enum { WORD = 8, MANY_PAGES = 1300 };
#define FRAME ((1UL << 55) - 1)
#define SOFT_DIRTY (1UL << 55)
#define EXCLUSIVE (1UL << 56)
#define GUARDED (1UL << 58)
#define OF_FILE (1UL << 61) /* or shared anonymous memory */
#define SWAPPED (1UL << 62)
#define PRESENT (1UL << 63)

static long open_of(int pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return sys(SYS_open, path, flags);
}

static uint64_t word_at(long fd, const void *p)
{
	uint64_t word = 0;

	CHECK_EQ(sys(SYS_pread64, fd, &word, WORD, (unsigned long)p / PAGE * WORD), WORD);
	return word;
}

static uint64_t bits_at(long fd, const void *p)
{
	return word_at(fd, p) & ~(FRAME | SOFT_DIRTY);
}

static long own(void)
{
	long fd = sys(SYS_open, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

CASE(private_pages)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long fd = own();
	volatile char seen;

	p[0] = 1;
	seen = p[PAGE];
	(void)seen;
	CHECK_EQ(bits_at(fd, p), PRESENT | EXCLUSIVE);
	CHECK_EQ(bits_at(fd, p + PAGE), PRESENT); /* the page of zeroes is everybody's */
	CHECK_EQ(bits_at(fd, p + 2 * PAGE), 0);
	p[PAGE] = 1;
	CHECK_EQ(bits_at(fd, p + PAGE), PRESENT | EXCLUSIVE);
	CHECK_EQ(madvise(p, PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(word_at(fd, p) & FRAME, 0);
	CHECK_EQ(bits_at(fd, p), 0);
}

CASE(pages_that_nobody_may_touch)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long fd = own();

	p[0] = 1;
	CHECK_EQ(mprotect(p, 2 * PAGE, PROT_NONE), 0);
	CHECK_EQ(bits_at(fd, p), PRESENT | EXCLUSIVE);
	CHECK_EQ(bits_at(fd, p + PAGE), 0);
}

CASE(guarded_pages)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long fd = own();

	NEEDS_LINUX(6, 15);
	p[0] = p[PAGE] = 1;
	CHECK_EQ(madvise(p + PAGE, 2 * PAGE, 102 /* MADV_GUARD_INSTALL */), 0);
	CHECK_EQ(bits_at(fd, p), PRESENT | EXCLUSIVE);
	CHECK_EQ(bits_at(fd, p + PAGE), GUARDED | SWAPPED);
	CHECK_EQ(bits_at(fd, p + 2 * PAGE), GUARDED | SWAPPED);
	CHECK_EQ(bits_at(fd, p + 3 * PAGE), 0);
	CHECK_EQ(smap(p, "Rss"), PAGE_KB);
	CHECK_EQ(madvise(p, 4 * PAGE, 103 /* MADV_GUARD_REMOVE */), 0);
	CHECK_EQ(bits_at(fd, p), PRESENT | EXCLUSIVE);
	CHECK_EQ(bits_at(fd, p + PAGE), 0);
}

CASE(where_nothing_is_mapped)
{
	uint64_t words[3] = {1, 1, 1};
	char *p = island(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long fd = own();

	p[0] = 1;
	CHECK_EQ(munmap(p - PAGE, PAGE), 0);
	CHECK_EQ(munmap(p + PAGE, PAGE), 0);
	CHECK_EQ(sys(SYS_pread64, fd, words, sizeof(words), (unsigned long)(p - PAGE) / PAGE * WORD), sizeof(words));
	CHECK_EQ(words[0], 0);
	CHECK_EQ(words[1] & PRESENT, PRESENT);
	CHECK_EQ(words[2], 0);
	CHECK_EQ(word_at(fd, NULL), 0);
}

CASE(shared_pages)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_SHARED);
	long fd = own();
	volatile char seen;

	p[0] = 1;
	seen = p[PAGE];
	(void)seen;
	CHECK_EQ(bits_at(fd, p), PRESENT | OF_FILE | EXCLUSIVE);
	CHECK_EQ(bits_at(fd, p + PAGE), PRESENT | OF_FILE | EXCLUSIVE);
	CHECK_EQ(bits_at(fd, p + 3 * PAGE), 0);
}

CASE(two_mappings_of_one_page)
{
	long m = sys(SYS_memfd_create, "m", 0), fd = own();
	char *a, *b;

	CHECK_EQ(sys(SYS_ftruncate, m, 2 * PAGE), 0);
	a = island_of(2, PROT_READ | PROT_WRITE, MAP_SHARED, (int)m);
	b = island_of(2, PROT_READ | PROT_WRITE, MAP_SHARED, (int)m);
	a[0] = 1;
	CHECK_EQ(bits_at(fd, a), PRESENT | OF_FILE | EXCLUSIVE);
	b[0] = 2;
	CHECK_EQ(bits_at(fd, a), PRESENT | OF_FILE);
	CHECK_EQ(bits_at(fd, b), PRESENT | OF_FILE);
	CHECK_EQ(munmap(a, PAGE), 0);
	CHECK_EQ(bits_at(fd, b), PRESENT | OF_FILE | EXCLUSIVE);
	CHECK_EQ(sys(SYS_ftruncate, m, 0), 0);
	CHECK_EQ(bits_at(fd, b), 0);
}

CASE(private_copy_of_a_file)
{
	long m = sys(SYS_memfd_create, "m", 0), fd = own();
	static char bytes[PAGE];
	char *p;
	volatile char seen;

	CHECK_EQ(sys(SYS_write, m, bytes, PAGE), PAGE);
	p = island_of(1, PROT_READ | PROT_WRITE, MAP_PRIVATE, (int)m);
	seen = p[0];
	(void)seen;
	CHECK_EQ(bits_at(fd, p), PRESENT | OF_FILE | EXCLUSIVE);
	p[0] = 1;
	CHECK_EQ(bits_at(fd, p), PRESENT | EXCLUSIVE);
}

CASE(forks_share_private_pages)
{
	char *p = island(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long fd = own(), theirs;
	struct other o;

	p[0] = p[PAGE] = 1;
	o = other_start(NULL, NULL);
	theirs = open_of(o.pid, "pagemap", O_RDONLY);
	CHECK(theirs >= 0);
	CHECK_EQ(bits_at(fd, p), PRESENT);
	CHECK_EQ(bits_at(theirs, p), PRESENT);
	CHECK_EQ(word_at(fd, p), word_at(theirs, p));
	p[0] = 2;
	CHECK_EQ(bits_at(fd, p), PRESENT | EXCLUSIVE);
	CHECK_EQ(bits_at(theirs, p), PRESENT | EXCLUSIVE);
	CHECK_EQ(bits_at(theirs, p + PAGE), PRESENT);
	other_end(&o);
	CHECK_EQ(bits_at(fd, p + PAGE), PRESENT | EXCLUSIVE);
}

CASE(frames_are_those_of_the_memory)
{
	long m = sys(SYS_memfd_create, "m", 0), fd = own();
	char *a, *b, *p;
	uint64_t before;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_ftruncate, m, 2 * PAGE), 0);
	a = island_of(2, PROT_READ | PROT_WRITE, MAP_SHARED, (int)m);
	b = island_of(2, PROT_READ | PROT_WRITE, MAP_SHARED, (int)m);
	a[0] = a[PAGE] = b[0] = b[PAGE] = 1;
	CHECK(word_at(fd, a) & FRAME);
	CHECK_EQ(word_at(fd, a), word_at(fd, b));
	CHECK_EQ(word_at(fd, a + PAGE), word_at(fd, b + PAGE));
	CHECK((word_at(fd, a) & FRAME) != (word_at(fd, a + PAGE) & FRAME));
	/* moved, but not copied */
	p = island(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	p[0] = 1;
	before = word_at(fd, p);
	b = mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, island(1, PROT_NONE, MAP_PRIVATE));
	CHECK(b != MAP_FAILED && b != p);
	CHECK_EQ(word_at(fd, b), before);
	CHECK_EQ(word_at(fd, p), 0);
}

CASE(pages_of_zeroes_are_one_frame)
{
	char *p = island(2, PROT_READ, MAP_PRIVATE);
	long fd = own();
	volatile char seen;

	seen = p[0];
	seen = p[PAGE];
	(void)seen;
	CHECK_EQ(word_at(fd, p), word_at(fd, p + PAGE));
	CHECK_EQ(bits_at(fd, p), PRESENT);
}

CASE(frames_are_hidden_from_ordinary_users)
{
	char *p = island(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long fd = own();
	int pid;

	NEEDS_ROOT();
	p[0] = 1;
	CHILD(pid) {
		long mine;

		CHECK(become(NOBODY));
		/* who opened it counts, not who reads it */
		CHECK(word_at(fd, p) & FRAME);
		CHECK_EQ(sys(SYS_open, "/proc/self/pagemap", O_RDONLY), -EACCES);
		CHECK_EQ(sys(SYS_prctl, PR_SET_DUMPABLE, 1), 0);
		mine = own();
		p[0] = 2;
		CHECK_EQ(word_at(mine, p) & ~SOFT_DIRTY, PRESENT | EXCLUSIVE);
		CHECK_EQ(open_of(1, "pagemap", O_RDONLY), -EACCES);
		CHECK_EQ(open_of((int)sys(SYS_getppid), "pagemap", O_RDONLY), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

CASE(whole_words_only)
{
	uint64_t words[8];
	long fd = own();

	CHECK_EQ(sys(SYS_pread64, fd, words, 7, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, words, 12, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, words, 8, 4), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, words, 0, 4), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, words, 0, 8), 0);
	CHECK_EQ(sys(SYS_pread64, fd, words, 64, 8), 64);
	CHECK_EQ(sys(SYS_write, fd, words, 8), -EBADF);
	NEEDS_ROOT();
	fd = sys(SYS_open, "/proc/self/pagemap", O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, words, 8), -EINVAL);
}

CASE(the_end_of_user_memory)
{
	const unsigned long pages = 0x7fffffffful; /* of four levels of tables: up to the last but one */
	uint64_t words[16];
	long fd = own();

	CHECK_EQ(sys(SYS_pread64, fd, words, sizeof(words), (pages - 8) * WORD), 64);
	CHECK_EQ(sys(SYS_pread64, fd, words, WORD, pages * WORD), 0);
	CHECK_EQ(sys(SYS_pread64, fd, words, WORD, 1L << 60), 0);
	CHECK_EQ(sys(SYS_pread64, fd, words, WORD, 0x7ffffffffffffff8), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, words, WORD, -8), -EINVAL);
}

CASE(positions)
{
	uint64_t words[2];
	long fd = own();

	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_DATA), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, 4, SEEK_SET), 4);
	CHECK_EQ(sys(SYS_read, fd, words, 8), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, 4, SEEK_CUR), 8);
	CHECK_EQ(sys(SYS_read, fd, words, 16), 16);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 24);
	CHECK_EQ(sys(SYS_lseek, fd, -8, SEEK_SET), -8); /* an address, not an error */
	CHECK_EQ(sys(SYS_read, fd, words, 8), -EINVAL);
}

CASE(bad_buffers)
{
	char *end = page_end(PROT_READ | PROT_WRITE);
	char *two = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long fd = own();

	CHECK_EQ(sys(SYS_pread64, fd, end - 16, 16, 0), 16);
	CHECK_EQ(sys(SYS_pread64, fd, end - 16, 24, 0), -EFAULT);
	CHECK_EQ(sys(SYS_pread64, fd, hole(), 8, 0), -EFAULT);
	/* what came before counts for nothing */
	CHECK_EQ(munmap(two + 2 * PAGE, 2 * PAGE), 0);
	CHECK_EQ(sys(SYS_read, fd, two, 3 * PAGE), -EFAULT);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 0);
	CHECK_EQ(sys(SYS_read, fd, two, 2 * PAGE), 2 * PAGE);
}

CASE(many_pages_at_once)
{
	static uint64_t words[MANY_PAGES];
	char *p = island(MANY_PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long fd = own();

	CHECK_EQ(madvise(p, MANY_PAGES * PAGE, MADV_NOHUGEPAGE), 0);
	for (int i = 0; i < MANY_PAGES; i += 3)
		p[i * PAGE] = 1;
	CHECK_EQ(sys(SYS_lseek, fd, (unsigned long)p / PAGE * WORD, SEEK_SET), (unsigned long)p / PAGE * WORD);
	CHECK_EQ(sys(SYS_read, fd, words, sizeof(words)), sizeof(words));
	for (int i = 0; i < MANY_PAGES; i++)
		CHECK_EQ(words[i] & ~(FRAME | SOFT_DIRTY), i % 3 ? 0 : PRESENT | EXCLUSIVE);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), ((unsigned long)p / PAGE + MANY_PAGES) * WORD);
}

CASE(into_the_very_memory_that_it_tells_of)
{
	uint64_t *p = (uint64_t *)island(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long fd = own();

	CHECK_EQ(sys(SYS_pread64, fd, p, WORD, (unsigned long)p / PAGE * WORD), WORD);
	CHECK_EQ(p[0], 0); /* the page was not there yet when it was looked at */
	CHECK_EQ(bits_at(fd, p), PRESENT | EXCLUSIVE);
}

CASE(of_a_process_that_ends)
{
	uint64_t word;
	int pid = start_sleeper();
	long fd = open_of(pid, "pagemap", O_RDONLY);

	CHECK(fd >= 0);
	sys(SYS_kill, pid, SIGKILL);
	wait_state(pid, 'Z');
	CHECK_EQ(sys(SYS_pread64, fd, &word, WORD, 0), 0);
	CHECK_EQ(open_of(pid, "pagemap", O_RDONLY), -ESRCH);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sys(SYS_pread64, fd, &word, WORD, 0), 0);
}

CASE(of_a_process_that_changes_its_program, .timeout = 30)
{
	enum { ROUNDS = 60 };
	static uint64_t words[512];

	scratch();
	write_program("sleep", PROGRAM_SLEEP);
	for (int i = 0; i < ROUNDS; i++) {
		char *argv[] = {"sleep", NULL};
		int pid;
		long fd, n;

		CHILD(pid)
			sys(SYS_execve, "sleep", argv, argv + 1);
		fd = open_of(pid, "pagemap", O_RDONLY);
		for (int k = 0; k < i % 5; k++)
			sys(SYS_sched_yield);
		n = sys(SYS_pread64, fd, words, sizeof(words), (unsigned long)words / PAGE * WORD);
		CHECK(n == 0 || n == sizeof(words));
		sys(SYS_close, fd);
		end_child(pid);
	}
}

CASE(while_its_owner_maps_and_unmaps, .timeout = 30)
{
	enum { ROUNDS = 300 };
	static uint64_t words[64];
	char *p = island(64, PROT_READ | PROT_WRITE, MAP_SHARED);
	long fd;
	int pid;

	CHILD(pid) {
		for (;;) {
			memset(p, 1, 64 * PAGE);
			mmap(p, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
			memset(p, 1, 32 * PAGE);
			munmap(p, 64 * PAGE);
			mmap(p, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		}
	}
	fd = open_of(pid, "pagemap", O_RDONLY);
	for (int i = 0; i < ROUNDS; i++) {
		CHECK_EQ(sys(SYS_pread64, fd, words, sizeof(words), (unsigned long)p / PAGE * WORD), sizeof(words));
		for (int k = 0; k < 64; k++)
			CHECK(!(words[k] & ~SOFT_DIRTY) || words[k] & PRESENT);
	}
	end_child(pid);
}
