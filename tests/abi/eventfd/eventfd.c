// SPDX-License-Identifier: MIT
/*
 * eventfd/eventfd: a counter behind a descriptor.
 *
 * Promise   a write adds, a read takes all (or one, as a semaphore); the counter never passes
 *           2^64-2; a read waits for non-zero and a write for room; poll tells both.
 * Linux     eventfd(2), proc_pid_fdinfo(5).
 */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include "tests/abi/abi.h"

enum { SEMAPHORE = 1, READERS = 4 };

static const uint64_t MOST = 0xfffffffffffffffe;
static int new_eventfd(unsigned value, int flags)
{
	long fd = sys(SYS_eventfd2, value, flags);

	CHECK(fd >= 0);
	return fd;
}

static long add(int fd, uint64_t value)
{
	return sys(SYS_write, fd, &value, 8);
}

/* The value read, or the negative errno. */
static int64_t take(int fd)
{
	uint64_t value = 0;
	long r = sys(SYS_read, fd, &value, 8);

	return r == 8 ? (int64_t)value : r;
}

static int revents(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT | POLLPRI};

	sys(SYS_poll, &p, 1, 0);
	return p.revents;
}

CASE(initial_value_is_read_and_reset)
{
	int fd = new_eventfd(7, O_NONBLOCK);

	CHECK_EQ(take(fd), 7);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(initial_value_is_32_bits_unsigned)
{
	CHECK_EQ(take(new_eventfd(0xffffffffu, O_NONBLOCK)), 0xffffffffL);
}

CASE(old_call_has_no_flags)
{
	long fd = sys(SYS_eventfd, 3);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR);
	CHECK_EQ(take(fd), 3);
}

CASE(writes_add_up)
{
	int fd = new_eventfd(1, O_NONBLOCK);

	CHECK_EQ(add(fd, 10), 8);
	CHECK_EQ(add(fd, 100), 8);
	CHECK_EQ(take(fd), 111);
}

CASE(writing_zero_changes_nothing)
{
	int fd = new_eventfd(0, O_NONBLOCK);

	CHECK_EQ(add(fd, 0), 8);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(semaphore_gives_one_at_a_time)
{
	int fd = new_eventfd(3, O_NONBLOCK | SEMAPHORE);

	for (int i = 0; i < 3; i++)
		CHECK_EQ(take(fd), 1);
	CHECK_EQ(take(fd), -EAGAIN);
	CHECK_EQ(add(fd, 2), 8);
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(counter_goes_up_to_2_to_the_64_less_2)
{
	int fd = new_eventfd(0, O_NONBLOCK);

	CHECK_EQ(add(fd, MOST), 8);
	CHECK_EQ(add(fd, 1), -EAGAIN);
	CHECK_EQ(add(fd, 0), 8);
	CHECK_EQ(take(fd), MOST);
}

CASE(write_that_would_overflow_adds_nothing)
{
	int fd = new_eventfd(5, O_NONBLOCK);

	CHECK_EQ(add(fd, MOST - 4), -EAGAIN);
	CHECK_EQ(take(fd), 5);
	CHECK_EQ(add(fd, 5), 8);
	CHECK_EQ(add(fd, MOST - 5), 8);
	CHECK_EQ(take(fd), MOST);
}

CASE(all_ones_cannot_be_written)
{
	int fd = new_eventfd(1, O_NONBLOCK);

	CHECK_EQ(add(fd, UINT64_MAX), -EINVAL);
	CHECK_EQ(take(fd), 1);
}

CASE(short_buffers_are_invalid)
{
	int fd = new_eventfd(1, O_NONBLOCK);
	char buf[8] = "";

	CHECK_EQ(sys(SYS_read, fd, buf, 7), -EINVAL);
	CHECK_EQ(sys(SYS_read, fd, buf, 0), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, buf, 7), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, buf, 0), -EINVAL);
	CHECK_EQ(take(fd), 1);
}

CASE(long_read_buffer_gets_eight_bytes_and_long_write_is_invalid)
{
	int fd = new_eventfd(1, O_NONBLOCK);
	uint64_t two[2] = {4, 9};

	NEEDS_LINUX(6, 9);
	CHECK_EQ(sys(SYS_write, fd, two, 16), -EINVAL);
	CHECK_EQ(sys(SYS_read, fd, two, 16), 8);
	CHECK_EQ(two[0], 1);
	CHECK_EQ(two[1], 9);
}

CASE(unknown_flags_are_invalid)
{
	CHECK_EQ(sys(SYS_eventfd2, 0, 2), -EINVAL);
	CHECK_EQ(sys(SYS_eventfd2, 0, O_APPEND), -EINVAL);
	CHECK_EQ(sys(SYS_eventfd2, 0, -1), -EINVAL);
	CHECK_EQ(sys(SYS_eventfd2, 0, O_NONBLOCK | O_RDWR), -EINVAL);
}

CASE(flags_end_where_they_belong)
{
	int fd = new_eventfd(0, O_NONBLOCK | O_CLOEXEC | SEMAPHORE);

	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	fd = new_eventfd(0, 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), 0);
}

CASE(setfl_nonblock_takes_effect)
{
	int fd = new_eventfd(0, 0);

	CHECK_EQ(sys(SYS_fcntl, fd, F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(bad_pointers_fault)
{
	int fd = new_eventfd(3, O_NONBLOCK);

	CHECK_EQ(sys(SYS_write, fd, hole(), 8), -EFAULT);
	CHECK_EQ(sys(SYS_write, fd, page_end(PROT_READ | PROT_WRITE) - 4, 8), -EFAULT);
	CHECK_EQ(take(fd), 3);
}

CASE(fault_in_read_loses_the_value)
{
	int fd = new_eventfd(3, O_NONBLOCK);

	CHECK_EQ(sys(SYS_read, fd, hole(), 8), -EFAULT);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(poll_tells_readable_and_writable)
{
	int fd = new_eventfd(0, O_NONBLOCK);

	CHECK_EQ(revents(fd), POLLOUT);
	CHECK_EQ(add(fd, 1), 8);
	CHECK_EQ(revents(fd), POLLIN | POLLOUT);
	CHECK_EQ(add(fd, MOST - 2), 8);
	CHECK_EQ(revents(fd), POLLIN | POLLOUT);
	CHECK_EQ(add(fd, 1), 8);
	CHECK_EQ(revents(fd), POLLIN);
	CHECK_EQ(take(fd), MOST);
	CHECK_EQ(revents(fd), POLLOUT);
}

CASE(write_wakes_a_blocked_read)
{
	int fd = new_eventfd(0, 0), pid;

	CHILD(pid)
		CHECK_EQ(take(fd), 9);
	tap_wait_blocked(pid);
	CHECK_EQ(add(fd, 9), 8);
	CHECK_EXIT(pid, 0);
}

CASE(writing_zero_does_not_wake_a_blocked_read)
{
	int fd = new_eventfd(0, 0), pid;

	CHILD(pid)
		CHECK_EQ(take(fd), 1);
	tap_wait_blocked(pid);
	CHECK_EQ(add(fd, 0), 8);
	sleep_ms(3);
	tap_wait_blocked(pid);
	CHECK_EQ(add(fd, 1), 8);
	CHECK_EXIT(pid, 0);
}

CASE(read_wakes_a_blocked_write)
{
	int fd = new_eventfd(0, 0), pid;

	CHECK_EQ(add(fd, MOST), 8);
	CHILD(pid)
		CHECK_EQ(add(fd, 2), 8);
	tap_wait_blocked(pid);
	CHECK_EQ(take(fd), MOST);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(take(fd), 2);
}

CASE(blocked_write_waits_until_there_is_room_enough)
{
	int fd = new_eventfd(0, SEMAPHORE), pid;

	CHECK_EQ(add(fd, MOST), 8);
	CHILD(pid)
		CHECK_EQ(add(fd, 2), 8);
	tap_wait_blocked(pid);
	CHECK_EQ(take(fd), 1);
	sleep_ms(3);
	tap_wait_blocked(pid);
	CHECK_EQ(take(fd), 1);
	CHECK_EXIT(pid, 0);
}

CASE(write_wakes_a_poll)
{
	int fd = new_eventfd(0, 0), pid;

	CHILD(pid) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		CHECK_EQ(sys(SYS_poll, &p, 1, -1), 1);
		CHECK_EQ(p.revents, POLLIN);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(add(fd, 1), 8);
	CHECK_EXIT(pid, 0);
}

CASE(semaphore_lets_as_many_readers_through_as_it_counts)
{
	int fd = new_eventfd(0, SEMAPHORE), pid[READERS], status;

	for (int i = 0; i < READERS; i++)
		CHILD(pid[i])
			CHECK_EQ(take(fd), 1);
	for (int i = 0; i < READERS; i++)
		tap_wait_blocked(pid[i]);
	CHECK_EQ(add(fd, READERS - 1), 8);
	for (int i = 0; i < READERS - 1; i++)
		CHECK_EQ(reap(-1), EXITED(0));
	CHECK_EQ(sys(SYS_wait4, -1, &status, WNOHANG, 0), 0);
	CHECK_EQ(add(fd, 1), 8);
	CHECK_EQ(reap(-1), EXITED(0));
}

CASE(plain_counter_goes_to_one_reader)
{
	int fd = new_eventfd(0, 0), pid[READERS], status = 0;

	for (int i = 0; i < READERS; i++)
		CHILD(pid[i])
			_exit(take(fd));
	for (int i = 0; i < READERS; i++)
		tap_wait_blocked(pid[i]);
	for (int i = 0; i < READERS; i++) {
		CHECK_EQ(add(fd, 20 + i), 8);
		CHECK_EQ(reap(-1), EXITED(20 + i));
	}
	CHECK_EQ(sys(SYS_wait4, -1, &status, 0, 0), -ECHILD);
}

CASE(counter_is_shared_with_a_forked_child)
{
	int fd = new_eventfd(0, O_NONBLOCK), pid;

	CHILD(pid) {
		CHECK_EQ(add(fd, 4), 8);
		CHECK_EQ(sys(SYS_close, fd), 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(take(fd), 4);
}

CASE(signal_interrupts_a_blocked_read)
{
	int fd = new_eventfd(0, 0), pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		CHECK_EQ(take(fd), -EINTR);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(sa_restart_restarts_a_blocked_read)
{
	int fd = new_eventfd(0, 0), pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(take(fd), 2);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	sleep_ms(3);
	tap_wait_blocked(pid);
	CHECK_EQ(add(fd, 2), 8);
	CHECK_EXIT(pid, 0);
}

CASE(signal_interrupts_a_blocked_write)
{
	int fd = new_eventfd(0, 0), pid;

	CHECK_EQ(add(fd, MOST), 8);
	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		CHECK_EQ(add(fd, 1), -EINTR);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(fdinfo_shows_count_id_and_kind)
{
	int fd = new_eventfd(0x1f, SEMAPHORE);
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, "pos:\t0\n"));
	CHECK(strstr(text, "flags:\t02\n"));
	CHECK(strstr(text, "eventfd-count:               1f\n"));
	CHECK(strstr(text, "eventfd-id: "));
	NEEDS_LINUX(6, 5);
	CHECK(strstr(text, "eventfd-semaphore: 1\n"));
}

CASE(each_eventfd_has_its_own_id)
{
	char path[64], a[512], b[512];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", new_eventfd(0, 0));
	CHECK(slurp(path, a, sizeof(a)) > 0);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", new_eventfd(0, 0));
	CHECK(slurp(path, b, sizeof(b)) > 0);
	CHECK(strcmp(strstr(a, "eventfd-id"), strstr(b, "eventfd-id")) != 0);
	NEEDS_LINUX(6, 5);
	CHECK(strstr(a, "eventfd-semaphore: 0\n"));
}

CASE(link_in_proc_names_an_anonymous_inode)
{
	char path[64], text[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", new_eventfd(0, 0));
	CHECK(sys(SYS_readlink, path, text, sizeof(text) - 1) > 0);
	CHECK_STR(text, "anon_inode:[eventfd]");
	CHECK_EQ(sys(SYS_open, path, O_RDWR), -ENXIO);
}

CASE(calls_that_an_eventfd_refuses)
{
	int fd = new_eventfd(1, O_NONBLOCK);
	uint64_t v;
	int n;

	CHECK_EQ(sys(SYS_ioctl, fd, FIONREAD, &n), -ENOTTY);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0), -ENODEV);
	CHECK_EQ(sys(SYS_ftruncate, fd, 0), -EINVAL);
	CHECK_EQ(sys(SYS_fsync, fd), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, &v, 8, 0), -ESPIPE);
}

CASE(vectors_use_their_total_length)
{
	int fd = new_eventfd(0x0102030405060708 & 0xffffffff, O_NONBLOCK);
	uint32_t low = 0, high = 1;
	struct iovec v[2] = {{&low, 4}, {&high, 4}};

	CHECK_EQ(sys(SYS_readv, fd, v, 2), 8);
	CHECK_EQ(low, 0x05060708);
	CHECK_EQ(high, 0);
}
