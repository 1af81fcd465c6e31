// SPDX-License-Identifier: MIT
/*
 * answers: which of several errors a call tells, where the comparison with Linux (tests/fuzz) found another one.
 *
 * Promise   Each case is a difference that was mended. All arguments are fixed, and none does harm.
 * Linux     The answers are those of 6.18; what older ones say differs where a case says so.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/uio.h>
#include "tests/abi/abi.h"

#define KERNEL ((char *)0xffffffff80200000ul)
#define ARENA ((char *)0x210000000000ul)

enum { LONG_NAME = 256, FIOASYNC_NR = 0x5452, SEALS = 1033, ONE_SEAL = 2, CACHED = 0x20,
	INFO_KNOWN_BYTES = 48, DONTNEED_LOCKED = 24 };

static char buf[512];

static char *arena(int pages)
{
	return mmap(ARENA, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

CASE(sendfile_reads_and_writes_the_offset_first_and_last)
{
	int fd[2], null = sys(SYS_open, "/dev/null", O_RDWR), full = sys(SYS_open, "/dev/full", O_RDWR);
	long *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	sys(SYS_pipe2, fd, O_NONBLOCK);
	CHECK_EQ(sys(SYS_sendfile, -1, -1, 1, 16), -EFAULT);
	CHECK_EQ(sys(SYS_sendfile, -1, -1, readonly, 16), -EFAULT);
	CHECK_EQ(sys(SYS_sendfile, -1, -1, buf, 16), -EBADF);
	CHECK_EQ(sys(SYS_sendfile, fd[1], null, 0, 16), -EINVAL);
	CHECK_EQ(sys(SYS_write, full, buf, 0), -ENOSPC);
}

CASE(a_folder_is_told_before_a_file_of_the_wrong_kind)
{
	long dir = sys(SYS_open, "/", O_RDONLY | O_DIRECTORY), event = sys(SYS_eventfd2, 0, 0);

	CHECK_EQ(sys(SYS_copy_file_range, dir, 0, event, 0, 10, 0), -EISDIR);
	CHECK_EQ(sys(SYS_copy_file_range, event, 0, dir, 0, 10, 0), -EISDIR);
}

CASE(positions_past_all_files_are_einval)
{
	long null = sys(SYS_open, "/dev/null", O_RDWR), last = 0x7fffffffffffffff;
	struct iovec v = { buf, 16 };

	CHECK_EQ(sys(SYS_pread64, null, buf, 16, last), -EINVAL);
	CHECK_EQ(sys(SYS_pwrite64, null, buf, 16, last), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, null, buf, 0, last), 0);
	CHECK_EQ(sys(SYS_preadv, null, &v, 1, last, 0), -EINVAL);
}

CASE(a_negative_length_counts_before_a_bad_address)
{
	long null = sys(SYS_open, "/dev/null", O_RDWR);
	struct iovec v[2] = { { KERNEL, 8 }, { buf, -1ul } }, good[2] = { { buf, 8 }, { KERNEL, 8 } };

	CHECK_EQ(sys(SYS_readv, null, v, 2), -EINVAL);
	CHECK_EQ(sys(SYS_readv, null, good, 2), -EFAULT);
	CHECK_EQ(sys(SYS_readv, null, KERNEL, 0), 0);
	CHECK_EQ(sys(SYS_readv, null, KERNEL, 1l << 32), 0);
}

CASE(flags_of_reads_and_writes_need_more_than_a_plain_file)
{
	long dir = sys(SYS_open, "/", O_RDONLY | O_DIRECTORY), event = sys(SYS_eventfd2, 0, 0);
	uint64_t one = 1;
	struct iovec v = { &one, 8 };

	CHECK_EQ(sys(SYS_preadv2, dir, &v, 1, 0, 0, 8), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_pwritev2, event, &v, 1, -1, -1, 2), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_pwritev2, event, &v, 1, -1, -1, 0), 8);
}

CASE(lists_of_nothing_need_no_memory)
{
	int pid;

	CHECK_EQ(sys(SYS_poll, KERNEL, 0, 0), -EFAULT); /* but this one is looked at */
	NEEDS_ROOT();
	CHILD(pid) {
		unsigned ids[2] = { 5, -1u };

		CHECK_EQ(sys(SYS_setgroups, 2, ids), -EINVAL);
		CHECK_EQ(sys(SYS_setgroups, 0, 0), 0);
		CHECK_EQ(sys(SYS_getgroups, 7, KERNEL), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(words_of_which_half_is_looked_at)
{
	long dir = sys(SYS_open, "/proc", O_RDONLY | O_DIRECTORY);

	CHECK_EQ(sys(SYS_sched_getaffinity, 0, 1l << 32, buf), -EINVAL);
	CHECK_EQ(sys(SYS_sched_getaffinity, 0, 0x80000000, buf), -EINVAL);
	CHECK(sys(SYS_sched_getaffinity, 0, (1l << 32) + 128, buf) > 0);
	CHECK_EQ(sys(SYS_sched_setaffinity, 0, 1l << 32, KERNEL), -EINVAL);
	CHECK_EQ(sys(SYS_getdents64, dir, buf, 0x80000000l), -EINVAL);
	CHECK(sys(SYS_getdents64, dir, buf, (1l << 32) + 200) > 0);
}

CASE(a_signal_s_information_is_read_as_far_as_it_is_known)
{
	char *end = page_end(PROT_READ | PROT_WRITE);
	int *info = (int *)(end - INFO_KNOWN_BYTES);
	long pid = sys(SYS_getpid);

	handle(SIGUSR1, SIG_IGN, 0);
	memset(info, 0, INFO_KNOWN_BYTES);
	info[2] = -1;
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, pid, SIGUSR1, info), 0);
	info[2] = -99;
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, pid, SIGUSR1, info), -EFAULT);
}

CASE(setpgid_of_a_negative_process_is_einval)
{
	CHECK_EQ(sys(SYS_setpgid, -5, 0), -EINVAL);
	CHECK_EQ(sys(SYS_setpgid, 0, -5), -EINVAL);
}

CASE(waitid_writes_what_it_knows_even_after_an_error)
{
	int info[32];

	memset(info, 0xaa, sizeof(info));
	CHECK_EQ(sys(SYS_waitid, 7, 0, info, 4, 0), -EINVAL);
	CHECK_EQ(info[0], 0);
	CHECK_EQ(info[2], 0);
	CHECK_EQ(sys(SYS_waitid, 7, 0, KERNEL, 4, 0), -EFAULT);
	CHECK_EQ(sys(SYS_waitid, 0, 0, KERNEL, 0, 0), -EFAULT);
}

CASE(mappings_have_a_type)
{
	long event = sys(SYS_eventfd2, 0, 0), dir = sys(SYS_open, "/", O_RDONLY | O_DIRECTORY);

	CHECK_EQ(sys(SYS_mmap, 0, PAGE, 3, MAP_ANONYMOUS, -1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, 3, MAP_ANONYMOUS | 3, -1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, 3, MAP_ANONYMOUS | MAP_SHARED | MAP_GROWSDOWN, -1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, 3, 0, event, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, 1, 0, dir, 0), -EINVAL);
}

CASE(mremap_to_less_does_not_look_at_the_rest)
{
	char *m = arena(4);

	CHECK_EQ(sys(SYS_mremap, m, 10 * PAGE, 10 * PAGE, 0, 0), (long)m);
	CHECK_EQ(sys(SYS_mremap, m, 10 * PAGE, 2 * PAGE, 0, 0), (long)m);
	CHECK_EQ(sys(SYS_mremap, m, 10 * PAGE, 3 * PAGE, 0, 0), (long)m);
	CHECK_EQ(sys(SYS_mremap, m, 3 * PAGE, 4 * PAGE, 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_mremap, m, 10 * PAGE, PAGE, 3, m + 64 * PAGE), (long)m + 64 * PAGE);
	sys(SYS_munmap, m, 80 * PAGE);
}

CASE(protection_that_does_not_exist)
{
	char *m = arena(1);

	CHECK_EQ(sys(SYS_mprotect, m, 0, 0x10000000), 0);
	CHECK_EQ(sys(SYS_mprotect, m, PAGE, 0x10000000), -EINVAL);
	CHECK_EQ(sys(SYS_mprotect, KERNEL, PAGE, 0x400), -EINVAL);
	CHECK_EQ(sys(SYS_madvise, m, PAGE, DONTNEED_LOCKED), 0);
	sys(SYS_munmap, m, PAGE);
}

CASE(a_range_that_wraps_counts_before_its_protection)
{
	CHECK_EQ(sys(SYS_mprotect, -4096l, 1ul << 47, 0x80000000), -ENOMEM);
	CHECK_EQ(sys(SYS_mprotect, 0x1000, 0, 0x80000000), 0);
	CHECK_EQ(sys(SYS_mprotect, 0x1001, 0, 0x80000000), -EINVAL);
}

CASE(a_vector_of_nothing_still_needs_a_file_that_reads)
{
	long set = sys(SYS_epoll_create1, 0);

	CHECK_EQ(sys(SYS_readv, set, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_writev, set, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pwritev2, set, -4096l, 0, -1, 0, 0x10), -EINVAL);
}

CASE(asynchronous_signals_of_a_file_that_has_none)
{
	int on = 1, off = 0;
	long set = sys(SYS_epoll_create1, 0), folder = sys(SYS_open, "/", O_RDONLY);

	CHECK_EQ(sys(SYS_ioctl, set, FIOASYNC_NR, &on), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, set, FIOASYNC_NR, &off), 0);
	CHECK_EQ(sys(SYS_ioctl, folder, FIOASYNC_NR, &on), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, folder, FIOASYNC_NR, hole()), -EFAULT);
}

CASE(opening_for_nothing)
{
	scratch();
	CHECK_EQ(sys(SYS_mknod, "fifo", S_IFIFO | 0600, 0), 0);
	CHECK_EQ(sys(SYS_open, "fifo", 3 | O_NONBLOCK), -EINVAL);
}

CASE(openat2_of_what_is_in_memory_already)
{
	uint64_t how[3] = { O_RDONLY, 0, CACHED };

	scratch();
	CHECK_EQ(sys(SYS_mknod, "file", S_IFREG | 0600, 0), 0);
	CHECK(sys(SYS_openat2, AT_FDCWD, "file", how, sizeof(how)) >= 0);
	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, "nosuch", how, sizeof(how)), -EAGAIN);
	how[0] = O_CREAT;
	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, "new", how, sizeof(how)), -EAGAIN);
	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, KERNEL, how, sizeof(how)), -EAGAIN);
}

CASE(names_come_before_times)
{
	long times[4] = { 0, -1, 0, 0 };

	scratch();
	CHECK_EQ(sys(SYS_mknod, "file", S_IFREG | 0600, 0), 0);
	CHECK_EQ(sys(SYS_utimensat, -1, "x", times, 0), -EBADF);
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "nosuch", times, 0), -ENOENT);
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "file", times, 0), -EINVAL);
}

CASE(an_empty_name_at_no_folder)
{
	long fd = (scratch(), sys(SYS_open, "file", O_RDWR | O_CREAT, 0600));

	CHECK_EQ(sys(SYS_readlinkat, fd, "", buf, 10), -ENOENT);
	CHECK_EQ(sys(SYS_fchownat, fd, 0, -1, -1, 0x1000), -EFAULT);
	CHECK_EQ(sys(SYS_fchownat, fd, "", -1, -1, 0x1000), 0);
}

CASE(mount_reads_everything_before_it_asks_who_is_there)
{
	char *end = page_end(PROT_READ | PROT_WRITE);
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_mount, 0, "/nosuch", 0, 0, 0), -ENOENT);
		CHECK_EQ(sys(SYS_mount, KERNEL, "/nosuch", 0, 0, 0), -EFAULT);
		CHECK_EQ(sys(SYS_mount, 0, "/", "nosuch", 0, KERNEL), -EFAULT);
		CHECK_EQ(sys(SYS_mount, 0, "/", "nosuch", 0, end - 16), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(seals_need_a_file_to_write_to)
{
	long dir = sys(SYS_open, "/", O_RDONLY | O_DIRECTORY);

	CHECK_EQ(sys(SYS_fcntl, dir, SEALS, ONE_SEAL), -EPERM);
}

CASE(positions_of_event_counters_do_not_move)
{
	long event = sys(SYS_eventfd2, 0, 0);

	CHECK_EQ(sys(SYS_lseek, event, 5, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_lseek, event, 5, SEEK_CUR), 0);
	CHECK_EQ(sys(SYS_lseek, event, 5, 7), -EINVAL);
}

CASE(futexes_that_nobody_can_change)
{
	unsigned *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_EQ(sys(SYS_futex, readonly, 1, 1, 0, 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_futex, readonly, 129, 1, 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_futex, buf, 0x100, 1, 255, 0, 0), -EFAULT); /* the time, before the clock that WAIT has not */
}

CASE(numbers_of_timers_are_given_before_rights_are_asked_for)
{
	CHECK_EQ(sys(SYS_timer_create, 9, 0, KERNEL), -EFAULT);
	CHECK_EQ(sys(SYS_timer_create, -1, 0, KERNEL), -EFAULT);
	CHECK_EQ(sys(SYS_timer_create, -1, 0, buf), -EINVAL);
}

CASE(a_capability_header_s_version_comes_first)
{
	char *end = page_end(PROT_READ | PROT_WRITE);

	*(int *)(end - 4) = 5;
	CHECK_EQ(sys(SYS_capget, end - 4, buf), -EINVAL);
	CHECK_EQ(*(int *)(end - 4), CAP_HEADER_V3);
	CHECK_EQ(sys(SYS_capget, end - 4, buf), -EFAULT);
}

CASE(a_whiteout_is_no_device)
{
	int pid;

	scratch();
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_chmod, ".", 0777), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_mknod, "white", S_IFCHR | 0600, 0), 0);
		CHECK_EQ(sys(SYS_mknod, "black", S_IFCHR | 0600, 0x103), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(owner_as_it_is_still_takes_the_set_id_bits)
{
	struct stat st;
	int pid;

	scratch();
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_mknod, "file", S_IFREG | 0600, 0), 0);
	CHECK_EQ(sys(SYS_chmod, "file", 06777), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_chown, "file", -1, -1), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(stat("file", &st), 0);
	CHECK_EQ(st.st_mode & 07777, 06777);
}

CASE(select_of_a_path_is_ready)
{
	long path = sys(SYS_open, "/", 010000000);
	uint64_t set[16] = { 1ul << path };
	struct timespec none = { 0, 0 };

	CHECK_EQ(sys(SYS_select, path + 1, set, 0, 0, &none), 1);
	CHECK_EQ(sys(SYS_select, 0, KERNEL, KERNEL, KERNEL, &none), 0);
}

CASE(random_bytes_up_to_the_hole)
{
	char *end = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_getrandom, end - 9, 16, 0), 9);
	CHECK_EQ(sys(SYS_getrandom, end, 16, 0), -EFAULT);
}

CASE(locks_of_a_kind_that_went_away)
{
	CHECK_EQ(sys(SYS_flock, 99, 32), 0);
}
