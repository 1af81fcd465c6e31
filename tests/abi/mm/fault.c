// SPDX-License-Identifier: MIT
/*
 * fault: what an access finds: files that end, files that are cut, and many who touch at once.
 *
 * Linux     mmap(2) SIGBUS and SIGSEGV; truncate(2); sigaction(2) si_code
 */
#include "tests/abi/mm/mm.h"
#include "tests/abi/thread.h"

CASE(nothing_there_is_told_with_its_address)
{
	char *p = hole();

	CHECK_EQ(touch(p + 123), MAPERR);
	CHECK_EQ(touch_info.si_addr == p + 123, 1);
	CHECK_EQ(touch_write(p + PAGE - 1), MAPERR);
	CHECK_EQ(touch_info.si_addr == p + PAGE - 1, 1);
}

CASE(the_end_of_a_file)
{
	int fd = filled_file(1);
	char *s, *p;

	CHECK_EQ(sys(SYS_pwrite64, fd, "abc", 3, PAGE), 3);
	s = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
	p = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
	CHECK_EQ(s[PAGE + 2] + s[PAGE + 3], 'c'); /* zeroes behind the last byte */
	CHECK_EQ(touch(s + 2 * PAGE + 7), ADRERR);
	CHECK_EQ(touch_info.si_addr == s + 2 * PAGE + 7, 1);
	CHECK_EQ(touch_write(s + 3 * PAGE), ADRERR);
	CHECK_EQ(touch(p + 2 * PAGE), ADRERR);
	CHECK_EQ(touch_write(p + 3 * PAGE - 1), ADRERR);
	CHECK_EQ(touch_info.si_addr == p + 3 * PAGE - 1, 1);
	CHECK_EQ(touch_write(p + 2 * PAGE - 1), 0);
	CHECK_EQ(sys(SYS_getcwd, s + 2 * PAGE, PAGE), -EFAULT); /* the kernel gets no signal */
}

CASE(what_is_written_behind_the_end_is_not_in_the_file)
{
	int fd = filled_file(1);
	char *s = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), byte = 9;

	CHECK_EQ(ftruncate(fd, 100), 0);
	s[200] = 'x';
	CHECK_EQ(sys(SYS_pread64, fd, &byte, 1, 200), 0);
	CHECK_EQ(s[99], 1);
}

CASE(truncation_takes_shared_pages_and_gives_zeroes)
{
	int fd = filled_file(4);
	char *s = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);

	CHECK_EQ(s[3 * PAGE], 4);
	CHECK_EQ(ftruncate(fd, PAGE + 10), 0);
	CHECK_EQ(touch(s + 2 * PAGE), ADRERR);
	CHECK_EQ(touch(s + 3 * PAGE), ADRERR);
	CHECK_EQ(s[PAGE + 9] * 10 + s[PAGE + 10], 20); /* the rest of the last page is cleared */
	CHECK_EQ(ftruncate(fd, 4 * PAGE), 0);
	CHECK_EQ(s[2 * PAGE] + s[3 * PAGE], 0);
}

CASE(truncation_takes_private_copies_too)
{
	int fd = filled_file(4), pid;
	char *p = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);

	p[0] = p[2 * PAGE] = p[3 * PAGE] = 9;
	CHILD(pid) {
		CHECK_EQ(ftruncate(fd, 2 * PAGE), 0);
		CHECK_EQ(touch(p + 3 * PAGE), ADRERR);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(touch(p + 2 * PAGE), ADRERR);
	CHECK_EQ(p[0], 9);
	CHECK_EQ(ftruncate(fd, 4 * PAGE), 0);
	CHECK_EQ(p[2 * PAGE], 0); /* the copy is gone for good */
}

CASE(a_hole_leaves_private_copies)
{
	int fd = filled_file(3);
	char *p = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);

	p[0] = 9;
	CHECK_EQ(p[PAGE], 2);
	CHECK_EQ(sys(SYS_fallocate, fd, 3, 0, 2 * PAGE), 0);
	CHECK_EQ(p[0] * 10 + p[PAGE], 90);
}

CASE(truncation_takes_copies_of_what_became_a_hole)
{
	int fd = filled_file(2);
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

	p[0] = p[PAGE] = 9;
	CHECK_EQ(sys(SYS_fallocate, fd, 3, 0, 2 * PAGE), 0);
	CHECK_EQ(p[0] + p[PAGE], 18);
	CHECK_EQ(ftruncate(fd, PAGE), 0);
	CHECK_EQ(touch(p + PAGE), ADRERR);
	CHECK_EQ(p[0], 9);
}

CASE(truncation_of_a_part_of_a_mapping_at_an_offset)
{
	int fd = filled_file(6);
	char *s = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 2 * PAGE);

	CHECK_EQ(s[2 * PAGE], 5);
	CHECK_EQ(ftruncate(fd, 4 * PAGE), 0);
	CHECK_EQ(s[PAGE], 4);
	CHECK_EQ(touch(s + 2 * PAGE), ADRERR);
}

CASE(unlinked_and_closed_is_still_mapped)
{
	int fd;
	char *s;

	scratch();
	fd = open("f", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(ftruncate(fd, PAGE), 0);
	s = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	s[0] = 5;
	CHECK_EQ(unlink("f"), 0);
	close(fd);
	CHECK_EQ(s[0], 5);
	CHECK_EQ(touch_write(s + 1), 0);
}

CASE(reading_untouched_memory_costs_no_page_of_its_own)
{
	char *p = map(64, RW, MAP_PRIVATE);
	long before = kib_in("/proc/self/status", "RssAnon:");

	for (int i = 0; i < 64; i++)
		CHECK_EQ(p[i * PAGE], 0);
	CHECK(kib_in("/proc/self/status", "RssAnon:") <= before + 16);
	p[5] = 1;
	CHECK_EQ(p[PAGE + 5], 0);
}

CASE(execution_needs_permission)
{
	static const unsigned char ret = 0xc3;
	unsigned char *p = (unsigned char *)map(1, RW, MAP_PRIVATE);

	p[0] = ret;
	touch_prepare();
	if (sigsetjmp(touch_jump, 1) == 0) {
		((void (*)(void))p)();
		CHECK(!"executed");
	}
	CHECK_EQ(FAULT(touch_info.si_signo, touch_info.si_code), ACCERR);
	CHECK_EQ(touch_info.si_addr == p, 1);
	CHECK_EQ(sys(SYS_mprotect, p, PAGE, PROT_READ | PROT_EXEC), 0);
	((void (*)(void))p)();
}

CASE(addresses_that_are_none)
{
	CHECK_EQ(touch((char *)0x7ffffffff000), MAPERR);
	CHECK_EQ(touch((char *)0xffffffff81000000), MAPERR);
	CHECK_EQ(touch((char *)(1L << 56)), FAULT(SIGSEGV, SI_KERNEL)); /* not canonical: no page fault */
	CHECK_EQ(touch_info.si_addr == NULL, 1);
}

/* --- at once --- */

enum { THREADS = 4, MANY = 400, RACE_MS = 300 };

struct crowd {
	char *p, *q; /* q: another place of the same memory, where the case has one */
	int fd;
	volatile int ready, go, stop, wrong;
};

static void run_crowd(struct crowd *c, int (*fn)(void *), int nr)
{
	int done[THREADS];

	for (int i = 0; i < nr; i++)
		CHECK(start_thread(&done[i], fn, c) > 0);
	while (c->ready < nr)
		sys(SYS_sched_yield);
	c->go = 1;
	for (int i = 0; i < nr; i++)
		join_thread(&done[i]);
}

static void wait_go(struct crowd *c)
{
	__atomic_add_fetch(&c->ready, 1, __ATOMIC_SEQ_CST);
	while (!c->go)
		sys(SYS_sched_yield);
}

static int count_in_each(void *arg)
{
	struct crowd *c = arg;

	wait_go(c);
	for (int i = 0; i < MANY; i++)
		__atomic_add_fetch((int *)(c->p + i * PAGE), 1, __ATOMIC_SEQ_CST);
	return 0;
}

static void check_counts(char *p)
{
	struct crowd c = {.p = p};

	run_crowd(&c, count_in_each, THREADS);
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(*(int *)(p + i * PAGE), THREADS);
}

CASE(threads_touch_the_same_pages_first)
{
	int fd = sys(SYS_memfd_create, "x", 0);

	CHECK_EQ(ftruncate(fd, MANY * PAGE), 0);
	check_counts(map(MANY, RW, MAP_PRIVATE));
	check_counts(map(MANY, RW, MAP_SHARED));
	check_counts(mmap(NULL, MANY * PAGE, RW, MAP_PRIVATE, fd, 0));
}

CASE(threads_copy_the_same_pages_after_a_fork)
{
	char *p = map(MANY, RW, MAP_PRIVATE);
	int pid, to_child[2];
	char byte;

	CHECK_EQ(pipe(to_child), 0);
	memset(p, 0, MANY * PAGE);
	CHILD(pid) {
		CHECK_EQ(read(to_child[0], &byte, 1), 1);
		for (int i = 0; i < MANY; i++)
			CHECK_EQ(*(int *)(p + i * PAGE), 0);
	}
	check_counts(p);
	CHECK_EQ(write(to_child[1], "x", 1), 1);
	CHECK_EQ(reap(pid), 0);
}

static int raced(struct crowd *c, int (*fn)(void *), void (*other)(struct crowd *))
{
	int64_t end = now_ms() + RACE_MS;
	int done, rounds = 0;

	CHECK(start_thread(&done, fn, c) > 0);
	c->go = 1;
	for (; now_ms() < end; rounds++)
		other(c);
	c->stop = 1;
	join_thread(&done);
	CHECK_EQ(c->wrong, 0);
	return rounds;
}

static int write_and_read(void *arg)
{
	struct crowd *c = arg;

	for (unsigned n = 1; !c->stop; n++)
		for (int i = 0; i < 8; i++) {
			volatile unsigned *word = (unsigned *)(c->p + i * PAGE);

			*word = n;
			if (*word != n && *word != 0)
				c->wrong = 1;
		}
	return 0;
}

static void drop(struct crowd *c)
{
	if (madv(c->p, 8, MADV_DONTNEED))
		c->wrong = 2;
}

CASE(pages_are_dropped_while_they_are_written)
{
	struct crowd c = {.p = map(8, RW, MAP_PRIVATE)};

	raced(&c, write_and_read, drop);
}

/* What is written in one place must be seen in the other, or be gone from both. */
static int compare_places(void *arg)
{
	struct crowd *c = arg;

	for (unsigned n = 1; !c->stop; n++)
		for (int i = 0; i < 8; i++) {
			volatile unsigned *one = (unsigned *)(c->p + i * PAGE), *two = (unsigned *)(c->q + i * PAGE);

			*one = n;
			if (*two != n && *two != 0)
				c->wrong = 1;
			if (*one != *two && *one != 0 && *two != 0)
				c->wrong = 2;
		}
	return 0;
}

static void punch(struct crowd *c)
{
	if (madv(c->q, 8, MADV_REMOVE))
		c->wrong = 3;
}

static void check_same(struct crowd *c)
{
	for (int i = 0; i < 8; i++) {
		c->p[i * PAGE] = (char)(i + 1);
		CHECK_EQ(c->q[i * PAGE], i + 1);
	}
}

CASE(pages_are_punched_out_while_they_are_written)
{
	struct crowd c = {.p = map(8, RW, MAP_SHARED)};

	c.q = (char *)sys(SYS_mremap, c.p, 0, 8 * PAGE, MREMAP_MAYMOVE);
	for (int i = 0; i < 5; i++) {
		c.stop = 0;
		raced(&c, compare_places, punch);
		check_same(&c);
	}
}

static void cut_and_grow(struct crowd *c)
{
	if (ftruncate(c->fd, 0) || ftruncate(c->fd, 8 * PAGE))
		c->wrong = 4;
}

/* By the kernel's hands, which get an error where the program would get a signal. */
static int copy_in(void *arg)
{
	struct crowd *c = arg;
	struct iovec far = {c->p, 8 * PAGE}, near = {c->q, 8 * PAGE};

	while (!c->stop)
		sys(SYS_process_vm_writev, sys(SYS_getpid), &near, 1, &far, 1, 0);
	return 0;
}

CASE(a_file_is_cut_while_it_is_touched)
{
	struct crowd c = {.fd = sys(SYS_memfd_create, "x", 0), .q = map(8, RW, MAP_PRIVATE)};
	char byte;

	memset(c.q, 7, 8 * PAGE);
	CHECK_EQ(ftruncate(c.fd, 8 * PAGE), 0);
	c.p = mmap(NULL, 8 * PAGE, RW, MAP_SHARED, c.fd, 0);
	for (int i = 0; i < 3; i++) {
		c.stop = 0;
		raced(&c, copy_in, cut_and_grow);
		CHECK_EQ(ftruncate(c.fd, 0), 0);
		for (int k = 0; k < 8; k++) /* nothing is left of what was beyond the end */
			CHECK_EQ(touch(c.p + k * PAGE), ADRERR);
		CHECK_EQ(ftruncate(c.fd, 8 * PAGE), 0);
		for (int k = 0; k < 8; k++) {
			c.p[k * PAGE] = (char)(k + 1);
			CHECK_EQ(sys(SYS_pread64, c.fd, &byte, 1, k * PAGE), 1);
			CHECK_EQ(byte, k + 1);
		}
	}
}

/* Cuts the mapping in pieces and joins them again. */
static int split_and_join(void *arg)
{
	struct crowd *c = arg;

	while (!c->stop) {
		sys(SYS_mprotect, c->p + 2 * PAGE, 3 * PAGE, PROT_READ);
		sys(SYS_mprotect, c->p + 4 * PAGE, PAGE, PROT_NONE);
		sys(SYS_mprotect, c->p, 8 * PAGE, RW);
	}
	return 0;
}

static void fill_and_cut(struct crowd *c)
{
	if (ftruncate(c->fd, 8 * PAGE))
		c->wrong = 5;
	madv(c->p, 8, POPULATE_READ);
	if (ftruncate(c->fd, PAGE))
		c->wrong = 6;
	/* The pages must be gone now, whatever pieces the mapping was in. */
	for (int i = 1; i < 8; i++)
		if (sys(SYS_getcwd, c->p + i * PAGE, PAGE) != -EFAULT)
			c->wrong = 7;
}

CASE(a_truncation_finds_mappings_that_are_split_and_joined)
{
	struct crowd c = {.fd = sys(SYS_memfd_create, "x", 0)};

	CHECK_EQ(ftruncate(c.fd, 8 * PAGE), 0);
	c.p = mmap(NULL, 8 * PAGE, RW, MAP_SHARED, c.fd, 0);
	raced(&c, split_and_join, fill_and_cut);
}

static int move_about(void *arg)
{
	struct crowd *c = arg;

	while (!c->stop)
		if (sys(SYS_mremap, c->p, 600 * PAGE, 600 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, c->q) < 0 ||
			sys(SYS_mremap, c->q, 600 * PAGE, 600 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, c->p) < 0)
			c->wrong = 8;
	return 0;
}

static void fill_and_cut_all(struct crowd *c)
{
	if (ftruncate(c->fd, 600 * PAGE))
		c->wrong = 5;
	madv(c->p, 600, POPULATE_READ);
	madv(c->q, 600, POPULATE_READ);
	if (ftruncate(c->fd, PAGE))
		c->wrong = 6;
	for (int i = 1; i < 600; i += 99)
		if (sys(SYS_getcwd, c->p + i * PAGE, PAGE) != -EFAULT ||
			sys(SYS_getcwd, c->q + i * PAGE, PAGE) != -EFAULT)
			c->wrong = 7;
}

CASE(a_truncation_finds_mappings_that_move)
{
	enum { TABLE = 2 << 20 };
	struct crowd c = {.fd = sys(SYS_memfd_create, "x", 0)};
	char *area = mmap(NULL, 5 * TABLE, PROT_NONE, ANON, -1, 0);

	c.p = (char *)(((uintptr_t)area + TABLE - 1) & -(uintptr_t)TABLE);
	c.q = c.p + 2 * TABLE;
	CHECK_EQ(ftruncate(c.fd, 600 * PAGE), 0);
	CHECK(mmap(c.p, 600 * PAGE, RW, MAP_SHARED | MAP_FIXED, c.fd, 0) == c.p);
	raced(&c, move_about, fill_and_cut_all);
}

static int fork_often(void *arg)
{
	struct crowd *c = arg;

	while (!c->stop) {
		int pid = sys(SYS_fork);

		if (pid == 0)
			sys(SYS_exit_group, 0);
		if (pid > 0)
			sys(SYS_wait4, pid, 0, 0, 0);
	}
	return 0;
}

static void count_up(struct crowd *c)
{
	unsigned n = (unsigned)++c->fd;

	for (int i = 0; i < 8; i++)
		*(volatile unsigned *)(c->p + i * PAGE) = n;
	for (int i = 0; i < 8; i++)
		if (*(volatile unsigned *)(c->p + i * PAGE) != n)
			c->wrong = 9;
}

CASE(no_write_is_lost_to_a_fork)
{
	struct crowd c = {.p = map(8, RW, MAP_PRIVATE)};

	raced(&c, fork_often, count_up);
}

/* CVE-2016-5195: a forced write to a private mapping of a file, while the copy is thrown away. */
static int force_writes(void *arg)
{
	struct crowd *c = arg;
	int mem = sys(SYS_open, "/proc/self/mem", O_RDWR);

	while (!c->stop)
		sys(SYS_pwrite64, mem, "overwritten", 11, c->p);
	sys(SYS_close, mem);
	return 0;
}

CASE(a_forced_write_never_reaches_the_file)
{
	struct crowd c = {.fd = filled_file(8)};
	char byte = 0;
	int ro;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", c.fd);
	ro = open(path, O_RDONLY);
	c.p = mmap(NULL, 8 * PAGE, PROT_READ, MAP_PRIVATE, ro, 0);
	raced(&c, force_writes, drop);
	CHECK_EQ(sys(SYS_pread64, c.fd, &byte, 1, 0), 1);
	CHECK_EQ(byte, 1);
}

/* CVE-2019-11599: who walks an address space bears that it changes and dies. */
CASE(maps_are_read_while_they_change_and_end)
{
	static char text[1 << 16];
	char path[64];
	int64_t end = now_ms() + 2 * RACE_MS;

	while (now_ms() < end) {
		int pid;

		CHILD(pid) {
			for (int i = 0; i < 200; i++) {
				char *p = map(16, RW, MAP_PRIVATE | MAP_POPULATE);

				munmap(p + 3 * PAGE, 5 * PAGE);
			}
		}
		snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
		for (int i = 0; i < 8; i++)
			slurp(path, text, sizeof(text));
		snprintf(path, sizeof(path), "/proc/%d/maps", pid);
		slurp(path, text, sizeof(text));
		sys(SYS_kill, pid, SIGKILL);
		reap(pid);
	}
}
