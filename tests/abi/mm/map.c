// SPDX-License-Identifier: MIT
/*
 * map: mmap, munmap, mprotect and brk: flags, places, limits.
 *
 * Linux     mmap(2), mprotect(2), brk(2), getrlimit(2)
 */
#include "tests/abi/mm/mm.h"

static long mm(void *at, size_t pages, int prot, int flags, int fd)
{
	return sys(SYS_mmap, at, pages * PAGE, prot, flags, fd, 0);
}

CASE(types)
{
	int fd = filled_file(1);

	CHECK_EQ(mm(NULL, 1, RW, MAP_ANONYMOUS, -1), -EINVAL);
	CHECK_EQ(mm(NULL, 1, RW, MAP_ANONYMOUS | 4, -1), -EINVAL);
	CHECK_EQ(mm(NULL, 1, RW, MAP_ANONYMOUS | 15, -1), -EINVAL);
	CHECK_EQ(mm(NULL, 1, RW, MAP_ANONYMOUS | MAP_TYPE_VALIDATE, -1), -EINVAL);
	CHECK_EQ(mm(NULL, 1, RW, 8, fd), -EINVAL);
	CHECK(mm(NULL, 1, RW, MAP_TYPE_VALIDATE, fd) > 0);
}

CASE(validation_refuses_unknown_flags)
{
	int fd = filled_file(1);

	CHECK_EQ(mm(NULL, 1, RW, MAP_TYPE_VALIDATE | 0x80000 /* MAP_SYNC */, fd), -EOPNOTSUPP);
	CHECK_EQ(mm(NULL, 1, RW, MAP_TYPE_VALIDATE | 0x200000, fd), -EOPNOTSUPP);
	CHECK_EQ(mm(NULL, 1, RW, MAP_TYPE_VALIDATE | NOREPLACE, fd), -EOPNOTSUPP); /* younger than the list */
	CHECK(mm(NULL, 1, RW, MAP_TYPE_VALIDATE | MAP_32BIT | MAP_NORESERVE | MAP_POPULATE | MAP_STACK, fd) > 0);
	CHECK(mm(NULL, 1, RW, MAP_SHARED | 0x200000, fd) > 0);
	CHECK(mm(NULL, 1, RW, MAP_PRIVATE | 0x80000, fd) > 0);
}

CASE(huge_pages_are_none)
{
	enum { HUGE_2M = 21 << 26, HUGE_1G = 30 << 26, HUGE_4M = 22 << 26 };
	int fd = filled_file(1);

	NEEDS_MACHINE("may find huge pages set aside");
	CHECK_EQ(mm(NULL, 1, RW, ANON | MAP_HUGETLB, -1), -ENOMEM);
	CHECK_EQ(mm(NULL, 1, RW, SHARED_ANON | MAP_HUGETLB | HUGE_2M, -1), -ENOMEM);
	CHECK_EQ(mm(NULL, 1, RW, ANON | MAP_HUGETLB | HUGE_4M, -1), -EINVAL);
	CHECK_EQ(mm(NULL, 0, RW, ANON | MAP_HUGETLB, -1), -EINVAL);
	CHECK_EQ(mm(NULL, 1, RW, MAP_PRIVATE | MAP_HUGETLB, fd), -EINVAL);
}

CASE(places)
{
	char *p = room();
	char *end = (char *)(1L << 56); /* of any x86-64 */

	CHECK_EQ(mm(p + 1, 1, RW, ANON | MAP_FIXED, -1), -EINVAL);
	CHECK_EQ(mm(p + 1, 1, RW, ANON | NOREPLACE, -1), -EINVAL);
	CHECK_EQ(mm(p + 5, 1, RW, ANON, -1), (long)p); /* a wish is rounded */
	CHECK(mm(p, 1, RW, ANON, -1) != (long)p);
	CHECK_EQ(mm(p, 1, RW, ANON | NOREPLACE, -1), -EEXIST);
	CHECK_EQ(mm(p - PAGE, 2, RW, ANON | NOREPLACE, -1), -EEXIST);
	CHECK_EQ(mm(p, 1, RW, ANON | NOREPLACE | MAP_FIXED, -1), -EEXIST);
	CHECK_EQ(mm(p + PAGE, 1, RW, ANON | NOREPLACE, -1), (long)p + PAGE);
	CHECK_EQ(mm(end, 1, RW, ANON | MAP_FIXED, -1), -ENOMEM);
	CHECK_EQ(mm(end - PAGE, 2, RW, ANON | MAP_FIXED, -1), -ENOMEM);
	CHECK_EQ(mm((char *)-4096L, 1, RW, ANON | MAP_FIXED, -1), -ENOMEM);
	CHECK(mm(NULL, 1, RW, ANON | MAP_32BIT, -1) < 1L << 31);
	CHECK(!tap_has_linux(6, 6) || mm(NULL, 1, RW, ANON | 0x80 /* MAP_ABOVE4G */, -1) > 1L << 32);
}

CASE(lengths_and_offsets)
{
	int fd = filled_file(1);

	CHECK_EQ(sys(SYS_mmap, 0, 0, RW, ANON, -1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mmap, 0, 1L << 47, RW, ANON, -1, 0), -ENOMEM);
	CHECK_EQ(sys(SYS_mmap, 0, -1L, RW, ANON, -1, 0), -ENOMEM);
	CHECK_EQ(sys(SYS_mmap, 0, -4096L, RW, ANON, -1, 0), -ENOMEM);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, ANON, -1, 1), -EINVAL);
	CHECK(sys(SYS_mmap, 0, PAGE, RW, ANON, -1, -4096L) > 0); /* means nothing here */
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, fd, 1), -EINVAL);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, fd, -4096L), -EOVERFLOW);
	CHECK_EQ(sys(SYS_mmap, 0, 2 * PAGE, RW, MAP_PRIVATE, fd, 0x7ffffffffffff000), -EOVERFLOW);
}

static long remap_to_null(void)
{
	char *p = map(3, RW, MAP_PRIVATE);

	CHECK_EQ(sys(SYS_munmap, p + PAGE, PAGE), 0);
	/* What is wrong with the source comes first, and what is cut off of it goes away. */
	CHECK_EQ(sys(SYS_mremap, p, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0), -EFAULT);
	p = map(2, RW, MAP_PRIVATE);
	CHECK_EQ(sys(SYS_mremap, p, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0), -EPERM);
	CHECK_EQ(touch_write(p), 0);
	CHECK_EQ(touch_write(p + PAGE), MAPERR);
	return sys(SYS_mremap, p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0);
}

CASE(the_null_page_is_for_the_privileged)
{
	char text[32];
	long least;
	int pid;

	NEEDS_ROOT();
	slurp("/proc/sys/vm/mmap_min_addr", text, sizeof(text));
	least = atol(text);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(mm(NULL, 1, RW, ANON | MAP_FIXED, -1), -EPERM);
		CHECK_EQ(mm((char *)least - PAGE, 1, RW, ANON | MAP_FIXED, -1), -EPERM);
		CHECK_EQ(mm((char *)least - PAGE, 1, RW, ANON | NOREPLACE, -1), -EPERM);
		CHECK_EQ(remap_to_null(), -EPERM);
		CHECK(mm((char *)least - PAGE, 1, RW, ANON, -1) >= least); /* a wish is passed over */
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(neighbours_join)
{
	char *p = room();

	map_at(p, 1, RW, MAP_PRIVATE);
	map_at(p + 2 * PAGE, 1, RW, MAP_PRIVATE);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-1 rw-p, 2-3 rw-p");
	map_at(p + PAGE, 1, RW, MAP_PRIVATE);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-3 rw-p");
	CHECK_EQ(sys(SYS_mprotect, p + PAGE, PAGE, PROT_READ), 0);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-1 rw-p, 1-2 r--p, 2-3 rw-p");
	CHECK_EQ(sys(SYS_mprotect, p, 3 * PAGE, RW), 0);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-3 rw-p");
	munmap(p + PAGE, PAGE);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-1 rw-p, 2-3 rw-p");
}

CASE(files_join_where_the_offsets_do)
{
	int fd = filled_file(4);
	char *p = room();

	CHECK(mmap(p, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0) == p);
	CHECK(mmap(p + 2 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 2 * PAGE) != MAP_FAILED);
	CHECK(mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, PAGE) != MAP_FAILED);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-3 rw-s");
	CHECK(mmap(p + 3 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-3 rw-s, 3-4 rw-s");
	CHECK_EQ(p[0] * 1000 + p[PAGE] * 100 + p[2 * PAGE] * 10 + p[3 * PAGE], 1231);
	/* What was joined is cut by a truncation as a whole. */
	CHECK_EQ(ftruncate(fd, PAGE), 0);
	CHECK_EQ(touch(p + 2 * PAGE), ADRERR);
	CHECK_EQ(touch(p + 3 * PAGE), 0);
}

CASE(populate)
{
	int fd = filled_file(2);
	char *p = map(4, RW, MAP_PRIVATE | MAP_POPULATE), *f;

	CHECK_STR(residence(p, 4), "1111");
	p = map(4, RW, MAP_PRIVATE | MAP_POPULATE | MAP_NONBLOCK);
	CHECK_STR(residence(p, 4), "0000");
	p = map(4, PROT_NONE, MAP_PRIVATE | MAP_POPULATE);
	CHECK_STR(residence(p, 4), "0000");
	f = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	CHECK_EQ(f[PAGE], 2);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, PAGE), 1);
	CHECK_EQ(f[PAGE], 2); /* copied already */
	CHECK_EQ(touch(f + 3 * PAGE), ADRERR);
}

CASE(unmapping)
{
	char *p = room();

	map_at(p, 4, RW, MAP_PRIVATE);
	CHECK_EQ(sys(SYS_munmap, p, 0), -EINVAL);
	CHECK_EQ(sys(SYS_munmap, p + 1, PAGE), -EINVAL);
	CHECK_EQ(sys(SYS_munmap, p, -1L), -EINVAL);
	CHECK_EQ(sys(SYS_munmap, p, 1L << 56), -EINVAL);
	CHECK_EQ(sys(SYS_munmap, -4096L, PAGE), -EINVAL);
	CHECK_EQ(sys(SYS_munmap, p + 20 * PAGE, PAGE), 0); /* nothing there */
	CHECK_EQ(sys(SYS_munmap, p + PAGE, 1), 0);         /* a whole page */
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-1 rw-p, 2-4 rw-p");
	CHECK_EQ(sys(SYS_munmap, p, 20 * PAGE), 0);
	CHECK_STR(mappings(p, p + 4 * PAGE), "");
}

CASE(protections)
{
	char *p = room();

	map_at(p, 3, RW, MAP_PRIVATE);
	memset(p, 1, 3 * PAGE);
	CHECK_EQ(sys(SYS_mprotect, p + 1, PAGE, RW), -EINVAL);
	CHECK_EQ(sys(SYS_mprotect, p, 0, RW), 0);
	CHECK_EQ(sys(SYS_mprotect, p, PAGE, 0x100), -EINVAL);
	CHECK_EQ(sys(SYS_mprotect, p, PAGE, RW | 1ul << 32), -EINVAL);
	CHECK_EQ(sys(SYS_mprotect, p, 4 * PAGE, PROT_READ), -ENOMEM);
	CHECK_EQ(touch_write(p + 2 * PAGE), ACCERR); /* done as far as the hole */
	CHECK_EQ(sys(SYS_mprotect, p, 3 * PAGE, PROT_NONE), 0);
	CHECK_EQ(touch(p), ACCERR);
	CHECK_EQ(touch_info.si_addr == p, 1);
	CHECK_EQ(sys(SYS_mprotect, p, 3 * PAGE, PROT_READ), 0);
	CHECK_EQ(p[PAGE], 1); /* kept meanwhile */
	CHECK_EQ(touch_write(p + 7), ACCERR);
	CHECK_EQ(touch_info.si_addr == p + 7, 1);
	CHECK_EQ(sys(SYS_mprotect, p, 3 * PAGE, PROT_WRITE), 0);
	CHECK_EQ(touch(p), 0); /* x86 has no write-only page */
}

CASE(a_descriptor_bounds_the_protection)
{
	char path[64];
	int fd = filled_file(1), ro, wo;
	char *p;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open(path, O_RDONLY);
	wo = open(path, O_WRONLY);
	CHECK_EQ(mm(NULL, 1, PROT_READ, MAP_PRIVATE, wo), -EACCES);
	CHECK_EQ(mm(NULL, 1, RW, MAP_SHARED, ro), -EACCES);
	CHECK(mm(NULL, 1, RW, MAP_PRIVATE, ro) > 0);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	CHECK_EQ(sys(SYS_mprotect, p, PAGE, RW), -EACCES);
	CHECK_EQ(sys(SYS_mprotect, p, 1ul << 47, RW), -EACCES); /* before it comes to where nothing is */
	p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ro, 0);
	CHECK_EQ(sys(SYS_mprotect, p, PAGE, RW), 0);
}

CASE(address_space_limit)
{
	long size = kib_in("/proc/self/status", "VmSize:") * 1024;
	char *p = map(16, RW, MAP_PRIVATE);
	struct rlimit r = {size + 32 * PAGE, RLIM_INFINITY};

	CHECK_EQ(setrlimit(RLIMIT_AS, &r), 0);
	CHECK_EQ(mm(NULL, 32, RW, ANON, -1), -ENOMEM);
	CHECK_EQ(mm(NULL, 32, PROT_NONE, ANON, -1), -ENOMEM);
	CHECK(mm(NULL, 8, RW, ANON, -1) > 0);
	CHECK_EQ(mm(p, 16, PROT_READ, ANON | MAP_FIXED, -1), (long)p); /* takes the place of as much */
	CHECK_EQ(sys(SYS_brk, sys(SYS_brk, 0) + 64 * PAGE), sys(SYS_brk, 0));
}

CASE(data_limit)
{
	struct rlimit r = {kib_in("/proc/self/status", "VmData:") * 1024 + 16 * PAGE, RLIM_INFINITY};
	char *p = map(32, PROT_READ, MAP_PRIVATE);

	CHECK_EQ(setrlimit(RLIMIT_DATA, &r), 0);
	CHECK_EQ(mm(NULL, 32, RW, ANON, -1), -ENOMEM);
	CHECK(mm(NULL, 32, PROT_READ, ANON, -1) > 0);
	CHECK(mm(NULL, 32, RW, SHARED_ANON, -1) > 0);
	CHECK_EQ(sys(SYS_mprotect, p, 32 * PAGE, RW), -ENOMEM);
	CHECK_EQ(sys(SYS_mprotect, p, 8 * PAGE, RW), 0);
}

CASE(break_moves_by_bytes)
{
	long start = sys(SYS_brk, 0), brk = (start + PAGE - 1) / PAGE * PAGE;

	CHECK_EQ(sys(SYS_brk, brk + 5), brk + 5);
	*(char *)(brk + 4) = 1;
	CHECK_EQ(sys(SYS_brk, brk + PAGE + 1), brk + PAGE + 1);
	CHECK_EQ(*(char *)(brk + 4), 1);
	CHECK_EQ(sys(SYS_brk, 1), brk + PAGE + 1);
	CHECK_EQ(sys(SYS_brk, 1L << 47), brk + PAGE + 1);
	CHECK_EQ(sys(SYS_brk, brk), brk);
	CHECK_EQ(sys(SYS_brk, brk + PAGE), brk + PAGE);
	CHECK_EQ(*(char *)(brk + 4), 0); /* a new page */
	map_at((char *)brk + 4 * PAGE, 1, PROT_NONE, MAP_PRIVATE);
	CHECK_EQ(sys(SYS_brk, brk + 8 * PAGE), brk + PAGE); /* somebody is there */
	munmap((char *)brk + 4 * PAGE, PAGE);
	CHECK_EQ(sys(SYS_brk, start), start);
}

/* --- what grows down --- */

CASE(a_stack_grows_when_touched)
{
	char *p = room(), *top = p + 40 * PAGE;

	map_at(top, 1, RW, MAP_PRIVATE | MAP_GROWSDOWN);
	CHECK_EQ(touch_write(top - 3 * PAGE + 5), 0);
	CHECK_STR(mappings(p, p + 41 * PAGE), "37-41 rw-p");
	CHECK_EQ(sys(SYS_read, open("/dev/zero", O_RDONLY), top - 10 * PAGE, 8), 8); /* the kernel's touch too */
	CHECK_STR(mappings(p, p + 41 * PAGE), "30-41 rw-p");
}

CASE(only_private_anonymous_memory_grows)
{
	int fd = filled_file(1);

	CHECK_EQ(mm(NULL, 1, RW, SHARED_ANON | MAP_GROWSDOWN, -1), -EINVAL);
	CHECK_EQ(mm(NULL, 1, RW, MAP_PRIVATE | MAP_GROWSDOWN, fd), -EINVAL);
	CHECK_EQ(mm(NULL, 1, RW, MAP_TYPE_VALIDATE | MAP_GROWSDOWN, fd), -EINVAL);
}

CASE(a_stack_keeps_its_distance)
{
	enum { GAP = 256 };
	char *area = map(GAP + 600, PROT_NONE, MAP_PRIVATE), *top;

	munmap(area, (GAP + 600) * PAGE);
	top = area + (GAP + 300) * PAGE;
	map_at(area, 1, RW, MAP_PRIVATE);
	map_at(top, 1, RW, MAP_PRIVATE | MAP_GROWSDOWN);
	CHECK_EQ(touch_write(area + (GAP + 1) * PAGE), 0); /* one gap above the other mapping's end */
	CHECK_EQ(touch_write(area + GAP * PAGE), MAPERR);
	CHECK_EQ(sys(SYS_mprotect, area, PAGE, PROT_NONE), 0); /* what nobody can touch needs no distance */
	CHECK_EQ(touch_write(area + GAP * PAGE), 0);
	/* Nor is anything put there unasked. */
	CHECK(mm(area + 3 * PAGE, 1, RW, ANON, -1) != (long)area + 3 * PAGE);
	CHECK_EQ(mm(area + 3 * PAGE, 1, RW, ANON | MAP_FIXED, -1), (long)area + 3 * PAGE);
}

CASE(stack_limit)
{
	char *p = room(), *top = p + 60 * PAGE;
	struct rlimit r = {16 * PAGE, RLIM_INFINITY};

	map_at(top, 1, RW, MAP_PRIVATE | MAP_GROWSDOWN);
	CHECK_EQ(setrlimit(RLIMIT_STACK, &r), 0);
	CHECK_EQ(touch_write(top - 15 * PAGE), 0);
	CHECK_EQ(touch_write(top - 16 * PAGE), MAPERR);
	CHECK_EQ(touch_info.si_addr == top - 16 * PAGE, 1);
}

CASE(a_locked_stack_stops_at_the_limit)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		char *p = room(), *top = p + 60 * PAGE;

		become_user_with(4);
		map_at(top, 1, RW, MAP_PRIVATE | MAP_GROWSDOWN | MAP_LOCKED);
		CHECK_EQ(touch_write(top - 3 * PAGE), 0);
		CHECK_EQ(locked_pages(), 4);
		CHECK_EQ(touch_write(top - 4 * PAGE), MAPERR);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(protection_of_a_whole_stack)
{
	enum { GROWSDOWN = 0x01000000, GROWSUP = 0x02000000 };
	char *p = room(), *top = p + 40 * PAGE;

	map_at(top, 4, RW, MAP_PRIVATE | MAP_GROWSDOWN);
	CHECK_EQ(sys(SYS_mprotect, top + 2 * PAGE, PAGE, PROT_READ | GROWSDOWN), 0);
	CHECK_STR(mappings(p, p + ROOM * PAGE), "40-43 r--p, 43-44 rw-p");
	CHECK_EQ(sys(SYS_mprotect, top + 3 * PAGE, PAGE, RW | GROWSUP), -EINVAL);
	map_at(p, 1, RW, MAP_PRIVATE);
	CHECK_EQ(sys(SYS_mprotect, p, PAGE, PROT_READ | GROWSDOWN), -EINVAL);
}

/* The place first, then the file. */
CASE(order_of_refusals)
{
	char *taken = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long null = sys(SYS_open, "/dev/null", O_RDONLY);

	CHECK_EQ(sys(SYS_mmap, taken, PAGE, PROT_WRITE, MAP_SHARED | NOREPLACE, null, 0), -EEXIST);
	CHECK_EQ(sys(SYS_mmap, taken + 1, PAGE, PROT_WRITE, MAP_SHARED | MAP_FIXED, null, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_WRITE, MAP_SHARED, null, 0), -EACCES);
	CHECK_EQ(sys(SYS_mmap, 0, 1ul << 60, PROT_WRITE, MAP_SHARED, null, 0), -ENOMEM);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, null, 0), -ENODEV);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, null, 0), -ENODEV);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_READ, 0, null, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED, null, 1ul << 63), -EACCES);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_SHARED, filled_file(1), 1ul << 63), -EOVERFLOW);
	CHECK(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, sys(SYS_open, "/dev/zero", O_RDONLY), 1ul << 63) > 0);
}
