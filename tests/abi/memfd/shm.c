// SPDX-License-Identifier: MIT
/*
 * memfd/shm: POSIX shared memory: shm_open and shm_unlink of our C library, over /dev/shm.
 *
 * Promise   an object is a file of a sticky tmpfs: found by name, kept until the last user is gone,
 *           protected by its mode
 * Linux     shm_open(3), shm_overview(7)
 */
#include <sys/statfs.h>
#include "tests/abi/memfd/memfd.h"

enum { TMPFS = 0x01021994, NAME_MOST = 255 };
#define NAME "/parley-shm-test"

static int create(mode_t mode)
{
	int fd;

	shm_unlink(NAME);
	fd = shm_open(NAME, O_RDWR | O_CREAT | O_EXCL, mode);
	CHECK(fd >= 0);
	return fd;
}

CASE(dev_shm_is_a_sticky_tmpfs)
{
	struct stat st;
	struct statfs fs;

	CHECK_EQ(sys(SYS_stat, "/dev/shm", &st), 0);
	CHECK_EQ(st.st_mode, S_IFDIR | 01777);
	CHECK_EQ(sys(SYS_statfs, "/dev/shm", &fs), 0);
	CHECK_EQ(fs.f_type, TMPFS);
}

CASE(found_by_name_until_unlinked)
{
	int fd = create(0600), other;
	char *p, *q;

	CHECK_EQ(ftruncate(fd, PAGE), 0);
	CHECK_ERR(shm_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	other = shm_open(NAME + 1, O_RDWR, 0); /* the slash says nothing */
	CHECK(other >= 0);
	p = map(fd, PAGE, RW, MAP_SHARED);
	q = map(other, PAGE, RW, MAP_SHARED);
	p[5] = 's';
	CHECK_EQ(q[5], 's');
	CHECK_EQ(shm_unlink(NAME), 0);
	CHECK_ERR(shm_unlink(NAME), ENOENT);
	CHECK_ERR(shm_open(NAME, O_RDWR, 0), ENOENT);
	q[6] = 't';
	CHECK_EQ(p[6], 't');
	munmap(p, PAGE);
	munmap(q, PAGE);
}

CASE(closed_on_exec_and_of_size_0)
{
	struct stat st;
	int fd = create(0640);

	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_size, 0);
	CHECK_EQ(st.st_mode & 0777, 0640);
	CHECK_EQ(shm_unlink(NAME), 0);
}

CASE(names_that_are_none)
{
	char name[NAME_MOST + 2];

	CHECK_ERR(shm_open("", O_RDWR, 0), EINVAL);
	CHECK_ERR(shm_open("/", O_RDWR, 0), EINVAL);
	CHECK_ERR(shm_open("/..", O_RDWR, 0), EINVAL);
	CHECK_ERR(shm_open("a/b", O_RDWR | O_CREAT, 0600), EINVAL);
	memset(name, 'n', sizeof(name));
	name[NAME_MOST + 1] = 0;
	CHECK_ERR(shm_open(name, O_RDWR | O_CREAT, 0600), ENAMETOOLONG);
	CHECK_ERR(shm_unlink(name), ENOENT);
	name[NAME_MOST] = 0;
	CHECK(shm_open(name, O_RDWR | O_CREAT, 0600) >= 0);
	CHECK_EQ(shm_unlink(name), 0);
}

CASE(link_is_not_followed)
{
	shm_unlink(NAME);
	CHECK_EQ(sys(SYS_symlink, "/etc/passwd", "/dev/shm" NAME), 0);
	CHECK_ERR(shm_open(NAME, O_RDONLY, 0), ELOOP);
	CHECK_EQ(shm_unlink(NAME), 0);
}

CASE(others_neither_open_nor_remove_it)
{
	int pid;

	if (geteuid() != 0)
		SKIP("not root");
	create(0600);
	CHILD(pid) {
		if (!become(NOBODY) || shm_open(NAME, O_RDONLY, 0) != -1 || errno != EACCES)
			_exit(1);
		_exit(shm_unlink(NAME) != -1 || errno != EPERM ? 2 : 0); /* sticky */
	}
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(shm_unlink(NAME), 0);
}
