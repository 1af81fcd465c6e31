// SPDX-License-Identifier: MIT
/*
 * commit: what memory is promised, how many mappings there may be, and that all of it is given back.
 *
 * Linux     proc_sys_vm(5): overcommit_memory, overcommit_ratio, overcommit_kbytes, max_map_count;
 *           proc_meminfo(5): CommitLimit, Committed_AS
 */
#include "tests/abi/mm/mm.h"

TAP_DANGEROUS("limits memory for all");

enum { GUESS, ALWAYS, NEVER, UNIT = 4096 /* pages: Linux counts roughly when it is in a hurry */ };

static void setting(const char *name, long value)
{
	char path[64], text[32];
	int fd, n = snprintf(text, sizeof(text), "%ld", value);

	snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
	fd = open(path, O_WRONLY);
	CHECK_EQ(write(fd, text, n), n);
	close(fd);
}

static long setting_refused(const char *name, const char *text)
{
	char path[64];
	long r, fd;

	snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
	fd = sys(SYS_open, path, O_WRONLY);
	r = sys(SYS_write, fd, text, strlen(text));
	sys(SYS_close, fd);
	return r;
}

static long value(const char *name)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	return atol(text);
}

static long committed(void)
{
	return kib_in("/proc/meminfo", "Committed_AS:") * 1024 / PAGE;
}

static long limit(void)
{
	return kib_in("/proc/meminfo", "CommitLimit:") * 1024 / PAGE;
}

static long total(void)
{
	return kib_in("/proc/meminfo", "MemTotal:") * 1024 / PAGE;
}

/* Mode NEVER with so many pages above what is promised now, and no reserves. */
static void strict(long pages)
{
	setting("admin_reserve_kbytes", 0);
	setting("user_reserve_kbytes", 0);
	setting("overcommit_kbytes", (committed() + pages) * (PAGE / 1024));
	setting("overcommit_memory", NEVER);
}

static void relax(void)
{
	setting("overcommit_memory", GUESS);
	setting("overcommit_ratio", 50);
}

/* How many pages more are promised after the call than before. */
#define GROWS(CALL) \
	({ \
		long before_ = committed(); \
		CALL; \
		committed() - before_; \
	})

CASE(settings)
{
	CHECK_EQ(value("overcommit_memory"), GUESS);
	CHECK_EQ(value("overcommit_ratio"), 50);
	CHECK_EQ(value("overcommit_kbytes"), 0);
	CHECK_EQ(setting_refused("overcommit_memory", "3"), -EINVAL);
	CHECK_EQ(setting_refused("overcommit_memory", "-1"), -EINVAL);
	setting("overcommit_kbytes", 8192);
	CHECK_EQ(value("overcommit_ratio"), 0);
	CHECK_EQ(limit(), 2048);
	setting("overcommit_ratio", 25);
	CHECK_EQ(value("overcommit_kbytes"), 0);
	CHECK(limit() <= total() / 4 + 1 && limit() >= total() / 4 - 1);
	relax();
}

CASE(what_is_counted)
{
	char *p, *q;
	int fd = sys(SYS_memfd_create, "x", 0);

	CHECK_EQ(ftruncate(fd, UNIT * PAGE), 0);
	committed(); /* the buffer it reads into is touched by now */
	CHECK_EQ(GROWS(p = map(UNIT, RW, MAP_PRIVATE)), UNIT);
	CHECK_EQ(GROWS(munmap(p, UNIT * PAGE / 2)), -UNIT / 2);
	CHECK_EQ(GROWS(munmap(p, UNIT * PAGE)), -UNIT / 2);
	CHECK_EQ(GROWS(p = map(UNIT, PROT_READ, MAP_PRIVATE)), 0);
	CHECK_EQ(GROWS(sys(SYS_mprotect, p, UNIT * PAGE / 4, RW)), UNIT / 4);
	CHECK_EQ(GROWS(sys(SYS_mprotect, p, UNIT * PAGE, RW)), UNIT * 3 / 4);
	CHECK_EQ(GROWS(munmap(p, UNIT * PAGE)), -UNIT);
	CHECK_EQ(GROWS(p = map(UNIT, RW, MAP_PRIVATE | MAP_NORESERVE)), 0);
	CHECK_EQ(GROWS(memset(p, 1, UNIT * PAGE)), 0);
	CHECK_EQ(GROWS(p = map(UNIT, RW, MAP_SHARED)), UNIT);
	CHECK_EQ(GROWS(memset(p, 1, UNIT * PAGE)), 0);
	CHECK_EQ(GROWS(q = (char *)sys(SYS_mremap, p, 0, UNIT * PAGE, MREMAP_MAYMOVE)), 0);
	CHECK_EQ(GROWS(munmap(p, UNIT * PAGE)), 0); /* the other mapping has it still */
	CHECK_EQ(GROWS(munmap(q, UNIT * PAGE)), -UNIT);
	CHECK_EQ(GROWS(p = mmap(NULL, UNIT * PAGE, RW, MAP_SHARED, fd, 0)), 0);
	CHECK_EQ(GROWS(q = mmap(NULL, UNIT * PAGE, RW, MAP_PRIVATE, fd, 0)), UNIT);
	CHECK_EQ(GROWS(munmap(q, UNIT * PAGE)), -UNIT);
}

CASE(files_are_counted_by_the_page)
{
	int fd = sys(SYS_memfd_create, "x", 0);
	char *p, page[PAGE] = "x";

	CHECK_EQ(ftruncate(fd, 16 * PAGE), 0);
	p = mmap(NULL, 16 * PAGE, RW, MAP_SHARED, fd, 0);
	committed();
	CHECK_EQ(GROWS(p[3 * PAGE] = 1), 1);
	CHECK_EQ(GROWS(sys(SYS_pwrite64, fd, page, PAGE, 5 * PAGE)), 1);
	CHECK_EQ(GROWS(sys(SYS_fallocate, fd, 0, 0, 8 * PAGE)), 6);
	CHECK_EQ(GROWS(madv(p, 2, MADV_REMOVE)), -2);
	CHECK_EQ(GROWS(ftruncate(fd, 4 * PAGE)), -4);
	munmap(p, 16 * PAGE);
	CHECK_EQ(GROWS(close(fd)), -2);
	p = map(16, RW, MAP_SHARED | MAP_NORESERVE);
	CHECK_EQ(GROWS(memset(p, 1, 4 * PAGE)), 4);
	CHECK_EQ(GROWS(munmap(p, 16 * PAGE)), -4);
}

CASE(moves_and_growth_are_counted)
{
	char *p = room(), *q;

	committed();
	map_at(p, 8, RW, MAP_PRIVATE);
	CHECK_EQ(GROWS(sys(SYS_mremap, p, 8 * PAGE, 16 * PAGE, 0)), 8);
	CHECK_EQ(GROWS(q = (char *)sys(SYS_mremap, p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE)), 4);
	CHECK_EQ(GROWS(sys(SYS_mremap, q, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 20 * PAGE)), 0);
	p += 20 * PAGE;
	CHECK_EQ(GROWS(q = (char *)sys(SYS_mremap, p, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | DONTUNMAP, 0)), 8);
	p -= 20 * PAGE;
	CHECK_EQ(GROWS(sys(SYS_mremap, q, 8 * PAGE, 2 * PAGE, 0)), -6);
	CHECK_EQ(GROWS(map_at(p + 4 * PAGE, 12, RW, MAP_PRIVATE)), 0); /* over as many */
	CHECK_EQ(GROWS(map_at(p + 4 * PAGE, 12, PROT_NONE, MAP_PRIVATE)), -12);
}

CASE(a_child_counts_again)
{
	long before, with, heap;
	char *kept = map(UNIT, RW, MAP_PRIVATE), *gone = map(UNIT, RW, MAP_PRIVATE);
	int pid;

	(void)kept;
	CHECK_EQ(madv(gone, UNIT, 10 /* DONTFORK */), 0);
	before = committed();
	pid = start_sleeper();
	with = committed() - before;
	CHECK(with >= UNIT && with < 2 * UNIT);
	end_child(pid);
	CHECK_EQ(committed(), before);
	heap = sys(SYS_brk, 0);
	CHECK_EQ(GROWS(sys(SYS_brk, heap + 4 * PAGE)), 4);
	CHECK_EQ(GROWS(sys(SYS_brk, heap)), -4);
}

CASE(all_is_given_back)
{
	int pid;
	long before = committed();

	for (int i = 0; i < 3; i++) {
		CHILD(pid) {
			int fd = sys(SYS_memfd_create, "x", 0), inner;
			char *p = map(64, RW, MAP_PRIVATE), *s = map(64, RW, MAP_SHARED), *f;

			CHECK_EQ(ftruncate(fd, 64 * PAGE), 0);
			f = mmap(NULL, 64 * PAGE, RW, MAP_SHARED, fd, 0);
			f[5 * PAGE] = s[3 * PAGE] = p[0] = 1;
			sys(SYS_mprotect, p + 3 * PAGE, 5 * PAGE, PROT_READ);
			munmap(p + 20 * PAGE, 7 * PAGE);
			sys(SYS_mremap, p, 3 * PAGE, 30 * PAGE, MREMAP_MAYMOVE);
			map(1, RW, MAP_PRIVATE | MAP_GROWSDOWN);
			CHILD(inner)
				munmap(s, PAGE);
			reap(inner);
		}
		CHECK_EQ(reap(pid), 0);
	}
	CHECK_EQ(committed(), before);
}

CASE(the_guess_refuses_only_the_absurd)
{
	long all = total();

	CHECK_EQ(value("overcommit_memory"), GUESS);
	CHECK_EQ(sys(SYS_mmap, 0, 2 * all * PAGE, RW, ANON, -1, 0), -ENOMEM);
	CHECK_EQ(sys(SYS_mmap, 0, 2 * all * PAGE, RW, SHARED_ANON, -1, 0), -ENOMEM);
	CHECK(sys(SYS_mmap, 0, 2 * all * PAGE, RW, ANON | MAP_NORESERVE, -1, 0) > 0);
	CHECK(sys(SYS_mmap, 0, 2 * all * PAGE, PROT_READ, ANON, -1, 0) > 0);
	for (int i = 0; i < 4; i++)
		CHECK(sys(SYS_mmap, 0, all * PAGE * 3 / 4, RW, ANON, -1, 0) > 0);
}

CASE(always_refuses_nothing)
{
	long all = total(), p;

	setting("overcommit_memory", ALWAYS);
	p = sys(SYS_mmap, 0, 4 * all * PAGE, RW, ANON, -1, 0);
	relax();
	CHECK(p > 0);
}

CASE(never_refuses_what_is_beyond_the_limit)
{
	char *ro = map(2 * UNIT, PROT_READ, MAP_PRIVATE), *half = map(UNIT, RW, MAP_PRIVATE);
	long big, noreserve, shared, reading, protect, grow, brk, now, small;

	committed();
	strict(UNIT);
	big = sys(SYS_mmap, 0, 2 * UNIT * PAGE, RW, ANON, -1, 0);
	noreserve = sys(SYS_mmap, 0, 2 * UNIT * PAGE, RW, ANON | MAP_NORESERVE, -1, 0); /* means nothing now */
	shared = sys(SYS_mmap, 0, 2 * UNIT * PAGE, RW, SHARED_ANON, -1, 0);
	reading = sys(SYS_mmap, 0, 2 * UNIT * PAGE, PROT_READ, ANON, -1, 0);
	protect = sys(SYS_mprotect, ro, 2 * UNIT * PAGE, RW);
	grow = sys(SYS_mremap, half, UNIT * PAGE, 3 * UNIT * PAGE, MREMAP_MAYMOVE);
	now = sys(SYS_brk, 0);
	brk = sys(SYS_brk, now + 2 * UNIT * PAGE);
	small = sys(SYS_mmap, 0, UNIT / 2 * PAGE, RW, ANON, -1, 0);
	relax();
	CHECK_EQ(big, -ENOMEM);
	CHECK_EQ(noreserve, -ENOMEM);
	CHECK_EQ(shared, -ENOMEM);
	CHECK(reading > 0);
	CHECK_EQ(protect, -ENOMEM);
	CHECK_EQ(grow, -ENOMEM);
	CHECK_EQ(brk, now);
	CHECK(small > 0);
	CHECK_EQ(half[0], 0);
}

CASE(never_refuses_a_fork_that_is_too_large)
{
	char *p = map(2 * UNIT, RW, MAP_PRIVATE);
	long pid, without;

	committed();
	strict(UNIT);
	pid = sys(SYS_fork);
	if (pid == 0)
		_exit(0);
	madv(p, 2 * UNIT, 10 /* DONTFORK */);
	without = sys(SYS_fork);
	if (without == 0)
		_exit(0);
	relax();
	CHECK_EQ(pid, -ENOMEM);
	CHECK(without > 0);
	reap(without);
}

CASE(never_counts_what_a_fixed_mapping_replaces)
{
	char *p = map(UNIT, RW, MAP_PRIVATE);
	long same, more;

	committed();
	strict(UNIT / 2);
	same = sys(SYS_mmap, p, UNIT * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	more = sys(SYS_mmap, p, 2 * UNIT * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	relax();
	CHECK_EQ(same, (long)p);
	CHECK_EQ(more, -ENOMEM);
	if (tap_has_linux(6, 12))
		CHECK_EQ(touch_write(p), 0); /* what was there is still there */
}

CASE(never_stops_files_page_by_page)
{
	int fd = sys(SYS_memfd_create, "x", 0);
	char *p, page[PAGE] = "";
	long last = 0, alloc;
	int fault;

	CHECK_EQ(ftruncate(fd, 4 * UNIT * PAGE), 0);
	p = mmap(NULL, 4 * UNIT * PAGE, RW, MAP_SHARED, fd, 0);
	committed();
	strict(UNIT);
	for (int i = 0; i < 2 * UNIT && last >= 0; i++)
		last = sys(SYS_pwrite64, fd, page, PAGE, (long)i * PAGE);
	fault = touch_write(p + 3 * UNIT * PAGE);
	alloc = sys(SYS_fallocate, fd, 0, 3 * UNIT * PAGE, PAGE);
	relax();
	CHECK_EQ(last, -ENOSPC);
	CHECK_EQ(fault, ADRERR);
	CHECK_EQ(alloc, -ENOSPC);
	CHECK_EQ(touch_write(p + 3 * UNIT * PAGE), 0);
}

CASE(reserves_are_for_others)
{
	long limited, pid;

	committed();
	strict(4 * UNIT);
	setting("admin_reserve_kbytes", 3 * UNIT * (PAGE / 1024));
	pid = fork();
	if (pid == 0) {
		become(NOBODY);
		_exit(sys(SYS_mmap, 0, 2 * UNIT * PAGE, RW, ANON, -1, 0) == -ENOMEM);
	}
	limited = reap(pid);
	pid = sys(SYS_mmap, 0, 2 * UNIT * PAGE, RW, ANON, -1, 0); /* the administrator's */
	relax();
	CHECK_EQ(limited, EXITED(1));
	CHECK(pid > 0);
}

CASE(mappings_have_a_greatest_number)
{
	enum { SPARE = 40 };
	char text[1 << 15], *p = map(4 * SPARE, RW, MAP_PRIVATE);
	long count = 0, old = value("max_map_count"), r = 0, made = 0, split, unmap, whole;

	slurp("/proc/self/maps", text, sizeof(text));
	for (char *at = text; *at; at++)
		count += *at == '\n';
	setting("max_map_count", count + SPARE);
	/* Each second page read-only: two mappings more for each. */
	for (; made < 2 * SPARE && r == 0; made++)
		r = sys(SYS_mprotect, p + (2 * made + 1) * PAGE, PAGE, PROT_READ);
	split = sys(SYS_madvise, p + 4 * SPARE * PAGE - PAGE, PAGE, 10);
	unmap = sys(SYS_munmap, p + 4 * SPARE * PAGE - 3 * PAGE, PAGE);
	whole = sys(SYS_munmap, p, PAGE); /* needs no new one */
	setting("max_map_count", old);
	CHECK_EQ(r, -ENOMEM);
	CHECK(made >= SPARE / 2 - 2 && made <= SPARE / 2 + 2);
	CHECK_EQ(split, -EAGAIN);
	CHECK_EQ(unmap, -ENOMEM);
	CHECK_EQ(whole, 0);
	CHECK_EQ(touch_write(p + 2 * PAGE), 0);
}

CASE(new_mappings_stop_at_the_number_too)
{
	char text[1 << 15];
	long count = 0, old = value("max_map_count"), r, made = 0, grown;
	char *p = map(256, PROT_NONE, MAP_SHARED), *last;

	slurp("/proc/self/maps", text, sizeof(text));
	for (char *at = text; *at; at++)
		count += *at == '\n';
	last = p + 255 * PAGE;
	munmap(p, 255 * PAGE);
	setting("max_map_count", count + 10);
	while (made < 100 && (r = sys(SYS_mmap, p + 2 * made * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0)) > 0)
		made++;
	grown = sys(SYS_mremap, last, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	setting("max_map_count", old);
	(void)grown;
	CHECK_EQ(r, -ENOMEM);
	CHECK(made >= 8 && made <= 12);
	CHECK_EQ(setting_refused("max_map_count", "-1"), -EINVAL);
}
