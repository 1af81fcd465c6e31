// SPDX-License-Identifier: MIT
/*
 * guard: page-sized fences within a mapping: MADV_GUARD_INSTALL and MADV_GUARD_REMOVE.
 *
 * Linux     madvise(2), as of 6.15, which takes files too
 */
#include "tests/abi/mm/mm.h"

TAP_NEEDS_LINUX(6, 15);

CASE(a_guard_stops_every_access)
{
	char *p = fresh(4);

	CHECK_EQ(madv(p + PAGE, 1, GUARD_INSTALL), 0);
	CHECK_EQ(touch(p + PAGE), MAPERR);
	CHECK_EQ(touch_write(p + 2 * PAGE - 1), MAPERR);
	CHECK_EQ(touch_info.si_addr == p + 2 * PAGE - 1, 1);
	CHECK_EQ(touch_write(p + PAGE - 1), 0);
	CHECK_EQ(touch_write(p + 2 * PAGE), 0);
	CHECK_EQ(sys(SYS_write, 1, p + PAGE, 0), 0);
	CHECK_EQ(sys(SYS_getcwd, p + PAGE, PAGE), -EFAULT);
}

CASE(a_guard_takes_the_page_and_removal_gives_zeroes)
{
	char *p = fresh(4);

	CHECK_EQ(madv(p, 4, GUARD_INSTALL), 0);
	CHECK_STR(residence(p, 4), "0000");
	CHECK_EQ(madv(p, 2, GUARD_REMOVE), 0);
	CHECK_EQ(touch(p + 2 * PAGE), MAPERR);
	CHECK_EQ(p[0], 0);
	CHECK_EQ(touch_write(p + PAGE), 0);
}

CASE(a_guard_needs_no_mapping_of_its_own)
{
	char *p = room();

	map_at(p, 8, RW, MAP_PRIVATE);
	CHECK_EQ(madv(p + PAGE, 3, GUARD_INSTALL), 0);
	CHECK_STR(mappings(p, p + 8 * PAGE), "0-8 rw-p");
	map_at(p + 8 * PAGE, 2, RW, MAP_PRIVATE);
	CHECK_STR(mappings(p, p + 10 * PAGE), "0-10 rw-p");
	CHECK_EQ(touch(p + 3 * PAGE), MAPERR);
}

CASE(guards_outlive_what_drops_pages)
{
	char *p = fresh(4);

	CHECK_EQ(madv(p + PAGE, 1, GUARD_INSTALL), 0);
	CHECK_EQ(madv(p, 4, MADV_DONTNEED), 0);
	CHECK_EQ(touch(p + PAGE), MAPERR);
	CHECK_EQ(madv(p, 4, MADV_FREE), 0);
	CHECK_EQ(touch(p + PAGE), MAPERR);
	CHECK_EQ(sys(SYS_mprotect, p, 4 * PAGE, PROT_READ), 0);
	CHECK_EQ(touch(p + PAGE), MAPERR);
	CHECK_EQ(sys(SYS_mprotect, p, 4 * PAGE, PROT_NONE), 0);
	CHECK_EQ(touch(p + PAGE), ACCERR);
	CHECK_EQ(sys(SYS_mprotect, p, 4 * PAGE, RW), 0);
	CHECK_EQ(touch(p + PAGE), MAPERR);
	CHECK_EQ(touch(p), 0);
}

CASE(guards_end_with_the_mapping)
{
	char *p = fresh(8);

	CHECK_EQ(madv(p + PAGE, 3, GUARD_INSTALL), 0);
	munmap(p + PAGE, PAGE);
	map_at(p + PAGE, 1, RW, MAP_PRIVATE);
	CHECK_EQ(touch_write(p + PAGE), 0);
	CHECK_EQ(touch(p + 2 * PAGE), MAPERR);
	map_at(p + 2 * PAGE, 1, RW, MAP_PRIVATE); /* over it */
	CHECK_EQ(touch_write(p + 2 * PAGE), 0);
	CHECK_EQ(touch(p + 3 * PAGE), MAPERR);
}

CASE(guards_are_inherited)
{
	char *p = fresh(4), *w = fresh(2);
	int pid;

	CHECK_EQ(madv(p + PAGE, 1, GUARD_INSTALL), 0);
	CHECK_EQ(madv(w, 1, GUARD_INSTALL), 0);
	CHECK_EQ(madv(w, 2, MADV_WIPEONFORK), 0);
	CHILD(pid) {
		CHECK_EQ(touch(p + PAGE), MAPERR);
		CHECK_EQ(touch_write(p), 0);
		CHECK_EQ(touch(w), 0); /* wiped, the guard too */
		CHECK_EQ(madv(p, 4, GUARD_REMOVE), 0);
		CHECK_EQ(touch(p + PAGE), 0);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(touch(p + PAGE), MAPERR);
}

CASE(guards_move_along)
{
	char *p = fresh(4), *to = room(), *q;

	CHECK_EQ(madv(p, 2, GUARD_INSTALL), 0);
	q = (char *)sys(SYS_mremap, p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	CHECK_EQ(q == to, 1);
	CHECK_EQ(touch(q + PAGE), MAPERR);
	CHECK_EQ(q[2 * PAGE], 1);
	map_at(p, 4, RW, MAP_PRIVATE);
	CHECK_EQ(touch(p), 0);
}

CASE(guards_move_with_whole_tables)
{
	enum { BIG = 2 << 20 };
	char *area = map(5 * 512, PROT_NONE, MAP_PRIVATE), *p = (char *)(((uintptr_t)area + BIG - 1) & -(uintptr_t)BIG);

	map_at(p, 1024, RW, MAP_PRIVATE);
	p[3 * PAGE] = 5;
	CHECK_EQ(madv(p + PAGE, 1, GUARD_INSTALL), 0);
	CHECK_EQ(sys(SYS_mremap, p, 2 * BIG, 2 * BIG, MREMAP_MAYMOVE | MREMAP_FIXED, p + 2 * BIG), (long)p + 2 * BIG);
	CHECK_EQ(touch(p), MAPERR);
	CHECK_EQ(p[2 * BIG + 3 * PAGE], 5);
	CHECK_EQ(touch(p + 2 * BIG + PAGE), MAPERR);
	CHECK_EQ(touch(p + 2 * BIG + 2 * PAGE), 0);
}

CASE(shared_memory_and_files_keep_their_contents)
{
	char *s = map(2, RW, MAP_SHARED), *f, *r, byte = 0;
	int fd = filled_file(3);

	s[0] = 9;
	CHECK_EQ(madv(s, 1, GUARD_INSTALL), 0);
	CHECK_EQ(touch(s), MAPERR);
	CHECK_EQ(madv(s, 1, GUARD_REMOVE), 0);
	CHECK_EQ(s[0], 9);
	f = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);
	r = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK_EQ(madv(f + PAGE, 1, GUARD_INSTALL), 0);
	CHECK_EQ(madv(r, 3, GUARD_INSTALL), 0);
	CHECK_EQ(touch(f + PAGE), MAPERR);
	CHECK_EQ(touch(r), MAPERR);
	CHECK_EQ(sys(SYS_pread64, fd, &byte, 1, PAGE), 1);
	CHECK_EQ(byte, 2);
	CHECK_EQ(ftruncate(fd, 0), 0); /* what lies beyond the end is guarded as well */
	CHECK_EQ(touch(r + PAGE), MAPERR);
	CHECK_EQ(touch(f), ADRERR);
	CHECK_EQ(ftruncate(fd, 3 * PAGE), 0);
	CHECK_EQ(madv(r, 3, GUARD_REMOVE), 0);
	CHECK_EQ(r[PAGE], 0);
}

CASE(what_cannot_be_guarded)
{
	char *p = fresh(8), *locked = map(1, RW, MAP_PRIVATE | MAP_LOCKED);

	CHECK_EQ(madv(locked, 1, GUARD_INSTALL), -EINVAL);
	CHECK_EQ(madv(locked, 1, GUARD_REMOVE), 0);
	map_at(p + 4 * PAGE, 1, PROT_NONE, MAP_PRIVATE);
	CHECK_EQ(madv(p + 4 * PAGE, 1, GUARD_INSTALL), 0);
	munmap(p + 5 * PAGE, PAGE);
	CHECK_EQ(madv(p + 3 * PAGE, 4, GUARD_INSTALL), -ENOMEM); /* all but the hole */
	CHECK_EQ(touch(p + 3 * PAGE), MAPERR);
	CHECK_EQ(touch(p + 6 * PAGE), MAPERR);
	CHECK_EQ(madv(p, 8, GUARD_REMOVE), -ENOMEM);
	CHECK_EQ(touch(p + 6 * PAGE), 0);
}

CASE(making_pages_stops_at_a_guard)
{
	char *p = map(4, RW, MAP_PRIVATE);

	CHECK_EQ(madv(p + 2 * PAGE, 1, GUARD_INSTALL), 0);
	CHECK_EQ(madv(p, 4, POPULATE_READ), -EFAULT);
	CHECK_EQ(madv(p, 4, POPULATE_WRITE), -EFAULT);
	CHECK_STR(residence(p, 4), "1100");
	CHECK_EQ(sys(SYS_mlock, p, 4 * PAGE), -ENOMEM);
	CHECK_EQ(sys(SYS_munlock, p, 4 * PAGE), 0);
}

CASE(nobody_reaches_through_a_guard)
{
	char *p = fresh(2), byte = 0;
	struct iovec near = {&byte, 1}, far = {p + PAGE, 1};
	int fd = open("/proc/self/mem", O_RDWR);

	CHECK_EQ(madv(p + PAGE, 1, GUARD_INSTALL), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &near, 1, &far, 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_process_vm_writev, getpid(), &near, 1, &far, 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_pwrite64, fd, &byte, 1, p + PAGE), -EIO);
	CHECK_EQ(sys(SYS_pread64, fd, &byte, 1, p + PAGE), -EIO);
	CHECK_EQ(sys(SYS_pread64, fd, &byte, 1, p), 1);
}
