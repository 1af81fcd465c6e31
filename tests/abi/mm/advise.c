// SPDX-License-Identifier: MIT
/*
 * advise: madvise, process_madvise, mincore and msync: what they do, and what they say.
 *
 * Linux     madvise(2), process_madvise(2), mincore(2), msync(2)
 */
#include "tests/abi/mm/mm.h"

CASE(arguments)
{
	char *p = fresh(2);

	CHECK_EQ(sys(SYS_madvise, p + 1, PAGE, MADV_NORMAL), -EINVAL);
	CHECK_EQ(sys(SYS_madvise, p, -1L, MADV_NORMAL), -EINVAL);
	CHECK_EQ(sys(SYS_madvise, p, -4096L, MADV_NORMAL), -EINVAL);
	CHECK_EQ(sys(SYS_madvise, p, 0x7fffffffffff, MADV_NORMAL), -ENOMEM);
	CHECK_EQ(sys(SYS_madvise, 1L << 63, PAGE, MADV_DONTNEED), -ENOMEM);
	CHECK_EQ(sys(SYS_madvise, -4096L, PAGE, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(sys(SYS_madvise, p, 0, 999), -EINVAL);
	CHECK_EQ(sys(SYS_madvise, p, 0, MADV_DONTNEED), 0);
	CHECK_EQ(sys(SYS_madvise, p + 1, 0, MADV_DONTNEED), -EINVAL);
}

CASE(unknown_advice)
{
	static const int unknown[] = {5, 6, 7, 26, 99, 100, 101, 104, -1};
	char *p = fresh(1);

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		CHECK_EQ(madv(p, 1, unknown[i]), -EINVAL);
	CHECK_EQ(p[0], 1);
}

CASE(each_kind_of_memory_has_its_answers)
{
	/* anonymous, shared anonymous, shared file, private file, read-only file */
	static const struct { int advice, answer[5]; } rows[] = {
		{MADV_NORMAL, {0}}, {MADV_RANDOM, {0}}, {MADV_SEQUENTIAL, {0}}, {MADV_WILLNEED, {0}},
		{MADV_DONTNEED, {0}}, {MADV_FREE, {0, -EINVAL, -EINVAL, -EINVAL, -EINVAL}}, {10, {0}}, {11, {0}},
		{MADV_HUGEPAGE, {0}}, {MADV_NOHUGEPAGE, {0}}, {MADV_DONTDUMP, {0}}, {MADV_DODUMP, {0}},
		{18, {0, -EINVAL, -EINVAL, -EINVAL, -EINVAL}}, {19, {0}}, {COLD, {0}}, {PAGEOUT, {0}},
		{DONTNEED_LOCKED, {0}},
		{MADV_REMOVE, {-EINVAL, 0, 0, -EACCES, 0}},
		{POPULATE_READ, {0}}, {POPULATE_WRITE, {0, 0, 0, 0, -EINVAL}},
		{GUARD_REMOVE, {0}},
	};
	int fd = filled_file(1);
	char *p[] = {fresh(1), map(1, RW, MAP_SHARED), mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0),
		mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0), mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0)};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].advice == GUARD_REMOVE && !tap_has_linux(6, 15))
			continue;
		for (int k = 0; k < 5; k++)
			if (madv(p[k], 1, rows[i].advice) != rows[i].answer[k])
				tap_fail(__FILE__, __LINE__, "advice %d on memory %d", rows[i].advice, k);
		CHECK_EQ(madv(hole(), 1, rows[i].advice), -ENOMEM);
	}
}

CASE(a_hole_is_told_but_passed)
{
	char *p = fresh(4);

	munmap(p + PAGE, PAGE);
	CHECK_EQ(madv(p, 4, MADV_DONTNEED), -ENOMEM);
	CHECK_EQ(p[0] + p[2 * PAGE] + p[3 * PAGE], 0);
	CHECK_EQ(madv(p + PAGE, 1, MADV_DONTNEED), -ENOMEM);
	CHECK_EQ(madv(p + PAGE, 2, MADV_DONTNEED), -ENOMEM);
}

CASE(the_first_refusal_ends_it)
{
	char *p = fresh(4);

	CHECK_EQ(sys(SYS_mlock, p + PAGE, PAGE), 0);
	CHECK_EQ(madv(p, 4, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(p[0], 0);
	CHECK_EQ(p[PAGE] + p[2 * PAGE], 2);
	CHECK_EQ(sys(SYS_madvise, p, 1ul << 47, MADV_REMOVE), -EINVAL); /* and nothing beyond all memory is before it */
	CHECK_EQ(sys(SYS_madvise, 1ul << 47, PAGE, MADV_DONTNEED), -ENOMEM);
}

CASE(dropping_cuts_no_mapping)
{
	char *p = room();

	map_at(p, 4, RW, MAP_PRIVATE);
	memset(p, 1, 4 * PAGE);
	CHECK_EQ(madv(p + PAGE, 1, MADV_DONTNEED), 0);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-4 rw-p");
	CHECK_STR(residence(p, 4), "1011");
	CHECK_EQ(p[0] + p[PAGE] + p[2 * PAGE], 2);
}

CASE(dropping_a_private_copy_shows_the_file_again)
{
	int fd = filled_file(2);
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

	p[0] = 9;
	CHECK_EQ(madv(p, 2, MADV_DONTNEED), 0);
	CHECK_EQ(p[0], 1);
}

CASE(dropping_shared_memory_loses_nothing)
{
	char *p = map(2, RW, MAP_SHARED);

	p[0] = 9;
	CHECK_EQ(madv(p, 2, MADV_DONTNEED), 0);
	CHECK_EQ(p[0], 9);
}

CASE(flags_join_again)
{
	char *p = room();

	map_at(p, 4, RW, MAP_PRIVATE);
	CHECK_EQ(madv(p + PAGE, 1, 10 /* DONTFORK */), 0);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-1 rw-p, 1-2 rw-p, 2-4 rw-p");
	CHECK_EQ(madv(p + PAGE, 1, 11 /* DOFORK */), 0);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-4 rw-p");
	CHECK_EQ(madv(p + PAGE, 2, MADV_RANDOM), 0);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-1 rw-p, 1-3 rw-p, 3-4 rw-p");
	CHECK_EQ(madv(p, 4, MADV_NORMAL), 0);
	CHECK_STR(mappings(p, p + 4 * PAGE), "0-4 rw-p");
}

/* Does smaps say this of the mapping that begins at p? */
static int has_flag(const char *p, const char *flag)
{
	static char text[1 << 18];
	char start[32], word[8], *at, *end;

	snprintf(start, sizeof(start), "%lx-", (unsigned long)p);
	snprintf(word, sizeof(word), " %s ", flag);
	slurp("/proc/self/smaps", text, sizeof(text));
	at = strstr(text, start);
	at = at ? strstr(at, "VmFlags:") : NULL;
	CHECK(at != NULL);
	end = strchr(at, '\n');
	*end = 0;
	return strstr(at, word) != NULL;
}

CASE(flags_are_told)
{
	static const struct { int advice; const char *set, *cleared; } rows[] = {
		{MADV_RANDOM, "rr", "sr"}, {MADV_SEQUENTIAL, "sr", "rr"}, {10, "dc", NULL}, {18, "wf", NULL},
		{MADV_DONTDUMP, "dd", NULL}, {MADV_HUGEPAGE, "hg", "nh"}, {MADV_NOHUGEPAGE, "nh", "hg"},
		{MADV_NORMAL, "rd", "sr"}, {11, "wr", "dc"}, {19, "mr", "wf"}, {MADV_DODUMP, "mw", "dd"},
	};
	char *p = room();

	map_at(p, 2, RW, MAP_PRIVATE);
	CHECK(has_flag(p, "ac") && !has_flag(p, "lo"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_EQ(madv(p, 2, rows[i].advice), 0);
		CHECK(has_flag(p, rows[i].set));
		CHECK(!rows[i].cleared || !has_flag(p, rows[i].cleared));
	}
	CHECK_EQ(sys(SYS_mlock, p, 2 * PAGE), 0);
	CHECK(has_flag(p, "lo") && !has_flag(p, "lf"));
	CHECK_EQ(sys(SYS_mlock2, p, 2 * PAGE, LOCK_ONFAULT), 0);
	CHECK(has_flag(p, "lo") && has_flag(p, "lf"));
	map_at(p + 4 * PAGE, 1, RW, MAP_PRIVATE | MAP_NORESERVE);
	CHECK(has_flag(p + 4 * PAGE, "nr") && !has_flag(p + 4 * PAGE, "ac"));
	map_at(p + 4 * PAGE, 1, PROT_READ, MAP_PRIVATE);
	CHECK(!has_flag(p + 4 * PAGE, "ac"));
	CHECK_EQ(sys(SYS_mprotect, p + 4 * PAGE, PAGE, RW), 0);
	CHECK(has_flag(p + 4 * PAGE, "ac"));
}

CASE(fork_advice)
{
	char *gone = fresh(1), *wiped = fresh(1), *kept = fresh(1);
	int pid;

	CHECK_EQ(madv(gone, 1, 10), 0);
	CHECK_EQ(madv(wiped, 1, 18), 0);
	CHECK_EQ(madv(kept, 1, 18), 0);
	CHECK_EQ(madv(kept, 1, 19), 0);
	CHILD(pid) {
		CHECK_EQ(touch(gone), MAPERR);
		CHECK_EQ(wiped[0], 0);
		CHECK_EQ(kept[0], 1);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(gone[0] + wiped[0], 2);
}

/* --- MADV_REMOVE --- */

CASE(remove_frees_the_pages_of_a_file)
{
	int fd = filled_file(4);
	char *p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0), *q = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	char *copy = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0), byte = 5;
	struct stat st;

	CHECK_EQ(q[PAGE], 2);
	copy[2 * PAGE] = 9;
	CHECK_EQ(copy[PAGE], 2);
	CHECK_EQ(madv(p + PAGE, 2, MADV_REMOVE), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 0, 4 /* SEEK_HOLE */), PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, PAGE, 3 /* SEEK_DATA */), 3 * PAGE);
	CHECK_EQ(p[0] * 1000 + p[PAGE] * 100 + p[2 * PAGE] * 10 + p[3 * PAGE], 1004);
	CHECK_EQ(q[PAGE], 0);
	CHECK_EQ(copy[PAGE], 0);
	CHECK_EQ(copy[2 * PAGE], 9); /* a copy is a copy */
	CHECK_EQ(sys(SYS_pread64, fd, &byte, 1, PAGE), 1);
	CHECK_EQ(byte, 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_size, 4 * PAGE);
}

CASE(remove_of_shared_anonymous_memory)
{
	char *p = map(2, RW, MAP_SHARED), *again;
	int pid;

	p[0] = p[PAGE] = 3;
	again = (char *)sys(SYS_mremap, p, 0, 2 * PAGE, MREMAP_MAYMOVE);
	CHECK_EQ(again[0], 3);
	CHILD(pid)
		CHECK_EQ(madv(p, 1, MADV_REMOVE), 0);
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(p[0] + again[0], 0);
	CHECK_EQ(p[PAGE], 3);
	again[0] = 4;
	CHECK_EQ(p[0], 4);
}

CASE(remove_of_dev_zero)
{
	int fd = open("/dev/zero", O_RDWR);
	char *s = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), *p = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);

	s[0] = p[0] = 3;
	CHECK_EQ(madv(s, 1, MADV_REMOVE), 0);
	CHECK_EQ(s[0], 0);
	CHECK_EQ(madv(p, 1, MADV_REMOVE), -EACCES);
	CHECK_EQ(madv(p, 1, 18 /* WIPEONFORK */), -EINVAL);
	CHECK_EQ(madv(p, 1, MADV_FREE), 0);
}

CASE(remove_asks_what_the_mapping_may_write)
{
	char path[] = "/proc/self/fd/1234567890";
	int fd = filled_file(2), ro;
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0), *r;

	CHECK_EQ(sys(SYS_mprotect, p, PAGE, PROT_READ), 0);
	CHECK_EQ(madv(p, 1, MADV_REMOVE), 0); /* it may become writable */
	CHECK_EQ(p[0], 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open(path, O_RDONLY);
	r = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, ro, 0);
	CHECK_EQ(madv(r, 2, MADV_REMOVE), -EACCES);
	CHECK_EQ(p[PAGE], 2);
}

CASE(remove_of_what_is_sealed)
{
	enum { ADD_SEALS = 1033, SEAL_WRITE = 8, SEAL_FUTURE_WRITE = 16 };
	int fd = filled_file(1);
	char *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), *r;

	CHECK_EQ(sys(SYS_fcntl, fd, ADD_SEALS, SEAL_FUTURE_WRITE), 0);
	CHECK_EQ(madv(p, 1, MADV_REMOVE), -EPERM);
	CHECK_EQ(p[0], 1);
	munmap(p, PAGE);
	CHECK_EQ(sys(SYS_fcntl, fd, ADD_SEALS, SEAL_WRITE), 0);
	r = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_EQ(madv(r, 1, MADV_REMOVE), -EACCES);
}

CASE(remove_beyond_the_end)
{
	int fd = filled_file(1);
	char *p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);

	CHECK_EQ(madv(p + 2 * PAGE, 1, MADV_REMOVE), 0);
	CHECK_EQ(madv(p, 4, MADV_REMOVE), 0);
	CHECK_EQ(p[0], 0);
	CHECK_EQ(touch(p + PAGE), ADRERR);
}

/* --- populating --- */

CASE(populate_makes_pages)
{
	char *p = map(4, RW, MAP_PRIVATE);
	int fd = filled_file(2);
	char *f = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

	CHECK_EQ(madv(p + PAGE, 2, POPULATE_WRITE), 0);
	CHECK_STR(residence(p, 4), "0110");
	CHECK_EQ(madv(p, 4, POPULATE_READ), 0);
	CHECK_STR(residence(p, 4), "1111");
	CHECK_EQ(madv(f, 2, POPULATE_WRITE), 0);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, 0), 1);
	CHECK_EQ(f[0], 1); /* copied already */
}

CASE(populate_wants_the_very_right)
{
	static const struct { int prot, read, write; } rows[] = {
		{PROT_NONE, -EINVAL, -EINVAL}, {PROT_READ, 0, -EINVAL}, {PROT_WRITE, -EINVAL, 0},
		{PROT_EXEC, -EINVAL, -EINVAL}, {RW, 0, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *p = map(1, rows[i].prot, MAP_PRIVATE);

		CHECK_EQ(madv(p, 1, POPULATE_READ), rows[i].read);
		CHECK_EQ(madv(p, 1, POPULATE_WRITE), rows[i].write);
	}
}

CASE(populate_stops_where_nothing_is)
{
	int fd = filled_file(1);
	char *f = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0), *p = map(4, RW, MAP_PRIVATE);

	CHECK_EQ(madv(f, 2, POPULATE_READ), -EFAULT);
	CHECK_EQ(madv(f + PAGE, 1, POPULATE_WRITE), -EFAULT);
	munmap(p + 2 * PAGE, PAGE);
	CHECK_EQ(madv(p, 4, POPULATE_WRITE), -ENOMEM);
	CHECK_STR(residence(p, 2), "11");
}

/* --- mincore --- */

CASE(mincore_arguments)
{
	unsigned char vec[8];
	char *p = map(4, RW, MAP_PRIVATE);

	CHECK_EQ(sys(SYS_mincore, p + 1, PAGE, vec), -EINVAL);
	CHECK_EQ(sys(SYS_mincore, p, 0, 0), 0);
	CHECK_EQ(sys(SYS_mincore, p, 4 * PAGE, 0), -EFAULT);
	CHECK_EQ(sys(SYS_mincore, p, 4 * PAGE, -1L), -EFAULT);
	CHECK_EQ(sys(SYS_mincore, p, -1L, vec), -ENOMEM);
	CHECK_EQ(sys(SYS_mincore, p, 1L << 47, vec), -ENOMEM);
	CHECK_EQ(sys(SYS_mincore, 0, PAGE, vec), -ENOMEM);
	memset(vec, 9, sizeof(vec));
	CHECK_EQ(sys(SYS_mincore, p, 1, vec), 0);
	CHECK_EQ(vec[0] * 10 + vec[1], 9);
	munmap(p + 2 * PAGE, PAGE);
	p[0] = 1;
	memset(vec, 9, sizeof(vec));
	CHECK_EQ(sys(SYS_mincore, p, 4 * PAGE, vec), -ENOMEM);
	CHECK_EQ(vec[0] * 1000 + vec[1] * 100 + vec[2] * 10 + vec[3], 1099);
}

CASE(mincore_of_anonymous_memory)
{
	char *p = map(4, RW, MAP_PRIVATE);

	CHECK_STR(residence(p, 4), "0000");
	p[0] = 1;
	CHECK_EQ(touch(p + PAGE), 0);
	CHECK_STR(residence(p, 4), "1100");
	CHECK_EQ(sys(SYS_mprotect, p, 4 * PAGE, PROT_NONE), 0);
	CHECK_STR(residence(p, 4), "1100");
}

CASE(mincore_tells_of_what_others_made)
{
	char *p = map(4, RW, MAP_SHARED), *f;
	int fd = filled_file(3), pid;

	CHILD(pid)
		p[PAGE] = 1;
	CHECK_EQ(reap(pid), 0);
	CHECK_STR(residence(p, 4), "0100");
	f = mmap(NULL, 6 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_STR(residence(f, 6), "111000");
	CHECK_EQ(sys(SYS_fallocate, fd, 3, PAGE, PAGE), 0); /* KEEP_SIZE | PUNCH_HOLE */
	CHECK_STR(residence(f, 6), "101000");
}

CASE(mincore_keeps_to_itself_what_the_user_may_not_write)
{
	int fd, pid;

	NEEDS_ROOT();
	scratch();
	fd = open("file", O_RDWR | O_CREAT, 0644);
	CHECK_EQ(ftruncate(fd, 2 * PAGE), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		close(fd);
		fd = open("file", O_RDONLY);
		/* Said to be there, whether they are or not. */
		CHECK_STR(residence(mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0), 2), "11");
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(mincore_of_a_large_range)
{
	enum { MANY = 3000 };
	static unsigned char vec[MANY + 1];
	char *p = map(MANY, RW, MAP_PRIVATE);

	vec[MANY] = 9;
	for (int i = 0; i < MANY; i += 7)
		p[i * PAGE] = 1;
	CHECK_EQ(sys(SYS_mincore, p, MANY * PAGE, vec), 0);
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(vec[i], i % 7 == 0);
	CHECK_EQ(vec[MANY], 9);
}

/* --- msync --- */

CASE(msync_flags_and_ranges)
{
	char *p = map(4, RW, MAP_PRIVATE);

	CHECK_EQ(sys(SYS_msync, p, PAGE, 0), 0);
	CHECK_EQ(sys(SYS_msync, p, PAGE, MS_SYNC | MS_ASYNC), -EINVAL);
	CHECK_EQ(sys(SYS_msync, p, PAGE, 8), -EINVAL);
	CHECK_EQ(sys(SYS_msync, p + 1, PAGE, MS_ASYNC), -EINVAL);
	CHECK_EQ(sys(SYS_msync, p, PAGE, MS_SYNC | MS_INVALIDATE), 0);
	CHECK_EQ(sys(SYS_msync, p, -1L, MS_SYNC), 0);
	CHECK_EQ(sys(SYS_msync, p, -4096L, MS_SYNC), -ENOMEM);
	CHECK_EQ(sys(SYS_msync, -4096L, PAGE, MS_SYNC), -ENOMEM);
	munmap(p + PAGE, PAGE);
	CHECK_EQ(sys(SYS_msync, p, 4 * PAGE, MS_SYNC), -ENOMEM);
	CHECK_EQ(sys(SYS_msync, p + PAGE, 0, MS_SYNC), 0);
	CHECK_EQ(sys(SYS_msync, p + PAGE, PAGE, MS_ASYNC), -ENOMEM);
}

/* --- process_madvise --- */

static long pmadv(int fd, const struct iovec *v, long n, int advice)
{
	return sys(SYS_process_madvise, fd, v, n, advice, 0);
}

CASE(process_madvise_of_oneself)
{
	enum { SELF_THREAD = -10000, SELF_PROCESS = -10001 };
	char *p = fresh(8);
	int fd = sys(SYS_pidfd_open, getpid(), 0);
	struct iovec v[3] = {{p, PAGE}, {p + 2 * PAGE, PAGE}, {p + 4 * PAGE, 2 * PAGE}}, odd = {p + PAGE, 5};

	NEEDS_LINUX(6, 14);
	CHECK_EQ(pmadv(fd, v, 3, MADV_DONTNEED), 4 * PAGE);
	CHECK_EQ(p[0] + p[2 * PAGE] + p[5 * PAGE], 0);
	CHECK_EQ(p[PAGE], 1);
	CHECK_EQ(pmadv(SELF_PROCESS, &odd, 1, MADV_DONTNEED), 5); /* as many bytes as were named */
	CHECK_EQ(p[PAGE], 0);
	CHECK_EQ(pmadv(SELF_THREAD, v, 3, GUARD_INSTALL), 4 * PAGE);
	CHECK_EQ(touch(p + 5 * PAGE), MAPERR);
}

CASE(process_madvise_of_another)
{
	char *p = fresh(4);
	struct iovec v[2] = {{p, PAGE}, {p + 2 * PAGE, 2 * PAGE}};
	int pid = start_sleeper(), fd = sys(SYS_pidfd_open, pid, 0);

	NEEDS_ROOT();
	CHECK_EQ(pmadv(fd, v, 2, COLD), 3 * PAGE);
	CHECK_EQ(pmadv(fd, v, 2, PAGEOUT), 3 * PAGE);
	CHECK_EQ(pmadv(fd, v, 2, MADV_WILLNEED), 3 * PAGE);
	CHECK_EQ(pmadv(fd, v, 2, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(pmadv(fd, v, 2, POPULATE_READ), -EINVAL);
	CHECK_EQ(pmadv(fd, v, 2, 999), -EINVAL);
	CHECK_EQ(pmadv(fd, v, 0, COLD), 0);
	CHECK_EQ(pmadv(fd, v, 0, MADV_DONTNEED), -EINVAL);
	end_child(pid);
	CHECK_EQ(pmadv(fd, v, 2, COLD), -ESRCH);
	CHECK_EQ(pmadv(fd, v, 2, MADV_DONTNEED), -ESRCH);
}

CASE(process_madvise_arguments)
{
	char *p = fresh(4);
	struct iovec v = {p, PAGE}, kernel = {(void *)-4096L, PAGE}, negative = {p, -1L}, none = {p, 0};
	struct iovec second_bad[3] = {{p, PAGE}, {p + 1, PAGE}, {p + 2 * PAGE, PAGE}};
	int fd = sys(SYS_pidfd_open, getpid(), 0), null = open("/dev/null", O_RDWR);

	NEEDS_LINUX(6, 14);
	CHECK_EQ(sys(SYS_process_madvise, fd, &v, 1, MADV_DONTNEED, 1), -EINVAL);
	CHECK_EQ(pmadv(-1, &v, 1, COLD), -EBADF);
	CHECK_EQ(pmadv(-1, &v, 0, COLD), -EBADF);
	CHECK_EQ(pmadv(null, &v, 1, COLD), -EBADF);
	CHECK_EQ(pmadv(-10002, &v, 1, COLD), -EBADF);
	CHECK_EQ(pmadv(fd, NULL, 1, COLD), -EFAULT);
	CHECK_EQ(pmadv(fd, &v, 1025, COLD), -EINVAL);
	CHECK_EQ(pmadv(fd, &kernel, 1, COLD), -EFAULT);
	CHECK_EQ(pmadv(fd, &negative, 1, COLD), -EINVAL);
	CHECK_EQ(pmadv(fd, &none, 1, MADV_DONTNEED), 0);
	CHECK_EQ(pmadv(fd, &v, 0, 999), 0);
	CHECK_EQ(pmadv(fd, &v, 1, 999), -EINVAL);
	CHECK_EQ(p[0], 1);
	CHECK_EQ(pmadv(fd, second_bad, 3, MADV_DONTNEED), PAGE);
	CHECK_EQ(p[0], 0);
	CHECK_EQ(p[2 * PAGE], 1);
	CHECK_EQ(pmadv(fd, second_bad + 1, 2, MADV_DONTNEED), -EINVAL);
}

CASE(process_madvise_needs_the_right_and_to_be_nice)
{
	char *p = fresh(1);
	struct iovec v = {p, PAGE};
	int pid = start_sleeper(), fd = sys(SYS_pidfd_open, pid, 0), other;

	NEEDS_ROOT();
	NEEDS_LINUX(6, 14);
	CHILD(other) {
		int own, own_fd;

		CHECK(become(NOBODY));
		CHECK_EQ(pmadv(fd, &v, 1, COLD), -EACCES);
		CHECK_EQ(pmadv(fd, &v, 1, 999), -EACCES);
		CHECK_EQ(sys(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1), 0);
		own = start_sleeper();
		own_fd = sys(SYS_pidfd_open, own, 0);
		CHECK_EQ(pmadv(own_fd, &v, 1, COLD), -EPERM);
		CHECK_EQ(pmadv(own_fd, &v, 1, MADV_DONTNEED), -EINVAL);
		end_child(own);
	}
	CHECK_EQ(reap(other), 0);
	end_child(pid);
}
