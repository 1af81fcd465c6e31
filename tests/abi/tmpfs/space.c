// SPDX-License-Identifier: MIT
/*
 * tmpfs/space: what happens at the limits.
 *
 * Promise   a call that finds no room for all does a part and says so, or nothing; space comes back with what is cut,
 *           punched and removed.
 * Linux     tmpfs(5), write(2), fallocate(2), mmap(2).
 */
#include <setjmp.h>
#include <sys/uio.h>
#include "tests/abi/tmpfs/tmpfs.h"

TAP_DANGEROUS("mounts");

enum { KEEP = 1, PUNCH = 2 | KEEP, ROOM = 16 };

static char bytes[200000];

CASE(a_write_ends_where_space_ends)
{
	inside("size=64k");
	long fd = make("f");
	CHECK_EQ(sys(SYS_write, fd, bytes, 100000), ROOM * PAGE);
	CHECK_EQ(size_of(fd), ROOM * PAGE);
	CHECK_EQ(pages_of(fd), ROOM);
	CHECK_EQ(free_pages(), 0);
	CHECK_EQ(sys(SYS_write, fd, bytes, 1), -ENOSPC);
	CHECK_EQ(sys(SYS_write, fd, bytes, 0), 0);
	CHECK_EQ(sys(SYS_pwrite64, fd, bytes, 10, ROOM * PAGE - 6), 6);
	CHECK_EQ(sys(SYS_pwrite64, fd, bytes, 10, ROOM * PAGE), -ENOSPC);
	CHECK_EQ(size_of(fd), ROOM * PAGE);
	CHECK_EQ(sys(SYS_pwrite64, fd, bytes, 10, 0), 10); /* what is there can be written */
	outside();
}

CASE(a_hole_needs_none)
{
	inside("size=64k");
	long fd = make("f");
	CHECK_EQ(sys(SYS_write, fd, bytes, ROOM * PAGE), ROOM * PAGE);
	CHECK_EQ(sys(SYS_ftruncate, fd, 1000000), 0);
	CHECK_EQ(sys(SYS_pwrite64, fd, bytes, 1, 900000), -ENOSPC);
	CHECK_EQ(size_of(fd), 1000000);
	CHECK_EQ(sys(SYS_ftruncate, fd, 60000), 0);
	CHECK_EQ(free_pages(), 1);
	CHECK_EQ(sys(SYS_pwrite64, fd, bytes, 200, 61000), 200);
	CHECK_EQ(size_of(fd), 61200);
	CHECK_EQ(free_pages(), 1);
	outside();
}

CASE(a_vector_ends_in_the_middle)
{
	struct iovec v[3] = {{bytes, 30000}, {bytes, 30000}, {bytes, 30000}};

	inside("size=64k");
	long fd = make("f");
	CHECK_EQ(sys(SYS_writev, fd, v, 3), ROOM * PAGE);
	CHECK_EQ(size_of(fd), ROOM * PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), ROOM * PAGE);
	outside();
}

CASE(a_copy_ends_where_space_ends)
{
	inside("size=64k");
	long from = sys(SYS_memfd_create, "m", 0), fd = make("f"), other = make("g");
	CHECK_EQ(sys(SYS_write, from, bytes, 100000), 100000);
	CHECK_EQ(sys(SYS_lseek, from, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_sendfile, fd, from, 0, 100000), ROOM * PAGE);
	CHECK_EQ(sys(SYS_lseek, from, 0, SEEK_CUR), ROOM * PAGE);
	CHECK_EQ(sys(SYS_sendfile, other, from, 0, 100), -ENOSPC);
	CHECK_EQ(size_of(other), 0);
	outside();
}

CASE(fallocate_is_all_or_nothing)
{
	inside("size=64k");
	long fd = make("f");
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, ROOM * PAGE + 1), -ENOSPC);
	CHECK_EQ(size_of(fd), 0);
	CHECK_EQ(free_pages(), ROOM);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, ROOM * PAGE), 0);
	CHECK_EQ(size_of(fd), ROOM * PAGE);
	CHECK_EQ(free_pages(), 0);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, ROOM * PAGE, 1), -ENOSPC);
	CHECK_EQ(size_of(fd), ROOM * PAGE);
	CHECK_EQ(sys(SYS_write, fd, bytes, ROOM * PAGE), ROOM * PAGE); /* that room is for this */
	outside();
}

CASE(fallocate_gives_back_what_it_took)
{
	inside("size=64k");
	long fd = make("f"), other = make("g");
	CHECK_EQ(sys(SYS_pwrite64, fd, "data", 4, 4 * PAGE), 4);
	CHECK_EQ(sys(SYS_write, other, bytes, 8 * PAGE), 8 * PAGE);
	CHECK_EQ(free_pages(), 7);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, 10 * PAGE), -ENOSPC);
	CHECK_EQ(free_pages(), 7);
	CHECK_EQ(pages_of(fd), 1);
	CHECK_EQ(size_of(fd), 4 * PAGE + 4);
	CHECK_EQ(sys(SYS_pread64, fd, bytes, 4, 4 * PAGE), 4);
	CHECK_MEM(bytes, "data", 4);
	CHECK_EQ(sys(SYS_fallocate, fd, KEEP, 0, 10 * PAGE), -ENOSPC);
	CHECK_EQ(free_pages(), 7);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, 8 * PAGE), 0);
	CHECK_EQ(free_pages(), 0);
	outside();
}

CASE(room_beyond_the_end)
{
	inside("size=64k");
	long fd = make("f"), other = make("g");
	CHECK_EQ(sys(SYS_fallocate, fd, KEEP, 0, 10 * PAGE), 0);
	CHECK_EQ(size_of(fd), 0);
	CHECK_EQ(pages_of(fd), 10);
	CHECK_EQ(free_pages(), ROOM - 10);
	CHECK_EQ(sys(SYS_write, other, bytes, ROOM * PAGE), (ROOM - 10) * PAGE);
	CHECK_EQ(sys(SYS_write, fd, bytes, ROOM * PAGE), 10 * PAGE); /* it was kept for this file */
	CHECK_EQ(sys(SYS_unlink, "g"), 0);
	CHECK_EQ(sys(SYS_close, other), 0);
	CHECK_EQ(sys(SYS_fallocate, fd, KEEP, 12 * PAGE, 2 * PAGE), 0);
	CHECK_EQ(free_pages(), 4);
	CHECK_EQ(sys(SYS_ftruncate, fd, 10 * PAGE), 0); /* cut to the size that it has */
	CHECK_EQ(free_pages(), 6);
	CHECK_EQ(pages_of(fd), 10);
	CHECK_EQ(sys(SYS_fallocate, fd, KEEP, 12 * PAGE, 2 * PAGE), 0);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_unlink, "f"), 0);
	CHECK_EQ(free_pages(), ROOM);
	outside();
}

CASE(space_comes_back)
{
	inside("size=64k");
	long fd = make("f"), again;
	CHECK_EQ(sys(SYS_write, fd, bytes, ROOM * PAGE), ROOM * PAGE);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, PAGE, 3 * PAGE), 0);
	CHECK_EQ(free_pages(), 3);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, 8 * PAGE + 1, PAGE), 0); /* no whole page */
	CHECK_EQ(free_pages(), 3);
	CHECK_EQ(sys(SYS_unlink, "f"), 0);
	CHECK_EQ(free_pages(), 3); /* it is still open */
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(free_pages(), ROOM);
	again = make("f");
	CHECK_EQ(sys(SYS_write, again, bytes, ROOM * PAGE), ROOM * PAGE);
	CHECK_EQ(sys(SYS_open, "f", O_RDWR | O_TRUNC) >= 0, 1);
	CHECK_EQ(free_pages(), ROOM);
	outside();
}

static sigjmp_buf back;
static siginfo_t seen;

static void fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	seen = *info;
	siglongjmp(back, sig);
}

/* The signal that touching p raises; 0: none. */
static int touch(volatile char *p, bool write)
{
	int sig = sigsetjmp(back, 1);
	if (sig)
		return sig;
	if (write)
		*p = 1;
	else
		(void)*p;
	return 0;
}

CASE(a_mapping_meets_the_limit)
{
	enum { PAGES = 30 };
	int page = 0;

	inside("size=64k");
	handle_info(SIGBUS, fault, 0);
	long fd = make("f"), zero = sys(SYS_open, "/dev/zero", O_RDONLY);
	CHECK_EQ(sys(SYS_ftruncate, fd, PAGES * PAGE), 0);
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	while (page < PAGES && touch(p + page * PAGE, true) == 0)
		page++;
	CHECK_EQ(page, ROOM);
	CHECK_EQ(seen.si_signo, SIGBUS);
	CHECK_EQ(seen.si_code, 2 /* BUS_ADRERR */);
	CHECK_EQ(seen.si_addr, p + ROOM * PAGE);
	CHECK_EQ(touch(p + (PAGES - 1) * PAGE, false), SIGBUS); /* a page for reading would be one, too */
	CHECK_EQ(sys(SYS_read, zero, p + 20 * PAGE, 10), -EFAULT);
	CHECK_EQ(touch(p, true), 0);
	char *private = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, (int)fd, 0);
	CHECK_EQ(touch(private + 20 * PAGE, false), SIGBUS);
	CHECK_EQ(touch(private, true), 0);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, 0, PAGE), 0);
	CHECK_EQ(touch(p + 20 * PAGE, true), 0);
	CHECK_EQ(free_pages(), 0);
	CHECK_EQ(munmap(p, PAGES * PAGE), 0);
	CHECK_EQ(munmap(private, PAGES * PAGE), 0);
	outside();
}

CASE(names_take_inodes)
{
	inside("nr_inodes=4");
	long fd = make("a");
	CHECK_EQ(free_inodes(), 2);
	CHECK_EQ(sys(SYS_link, "a", "b"), 0); /* a further name is as dear as a file */
	CHECK_EQ(sys(SYS_link, "a", "c"), 0);
	CHECK_EQ(free_inodes(), 0);
	CHECK_EQ(sys(SYS_link, "a", "d"), -ENOSPC);
	CHECK_EQ(sys(SYS_link, "a", "b"), -EEXIST);
	CHECK_EQ(sys(SYS_symlink, "x", "d"), -ENOSPC);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), -ENOSPC);
	CHECK_EQ(sys(SYS_mknod, "d", S_IFIFO | 0600, 0), -ENOSPC);
	CHECK_EQ(sys(SYS_open, "d", O_RDWR | O_CREAT, 0600), -ENOSPC);
	CHECK_EQ(sys(SYS_open, ".", O_TMPFILE | O_RDWR, 0600), -ENOSPC);
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "d", 4 /* RENAME_WHITEOUT */), -ENOSPC);
	CHECK_EQ(stat_of("a").st_nlink, 3);
	CHECK_EQ(sys(SYS_unlink, "a"), 0);
	CHECK_EQ(free_inodes(), 1);
	CHECK_EQ(sys(SYS_rename, "b", "c"), 0); /* two names of one file: nothing happens */
	CHECK_EQ(free_inodes(), 1);
	CHECK_EQ(sys(SYS_unlink, "c"), 0);
	CHECK_EQ(free_inodes(), 2);
	CHECK_EQ(sys(SYS_unlink, "b"), 0);
	CHECK_EQ(free_inodes(), 2); /* still open */
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(free_inodes(), 3);
	outside();
}

CASE(a_replaced_name_gives_its_inode_back)
{
	inside("nr_inodes=6");
	CHECK_EQ(sys(SYS_close, make("a")), 0);
	CHECK_EQ(sys(SYS_close, make("b")), 0);
	CHECK_EQ(sys(SYS_link, "b", "c"), 0);
	CHECK_EQ(free_inodes(), 2);
	CHECK_EQ(sys(SYS_rename, "a", "c"), 0); /* over a further name */
	CHECK_EQ(free_inodes(), 3);
	CHECK_EQ(sys(SYS_rename, "c", "b"), 0); /* over the last one */
	CHECK_EQ(free_inodes(), 4);
	outside();
}

CASE(a_nameless_file_takes_an_inode_once)
{
	inside("nr_inodes=4");
	long fd = sys(SYS_open, ".", O_TMPFILE | O_RDWR, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(free_inodes(), 2);
	CHECK_EQ(sys(SYS_linkat, fd, "", AT_FDCWD, "a", 0x1000 /* AT_EMPTY_PATH */), 0);
	CHECK_EQ(free_inodes(), 2);
	CHECK_EQ(sys(SYS_linkat, fd, "", AT_FDCWD, "b", 0x1000), 0);
	CHECK_EQ(free_inodes(), 1);
	CHECK_EQ(sys(SYS_unlink, "a"), 0);
	CHECK_EQ(sys(SYS_unlink, "b"), 0);
	CHECK_EQ(sys(SYS_linkat, fd, "", AT_FDCWD, "a", 0x1000), -ENOENT); /* it had its chance */
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(free_inodes(), 3);
	outside();
}

CASE(many_writers_share_the_room, .timeout = 30)
{
	enum { WRITERS = 4, PAGES = 64 };
	int pids[WRITERS];
	long sum = 0;
	char name[8];

	inside("nr_blocks=64");
	for (int i = 0; i < WRITERS; i++)
		CHILD(pids[i]) {
			snprintf(name, sizeof(name), "f%d", i);
			long fd = make(name);
			for (int k = 0; k < PAGES; k++)
				if (sys(SYS_pwrite64, fd, bytes, PAGE, (long)k * PAGE) != PAGE)
					break;
		}
	for (int i = 0; i < WRITERS; i++)
		CHECK_EXIT(pids[i], 0);
	for (int i = 0; i < WRITERS; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		sum += stat_of(name).st_size / PAGE;
		CHECK_EQ(stat_of(name).st_size / 512, stat_of(name).st_blocks);
	}
	CHECK_EQ(sum, PAGES);
	CHECK_EQ(free_pages(), 0);
	outside();
}
