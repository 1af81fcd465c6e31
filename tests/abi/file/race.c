// SPDX-License-Identifier: MIT
/*
 * file/race: many at once on the same names and descriptors.
 *
 * Promise   of several makers of one name one wins; a name that is replaced is never missing; a folder that two
 *           move about never ends inside itself; a descriptor that another thread closes is there or not,
 *           never half.
 * Linux     open(2), mkdir(2), rename(2), dup2(2).
 */
#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

enum { MAKERS = 4, ROUNDS = 150, MOVES = 400, CLOSES = 3000 };

static void name_round(char *name, const char *stem, int round)
{
	snprintf(name, 32, "%s%d", stem, round);
}

static void empty_file(const char *name)
{
	long fd = sys(SYS_open, name, O_WRONLY | O_CREAT, 0600);

	CHECK(fd >= 0);
	sys(SYS_close, fd);
}

CASE(one_maker_wins, .timeout = 60)
{
	int *won = shared_page(), pid[MAKERS];
	char name[32];

	scratch();
	for (int i = 0; i < MAKERS; i++)
		CHILD(pid[i]) {
			for (int r = 0; r < ROUNDS; r++) {
				name_round(name, "d", r);
				long err = sys(SYS_mkdir, name, 0700);
				CHECK(err == 0 || err == -EEXIST);
				name_round(name, "f", r);
				long fd = sys(SYS_open, name, O_RDWR | O_CREAT | O_EXCL, 0600);
				CHECK(fd >= 0 || fd == -EEXIST);
				__atomic_fetch_add(&won[r], (err == 0) + (fd >= 0) * 100, __ATOMIC_RELAXED);
				if (fd >= 0)
					sys(SYS_close, fd);
			}
		}
	for (int i = 0; i < MAKERS; i++)
		CHECK_EXIT(pid[i], 0);
	for (int r = 0; r < ROUNDS; r++)
		CHECK_EQ(won[r], 101);
}

CASE(one_remover_wins, .timeout = 60)
{
	int *won = shared_page(), pid[MAKERS];
	char name[32];

	scratch();
	for (int r = 0; r < ROUNDS; r++) {
		name_round(name, "d", r);
		CHECK_EQ(sys(SYS_mkdir, name, 0700), 0);
	}
	for (int i = 0; i < MAKERS; i++)
		CHILD(pid[i])
			for (int r = 0; r < ROUNDS; r++) {
				name_round(name, "d", r);
				long err = i % 2 ? sys(SYS_rmdir, name) : sys(SYS_rename, name, "gone");
				CHECK(err == 0 || err == -ENOENT);
				__atomic_fetch_add(&won[r], err == 0, __ATOMIC_RELAXED);
			}
	for (int i = 0; i < MAKERS; i++)
		CHECK_EXIT(pid[i], 0);
	for (int r = 0; r < ROUNDS; r++)
		CHECK_EQ(won[r], 1);
}

CASE(replaced_name_is_never_missing, .timeout = 60)
{
	int *done = shared_page(), pid[2];

	scratch();
	empty_file("name");
	for (int i = 0; i < 2; i++)
		CHILD(pid[i])
			while (!__atomic_load_n(done, __ATOMIC_RELAXED)) {
				struct stat st;

				CHECK_EQ(sys(SYS_stat, "name", &st), 0);
				long fd = sys(SYS_open, "name", O_RDONLY);
				CHECK(fd >= 0);
				sys(SYS_close, fd);
			}
	for (int r = 0; r < MOVES; r++) {
		empty_file("new");
		CHECK_EQ(sys(SYS_rename, "new", "name"), 0);
	}
	__atomic_store_n(done, 1, __ATOMIC_RELAXED);
	CHECK_EXIT(pid[0], 0);
	CHECK_EXIT(pid[1], 0);
}

CASE(exchanged_names_are_both_there, .timeout = 60)
{
	int *done = shared_page(), pid;

	scratch();
	empty_file("a");
	empty_file("b");
	CHILD(pid)
		while (!__atomic_load_n(done, __ATOMIC_RELAXED)) {
			CHECK_EQ(sys(SYS_access, "a", 0), 0);
			CHECK_EQ(sys(SYS_access, "b", 0), 0);
		}
	for (int r = 0; r < MOVES; r++)
		CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", 2), 0);
	__atomic_store_n(done, 1, __ATOMIC_RELAXED);
	CHECK_EXIT(pid, 0);
}

static void move(const char *from, const char *to)
{
	long err = sys(SYS_rename, from, to);

	CHECK(err == 0 || err == -ENOENT || err == -EINVAL || err == -ENOTEMPTY || err == -ENOTDIR);
}

/* From a folder up to the root of the case, in a bounded number of steps. */
static void find_the_way_up(const char *name)
{
	char cwd[PAGE];

	if (sys(SYS_chdir, name) == 0) {
		CHECK(sys(SYS_getcwd, cwd, sizeof(cwd)) > 0);
		CHECK_EQ(strncmp(cwd, tap_tmpdir(), strlen(tap_tmpdir())), 0);
		CHECK_EQ(sys(SYS_chdir, tap_tmpdir()), 0);
	}
}

CASE(folders_that_move_into_one_another_make_no_ring, .timeout = 60)
{
	int pid[2];

	scratch();
	CHECK_EQ(sys(SYS_mkdir, "x", 0700), 0);
	CHECK_EQ(sys(SYS_mkdir, "y", 0700), 0);
	CHECK_EQ(sys(SYS_mkdir, "x/in", 0700), 0);
	CHECK_EQ(sys(SYS_mkdir, "y/in", 0700), 0);
	for (int i = 0; i < 2; i++)
		CHILD(pid[i])
			for (int r = 0; r < MOVES; r++) {
				move(i ? "x" : "y", i ? "y/in/x" : "x/in/y");
				move(i ? "y/in/x" : "x/in/y", i ? "x" : "y");
			}
	CHECK_EXIT(pid[0], 0);
	CHECK_EXIT(pid[1], 0);
	find_the_way_up("x/in/y/in");
	find_the_way_up("y/in/x/in");
	find_the_way_up("x/in");
	find_the_way_up("y/in");
	CHECK(sys(SYS_access, "x", 0) == 0 || sys(SYS_access, "y", 0) == 0);
}

static int closer(void *arg)
{
	long fd = *(long *)arg;

	for (int r = 0; r < CLOSES; r++) {
		CHECK_EQ(sys(SYS_dup2, fd, 60), 60);
		CHECK_EQ(sys(SYS_close, 60), 0);
	}
	return 0;
}

CASE(descriptor_is_there_or_not, .timeout = 60)
{
	long fd;
	int done;
	char c;
	struct stat st;

	scratch();
	fd = sys(SYS_open, "f", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(sys(SYS_write, fd, "x", 1), 1);
	CHECK(start_thread(&done, closer, &fd) > 0);
	while (*(volatile int *)&done) {
		long n = sys(SYS_pread64, 60, &c, 1, 0);
		CHECK(n == 1 || n == -EBADF);
		n = sys(SYS_fstat, 60, &st);
		CHECK(n == -EBADF || (n == 0 && st.st_size == 1));
	}
	join_thread(&done);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, 0), 1);
}

static int opener(void *arg)
{
	for (int r = 0; r < CLOSES / 4; r++) {
		long fd = sys(SYS_open, "f", O_RDONLY);

		CHECK(fd >= 0);
		CHECK_EQ(sys(SYS_close, fd), 0);
	}
	return 0;
}

CASE(threads_never_get_the_same_descriptor, .timeout = 60)
{
	int done[3];

	scratch();
	empty_file("f");
	for (int i = 0; i < 3; i++)
		CHECK(start_thread(&done[i], opener, 0) > 0);
	opener(0);
	for (int i = 0; i < 3; i++)
		join_thread(&done[i]);
}
