// SPDX-License-Identifier: MIT
/*
 * memory: rows about mappings, faults and the memory of other processes.
 *
 * Promise   as in bench.c
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum {
	FAULT_PAGES = FILE_PAGES,
	SMALL_PAGES = 1,
	MANY_BYTES = 64 << 20,
	TABLE_BYTES = 2 << 20, /* what one page table maps */
	FLIP_PAGES = 16,
	REMOTE_BYTES = 1 << 20,
	SHARE_PAGES = 4096, /* of one thread */
};

/* --- faults; operations are pages --- */

static long fault_anonymous(long n)
{
	char *p = private_memory(FAULT_PAGES * PAGE);
	long start = now();

	for (long i = 0; i < n; i++)
		p[i * PAGE] = (char)(i + 1);
	long took = now() - start;
	for (long i = 0; i < n; i++)
		if (p[i * PAGE] != (char)(i + 1) || p[i * PAGE + PAGE - 1] != 0)
			return bad("page %ld", i);
	munmap(p, FAULT_PAGES * PAGE);
	return took;
}

static long fault_file(long n)
{
	int fd = open("/tmp/bench", O_RDWR);
	char *p = mmap(NULL, FAULT_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	long start = now();

	for (long i = 0; i < n; i++)
		if (p[i * PAGE] != (char)(i * 7))
			return bad("page %ld is %d", i, p[i * PAGE]);
	long took = now() - start;
	munmap(p, FAULT_PAGES * PAGE);
	close(fd);
	return took;
}

static long fault_cow(long n)
{
	char *p = private_memory(FAULT_PAGES * PAGE);
	volatile long *took = shared_memory(PAGE);

	for (long i = 0; i < n; i++)
		p[i * PAGE] = p[i * PAGE + PAGE - 1] = (char)i;
	pid_t pid = fork();
	if (pid == 0) {
		long start = now(), wrong = 0;

		for (long i = 0; i < n; i++)
			p[i * PAGE] = (char)(i + 1);
		*took = now() - start;
		for (long i = 0; i < n; i++)
			wrong += p[i * PAGE] != (char)(i + 1) || p[i * PAGE + PAGE - 1] != (char)i;
		_exit(wrong ? 1 : EXIT_STATUS);
	}
	bool ok = ended_with(pid, EXIT_STATUS);
	for (long i = 0; i < n; i++)
		ok &= p[i * PAGE] == (char)i;
	long ns = *took;
	munmap((void *)took, PAGE);
	munmap(p, FAULT_PAGES * PAGE);
	return ok ? ns : bad("a copy is wrong");
}

/* The first write to each page of a new memfd. */
static long fault_memfd(long n)
{
	int fd = memfd_create("bench", 0);

	if (ftruncate(fd, FAULT_PAGES * PAGE) != 0)
		return bad("no memfd");
	char *p = mmap(NULL, FAULT_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	long start = now();
	for (long i = 0; i < n; i++)
		p[i * PAGE] = (char)(i + 1);
	long took = now() - start, wrong = 0;
	for (long i = 0; i < n; i++) {
		char c = 0;

		wrong += pread(fd, &c, 1, i * PAGE) != 1 || c != (char)(i + 1) || p[i * PAGE + PAGE - 1] != 0;
	}
	munmap(p, FAULT_PAGES * PAGE);
	close(fd);
	return wrong ? bad("%ld pages are wrong", wrong) : took;
}

/* The first write to each page of a private mapping of a file. */
static long fault_private_file(long n)
{
	int fd = open("/tmp/bench", O_RDWR);
	char *p = mmap(NULL, FAULT_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	long start = now();

	for (long i = 0; i < n; i++)
		p[i * PAGE + 1] = 1;
	long took = now() - start, wrong = 0;
	for (long i = 0; i < n; i++) {
		char c = 1;

		wrong += pread(fd, &c, 1, i * PAGE + 1) != 1 || c != 0 || p[i * PAGE] != (char)(i * 7);
	}
	munmap(p, FAULT_PAGES * PAGE);
	close(fd);
	return wrong ? bad("%ld pages are wrong", wrong) : took;
}

/* --- two threads --- */

struct share {
	char *at;
	volatile int *gate;
};

static int touch_share(void *arg)
{
	const struct share *s = arg;

	while (!*s->gate)
		;
	for (long i = 0; i < SHARE_PAGES; i++)
		s->at[i * PAGE] = (char)(i + 1);
	return 0;
}

static bool share_is_right(const char *at)
{
	for (long i = 0; i < SHARE_PAGES; i++)
		if (at[i * PAGE] != (char)(i + 1) || at[i * PAGE + PAGE - 1] != 0)
			return false;
	return true;
}

/* n pages, in shares of SHARE_PAGES: all by this thread, or half of them by another. Only where both can run. */
static long fault_shares(long n, bool is_shared)
{
	static char stack[THREAD_STACK];
	volatile int alive = 0, gate = 0;

	if (has_one_cpu() || n != 2 * SHARE_PAGES)
		return NO_ROW;
	char *map = private_memory(2 * SHARE_PAGES * PAGE + TABLE_BYTES);
	char *at = (char *)(((unsigned long)map + TABLE_BYTES - 1) & -(unsigned long)TABLE_BYTES);
	struct share mine = { at, &gate }, other = { at + SHARE_PAGES * PAGE, &gate };
	if (is_shared && !thread_start(&alive, stack, touch_share, &other))
		return bad("no thread");
	usleep(20000); /* the other one stands at the gate */
	long start = now();
	gate = 1;
	touch_share(&mine);
	if (is_shared)
		thread_join(&alive);
	else
		touch_share(&other);
	long took = now() - start;
	bool ok = share_is_right(mine.at) && share_is_right(other.at);
	munmap(map, 2 * SHARE_PAGES * PAGE + TABLE_BYTES);
	return ok ? took : bad("a page is wrong");
}

static long fault_one_thread(long n)
{
	return fault_shares(n, false);
}

static long fault_two_threads(long n)
{
	return fault_shares(n, true);
}

/* --- mappings --- */

static long map_unmap(long n)
{
	long start = now();

	for (long i = 0; i < n; i++) {
		volatile char *p = mmap(NULL, SMALL_PAGES * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (int page = 0; page < SMALL_PAGES; page++) {
			p[page * PAGE] = (char)(page + 1);
			if (p[page * PAGE + 1] != 0)
				return bad("page is not clear");
		}
		if (munmap((void *)p, SMALL_PAGES * PAGE) != 0)
			return bad("munmap");
	}
	return now() - start;
}

/* MANY_BYTES mapped, each page touched, unmapped. */
static long map_unmap_many(long n)
{
	long start = now();

	for (long i = 0; i < n; i++) {
		volatile char *p = private_memory(MANY_BYTES);

		for (long at = 0; at < MANY_BYTES; at += PAGE) {
			p[at] = 1;
			if (p[at + 1] != 0)
				return bad("page is not clear");
		}
		if (munmap((void *)p, MANY_BYTES) != 0)
			return bad("munmap");
	}
	return now() - start;
}

/* A mapping that touches no other: made read-only and writable again. */
static long protect_flip(long n)
{
	const long bytes = FLIP_PAGES * PAGE;
	char *map = mmap(NULL, bytes + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *p = map + PAGE;

	mprotect(p, bytes, PROT_READ | PROT_WRITE);
	for (long i = 0; i < bytes; i += PAGE)
		p[i] = 1;
	long start = now();
	for (long i = 0; i < n; i++)
		if (raw(SYS_mprotect, (long)p, bytes, PROT_READ, 0) != 0 ||
			raw(SYS_mprotect, (long)p, bytes, PROT_READ | PROT_WRITE, 0) != 0)
			return bad("mprotect");
	long took = now() - start;
	for (long i = 0; i < bytes; i += PAGE)
		if (p[i]++ != 1)
			return bad("page %ld", i / PAGE);
	munmap(map, bytes + 2 * PAGE);
	return took;
}

/* MANY_BYTES that are there, between two places at the boundaries of page tables. */
static long move_many(long n)
{
	const size_t reserved = 2l * MANY_BYTES + TABLE_BYTES;
	char *map = mmap(NULL, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *from = (char *)(((unsigned long)map + TABLE_BYTES - 1) & -(unsigned long)TABLE_BYTES);
	char *to = from + MANY_BYTES;

	mmap(from, MANY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	madvise(from, MANY_BYTES, MADV_NOHUGEPAGE);
	for (long i = 0; i < MANY_BYTES / PAGE; i++)
		from[i * PAGE] = (char)(i * 7);
	long start = now(), wrong = 0;
	for (long i = 0; i < n; i++) {
		char *was = from;

		if (mremap(from, MANY_BYTES, MANY_BYTES, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
			return bad("mremap");
		from = to;
		to = was;
		wrong += from[PAGE] != 7;
	}
	long took = now() - start;
	for (long i = 0; i < MANY_BYTES / PAGE; i++)
		wrong += from[i * PAGE] != (char)(i * 7);
	munmap(map, reserved);
	return wrong ? bad("%ld pages are wrong", wrong) : took;
}

/* --- memfds --- */

static long memfd_create_close(long n)
{
	long start = now();

	for (long i = 0; i < n; i++) {
		long fd = raw(SYS_memfd_create, (long)"bench", 0, 0, 0);

		if (fd < 0 || raw(SYS_close, fd, 0, 0, 0) != 0)
			return bad("turn %ld", i);
	}
	return now() - start;
}

/* Made, sized, mapped, touched, unmapped, closed. */
static long memfd_life(long n)
{
	long start = now();

	for (long i = 0; i < n; i++) {
		long fd = raw(SYS_memfd_create, (long)"bench", 0, 0, 0);

		if (raw(SYS_ftruncate, fd, PAGE, 0, 0) != 0)
			return bad("turn %ld", i);
		char *p = (char *)raw6(SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		p[0] = 1;
		if (p[1] != 0 || raw(SYS_munmap, (long)p, PAGE, 0, 0) != 0 || raw(SYS_close, fd, 0, 0, 0) != 0)
			return bad("turn %ld", i);
	}
	return now() - start;
}

/* --- another process's memory --- */

static unsigned char remote_byte(long i)
{
	return (unsigned char)(i * 7 + i / 251);
}

/* Reads of so many bytes from a child, whose array holds what ours does not. */
static long read_remote(long n, long size)
{
	static unsigned char theirs[REMOTE_BYTES], got[REMOTE_BYTES];
	int told[2], end[2];
	char c;

	if (pipe(told) != 0 || pipe(end) != 0)
		return bad("pipe");
	pid_t pid = fork();
	if (pid == 0) {
		close(end[1]);
		for (long i = 0; i < REMOTE_BYTES; i++)
			theirs[i] = remote_byte(i);
		_exit(write(told[1], "", 1) == 1 && read(end[0], &c, 1) == 0 ? EXIT_STATUS : 1);
	}
	(void)!read(told[0], &c, 1);
	struct iovec local = { got, (size_t)size }, remote = { theirs, (size_t)size };
	long start = now(), wrong = 0;
	for (long i = 0; i < n; i++) {
		got[0] = got[size - 1] = 0xff;
		wrong += raw6(SYS_process_vm_readv, pid, (long)&local, 1, (long)&remote, 1, 0) != size ||
			got[0] != remote_byte(0) || got[size - 1] != remote_byte(size - 1);
	}
	long took = now() - start;
	for (long i = 0; i < size; i++)
		wrong += got[i] != remote_byte(i);
	close(end[1]);
	close(end[0]);
	close(told[0]);
	close(told[1]);
	return ended_with(pid, EXIT_STATUS) && !wrong ? took : bad("%ld reads or bytes are wrong", wrong);
}

static long read_remote_4k(long n)
{
	return read_remote(n, PAGE);
}

static long read_remote_1m(long n)
{
	return read_remote(n, REMOTE_BYTES);
}

const struct bench memory_benches[] = {
	{ "fault-anonymous", FAULT_PAGES, fault_anonymous, NULL },
	{ "fault-file-shared", FAULT_PAGES, fault_file, NULL },
	{ "fault-file-private", FAULT_PAGES, fault_private_file, NULL },
	{ "fault-memfd", FAULT_PAGES, fault_memfd, NULL },
	{ "fault-copy-on-write", FAULT_PAGES, fault_cow, NULL },
	{ "fault-one-thread", 2 * SHARE_PAGES, fault_one_thread, NULL },
	{ "fault-two-threads", 2 * SHARE_PAGES, fault_two_threads, NULL },
	{ "mmap-munmap", 200, map_unmap, NULL },
	{ "mmap-munmap-64m", 2, map_unmap_many, NULL },
	{ "mprotect-flip", 500, protect_flip, NULL },
	{ "mremap-64m", 20, move_many, NULL },
	{ "memfd-create-close", 500, memfd_create_close, NULL },
	{ "memfd-life", 200, memfd_life, NULL },
	{ "process-vm-4k", 500, read_remote_4k, NULL },
	{ "process-vm-1m", 20, read_remote_1m, NULL },
	{ 0 },
};
