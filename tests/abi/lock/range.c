// SPDX-License-Identifier: MIT
/*
 * lock/range: which bytes a lock covers, and what happens to the locks that were there.
 *
 * Promise   neighbours and overlaps of one type are one lock; another type replaces and splits; l_whence and
 *           negative lengths count as fcntl(2) says; what cannot be a range is refused before anything changes.
 * Linux     fcntl(2).
 */
#include "tests/abi/lock/lock.h"

enum { PATH_ONLY = 010000000, NO_ACCESS = 3, MANY = 500, STEPS = 400, SPAN = 64 };
#define LAST INT64_MAX

static long at(long fd, int type, int whence, long start, long len)
{
	struct flock fl = {.l_type = type, .l_whence = whence, .l_start = start, .l_len = len};

	return sys(SYS_fcntl, fd, F_SETLK, &fl);
}

CASE(neighbours_become_one)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, RD, 10, 10), 0);
	CHECK_EQ(set(fd, RD, 20, 10), 0);
	expect_locks(fd, "R10-29");
	CHECK_EQ(set(fd, RD, 5, 5), 0);
	expect_locks(fd, "R5-29");
	CHECK_EQ(set(fd, RD, 40, 10), 0);
	CHECK_EQ(set(fd, RD, 30, 10), 0);
	expect_locks(fd, "R5-49");
}

CASE(overlaps_become_one)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 10, 10), 0);
	CHECK_EQ(set(fd, WR, 30, 10), 0);
	CHECK_EQ(set(fd, WR, 50, 10), 0);
	CHECK_EQ(set(fd, WR, 15, 40), 0);
	expect_locks(fd, "W10-59");
	CHECK_EQ(set(fd, WR, 20, 5), 0);
	expect_locks(fd, "W10-59");
}

CASE(neighbours_of_another_type_stay_two)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, RD, 0, 10), 0);
	CHECK_EQ(set(fd, WR, 10, 10), 0);
	CHECK_EQ(set(fd, RD, 20, 10), 0);
	expect_locks(fd, "R0-9 W10-19 R20-29");
	CHECK_EQ(set(fd, RD, 10, 10), 0);
	expect_locks(fd, "R0-29");
}

CASE(upgrade_in_the_middle_splits)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, RD, 0, 100), 0);
	CHECK_EQ(set(fd, WR, 40, 20), 0);
	expect_locks(fd, "R0-39 W40-59 R60-99");
	CHECK_EQ(set(fd, RD, 45, 5), 0);
	expect_locks(fd, "R0-39 W40-44 R45-49 W50-59 R60-99");
}

CASE(release_in_the_middle_splits)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 0), 0);
	expect_locks(fd, "W0-EOF");
	CHECK_EQ(set(fd, UN, 10, 10), 0);
	expect_locks(fd, "W0-9 W20-EOF");
	CHECK_EQ(set(fd, UN, 5, 20), 0);
	expect_locks(fd, "W0-4 W25-EOF");
	CHECK_EQ(set(fd, UN, 0, 1), 0);
	CHECK_EQ(set(fd, UN, 30, 0), 0);
	expect_locks(fd, "W1-4 W25-29");
	CHECK_EQ(set(fd, UN, 0, 0), 0);
	expect_locks(fd, "");
}

CASE(replacing_several_at_once)
{
	scratch();
	long fd = opened();
	for (int i = 0; i < 5; i++)
		CHECK_EQ(set(fd, i % 2 ? RD : WR, i * 10, 5), 0);
	CHECK_EQ(set(fd, RD, 2, 40), 0);
	expect_locks(fd, "W0-1 R2-41 W42-44");
	CHECK_EQ(set(fd, UN, 1, 42), 0);
	expect_locks(fd, "W0-0 W43-44");
}

CASE(releasing_what_is_not_locked)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, UN, 0, 0), 0);
	CHECK_EQ(set(fd, WR, 10, 1), 0);
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	CHECK_EQ(set(fd, UN, 11, 5), 0);
	expect_locks(fd, "W10-10");
}

CASE(length_zero_reaches_the_end_of_all_files)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 100, 0), 0);
	expect_locks(fd, "W100-EOF");
	CHECK(!is_free(fd, LAST, 1));
	CHECK(is_free(fd, 0, 100));
	CHECK_EQ(set(fd, UN, LAST, 1), 0);
	struct flock fl = {0};
	int pid;
	CHILD(pid) {
		fl = test(fd, F_GETLK, WR, 0, 0);
		CHECK_EQ(fl.l_start, 100);
		CHECK_EQ(fl.l_len, LAST - 100);
	}
	CHECK_EXIT(pid, 0);
}

CASE(negative_length_lies_before_the_start)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 20, -10), 0);
	expect_locks(fd, "W10-19");
	CHECK_EQ(set(fd, UN, 15, -15), 0);
	expect_locks(fd, "W15-19");
	CHECK_EQ(set(fd, WR, 5, -6), -EINVAL);
	CHECK_EQ(set(fd, WR, 0, -1), -EINVAL);
	CHECK_EQ(set(fd, WR, 5, INT64_MIN), -EINVAL);
	expect_locks(fd, "W15-19");
}

CASE(whence_counts_from_position_and_end)
{
	scratch();
	long fd = opened();
	CHECK_EQ(sys(SYS_ftruncate, fd, 1000), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 100, SEEK_SET), 100);
	CHECK_EQ(at(fd, WR, SEEK_CUR, 5, 5), 0);
	CHECK_EQ(at(fd, WR, SEEK_CUR, -10, 5), 0);
	CHECK_EQ(at(fd, RD, SEEK_END, -1, 1), 0);
	CHECK_EQ(at(fd, RD, SEEK_END, 10, -5), 0);
	expect_locks(fd, "W90-94 W105-109 R999-999 R1005-1009");
	CHECK_EQ(at(fd, WR, SEEK_CUR, -101, 5), -EINVAL);
	CHECK_EQ(at(fd, WR, SEEK_END, -1001, 5), -EINVAL);
	CHECK_EQ(at(fd, WR, 3, 0, 5), -EINVAL);
	CHECK_EQ(at(fd, WR, -1, 0, 5), -EINVAL);
}

CASE(answers_count_from_the_start_of_the_file)
{
	int pid;

	scratch();
	long fd = opened();
	CHECK_EQ(sys(SYS_lseek, fd, 100, SEEK_SET), 100);
	CHECK_EQ(at(fd, WR, SEEK_CUR, 0, 7), 0);
	CHILD(pid) {
		struct flock fl = {.l_type = RD, .l_whence = SEEK_CUR, .l_start = 3, .l_len = 1};
		CHECK_EQ(sys(SYS_fcntl, fd, F_GETLK, &fl), 0);
		CHECK_EQ(fl.l_type, WR);
		CHECK_EQ(fl.l_whence, SEEK_SET);
		CHECK_EQ(fl.l_start, 100);
		CHECK_EQ(fl.l_len, 7);
		CHECK_EQ(fl.l_pid, getppid());
	}
	CHECK_EXIT(pid, 0);
}

CASE(no_conflict_changes_the_type_alone)
{
	scratch();
	long fd = opened();
	struct flock fl = {.l_type = WR, .l_whence = SEEK_CUR, .l_start = 3, .l_len = -2, .l_pid = 77};
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETLK, &fl), 0);
	CHECK_EQ(fl.l_type, UN);
	CHECK_EQ(fl.l_whence, SEEK_CUR);
	CHECK_EQ(fl.l_start, 3);
	CHECK_EQ(fl.l_len, -2);
	CHECK_EQ(fl.l_pid, 77);
}

CASE(what_is_too_far_overflows)
{
	scratch();
	long fd = opened();
	CHECK_EQ(sys(SYS_ftruncate, fd, 100), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 10, SEEK_SET), 10);
	CHECK_EQ(set(fd, WR, LAST, 1), 0);
	CHECK_EQ(set(fd, WR, LAST, 0), 0);
	CHECK_EQ(set(fd, WR, LAST, 2), -EOVERFLOW);
	CHECK_EQ(set(fd, WR, 1, LAST), 0);
	CHECK_EQ(set(fd, WR, 2, LAST), -EOVERFLOW);
	CHECK_EQ(at(fd, WR, SEEK_CUR, LAST, 1), -EOVERFLOW);
	CHECK_EQ(at(fd, WR, SEEK_END, LAST - 99, 1), -EOVERFLOW);
	CHECK_EQ(at(fd, WR, SEEK_END, LAST - 100, 1), 0);
	CHECK_EQ(set(fd, WR, LAST, -LAST), 0);
	CHECK_EQ(set(fd, WR, LAST, INT64_MIN), -EINVAL);
	CHECK_EQ(set(fd, WR, INT64_MIN, 1), -EINVAL);
	expect_locks(fd, "W0-EOF");
}

CASE(types_that_are_none)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, 3, 0, 1), -EINVAL);
	CHECK_EQ(set(fd, -1, 0, 1), -EINVAL);
	CHECK_EQ(set(fd, 4, 0, 1), -EINVAL);
	CHECK_EQ(set(fd, 32, 0, 1), -EINVAL);
	CHECK_EQ(lock_call(fd, F_GETLK, UN, 0, 1), -EINVAL);
	CHECK_EQ(lock_call(fd, F_GETLK, 3, 0, 1), -EINVAL);
}

CASE(lock_needs_the_access_that_it_guards)
{
	scratch();
	long rw = opened(), ro = sys(SYS_open, "f", O_RDONLY), wo = sys(SYS_open, "f", O_WRONLY);
	long none = sys(SYS_open, "f", NO_ACCESS), path = sys(SYS_open, "f", PATH_ONLY);
	CHECK_EQ(set(ro, WR, 0, 1), -EBADF);
	CHECK_EQ(set(ro, RD, 0, 1), 0);
	CHECK_EQ(set(wo, RD, 0, 1), -EBADF);
	CHECK_EQ(set(wo, WR, 0, 1), 0);
	CHECK_EQ(ofd_set(ro, WR, 5, 1), -EBADF);
	CHECK_EQ(ofd_set(wo, RD, 5, 1), -EBADF);
	CHECK_EQ(set(none, RD, 0, 1), -EBADF);
	CHECK_EQ(set(none, UN, 0, 1), 0);
	CHECK_EQ(test(none, F_GETLK, WR, 0, 0).l_type, UN);
	CHECK_EQ(test(ro, F_GETLK, WR, 0, 0).l_type, UN);
	CHECK_EQ(set(path, UN, 0, 1), -EBADF);
	CHECK_EQ(lock_call(path, F_GETLK, RD, 0, 1), -EBADF);
	CHECK_EQ(set(999, RD, 0, 1), -EBADF);
	CHECK_EQ(set(rw, WR, 0, 1), 0);
}

CASE(order_of_the_checks)
{
	scratch();
	long fd = opened(), ro = sys(SYS_open, "f", O_RDONLY);
	struct flock fl = {.l_type = WR, .l_pid = 5};
	CHECK_EQ(at(ro, WR, 9, 0, 1), -EINVAL);
	CHECK_EQ(set(ro, WR, -1, 1), -EINVAL);
	CHECK_EQ(sys(SYS_fcntl, ro, F_OFD_SETLK, &fl), -EBADF);
	CHECK_EQ(sys(SYS_fcntl, fd, F_OFD_SETLK, &fl), -EINVAL);
	CHECK_EQ(sys(SYS_fcntl, fd, F_OFD_GETLK, &fl), -EINVAL);
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETLK, &fl), 0);
	CHECK_EQ(sys(SYS_fcntl, 999, F_SETLK, hole()), -EBADF);
}

CASE(bad_pointers)
{
	scratch();
	long fd = opened();
	struct flock fl = {.l_type = WR};
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETLK, 0), -EFAULT);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETLK, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_fcntl, fd, F_OFD_SETLKW, -1L), -EFAULT);
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETLK, page_end(PROT_READ) - sizeof(fl) + 1), -EFAULT);
	char *only_read = page_end(PROT_READ | PROT_WRITE) - sizeof(fl);
	memcpy(only_read, &fl, sizeof(fl));
	mprotect((void *)((uintptr_t)only_read & -PAGE), PAGE, PROT_READ);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETLK, only_read), -EFAULT);
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETLK, only_read), 0);
	expect_locks(fd, "W0-EOF");
}

CASE(anything_with_an_inode_can_be_locked)
{
	int fd[2];

	scratch();
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(set(fd[0], RD, 0, 1), 0);
	CHECK_EQ(set(fd[0], WR, 0, 1), -EBADF);
	CHECK_EQ(set(fd[1], WR, 5, 1), 0);
	CHECK_EQ(at(fd[1], WR, SEEK_CUR, 7, 1), 0);
	expect_locks(fd[0], "R0-0 W5-5 W7-7");
	long dir = sys(SYS_open, ".", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(set(dir, RD, 0, 0), 0);
	expect_locks(dir, "R0-EOF");
	long event = sys(SYS_eventfd2, 0, 0);
	CHECK_EQ(set(event, WR, 0, 1), 0);
}

CASE(many_locks_on_one_file)
{
	scratch();
	long fd = opened();
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(set(fd, i % 3 ? WR : RD, i * 7919 % MANY * 10, 5), 0);
	int pid;
	CHILD(pid)
		for (int i = 0; i < MANY; i++) {
			CHECK_EQ(test(fd, F_GETLK, WR, i * 10 + 4, 1).l_start, i * 10);
			CHECK_EQ(test(fd, F_GETLK, WR, i * 10 + 5, 5).l_type, UN);
		}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(set(fd, WR, 0, MANY * 10), 0);
	expect_locks(fd, "W0-4999");
}

static void model_to_text(const signed char *model, char *text)
{
	const char *gap = "";

	*text = 0;
	for (int i = 0; i < SPAN; i++) {
		int first = i;
		if (model[i] == UN)
			continue;
		while (i + 1 < SPAN && model[i + 1] == model[first])
			i++;
		text += sprintf(text, "%s%c%d-%d", gap, model[first] == RD ? 'R' : 'W', first, i);
		gap = " ";
	}
}

/* Against an array of bytes: every shape of overlap comes up. */
CASE(agrees_with_a_model, .timeout = 30)
{
	signed char model[SPAN];
	char want[SPAN * 8];
	uint32_t random = 1;

	scratch();
	long fd = opened();
	memset(model, UN, sizeof(model));
	for (int i = 0; i < STEPS; i++) {
		random = random * 1664525 + 1013904223;
		int type = (random >> 8) % 3, start = (random >> 12) % SPAN;
		int len = (random >> 20) % (i % 4 ? 6 : SPAN - start) + 1;
		if (start + len > SPAN)
			len = SPAN - start;
		CHECK_EQ(set(fd, type, start, len), 0);
		memset(model + start, type, len);
		if (i % 4 == 3) {
			model_to_text(model, want);
			expect_locks(fd, want);
		}
	}
}
