// SPDX-License-Identifier: MIT
/*
 * kcmp: whether two threads share a thing.
 *
 * Promise   0 for the same, 1 or 2 for an order, which is one: antisymmetric, transitive, and the same at every call.
 *           Nobody is told about processes into which he may not look.
 * Linux     kcmp(2)
 */
#include <sys/epoll.h>
#include <sys/prctl.h>
#include "tests/abi/thread.h"

enum { FILE_ = 0, VM, FILES, FS, SIGHAND, IO, SYSVSEM, EPOLL_TFD, OTHER_USER = 4321 };

struct slot {
	unsigned efd, tfd, toff;
};

static long cmp(int a, int b, int type, unsigned long x, unsigned long y)
{
	return sys(SYS_kcmp, a, b, type, x, y);
}

static long mine(int type, unsigned long x, unsigned long y)
{
	return cmp(sys(SYS_getpid), sys(SYS_getpid), type, x, y);
}

static int differs(long r)
{
	return r == 1 || r == 2;
}

static void need_kcmp(void)
{
	if (mine(VM, 0, 0) == -ENOSYS)
		SKIP("a kernel without kcmp");
}

CASE(a_process_shares_all_with_itself)
{
	need_kcmp();
	for (int type = VM; type <= SYSVSEM; type++)
		CHECK_EQ(mine(type, 0, 0), 0);
	CHECK_EQ(mine(FILE_, 1, 1), 0);
}

CASE(duplicates_are_the_same_file)
{
	need_kcmp();
	int a = sys(SYS_eventfd2, 0, 0), b = sys(SYS_dup, a), c = sys(SYS_eventfd2, 0, 0);

	CHECK_EQ(mine(FILE_, a, b), 0);
	CHECK(differs(mine(FILE_, a, c)));
}

CASE(a_second_open_is_another_file)
{
	need_kcmp();
	int a = sys(SYS_open, "/dev/null", O_RDONLY), b = sys(SYS_open, "/dev/null", O_RDONLY);

	CHECK(differs(mine(FILE_, a, b)));
}

CASE(the_order_is_one)
{
	enum { N = 12 };
	int fd[N];

	need_kcmp();
	for (int i = 0; i < N; i++)
		fd[i] = sys(SYS_eventfd2, 0, 0);
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++) {
			long r = mine(FILE_, fd[i], fd[k]), back = mine(FILE_, fd[k], fd[i]);
			CHECK_EQ(r, back == 1 ? 2 : back == 2 ? 1 : 0);
			CHECK_EQ(r == 0, i == k);
			CHECK_EQ(mine(FILE_, fd[i], fd[k]), r);
			for (int m = 0; m < N && r == 1; m++)
				if (mine(FILE_, fd[k], fd[m]) == 1)
					CHECK_EQ(mine(FILE_, fd[i], fd[m]), 1);
		}
}

CASE(a_child_has_its_own_but_the_same_files)
{
	need_kcmp();
	int pid = start_sleeper(), me = sys(SYS_getpid), fd = sys(SYS_eventfd2, 0, 0);

	CHECK_EQ(cmp(me, pid, FILE_, 0, 0), 0);
	CHECK_EQ(cmp(me, pid, FILE_, fd, fd), -EBADF);
	CHECK_EQ(cmp(pid, me, FILE_, fd, fd), -EBADF);
	for (int type = VM; type <= SIGHAND; type++)
		CHECK(differs(cmp(me, pid, type, 0, 0)));
	CHECK_EQ(cmp(me, pid, IO, 0, 0), 0); /* none and none */
	CHECK_EQ(cmp(me, pid, SYSVSEM, 0, 0), 0);
	end_child(pid);
}

CASE(a_thread_shares_all)
{
	int done = 0;

	need_kcmp();
	long tid = start_thread(&done, wait_for_release, NULL);
	for (int type = VM; type <= SYSVSEM; type++)
		CHECK_EQ(cmp(sys(SYS_getpid), tid, type, 0, 0), 0);
	CHECK_EQ(cmp(tid, sys(SYS_getpid), FILE_, 1, 1), 0);
	released = 1;
	join_thread(&done);
}

static int pause_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		sys(SYS_pause);
	return 0;
}

/* Which of VM, FILES, FS, SIGHAND a child made with these flags shares, as bits by type. */
static int shared_with(unsigned long flags)
{
	int pid = start_simple(flags | SIGCHLD, pause_for_ever, NULL), bits = 0;

	CHECK(pid > 0);
	for (int type = VM; type <= SIGHAND; type++)
		bits |= (cmp(sys(SYS_getpid), pid, type, 0, 0) == 0) << type;
	end_child(pid);
	return bits;
}

CASE(clone_flags_show)
{
	need_kcmp();
	CHECK_EQ(shared_with(0), 0);
	CHECK_EQ(shared_with(CLONE_VM), 1 << VM);
	CHECK_EQ(shared_with(CLONE_FILES), 1 << FILES);
	CHECK_EQ(shared_with(CLONE_FS), 1 << FS);
	CHECK_EQ(shared_with(CLONE_VM | CLONE_SIGHAND), 1 << VM | 1 << SIGHAND);
	CHECK_EQ(shared_with(CLONE_VM | CLONE_FILES | CLONE_FS), 1 << VM | 1 << FILES | 1 << FS);
}

CASE(refusals)
{
	int dead, me = sys(SYS_getpid);

	need_kcmp();
	CHILD(dead)
		;
	CHECK_EXIT(dead, 0);
	CHECK_EQ(cmp(me, dead, VM, 0, 0), -ESRCH);
	CHECK_EQ(cmp(dead, me, VM, 0, 0), -ESRCH);
	CHECK_EQ(cmp(0, me, VM, 0, 0), -ESRCH);
	CHECK_EQ(cmp(-1, me, VM, 0, 0), -ESRCH);
	CHECK_EQ(mine(-1, 0, 0), -EINVAL);
	CHECK_EQ(mine(8, 0, 0), -EINVAL);
	CHECK_EQ(mine(FILE_, 999, 0), -EBADF);
	CHECK_EQ(mine(FILE_, 0, 999), -EBADF);
	CHECK_EQ(mine(FILE_, -1, -1), -EBADF);
}

CASE(another_users_process_is_out_of_reach)
{
	int pid, me = sys(SYS_getpid);

	need_kcmp();
	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(OTHER_USER));
		CHECK_EQ(cmp(me, me, VM, 0, 0), -EPERM);
		CHECK_EQ(cmp(sys(SYS_getpid), me, FILE_, 0, 0), -EPERM);
		CHECK_EQ(cmp(me, sys(SYS_getpid), FILE_, 0, 0), -EPERM);
		CHECK_EQ(cmp(me, me, 99, 0, 0), -EPERM); /* asked first */
		CHECK_EQ(mine(VM, 0, 0), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(a_process_that_may_not_be_dumped_is_out_of_reach)
{
	int pid, *ready = shared_page();

	need_kcmp();
	NEEDS_ROOT();
	CHILD(pid) {
		int other;
		CHECK(become(OTHER_USER));
		CHECK_EQ(sys(SYS_prctl, PR_SET_DUMPABLE, 1), 0);
		CHILD(other) {
			CHECK_EQ(sys(SYS_prctl, PR_SET_DUMPABLE, 0), 0);
			*ready = 1;
			for (;;)
				sys(SYS_pause);
		}
		while (!*(volatile int *)ready)
			sleep_ms(1);
		CHECK_EQ(cmp(sys(SYS_getpid), other, VM, 0, 0), -EPERM);
		end_child(other);
	}
	CHECK_EXIT(pid, 0);
}

CASE(a_zombie_has_nothing)
{
	int pid, me = sys(SYS_getpid);

	need_kcmp();
	CHILD(pid)
		;
	wait_state(pid, 'Z');
	CHECK(differs(cmp(me, pid, VM, 0, 0)));
	CHECK_EQ(cmp(pid, pid, VM, 0, 0), 0);
	CHECK_EQ(cmp(me, pid, FILE_, 0, 0), -EBADF);
	CHECK_EXIT(pid, 0);
}

static int new_set(void)
{
	return sys(SYS_epoll_create1, 0);
}

static void watch(int set, int fd)
{
	struct epoll_event e = {.events = EPOLLIN};

	CHECK_EQ(sys(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, &e), 0);
}

CASE(what_an_epoll_set_watches)
{
	need_kcmp();
	int set = new_set(), a = sys(SYS_eventfd2, 0, 0), b = sys(SYS_eventfd2, 0, 0);
	struct slot s = {set, a, 0};

	watch(set, a);
	watch(set, b);
	long r = mine(EPOLL_TFD, a, (unsigned long)&s);
	if (r == -EOPNOTSUPP)
		SKIP("a kernel that does not compare what epoll watches");
	CHECK_EQ(r, 0);
	CHECK(differs(mine(EPOLL_TFD, b, (unsigned long)&s)));
	s.tfd = b;
	CHECK_EQ(mine(EPOLL_TFD, b, (unsigned long)&s), 0);
}

CASE(two_files_of_one_number_in_a_set)
{
	need_kcmp();
	int set = new_set(), a = sys(SYS_eventfd2, 0, 0), kept = sys(SYS_dup, a), number = 50;
	struct slot s = {set, number, 0};

	CHECK_EQ(sys(SYS_dup2, a, number), number);
	watch(set, number);
	int b = sys(SYS_eventfd2, 0, 0);
	CHECK_EQ(sys(SYS_dup2, b, number), number); /* the old file stays watched: others have it */
	watch(set, number);
	long first = mine(EPOLL_TFD, kept, (unsigned long)&s), second;
	s.toff = 1;
	second = mine(EPOLL_TFD, kept, (unsigned long)&s);
	CHECK((first == 0) != (second == 0));
	s.toff = 2;
	CHECK_EQ(mine(EPOLL_TFD, kept, (unsigned long)&s), -ENOENT);
}

CASE(epoll_refusals)
{
	need_kcmp();
	int set = new_set(), a = sys(SYS_eventfd2, 0, 0);
	struct slot s = {set, a, 0};

	CHECK_EQ(mine(EPOLL_TFD, a, (unsigned long)&s), -ENOENT);
	watch(set, a);
	CHECK_EQ(mine(EPOLL_TFD, 999, (unsigned long)&s), -EBADF);
	CHECK_EQ(mine(EPOLL_TFD, a, (unsigned long)hole()), -EFAULT);
	s.efd = 999;
	CHECK_EQ(mine(EPOLL_TFD, a, (unsigned long)&s), -EBADF);
	s.efd = a;
	CHECK_EQ(mine(EPOLL_TFD, a, (unsigned long)&s), -EINVAL);
	s.efd = set;
	s.toff = 1;
	CHECK_EQ(mine(EPOLL_TFD, a, (unsigned long)&s), -ENOENT);
}
