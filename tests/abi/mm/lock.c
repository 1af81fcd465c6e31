// SPDX-License-Identifier: MIT
/*
 * lock: memory that is kept: mlock, mlock2, mlockall, their limits and their ends.
 *
 * Linux     mlock(2), mlockall(2), getrlimit(2) RLIMIT_MEMLOCK
 */
#include "tests/abi/mm/mm.h"

CASE(lock_takes_whole_pages_around_the_bytes)
{
	char *p = room();

	map_at(p, 8, RW, MAP_PRIVATE);
	CHECK_EQ(sys(SYS_mlock, p + PAGE + 5, PAGE), 0);
	CHECK_STR(residence(p, 8), "01100000");
	CHECK_EQ(locked_pages(), 2);
	CHECK_STR(mappings(p, p + 8 * PAGE), "0-1 rw-p, 1-3 rw-p, 3-8 rw-p");
	CHECK_EQ(sys(SYS_munlock, p, 8 * PAGE), 0);
	CHECK_EQ(locked_pages(), 0);
	CHECK(!tap_has_linux(6, 17) || strcmp(mappings(p, p + 8 * PAGE), "0-8 rw-p") == 0);
}

CASE(lock_on_fault_makes_no_pages)
{
	char *p = map(4, RW, MAP_PRIVATE);

	CHECK_EQ(sys(SYS_mlock2, p, 4 * PAGE, LOCK_ONFAULT), 0);
	CHECK_EQ(locked_pages(), 4);
	CHECK_STR(residence(p, 4), "0000");
	p[PAGE] = 1;
	CHECK_STR(residence(p, 4), "0100");
	CHECK_EQ(madv(p, 4, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(sys(SYS_mlock, p, 4 * PAGE), 0);
	CHECK_STR(residence(p, 4), "1111");
	CHECK_EQ(p[PAGE], 1);
}

CASE(locking_breaks_copy_on_write)
{
	char *p = map(2, RW, MAP_PRIVATE);
	int pid;

	memset(p, 7, 2 * PAGE);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_mlock, p, 2 * PAGE), 0);
		p[0] = 8;
		CHECK_EQ(p[PAGE], 7);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(p[0], 7);
}

CASE(lock_arguments)
{
	char *p = map(1, RW, MAP_PRIVATE);

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_mlock2, p, PAGE, 2), -EINVAL);
	CHECK_EQ(sys(SYS_mlock, p, 0), 0);
	CHECK_EQ(sys(SYS_mlock, 0, 0), 0);
	CHECK_EQ(sys(SYS_mlock, 0, PAGE), -ENOMEM);
	CHECK_EQ(sys(SYS_mlock, p, -1L), 0); /* rounds up to nothing */
	CHECK_EQ(sys(SYS_mlock, p, -4096L), -EINVAL);
	CHECK_EQ(sys(SYS_mlock, p, 1L << 47), -ENOMEM);
	CHECK_EQ(sys(SYS_munlock, p, -8192L), -EINVAL);
	CHECK_EQ(sys(SYS_munlock, 0, PAGE), -ENOMEM);
	CHECK_EQ(sys(SYS_mlockall, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mlockall, MCL_TOUCHED), -EINVAL);
	CHECK_EQ(sys(SYS_mlockall, 8), -EINVAL);
}

CASE(a_hole_ends_the_lock)
{
	char *p = map(8, RW, MAP_PRIVATE);

	munmap(p + 4 * PAGE, PAGE);
	CHECK_EQ(sys(SYS_mlock, p, 8 * PAGE), -ENOMEM);
	CHECK_EQ(locked_pages(), 4); /* what came before it stays locked */
	CHECK_EQ(sys(SYS_munlock, p, 8 * PAGE), -ENOMEM);
	CHECK_EQ(locked_pages(), 0);
	CHECK_EQ(sys(SYS_mlock, p + 4 * PAGE, PAGE), -ENOMEM);
}

CASE(what_cannot_be_read_is_locked_but_told)
{
	char *p = map(2, PROT_NONE, MAP_PRIVATE), *f;
	int fd = filled_file(1);

	CHECK_EQ(sys(SYS_mlock, p, 2 * PAGE), -ENOMEM);
	CHECK_EQ(locked_pages(), 2);
	CHECK_EQ(sys(SYS_munlock, p, 2 * PAGE), 0);
	f = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	CHECK_EQ(sys(SYS_mlock, f, 2 * PAGE), -ENOMEM); /* beyond the end */
	CHECK_EQ(locked_pages(), 2);
	CHECK_EQ(sys(SYS_mlock, f, PAGE), 0);
}

CASE(limit_counts_pages_once)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		char *p;

		become_user_with(4);
		p = map(8, RW, MAP_PRIVATE);
		CHECK_EQ(sys(SYS_mlock, p, 5 * PAGE), -ENOMEM);
		CHECK_EQ(locked_pages(), 0);
		CHECK_EQ(sys(SYS_mlock, p, 4 * PAGE), 0);
		CHECK_EQ(sys(SYS_mlock, p, 4 * PAGE), 0);
		CHECK_EQ(sys(SYS_mlock2, p, 4 * PAGE, LOCK_ONFAULT), 0);
		CHECK_EQ(sys(SYS_mlock, p + PAGE, 4 * PAGE), -ENOMEM);
		CHECK_EQ(sys(SYS_mlock, p + 1, PAGE), 0);
		CHECK_EQ(sys(SYS_mlock, p + 3 * PAGE + 1, PAGE), -ENOMEM);
		CHECK_EQ(sys(SYS_mlock, p, -4096L), -ENOMEM); /* the limit comes first */
		CHECK_EQ(sys(SYS_munlock, p, PAGE), 0);
		CHECK_EQ(sys(SYS_mlock, p + 4 * PAGE, PAGE), 0);
		munmap(p, 8 * PAGE);
		CHECK_EQ(locked_pages(), 0);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(limit_of_nothing_is_a_matter_of_permission)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		char *p;

		become_user_with(0);
		p = map(1, RW, MAP_PRIVATE);
		CHECK_EQ(sys(SYS_mlock, p, PAGE), -EPERM);
		CHECK_EQ(sys(SYS_mlock, p, 0), -EPERM);
		CHECK_EQ(sys(SYS_mlock2, p, PAGE, 2), -EINVAL);
		CHECK_EQ(sys(SYS_mlockall, MCL_LATER), -EPERM);
		CHECK_EQ(sys(SYS_mlockall, 8), -EINVAL);
		CHECK_EQ(sys(SYS_munlock, p, PAGE), 0);
		CHECK_EQ(sys(SYS_munlockall), 0);
		CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, ANON | MAP_LOCKED, -1, 0), -EPERM);
		CHECK_EQ(sys(SYS_mmap, 0, 0, RW, ANON | MAP_LOCKED, -1, 0), -EINVAL);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(capability_passes_the_limit)
{
	char *p = map(8, RW, MAP_PRIVATE);
	struct rlimit none = {0, 0};

	NEEDS_ROOT();
	CHECK_EQ(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	CHECK_EQ(sys(SYS_mlock, p, 8 * PAGE), 0);
	CHECK_EQ(sys(SYS_mlockall, MCL_NOW), 0);
	CHECK(locked_pages() > 8);
	CHECK_EQ(sys(SYS_munlockall), 0);
	CHECK_EQ(locked_pages(), 0);
}

CASE(map_locked_makes_its_pages)
{
	char *p = map(4, RW, MAP_PRIVATE | MAP_LOCKED), *r;
	int fd = filled_file(2);

	CHECK_STR(residence(p, 4), "1111");
	CHECK_EQ(locked_pages(), 4);
	munmap(p + PAGE, PAGE);
	CHECK_EQ(locked_pages(), 3);
	munmap(p, 4 * PAGE);
	r = map(2, PROT_READ, MAP_PRIVATE | MAP_LOCKED);
	CHECK_STR(residence(r, 2), "11");
	/* What cannot be had is no error of mmap's. */
	CHECK(map(1, PROT_NONE, MAP_PRIVATE | MAP_LOCKED) != MAP_FAILED);
	CHECK(mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_LOCKED, fd, 0) != MAP_FAILED);
	CHECK_EQ(locked_pages(), 7);
}

CASE(map_locked_beyond_the_limit)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		char *p;

		become_user_with(4);
		p = map(4, RW, MAP_PRIVATE | MAP_LOCKED);
		CHECK(p != MAP_FAILED);
		CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, ANON | MAP_LOCKED, -1, 0), -EAGAIN);
		/* What a fixed one would replace is not taken off. */
		CHECK_EQ(sys(SYS_mmap, p, 4 * PAGE, RW, ANON | MAP_LOCKED | MAP_FIXED, -1, 0), -EAGAIN);
		CHECK_EQ(locked_pages(), 4);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(future_mappings_are_locked)
{
	char *p;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_mlockall, MCL_LATER), 0);
	p = map(4, RW, MAP_PRIVATE);
	CHECK_STR(residence(p, 4), "1111");
	CHECK_EQ(locked_pages(), 4);
	CHECK_EQ(sys(SYS_mlockall, MCL_LATER | MCL_TOUCHED), 0);
	p = map(4, RW, MAP_SHARED);
	CHECK_STR(residence(p, 4), "0000");
	CHECK_EQ(locked_pages(), 8);
	CHECK_EQ(sys(SYS_mlockall, MCL_NOW), 0); /* the future is free again */
	p = map(1, RW, MAP_PRIVATE);
	CHECK_STR(residence(p, 1), "0");
	CHECK_EQ(sys(SYS_munlockall), 0);
	CHECK_EQ(locked_pages(), 0);
}

CASE(future_lock_limits_what_can_be_mapped)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		char *p;
		long brk;

		become_user_with(4);
		p = map(8, RW, MAP_PRIVATE);
		brk = sys(SYS_brk, 0);
		CHECK_EQ(sys(SYS_mlockall, MCL_LATER), 0);
		CHECK_EQ(sys(SYS_mlock, p, 4 * PAGE), 0);
		CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, ANON, -1, 0), -EAGAIN);
		CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_NONE, ANON, -1, 0), -EAGAIN);
		CHECK_EQ(sys(SYS_brk, brk + 8 * PAGE), brk);
		CHECK_EQ(sys(SYS_mremap, p, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE), -EAGAIN);
		CHECK_EQ(sys(SYS_mremap, p + 4 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE) > 0, 1);
		CHECK_EQ(sys(SYS_munlockall), 0);
		CHECK_EQ(sys(SYS_brk, brk + 8 * PAGE), brk + 8 * PAGE);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(all_at_once_is_a_matter_of_size)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		become_user_with(4);
		CHECK_EQ(sys(SYS_mlockall, MCL_NOW), -ENOMEM);
		CHECK_EQ(locked_pages(), 0);
		CHECK_EQ(sys(SYS_mlockall, MCL_NOW | MCL_LATER), -ENOMEM);
		CHECK(map(5, RW, MAP_PRIVATE) != MAP_FAILED); /* nothing was set for the future */
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(heap_is_locked_too)
{
	long brk = sys(SYS_brk, 0), start = (brk + PAGE - 1) / PAGE * PAGE;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_mlockall, MCL_LATER), 0);
	CHECK_EQ(sys(SYS_brk, start + 4 * PAGE), start + 4 * PAGE);
	CHECK_EQ(locked_pages(), 4);
	CHECK_STR(residence((void *)start, 4), "1111");
	CHECK_EQ(sys(SYS_brk, brk), brk);
	CHECK_EQ(locked_pages(), 0);
}

CASE(a_child_has_no_locks)
{
	char *p = map(2, RW, MAP_PRIVATE | MAP_LOCKED);
	int pid;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_mlockall, MCL_LATER), 0);
	CHILD(pid) {
		char *q = map(1, RW, MAP_PRIVATE);

		CHECK_EQ(locked_pages(), 0);
		CHECK_STR(residence(q, 1), "0");
		CHECK_EQ(madv(p, 2, MADV_DONTNEED), 0);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(locked_pages(), 2);
}

CASE(exec_ends_the_locks)
{
	int pid, fd[2];
	char text[64] = "";

	NEEDS_ROOT();
	CHECK_EQ(pipe(fd), 0);
	CHILD(pid) {
		char *argv[] = {"sh", "-c",
			"while read a b; do [ \"$a\" = VmLck: ] && echo $b; done </proc/self/status", NULL};

		CHECK_EQ(sys(SYS_mlockall, MCL_NOW | MCL_LATER), 0);
		dup2(fd[1], 1);
		execv("/bin/sh", argv);
		_exit(1);
	}
	close(fd[1]);
	CHECK(read(fd[0], text, sizeof(text) - 1) > 0);
	reap(pid);
	CHECK_STR(text, "0 kB\n");
}

CASE(advice_that_takes_pages_is_refused)
{
	char *p = map(1, RW, MAP_PRIVATE | MAP_LOCKED), *s = map(1, RW, MAP_SHARED | MAP_LOCKED);

	p[0] = 3;
	CHECK_EQ(madv(p, 1, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(madv(p, 1, MADV_FREE), -EINVAL);
	CHECK_EQ(madv(p, 1, COLD), -EINVAL);
	CHECK_EQ(madv(p, 1, PAGEOUT), -EINVAL);
	CHECK_EQ(madv(s, 1, MADV_REMOVE), -EINVAL);
	CHECK_EQ(madv(p, 1, MADV_WILLNEED), 0);
	CHECK_EQ(p[0], 3);
	CHECK_EQ(sys(SYS_msync, p, PAGE, MS_INVALIDATE), -EBUSY);
	char *gap = map(3, RW, MAP_PRIVATE);
	munmap(gap + PAGE, PAGE);
	CHECK_EQ(sys(SYS_mlock, gap + 2 * PAGE, PAGE), 0);
	CHECK_EQ(sys(SYS_msync, gap, 3 * PAGE, MS_SYNC | MS_INVALIDATE), -EBUSY); /* also behind a hole */
	CHECK_EQ(sys(SYS_msync, gap, 3 * PAGE, MS_SYNC), -ENOMEM);
	CHECK_EQ(sys(SYS_msync, gap, 2 * PAGE, MS_SYNC | MS_INVALIDATE), -ENOMEM);
	munmap(gap, 3 * PAGE);
	CHECK_EQ(sys(SYS_msync, p, PAGE, MS_SYNC), 0);
	CHECK_EQ(madv(p, 1, DONTNEED_LOCKED), 0);
	CHECK_EQ(p[0], 0);
	CHECK_EQ(locked_pages(), 2);
}

CASE(lock_goes_with_a_move)
{
	char *p = map(4, RW, MAP_PRIVATE | MAP_LOCKED), *q;

	map_at(p + 2 * PAGE, 1, PROT_NONE, MAP_PRIVATE);
	CHECK_EQ(locked_pages(), 3);
	q = (char *)sys(SYS_mremap, p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	CHECK((long)q > 0 && q != p);
	CHECK_EQ(locked_pages(), 5);
	CHECK_STR(residence(q, 4), "1111");
	CHECK_EQ(sys(SYS_mremap, q, 4 * PAGE, PAGE, 0), (long)q);
	CHECK_EQ(locked_pages(), 2);
	CHECK_EQ(sys(SYS_munlockall), 0);
}

CASE(protection_leaves_the_lock)
{
	char *p = map(4, RW, MAP_PRIVATE | MAP_LOCKED);

	CHECK_EQ(sys(SYS_mprotect, p + PAGE, PAGE, PROT_NONE), 0);
	CHECK_EQ(locked_pages(), 4);
	CHECK_EQ(sys(SYS_mprotect, p, 4 * PAGE, RW), 0);
	CHECK_EQ(locked_pages(), 4);
	CHECK_EQ(sys(SYS_munlock, p, 4 * PAGE), 0);
}
