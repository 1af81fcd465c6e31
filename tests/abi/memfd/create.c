// SPDX-License-Identifier: MIT
/*
 * memfd/create: memory behind a descriptor: its making, its names, its life.
 *
 * Promise   a memfd is a file like others but for its name; what it says of itself is what Linux says
 * Linux     memfd_create(2), proc_pid_fd(5), proc_pid_maps(5)
 */
#include <sys/statfs.h>
#include "tests/abi/memfd/memfd.h"
#include "tests/abi/program.h"

TAP_NEEDS_LINUX(6, 13);

enum { NAME_MOST = 249, TMPFS = 0x01021994, LARGEFILE = 0100000, EMPTY_PATH = 0x1000 };

CASE(flags_that_are_not_known_are_refused)
{
	CHECK_EQ(memfd("x", 32), -EINVAL);
	CHECK_EQ(memfd("x", 1u << 31), -EINVAL);
	CHECK_EQ(memfd("x", 21u << 26), -EINVAL); /* a size of huge pages without MFD_HUGETLB */
	CHECK_EQ(memfd("x", NOEXEC | EXEC), -EINVAL);
	CHECK_EQ(memfd("x", ALL | 64), -EINVAL);
}

CASE(flags_are_judged_before_the_name)
{
	CHECK_EQ(memfd(NULL, 32), -EINVAL);
	CHECK_EQ(memfd(NULL, 0), -EFAULT);
	CHECK_EQ(memfd(hole(), 0), -EFAULT);
	CHECK_EQ(memfd((void *)0xffffffff80000000, 0), -EFAULT);
	CHECK_EQ(memfd((void *)-1L, 0), -EFAULT);
}

CASE(name_has_at_most_249_bytes)
{
	char name[NAME_MOST + 2];

	memset(name, 'n', sizeof(name));
	name[NAME_MOST + 1] = 0;
	CHECK_EQ(memfd(name, 0), -EINVAL);
	name[NAME_MOST] = 0;
	CHECK(memfd(name, 0) >= 0);
	CHECK(memfd("", 0) >= 0);
}

CASE(name_that_runs_into_a_hole_faults)
{
	char *end = page_end(RW);

	memset(end - 10, 'n', 10);
	CHECK_EQ(memfd(end - 10, 0), -EFAULT);
	end[-1] = 0;
	CHECK(memfd(end - 10, 0) >= 0);
}

CASE(link_shows_the_name)
{
	char text[2 * LINK] = {0}, name[LINK];
	long fd = memfd("a/b c", 0);

	snprintf(name, sizeof(name), "/proc/self/fd/%ld", fd);
	CHECK(sys(SYS_readlink, name, text, sizeof(text) - 1) > 0);
	CHECK_STR(text, "/memfd:a/b c (deleted)");
}

CASE(longest_name_is_shown_whole)
{
	char text[512] = {0}, name[NAME_MOST + 1], link[LINK];
	long fd;

	memset(name, 'n', sizeof(name));
	name[NAME_MOST] = 0;
	fd = memfd(name, 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%ld", fd);
	CHECK_EQ(sys(SYS_readlink, link, text, sizeof(text) - 1), NAME_MOST + 17);
}

CASE(maps_show_the_name)
{
	static char text[65536];
	int fd = (int)memfd("mapped one", 0);
	char *p;

	CHECK_EQ(sys(SYS_ftruncate, fd, PAGE), 0);
	p = map(fd, PAGE, RW, MAP_SHARED);
	CHECK_EQ(MAP_ERROR(p), 0);
	sys(SYS_close, fd);
	CHECK(slurp("/proc/self/maps", text, sizeof(text)) > 0);
	CHECK(strstr(text, " /memfd:mapped one (deleted)\n") != NULL);
	munmap(p, PAGE);
	CHECK(slurp("/proc/self/maps", text, sizeof(text)) > 0);
	CHECK(strstr(text, "mapped one") == NULL);
}

CASE(two_of_one_name_are_two_files)
{
	struct stat a, b;
	int first = (int)memfd("same", 0), second = (int)memfd("same", 0);

	CHECK_EQ(sys(SYS_fstat, first, &a), 0);
	CHECK_EQ(sys(SYS_fstat, second, &b), 0);
	CHECK(a.st_ino != b.st_ino);
	CHECK_EQ(a.st_dev, b.st_dev);
}

CASE(stat_shows_an_empty_file_without_links)
{
	struct stat st;
	mode_t mask = (mode_t)sys(SYS_umask, 077);
	int fd = (int)memfd("x", 0);

	sys(SYS_umask, mask);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0777);
	CHECK_EQ(st.st_nlink, 0);
	CHECK_EQ(st.st_size, 0);
	CHECK_EQ(st.st_blocks, 0);
	CHECK_EQ(st.st_uid, sys(SYS_geteuid));
}

CASE(noexec_takes_the_x_bits)
{
	struct stat st;
	int fd = (int)memfd("x", NOEXEC);

	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0666);
	fd = (int)memfd("x", EXEC);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0777);
}

CASE(statfs_says_tmpfs_without_limits)
{
	struct statfs s;
	int fd = (int)memfd("x", 0);

	CHECK_EQ(sys(SYS_fstatfs, fd, &s), 0);
	CHECK_EQ(s.f_type, TMPFS);
	CHECK_EQ(s.f_blocks, 0);
	CHECK_EQ(s.f_files, 0);
}

CASE(descriptor_flags)
{
	int plain = (int)memfd("x", 0), cloexec = (int)memfd("x", CLOEXEC);

	CHECK_EQ(sys(SYS_fcntl, plain, F_GETFD), 0);
	CHECK_EQ(sys(SYS_fcntl, cloexec, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, plain, F_GETFL), O_RDWR | LARGEFILE);
	CHECK_EQ(sys(SYS_fcntl, cloexec, F_GETFL), O_RDWR | LARGEFILE);
}

CASE(seals_at_birth)
{
	CHECK_EQ(seals_of((int)memfd("x", 0)), SEAL);
	CHECK_EQ(seals_of((int)memfd("x", EXEC)), SEAL);
	CHECK_EQ(seals_of((int)memfd("x", SEALING)), 0);
	CHECK_EQ(seals_of((int)memfd("x", SEALING | EXEC)), 0);
	CHECK_EQ(seals_of((int)memfd("x", NOEXEC)), SEAL_EXEC);
	CHECK_EQ(seals_of((int)memfd("x", NOEXEC | SEALING)), SEAL_EXEC);
}

CASE(holds_bytes_like_a_file)
{
	char back[3] = {0};
	int fd = (int)memfd("x", 0);

	CHECK_EQ(sys(SYS_pwrite64, fd, "abc", 3, 100000), 3);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), 100003);
	CHECK_EQ(sys(SYS_pread64, fd, back, 3, 100000), 3);
	CHECK(memcmp(back, "abc", 3) == 0);
	CHECK_EQ(sys(SYS_pread64, fd, back, 1, 5), 1);
	CHECK_EQ(back[0], 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, 10), 0);
	CHECK_EQ(sys(SYS_pread64, fd, back, 1, 10), 0);
	CHECK_EQ(sys(SYS_fsync, fd), 0);
}

CASE(opened_again_it_is_the_same_file_with_its_own_position)
{
	char c = 0;
	int fd = (int)memfd("x", 0), again;

	CHECK_EQ(sys(SYS_write, fd, "abc", 3), 3);
	again = reopen(fd, O_RDONLY);
	CHECK(again >= 0);
	CHECK_EQ(sys(SYS_read, again, &c, 1), 1);
	CHECK_EQ(c, 'a');
	CHECK_EQ(sys(SYS_write, again, &c, 1), -EBADF);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 3);
}

CASE(cannot_be_opened_again_against_its_mode)
{
	int pid, fd = (int)memfd("x", SEALING);

	CHECK_EQ(sys(SYS_fchmod, fd, 0600), 0);
	if (sys(SYS_geteuid) != 0)
		SKIP("not root");
	CHILD(pid) {
		if (!become(NOBODY) || reopen(fd, O_RDWR) != -EACCES)
			_exit(1);
		if (seal(fd, GROW) != 0 || seals_of(fd) != GROW) /* the open descriptor is what counts */
			_exit(2);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(cannot_be_given_a_name)
{
	char name[LINK];
	int fd = (int)memfd("x", 0);

	scratch();
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	CHECK_EQ(sys(SYS_linkat, AT_FDCWD, name, AT_FDCWD, "name", AT_SYMLINK_FOLLOW), -EXDEV);
}

CASE(memory_outlives_the_descriptor)
{
	int fd = sealable(PAGE);
	char *p = map(fd, PAGE, RW, MAP_SHARED);

	sys(SYS_close, fd);
	CHECK_EQ(p[PAGE - 1], 'x');
	p[0] = 'y';
	CHECK_EQ(p[0], 'y');
	munmap(p, PAGE);
}

CASE(child_and_parent_share_it)
{
	int pid, fd = sealable(PAGE);
	char *p = map(fd, PAGE, RW, MAP_SHARED), c = 0;

	CHILD(pid) {
		p[7] = 'c';
		if (sys(SYS_pwrite64, fd, "d", 1, 8) != 1)
			_exit(1);
	}
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(p[7], 'c');
	CHECK_EQ(p[8], 'd');
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, 7), 1);
	CHECK_EQ(c, 'c');
	munmap(p, PAGE);
}

static long run(int fd, int by_descriptor)
{
	char name[LINK], *argv[] = {"program", NULL};
	int pid;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	CHILD(pid) {
		long err = by_descriptor ? sys(SYS_execveat, fd, "", argv, NULL, EMPTY_PATH) :
					   sys(SYS_execve, name, argv, NULL);
		_exit(100 + (int)-err);
	}
	return reap(pid);
}

static int program(unsigned flags)
{
	struct program_file f;
	size_t size = build_program(&f, PROGRAM_EXIT_ARGC);
	int fd = (int)memfd("program", flags);

	CHECK_EQ(sys(SYS_write, fd, &f, size), size);
	return fd;
}

CASE(can_be_executed)
{
	int fd = program(EXEC);

	CHECK_EQ(run(fd, 1), EXITED(1));
	CHECK_EQ(run(fd, 0), EXITED(1));
}

CASE(noexec_is_not_executed)
{
	int fd = program(NOEXEC);

	CHECK_EQ(run(fd, 1), EXITED(100 + EACCES));
	CHECK_EQ(run(fd, 0), EXITED(100 + EACCES));
}

CASE(opened_again_for_writing_it_is_busy)
{
	int fd = program(0), writer = reopen(fd, O_RDWR);

	CHECK(writer >= 0);
	CHECK_EQ(run(fd, 0), EXITED(100 + ETXTBSY));
	sys(SYS_close, writer);
	CHECK_EQ(run(fd, 0), EXITED(1));
}

CASE(fully_sealed_program_runs)
{
	int fd = program(SEALING);

	CHECK_EQ(seal(fd, SEAL_EXEC | SEAL), 0);
	CHECK_EQ(seals_of(fd), ALL);
	CHECK_EQ(run(fd, 1), EXITED(1));
}

CASE(descriptors_run_out)
{
	struct {
		uint64_t soft, hard;
	} old, none;
	long fd;

	CHECK_EQ(sys(SYS_prlimit64, 0, 7, 0, &old), 0);
	none = old;
	none.soft = 3;
	CHECK_EQ(sys(SYS_prlimit64, 0, 7, &none, 0), 0);
	fd = memfd("x", 0);
	CHECK_EQ(sys(SYS_prlimit64, 0, 7, &old, 0), 0);
	CHECK_EQ(fd, -EMFILE);
}

/* --- the administrator's word --- */

static long policy(const char *text)
{
	long r, fd = sys(SYS_open, "/proc/sys/vm/memfd_noexec", O_WRONLY);

	CHECK(fd >= 0);
	r = sys(SYS_write, fd, text, strlen(text));
	sys(SYS_close, fd);
	return r;
}

CASE(policy_1_makes_noexec_the_default)
{
	struct stat st;
	long fd;

	NEEDS_MACHINE("sets a sysctl");
	CHECK_EQ(policy("1"), 1);
	fd = memfd("x", 0);
	CHECK_EQ(seals_of((int)fd), SEAL_EXEC);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0666);
	CHECK_EQ(seals_of((int)memfd("x", EXEC)), SEAL);
	CHECK_EQ(policy("0"), 1);
}

CASE(policy_2_allows_nothing_else)
{
	NEEDS_MACHINE("sets a sysctl");
	CHECK_EQ(policy("2"), 1);
	CHECK_EQ(memfd("x", EXEC), -EACCES);
	CHECK_EQ(memfd(NULL, EXEC), -EACCES);
	CHECK_EQ(memfd("x", EXEC | 32), -EINVAL);
	CHECK_EQ(seals_of((int)memfd("x", 0)), SEAL_EXEC);
	CHECK_EQ(policy("0"), 1);
	CHECK_EQ(seals_of((int)memfd("x", 0)), SEAL);
}

CASE(policy_has_three_values)
{
	NEEDS_MACHINE("sets a sysctl");
	CHECK_EQ(policy("3"), -EINVAL);
	CHECK_EQ(policy("-1"), -EINVAL);
	CHECK_EQ(policy("no"), -EINVAL);
	CHECK_EQ(seals_of((int)memfd("x", 0)), SEAL);
}
