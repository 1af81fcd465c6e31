// SPDX-License-Identifier: MIT
/*
 * remap: mremap: growing, moving, sharing, leaving empty.
 *
 * Linux     mremap(2); several mappings at once as of 6.17
 */
#include "tests/abi/mm/mm.h"

enum { MOVE = MREMAP_MAYMOVE, TO = MREMAP_MAYMOVE | MREMAP_FIXED, TABLE = 2 << 20 };

static long remap(void *p, size_t old_pages, size_t pages, int flags, void *to)
{
	return sys(SYS_mremap, p, old_pages * PAGE, pages * PAGE, flags, to);
}

CASE(arguments)
{
	char *p = room();

	map_at(p, 4, RW, MAP_PRIVATE);
	CHECK_EQ(sys(SYS_mremap, p + 1, PAGE, PAGE, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, PAGE, 8), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, PAGE, 1ul << 32), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, PAGE, MOVE | 8), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, PAGE, MREMAP_FIXED, p + 9 * PAGE), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, PAGE, DONTUNMAP, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, 4 * PAGE, 4 * PAGE, TO, p + PAGE), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, PAGE, TO, p + 9 * PAGE + 1), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, PAGE, TO, -4096L), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, PAGE, -1L, MOVE), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, 0, PAGE, PAGE, 0), -EFAULT);
	CHECK_EQ(remap(p + 20 * PAGE, 1, 2, MOVE, NULL), -EFAULT);
	CHECK_EQ(remap(p, 5, 6, MOVE, NULL), -EFAULT);
	CHECK_EQ(remap(p, 4, 8, DONTUNMAP | MOVE, NULL), -EINVAL);
}

/* The mapping at its beginning is looked for first; where the range ends matters to what cuts it off. */
CASE(ranges_beyond_user_memory)
{
	const size_t everything = 0x7ffffffff000;
	char *p = room(), *hole = p + 20 * PAGE, *above = (char *)everything + PAGE;

	map_at(p, 4, RW, MAP_PRIVATE);
	CHECK_EQ(sys(SYS_mremap, p, -PAGE, PAGE, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, -PAGE, PAGE, MOVE), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, everything, PAGE, MOVE), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, -PAGE, PAGE, TO, p + 9 * PAGE), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, -PAGE, -2 * PAGE, MOVE), -EINVAL);
	CHECK_EQ(sys(SYS_mremap, p, everything, everything, 0), (long)p);
	CHECK_EQ(sys(SYS_mremap, hole, -PAGE, PAGE, 0), -EFAULT);
	CHECK_EQ(sys(SYS_mremap, hole, everything, PAGE, MOVE), -EFAULT);
	CHECK_EQ(sys(SYS_mremap, hole, -PAGE, PAGE, TO, p + 9 * PAGE), -EFAULT);
	CHECK_EQ(sys(SYS_mremap, above, PAGE, PAGE, 0), -EFAULT);
	CHECK_EQ(sys(SYS_mremap, -PAGE, 2 * PAGE, 2 * PAGE, MOVE), -EFAULT);
	CHECK_EQ(sys(SYS_mremap, -PAGE, 2 * PAGE, PAGE, TO, p + 9 * PAGE), -EFAULT);
	CHECK_STR(mappings(p, p + ROOM * PAGE), "0-4 rw-p");
}

CASE(grows_in_place)
{
	char *p = room();

	map_at(p, 4, RW, MAP_PRIVATE);
	map_at(p + 10 * PAGE, 1, RW, MAP_SHARED);
	p[0] = 7;
	CHECK_EQ(remap(p, 4, 8, 0, NULL), (long)p);
	CHECK_EQ(remap(p + 6 * PAGE, 2, 4, MOVE, NULL), (long)p + 6 * PAGE); /* the end of it */
	CHECK_STR(mappings(p, p + ROOM * PAGE), "0-10 rw-p, 10-11 rw-s");
	CHECK_EQ(remap(p, 10, 11, 0, NULL), -ENOMEM);
	CHECK_EQ(remap(p, 4, 5, 0, NULL), -ENOMEM); /* the middle of it */
	CHECK_EQ(p[0], 7);
	CHECK_EQ(touch_write(p + 9 * PAGE), 0);
}

CASE(shrinks_in_place)
{
	char *p = room();

	map_at(p, 4, RW, MAP_PRIVATE);
	map_at(p + 4 * PAGE, 2, PROT_READ, MAP_PRIVATE);
	CHECK_EQ(remap(p, 6, 1, 0, NULL), (long)p);
	CHECK_STR(mappings(p, p + ROOM * PAGE), "0-1 rw-p");
	CHECK_EQ(remap(p, 1, 1, 0, NULL), (long)p);
}

CASE(moves_what_does_not_fit)
{
	char *p = room(), *q;

	map_at(p, 8, RW, MAP_PRIVATE);
	for (int i = 0; i < 8; i++)
		p[i * PAGE] = i;
	q = (char *)remap(p + 2 * PAGE, 2, 6, MOVE, NULL);
	CHECK((long)q > 0 && (q + 6 * PAGE <= p || q >= p + 8 * PAGE));
	CHECK_EQ(q[0] * 10 + q[PAGE], 23);
	CHECK_EQ(q[2 * PAGE], 0);
	CHECK_EQ(touch(p + 2 * PAGE), MAPERR);
	CHECK_EQ(p[PAGE] * 10 + p[4 * PAGE], 14);
}

CASE(moves_to_a_place_and_replaces_what_was_there)
{
	char *p = room(), *to = p + 20 * PAGE;

	map_at(p, 4, RW, MAP_PRIVATE);
	map_at(to - PAGE, 6, PROT_READ, MAP_SHARED);
	p[3 * PAGE] = 3;
	CHECK_EQ(remap(p, 4, 4, TO, to), (long)to);
	CHECK_STR(mappings(p, p + ROOM * PAGE), "19-20 r--s, 20-24 rw-p, 24-25 r--s");
	CHECK_EQ(to[3 * PAGE], 3);
	CHECK_EQ(remap(to, 4, 6, TO, p), (long)p); /* and grows */
	CHECK_EQ(remap(p, 6, 2, TO, to), (long)to); /* and shrinks */
	CHECK_STR(mappings(p, p + ROOM * PAGE), "19-20 r--s, 20-22 rw-p, 24-25 r--s");
}

CASE(moves_several_mappings)
{
	char *p = room(), *to = p + 30 * PAGE;

	NEEDS_LINUX(6, 17);
	map_at(p, 2, RW, MAP_PRIVATE);
	map_at(p + 2 * PAGE, 2, PROT_READ, MAP_PRIVATE);
	map_at(p + 6 * PAGE, 2, RW, MAP_SHARED);
	p[0] = 1;
	p[6 * PAGE] = 6;
	CHECK_EQ(remap(p, 8, 8, MOVE, NULL), (long)p);
	CHECK_EQ(remap(p, 8, 8, TO, to), (long)to);
	CHECK_STR(mappings(p, p + ROOM * PAGE), "30-32 rw-p, 32-34 r--p, 36-38 rw-s");
	CHECK_EQ(to[0] * 10 + to[6 * PAGE], 16);
	CHECK_EQ(remap(to - PAGE, 4, 4, TO, p), -EFAULT); /* it must begin with one */
	CHECK_EQ(remap(to, 8, 9, TO, p), -EFAULT);
	CHECK_EQ(remap(to, 8, 7, TO, p), -EFAULT);
	CHECK_STR(mappings(p, p + ROOM * PAGE), "30-32 rw-p, 32-34 r--p, 36-38 rw-s");
}

CASE(old_size_zero_maps_shared_memory_twice)
{
	char *p = room(), *q, *r;

	map_at(p, 4, RW, MAP_SHARED);
	p[0] = 7;
	q = (char *)remap(p, 0, 4, MOVE, NULL);
	CHECK((long)q > 0 && q != p);
	CHECK_EQ(q[0], 7);
	q[PAGE] = 9;
	CHECK_EQ(p[PAGE], 9);
	r = (char *)remap(p + PAGE, 0, 1, TO, p + 20 * PAGE);
	CHECK_EQ(r == p + 20 * PAGE, 1);
	CHECK_EQ(r[0], 9);
	q = (char *)remap(p, 0, 8, MOVE, NULL); /* longer than the object */
	CHECK_EQ(q[PAGE], 9);
	CHECK_EQ(touch(q + 4 * PAGE), ADRERR);
	CHECK_EQ(remap(p, 0, 4, 0, NULL), -ENOMEM);
	CHECK_EQ(remap(map(4, RW, MAP_PRIVATE), 0, 4, MOVE, NULL), -EINVAL);
	CHECK_EQ(remap(p, 0, 1, MOVE | DONTUNMAP, NULL), -EINVAL);
}

CASE(dontunmap_leaves_an_empty_place)
{
	char *p = room(), *q;

	map_at(p, 8, RW, MAP_PRIVATE);
	memset(p, 5, 8 * PAGE);
	q = (char *)remap(p + PAGE, 4, 4, MOVE | DONTUNMAP, NULL);
	CHECK((long)q > 0);
	CHECK_EQ(q[0] * 10 + q[3 * PAGE], 55);
	CHECK_STR(residence(p, 8), "10000111");
	CHECK_EQ(p[PAGE], 0);
	CHECK_STR(mappings(p, p + 8 * PAGE), "0-8 rw-p");
	CHECK_EQ(remap(q, 4, 4, TO | DONTUNMAP, p + 20 * PAGE), (long)p + 20 * PAGE);
	CHECK_EQ(p[20 * PAGE], 5);
	CHECK_EQ(q[0], 0);
	CHECK_EQ(remap(p + 20 * PAGE, 4, 4, MOVE | DONTUNMAP, p + 30 * PAGE), (long)p + 30 * PAGE); /* a wish */
	CHECK_EQ(p[30 * PAGE], 5);
}

CASE(dontunmap_of_shared_memory)
{
	char *s = map(4, RW, MAP_SHARED), *t;

	s[0] = 1;
	t = (char *)remap(s, 4, 4, MOVE | DONTUNMAP, NULL);
	CHECK_EQ(t[0] * 10 + s[0], 11);
	s[0] = 3;
	CHECK_EQ(t[0], 3);
}

CASE(dontunmap_of_locked_memory)
{
	char *p = map(4, RW, MAP_PRIVATE | MAP_LOCKED), *q;

	q = (char *)remap(p, 4, 4, MOVE | DONTUNMAP, NULL);
	CHECK((long)q > 0);
	CHECK_STR(residence(p, 4), "0000");
	CHECK_EQ(madv(p, 4, MADV_DONTNEED), 0);
	CHECK_EQ(madv(q, 4, MADV_DONTNEED), -EINVAL);
}

CASE(a_file_keeps_its_offset)
{
	int fd = filled_file(8);
	char *p = mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE, fd, 0), *q, *r;

	p[5 * PAGE] = 99;
	q = (char *)remap(p + 4 * PAGE, 2, 4, MOVE, NULL);
	CHECK_EQ(q[0], 5);
	CHECK_EQ(q[PAGE], 99);
	CHECK_EQ(q[2 * PAGE] * 10 + q[3 * PAGE], 78); /* the file's, not the neighbours' */
	r = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 7 * PAGE);
	r = (char *)remap(r, 1, 2, MOVE, NULL);
	CHECK_EQ(r[0], 8);
	CHECK_EQ(touch(r + PAGE), ADRERR);
	CHECK_EQ(ftruncate(fd, 9 * PAGE), 0);
	CHECK_EQ(touch(r + PAGE), 0);
}

/* Two places of n bytes at a multiple of a page table's reach. */
static char *table_area(size_t n)
{
	char *p = mmap(NULL, 2 * n + 2 * TABLE, PROT_NONE, ANON, -1, 0);

	munmap(p, 2 * n + 2 * TABLE);
	return (char *)(((uintptr_t)p + TABLE - 1) & -(uintptr_t)TABLE);
}

static void move_and_look(size_t pages, size_t from_page, size_t to_page, int flags)
{
	char *area = table_area(4 * TABLE), *p = area + from_page * PAGE, *to = area + 4 * TABLE + to_page * PAGE;
	int fd = -1;

	if (!(flags & MAP_ANONYMOUS)) {
		fd = sys(SYS_memfd_create, "x", 0);
		CHECK_EQ(ftruncate(fd, pages * PAGE), 0);
	}
	CHECK_EQ(mmap(p, pages * PAGE, RW, flags | MAP_FIXED, fd, 0) == p, 1);
	for (size_t i = 0; i < pages; i += 3)
		*(size_t *)(p + i * PAGE) = i + 1;
	CHECK_EQ(remap(p, pages, pages, TO, to), (long)to);
	for (size_t i = 0; i < pages; i++)
		CHECK_EQ(*(size_t *)(to + i * PAGE), i % 3 ? 0 : i + 1);
	CHECK_EQ(touch(p), MAPERR);
	CHECK_EQ(touch(p + (pages - 1) * PAGE), MAPERR);
	CHECK_EQ(remap(to, pages, pages, TO, p), (long)p); /* and back */
	for (size_t i = 0; i < pages; i += 3)
		CHECK_EQ(*(size_t *)(p + i * PAGE), i + 1);
	if (fd >= 0) { /* what moved is still found by a truncation */
		CHECK_EQ(ftruncate(fd, 600 * PAGE), 0);
		CHECK_EQ(touch(p + 599 * PAGE), 0);
		CHECK_EQ(touch(p + 600 * PAGE), ADRERR);
		close(fd);
	}
	munmap(p, pages * PAGE);
}

CASE(whole_tables_move)
{
	move_and_look(1024, 0, 0, ANON);
	move_and_look(1024, 0, 0, MAP_SHARED);
	move_and_look(1400, 100, 100, ANON);
	move_and_look(1400, 100, 100, MAP_PRIVATE);
}

CASE(parts_of_tables_move)
{
	move_and_look(1100, 5, 100, ANON);
	move_and_look(1100, 0, 511, MAP_SHARED);
	move_and_look(1024, 511, 0, MAP_PRIVATE);
}

CASE(a_moved_table_is_shared_by_fork)
{
	char *p = table_area(TABLE), *to = p + TABLE;
	int pid;

	map_at(p, 512, RW, MAP_PRIVATE);
	p[0] = 1;
	CHECK_EQ(remap(p, 512, 512, TO, to), (long)to);
	CHILD(pid) {
		CHECK_EQ(to[0], 1);
		to[0] = 2;
		CHECK_EQ(remap(to, 512, 512, TO, p), (long)p);
		CHECK_EQ(p[0], 2);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(to[0], 1);
}

CASE(limits_of_size)
{
	char *p = map(4, RW, MAP_PRIVATE);
	long size = kib_in("/proc/self/status", "VmSize:") * 1024;
	struct rlimit r = {size + 16 * PAGE, RLIM_INFINITY};

	CHECK_EQ(setrlimit(RLIMIT_AS, &r), 0);
	CHECK_EQ(remap(p, 4, 64, MOVE, NULL), -ENOMEM);
	CHECK((p = (char *)remap(p, 4, 12, MOVE, NULL)) > (char *)0);
	CHECK_EQ(remap(p, 12, 12, MOVE | DONTUNMAP, NULL), -ENOMEM);
	CHECK_EQ(remap(p, 12, 1, 0, NULL), (long)p);
}

static char *find_vdso(long *pages)
{
	static char text[1 << 16];
	char *at, *line, *end;

	slurp("/proc/self/maps", text, sizeof(text));
	at = strstr(text, "[vdso]");
	if (!at)
		SKIP("no vDSO");
	for (line = at; line > text && line[-1] != '\n'; line--)
		;
	at = (char *)strtoul(line, &end, 16);
	*pages = ((char *)strtoul(end + 1, NULL, 16) - at) / PAGE;
	return at;
}

CASE(the_vdso_moves_but_does_not_grow)
{
	long pages, first;
	char *vdso = find_vdso(&pages), *to = room();

	first = *(int *)vdso;
	CHECK_EQ(remap(vdso, pages, pages + 1, MOVE, NULL), -EFAULT);
	CHECK_EQ(remap(vdso, pages, pages, MOVE | DONTUNMAP, NULL), -EINVAL);
	CHECK_EQ(remap(vdso, 0, pages, MOVE, NULL), -EINVAL);
	CHECK_EQ(remap(vdso, pages, pages, TO, to), (long)to);
	CHECK_EQ(*(int *)to, first);
}
