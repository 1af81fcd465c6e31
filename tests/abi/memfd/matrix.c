// SPDX-License-Identifier: MIT
/*
 * memfd/matrix: each seal against each way to change a file.
 *
 * Promise   a row is a way to write, grow or shrink; each case tries all rows on a fresh file of 6,000 bytes with one
 *           seal, and looks afterwards whether size and bytes are as the answer says
 * Linux     fcntl(2) "File Sealing"
 */
#include "tests/abi/memfd/memfd.h"

TAP_NEEDS_LINUX(6, 13);

enum { SIZE = 6000, BEYOND = SIZE + 50, INSIDE = 100, ROOM = 100 };

static char data[4 * PAGE];

static long write_inside(int fd)
{
	return sys(SYS_pwrite64, fd, data, 1, INSIDE);
}

static long write_vector(int fd)
{
	struct iovec v[2] = {{data, 1}, {data, 2}};

	return sys(SYS_pwritev, fd, v, 2, INSIDE, 0);
}

static long write_nothing(int fd)
{
	return sys(SYS_pwrite64, fd, data, 0, BEYOND);
}

static long write_bad_memory(int fd)
{
	return sys(SYS_pwrite64, fd, hole(), 1, INSIDE);
}

static long write_across_the_end(int fd)
{
	return sys(SYS_pwrite64, fd, data, ROOM, SIZE - 50);
}

static long write_pages_across_the_end(int fd)
{
	return sys(SYS_pwrite64, fd, data, sizeof(data), 0);
}

static long write_last_byte_of_a_page(int fd)
{
	return sys(SYS_pwrite64, fd, data, PAGE, PAGE - 1);
}

static long write_beyond(int fd)
{
	return sys(SYS_pwrite64, fd, data, 1, BEYOND);
}

static long append(int fd)
{
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETFL, O_APPEND), 0);
	return sys(SYS_write, fd, data, 1);
}

static int source(void)
{
	int fd = sealable(ROOM);

	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	return fd;
}

static long send_inside(int fd)
{
	CHECK_EQ(sys(SYS_lseek, fd, INSIDE, SEEK_SET), INSIDE);
	return sys(SYS_sendfile, fd, source(), 0, 1);
}

static long copy_inside(int fd)
{
	int64_t at = INSIDE;

	return sys(SYS_copy_file_range, source(), 0, fd, &at, 1, 0);
}

static long punch(int fd)
{
	return sys(SYS_fallocate, fd, PUNCH, 0, PAGE);
}

static long punch_beyond(int fd)
{
	return sys(SYS_fallocate, fd, PUNCH, PAGE, 20L * PAGE);
}

static long allocate_inside(int fd)
{
	return sys(SYS_fallocate, fd, 0, 0, SIZE);
}

static long allocate_beyond(int fd)
{
	return sys(SYS_fallocate, fd, 0, 0, BEYOND);
}

static long allocate_keeping(int fd)
{
	return sys(SYS_fallocate, fd, KEEP_SIZE, 0, BEYOND);
}

static long grow(int fd)
{
	return sys(SYS_ftruncate, fd, BEYOND);
}

static long keep(int fd)
{
	return sys(SYS_ftruncate, fd, SIZE);
}

static long shrink(int fd)
{
	return sys(SYS_ftruncate, fd, SIZE - 1);
}

static long shrink_by_name(int fd)
{
	char name[LINK];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return sys(SYS_truncate, name, PAGE);
}

static long open_to_empty(int fd)
{
	int again = reopen(fd, O_RDWR | O_TRUNC);

	return again < 0 ? again : 0;
}

static long map_to_write(int fd)
{
	char *p = map(fd, PAGE, RW, MAP_SHARED);

	if (MAP_ERROR(p))
		return MAP_ERROR(p);
	p[INSIDE] = 'y';
	munmap(p, PAGE);
	return 0;
}

static long map_then_protect(int fd)
{
	char *p = map(fd, PAGE, PROT_READ, MAP_SHARED);
	long r;

	CHECK_EQ(MAP_ERROR(p), 0);
	r = sys(SYS_mprotect, p, PAGE, RW);
	if (r == 0)
		p[INSIDE] = 'y';
	munmap(p, PAGE);
	return r;
}

static long map_private(int fd)
{
	char *p = map(fd, PAGE, RW, MAP_PRIVATE);

	CHECK_EQ(MAP_ERROR(p), 0);
	p[INSIDE] = 'p';
	munmap(p, PAGE);
	return 0;
}

static long change_x(int fd)
{
	return sys(SYS_fchmod, fd, 0600);
}

enum { NONE, BY_SHRINK, BY_GROW, BY_WRITE, BY_FUTURE, BY_EXEC, NR_SEALS };
static const int seal_bits[NR_SEALS] = {0, SHRINK, GROW, SEAL_WRITE, FUTURE, SEAL_EXEC};

#define P (-EPERM)
static const struct row {
	const char *name;
	long (*way)(int fd);
	long answer[NR_SEALS]; /* the file has x bits: F_SEAL_EXEC brings all the others */
	long size;	       /* after success */
} rows[] = {
	/*                                                       none  shrink  grow write future exec */
	{"write_inside", write_inside,                          {1,    1,      1,    P,    P,    P}, SIZE},
	{"write_vector", write_vector,                          {3,    3,      3,    P,    P,    P}, SIZE},
	{"write_nothing", write_nothing,                        {0,    0,      0,    0,    0,    0}, SIZE},
	{"write_bad_memory", write_bad_memory,  {-EFAULT, -EFAULT, -EFAULT,          P,    P,    P}, SIZE},
	{"write_across_the_end", write_across_the_end,          {ROOM, ROOM,   P,    P,    P,    P}, BEYOND},
	{"write_pages_across", write_pages_across_the_end, {4 * PAGE, 4 * PAGE, PAGE, P,   P,    P}, 4 * PAGE},
	{"write_last_byte", write_last_byte_of_a_page,          {PAGE, PAGE,   1,    P,    P,    P}, 2 * PAGE - 1},
	{"write_beyond", write_beyond,                          {1,    1,      P,    P,    P,    P}, BEYOND + 1},
	{"append", append,                                      {1,    1,      P,    P,    P,    P}, SIZE + 1},
	{"sendfile", send_inside,                               {1,    1,      1,    P,    P,    P}, SIZE},
	{"copy_file_range", copy_inside,                        {1,    1,      1,    P,    P,    P}, SIZE},
	{"punch", punch,                                        {0,    0,      0,    P,    P,    P}, SIZE},
	{"punch_beyond", punch_beyond,                          {0,    0,      0,    P,    P,    P}, SIZE},
	{"allocate_inside", allocate_inside,                    {0,    0,      0,    0,    0,    0}, SIZE},
	{"allocate_beyond", allocate_beyond,                    {0,    0,      P,    0,    0,    P}, BEYOND},
	{"allocate_keeping", allocate_keeping,                  {0,    0,      P,    0,    0,    P}, SIZE},
	{"grow", grow,                                          {0,    0,      P,    0,    0,    P}, BEYOND},
	{"keep", keep,                                          {0,    0,      0,    0,    0,    0}, SIZE},
	{"shrink", shrink,                                      {0,    P,      0,    0,    0,    P}, SIZE - 1},
	{"shrink_by_name", shrink_by_name,                      {0,    P,      0,    0,    0,    P}, PAGE},
	{"open_to_empty", open_to_empty,                        {0,    P,      0,    0,    0,    P}, 0},
	{"map_to_write", map_to_write,                          {0,    0,      0,    P,    P,    P}, SIZE},
	{"map_then_protect", map_then_protect, {0, 0, 0, -EACCES, -EACCES, -EACCES}, SIZE},
	{"map_private", map_private,                            {0,    0,      0,    0,    0,    0}, SIZE},
	{"change_x", change_x,                                  {0,    0,      0,    0,    0,    P}, SIZE},
};

static int is_untouched(int fd)
{
	static char bytes[SIZE];

	if (sys(SYS_pread64, fd, bytes, SIZE, 0) != SIZE)
		return 0;
	for (int i = 0; i < SIZE; i++)
		if (bytes[i] != 'x')
			return 0;
	return 1;
}

static void try_row(const struct row *row, int column)
{
	int fd = sealable(SIZE);
	long size, answer, want = row->answer[column];

	CHECK_EQ(seal(fd, seal_bits[column]), 0);
	answer = row->way(fd);
	if (answer != want)
		tap_fail(__FILE__, __LINE__, "%s: %ld, not %ld", row->name, answer, want);
	size = sys(SYS_lseek, fd, 0, SEEK_END);
	/* What was cut short by the seal against growing has changed bytes, but not the size. */
	if (size != (want == row->answer[NONE] && want >= 0 ? row->size : SIZE))
		tap_fail(__FILE__, __LINE__, "%s: size %ld", row->name, size);
	if (want < 0 && !is_untouched(fd))
		tap_fail(__FILE__, __LINE__, "%s: changed", row->name);
	sys(SYS_close, fd);
}

static void try_all(int column)
{
	memset(data, 'w', sizeof(data));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		try_row(&rows[i], column);
}

CASE(no_seal)
{
	try_all(NONE);
}

CASE(seal_shrink)
{
	try_all(BY_SHRINK);
}

CASE(seal_grow)
{
	try_all(BY_GROW);
}

CASE(seal_write)
{
	try_all(BY_WRITE);
}

CASE(seal_future_write)
{
	try_all(BY_FUTURE);
}

CASE(seal_exec_of_a_program)
{
	try_all(BY_EXEC);
}

/* RLIMIT_FSIZE is looked at first, and says so. */
CASE(size_limit_comes_before_the_seal)
{
	struct {
		uint64_t soft, hard;
	} limit = {PAGE, ~0ull};
	int pid, fd = sealable(SIZE);

	CHECK_EQ(seal(fd, SEAL_WRITE | GROW), 0);
	CHILD(pid) {
		handle(SIGXFSZ, SIG_IGN, 0);
		if (sys(SYS_prlimit64, 0, 1, &limit, 0))
			_exit(1);
		_exit(write_beyond(fd) != -EFBIG || write_inside(fd) != -EPERM);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}
