// SPDX-License-Identifier: MIT
/*
 * epoll/ctl: making sets, and what may be put into them.
 *
 * Promise   each bad argument has its own error, in Linux's order; an item is one file under one number
 * Linux     epoll_create(2), epoll_ctl(2)
 */
#include <sys/ioctl.h>
#include "tests/abi/epoll/epoll.h"

CASE(create_needs_a_size_that_is_not_used)
{
	CHECK_EQ(sys(SYS_epoll_create, 0), -EINVAL);
	CHECK_EQ(sys(SYS_epoll_create, -1), -EINVAL);
	CHECK(sys(SYS_epoll_create, 1) >= 0);
}

CASE(create1_knows_close_on_exec_only)
{
	long fd = sys(SYS_epoll_create1, EPOLL_CLOEXEC);

	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR);
	CHECK_EQ(sys(SYS_fcntl, new_set(), F_GETFD), 0);
	CHECK_EQ(sys(SYS_epoll_create1, O_NONBLOCK), -EINVAL);
	CHECK_EQ(sys(SYS_epoll_create1, 1), -EINVAL);
}

CASE(a_set_is_not_read_nor_written)
{
	int ep = new_set();
	char c;

	CHECK_EQ(sys(SYS_read, ep, &c, 1), -EINVAL);
	CHECK_EQ(sys(SYS_write, ep, &c, 1), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, ep, 0, SEEK_SET), 0);
}

CASE(add_twice)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN, 0), -EEXIST);
	unwatch(ep, fd);
	watch(ep, fd, EPOLLIN);
}

CASE(modify_and_delete_want_an_item)
{
	int ep = new_set(), fd = new_counter(0);

	CHECK_EQ(control(ep, EPOLL_CTL_MOD, fd, EPOLLIN, 0), -ENOENT);
	CHECK_EQ(control(ep, EPOLL_CTL_DEL, fd, EPOLLIN, 0), -ENOENT);
}

CASE(delete_needs_no_event)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_DEL, fd, 8), 0);
}

CASE(bad_event_pointers)
{
	int ep = new_set(), fd = new_counter(0);

	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, 0), -EFAULT);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_MOD, fd, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, page_end(PROT_READ) - 11), -EFAULT);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, page_end(PROT_READ) - 12), 0);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, 999, 0), -EFAULT);
}

CASE(bad_descriptors)
{
	int ep = new_set(), fd = new_counter(0);

	CHECK_EQ(control(999, EPOLL_CTL_ADD, fd, EPOLLIN, 0), -EBADF);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, 999, EPOLLIN, 0), -EBADF);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, -1, EPOLLIN, 0), -EBADF);
	CHECK_EQ(control(fd, EPOLL_CTL_ADD, ep, EPOLLIN, 0), -EINVAL);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, ep, EPOLLIN, 0), -EINVAL);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, sys(SYS_open, "/", O_PATH), EPOLLIN, 0), -EBADF);
}

CASE(unknown_operations)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN);
	CHECK_EQ(control(ep, 0, fd, EPOLLIN, 0), -EINVAL);
	CHECK_EQ(control(ep, 4, fd, EPOLLIN, 0), -EINVAL);
	CHECK_EQ(control(ep, -1, new_counter(0), EPOLLIN, 0), -EINVAL);
}

CASE(files_that_are_always_ready_are_refused)
{
	int ep = new_set();

	scratch();
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, sys(SYS_open, "f", O_CREAT | O_RDWR, 0600), EPOLLIN, 0), -EPERM);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, sys(SYS_open, "/", O_RDONLY), EPOLLIN, 0), -EPERM);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, sys(SYS_open, "/dev/null", O_RDWR), EPOLLIN, 0), -EPERM);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, sys(SYS_open, "/dev/zero", O_RDWR), EPOLLIN, 0), -EPERM);
	CHECK_EQ(control(ep, EPOLL_CTL_DEL, sys(SYS_open, "/dev/zero", O_RDWR), EPOLLIN, 0), -EPERM);
}

CASE(files_that_can_be_polled_are_taken)
{
	int ep = new_set(), fds[2], random = sys(SYS_open, "/dev/random", O_RDONLY);

	CHECK_EQ(sys(SYS_pipe2, fds, 0), 0);
	watch(ep, fds[0], EPOLLIN);
	watch(ep, fds[1], EPOLLIN);
	watch(ep, sys(SYS_inotify_init1, 0), EPOLLIN);
	watch(ep, sys(SYS_open, "/proc/version", O_RDONLY), 0);
	watch(ep, random, EPOLLIN);
	CHECK_EQ(look_at(ep, random), EPOLLIN);
}

CASE(one_file_under_two_numbers_is_two_items)
{
	int ep = new_set(), fd = new_counter(0), copy = sys(SYS_dup, fd);
	struct epoll_event ev[2];

	watch(ep, fd, EPOLLIN);
	watch(ep, copy, EPOLLIN);
	tell(fd);
	CHECK_EQ(sys(SYS_epoll_wait, ep, ev, 2, 0), 2);
	CHECK_EQ(ev[0].data.u64 + ev[1].data.u64, fd + copy);
	CHECK(ev[0].data.u64 != ev[1].data.u64);
}

CASE(two_files_under_one_number_are_two_items)
{
	int ep = new_set(), fd = new_counter(0), other = new_counter(0), kept = sys(SYS_dup, fd);

	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN, 1), 0);
	CHECK_EQ(sys(SYS_dup2, other, fd), fd);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN, 2), 0);
	tell(kept);
	tell(other);
	CHECK_EQ(look(ep, NULL), 2);
	unwatch(ep, fd);
	CHECK_EQ(look(ep, NULL), 1);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_DEL, kept, 0), -ENOENT);
	CHECK_EQ(sys(SYS_dup2, kept, fd), fd);
	unwatch(ep, fd);
	CHECK_EQ(look(ep, NULL), 0);
}

CASE(errors_and_hang_up_are_always_told)
{
	int ep = new_set(), fds[2];

	CHECK_EQ(sys(SYS_pipe2, fds, 0), 0);
	watch(ep, fds[0], 0);
	watch(ep, fds[1], 0);
	CHECK_EQ(look(ep, NULL), 0);
	sys(SYS_close, fds[1]);
	CHECK_EQ(look_at(ep, fds[0]), EPOLLHUP);
}

CASE(data_is_kept_whole)
{
	int ep = new_set(), fd = new_counter(1);
	struct epoll_event ev;

	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN, 0x123456789abcdef0), 0);
	CHECK_EQ(look(ep, &ev), 1);
	CHECK_EQ(ev.data.u64, 0x123456789abcdef0);
	CHECK_EQ(control(ep, EPOLL_CTL_MOD, fd, EPOLLIN, ~0ul), 0);
	CHECK_EQ(look(ep, &ev), 1);
	CHECK_EQ(ev.data.u64, ~0ul);
}

CASE(wakeup_is_taken_with_or_without_the_right)
{
	int ep = new_set(), fd = new_counter(1), pid;

	watch(ep, fd, EPOLLIN | EPOLLWAKEUP);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHILD(pid) {
		if (become(NOBODY))
			modify(ep, fd, EPOLLIN | EPOLLWAKEUP);
		CHECK_EQ(look_at(ep, fd), EPOLLIN);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(fdinfo_lists_the_items)
{
	int ep = new_set(), fd = new_counter(0);
	char path[64], text[1024], want[128];

	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 0x1234), 0);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", ep);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "tfd: %8d events: %8x data: %16lx  pos:0 ino:", fd,
		EPOLLIN | EPOLLET | EPOLLERR | EPOLLHUP, 0x1234l);
	CHECK(strstr(text, want));
	CHECK(strstr(text, " sdev:"));
}

CASE(busy_polling_parameters)
{
	struct epoll_params p = {100, 8, 1, 0}, out = {7, 7, 7, 7};
	int ep = new_set();

	NEEDS_LINUX(6, 9);
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCGPARAMS, &out), 0);
	CHECK(out.busy_poll_usecs == 0 && out.busy_poll_budget == 0 && out.prefer_busy_poll == 0 && out.__pad == 0);
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCSPARAMS, &p), 0);
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCGPARAMS, &out), 0);
	CHECK_MEM(&out, &p, sizeof(p));
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCSPARAMS, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCGPARAMS, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCSPARAMS, &((struct epoll_params){1, 1, 1, 1})), -EINVAL);
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCSPARAMS, &((struct epoll_params){1, 1, 2, 0})), -EINVAL);
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCSPARAMS, &((struct epoll_params){0x80000000, 1, 1, 0})), -EINVAL);
	CHECK_EQ(sys(SYS_ioctl, ep, TIOCNOTTY, &p), -EINVAL);
}

CASE(busy_polling_beyond_the_budget_is_privileged)
{
	int ep = new_set(), pid;

	NEEDS_LINUX(6, 9);
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_ioctl, ep, EPIOCSPARAMS, &((struct epoll_params){1, 65, 0, 0})), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_ioctl, ep, EPIOCSPARAMS, &((struct epoll_params){1, 65, 0, 0})), -EPERM);
		CHECK_EQ(sys(SYS_ioctl, ep, EPIOCSPARAMS, &((struct epoll_params){1, 64, 0, 0})), 0);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(watches_are_limited)
{
	int ep = new_set(), fd = new_counter(0), other = new_counter(0);
	char old[32];

	NEEDS_MACHINE("sets a sysctl");
	long n = slurp("/proc/sys/fs/epoll/max_user_watches", old, sizeof(old)), ctl, used = 0;
	CHECK(n > 0 && atol(old) > 1000);
	ctl = sys(SYS_open, "/proc/sys/fs/epoll/max_user_watches", O_WRONLY);
	/* what other programs of this user watch counts, too */
	for (; used < 64; used++) {
		char text[8];
		int len = snprintf(text, sizeof(text), "%ld", used + 1);

		CHECK_EQ(sys(SYS_pwrite64, ctl, text, len, 0), len);
		if (control(ep, EPOLL_CTL_ADD, fd, EPOLLIN, 0) == 0)
			break;
	}
	CHECK(used < 64);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, other, EPOLLIN, 0), -ENOSPC);
	unwatch(ep, fd);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, other, EPOLLIN, 0), 0);
	sys(SYS_close, ep);
	ep = new_set();
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, other, EPOLLIN, 0), 0);
	CHECK_EQ(sys(SYS_pwrite64, ctl, old, n, 0), n);
}
