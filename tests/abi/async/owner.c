// SPDX-License-Identifier: MIT
/*
 * async/owner: who gets the signals: F_SETOWN, F_SETOWN_EX, and by whose permission.
 *
 * Promise   a thread, a process or a group; whoever made it the owner must have been allowed to signal it, by the ids
 *           he had then. A reused or dead number gets nothing.
 * Linux     fcntl(2)
 */
#include "tests/abi/async/async.h"
#include "tests/abi/thread.h"

enum { OTHER_USER = 4321 };

CASE(owners_read_back)
{
	struct ends p = new_pipe();
	int me = sys(SYS_getpid), group = sys(SYS_getpgrp);

	CHECK_EQ(get_owner(p.r), OWNER(F_OWNER_TID, 0));
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, me), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), me);
	CHECK_EQ(get_owner(p.r), OWNER(F_OWNER_PID, me));
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, -group), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), -group);
	CHECK_EQ(get_owner(p.r), OWNER(F_OWNER_PGRP, group));
	CHECK_EQ(set_owner(p.r, F_OWNER_TID, me), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), me);
	CHECK_EQ(get_owner(p.r), OWNER(F_OWNER_TID, me));
	CHECK_EQ(set_owner(p.r, F_OWNER_PGRP, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), 0);
}

CASE(bad_owners)
{
	struct ends p = new_pipe();
	int dead;

	CHILD(dead)
		;
	CHECK_EXIT(dead, 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, dead), -ESRCH);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, -dead), -ESRCH);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, INT32_MIN), -EINVAL);
	CHECK_EQ(set_owner(p.r, 3, 1), -EINVAL);
	CHECK_EQ(set_owner(p.r, -1, 1), -EINVAL);
	CHECK_EQ(set_owner(p.r, F_OWNER_PID, dead), -ESRCH);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN_EX, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN_EX, hole()), -EFAULT);
	CHECK_EQ(get_owner(p.r), OWNER(F_OWNER_TID, 0));
}

CASE(bad_signals)
{
	struct ends p = new_pipe();

	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETSIG), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, 65), -EINVAL);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, -1), -EINVAL);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, 64), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETSIG), 64);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETSIG), 0);
}

CASE(an_owner_that_ended_reads_as_none)
{
	struct ends p = new_pipe();
	int pid = start_sleeper();

	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, pid), 0);
	CHECK_EQ(set_async(p.r, 1), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), pid);
	end_child(pid);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), 0);
	put(p.w, 1);
}

CASE(settings_belong_to_the_open_file)
{
	struct ends p = new_pipe();
	int other = sys(SYS_dup, p.r), pid;

	CHECK_EQ(sys(SYS_fcntl, other, F_SETSIG, RT), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETSIG), RT);
	CHECK_EQ(sys(SYS_fcntl, p.w, F_GETSIG), 0);
	CHILD(pid)
		CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, sys(SYS_getppid)), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), sys(SYS_getpid));
}

CASE(fork_does_not_change_the_owner)
{
	struct ends p = new_pipe();
	int pid;

	listen_to(p.r, RT);
	CHILD(pid) {
		put(p.w, 1);
		CHECK_EQ(told(), 0);
	}
	CHECK_EQ(told_soon(), 1);
	CHECK_EXIT(pid, 0);
}

/* A child that waits for `sig` and answers, by its exit status, whether it came within a moment. */
static int start_listener(int sig, int *ready, int group)
{
	int pid;

	CHILD(pid) {
		uint64_t set = sigbit(sig);
		struct timespec limit = {3, 0};
		set_mask(SIG_BLOCK, set);
		if (group >= 0)
			sys(SYS_setpgid, 0, group);
		__atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
		_exit(sys(SYS_rt_sigtimedwait, &set, 0, &limit, KSIGSET) == sig);
	}
	return pid;
}

static void await(const int *count, int n)
{
	while (__atomic_load_n(count, __ATOMIC_SEQ_CST) < n)
		sleep_ms(1);
}

CASE(a_child_may_be_the_owner)
{
	struct ends p = new_pipe();
	int *ready = shared_page(), pid = start_listener(RT, ready, -1);

	await(ready, 1);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, pid), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, RT), 0);
	CHECK_EQ(set_async(p.r, 1), 0);
	put(p.w, 1);
	CHECK_EXIT(pid, 1);
}

CASE(every_member_of_a_group_is_told)
{
	struct ends p = new_pipe();
	int *ready = shared_page();
	int first = start_listener(RT, ready, 0);

	await(ready, 1);
	int second = start_listener(RT, ready, first), third = start_listener(RT, ready, first);
	await(ready, 3);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, -first), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, RT), 0);
	CHECK_EQ(set_async(p.r, 1), 0);
	put(p.w, 1);
	CHECK_EXIT(first, 1);
	CHECK_EXIT(second, 1);
	CHECK_EXIT(third, 1);
}

CASE(the_own_group_is_told_before_the_write_returns)
{
	struct ends p = new_pipe();

	listen_to(p.r, RT);
	CHECK_EQ(sys(SYS_setpgid, 0, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, -sys(SYS_getpid)), 0);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.fd, p.r);
}

static int go_on, by_thread;

static int thread_waits(void *arg)
{
	(void)arg;
	uint64_t set = sigbit(RT);
	struct timespec limit = {3, 0};

	__atomic_store_n(&go_on, 1, __ATOMIC_SEQ_CST);
	by_thread = sys(SYS_rt_sigtimedwait, &set, 0, &limit, KSIGSET);
	return 0;
}

CASE(a_thread_may_be_the_owner)
{
	struct ends p = new_pipe();
	int done = 0;

	set_mask(SIG_BLOCK, sigbit(RT));
	long tid = start_thread(&done, thread_waits, NULL);
	await(&go_on, 1);
	CHECK_EQ(set_owner(p.r, F_OWNER_TID, tid), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, RT), 0);
	CHECK_EQ(set_async(p.r, 1), 0);
	put(p.w, 1);
	join_thread(&done);
	CHECK_EQ(by_thread, RT);
	CHECK_EQ(get_pending(), 0);
	/* the thread's word is cleared a moment before its number is given up */
	for (int i = 0; i < STATE_WAIT_MS && get_owner(p.r) != OWNER(F_OWNER_TID, 0); i++)
		sleep_ms(1);
	CHECK_EQ(get_owner(p.r), OWNER(F_OWNER_TID, 0));
}

CASE(the_number_of_a_thread_with_type_pid_is_its_process)
{
	struct ends p = new_pipe();
	int done = 0;

	set_mask(SIG_BLOCK, sigbit(RT) | sigbit(SIGIO));
	long tid = start_thread(&done, thread_waits, NULL);
	await(&go_on, 1);
	CHECK_EQ(set_owner(p.r, F_OWNER_PID, tid), 0);
	CHECK_EQ(set_async(p.r, 1), 0);
	put(p.w, 1);
	CHECK_EQ(get_pending() & sigbit(SIGIO), sigbit(SIGIO));
	CHECK_EQ(sys(SYS_tgkill, sys(SYS_getpid), tid, RT), 0);
	join_thread(&done);
}

/* In a child that is somebody else: makes `owner` the owner of fd. */
static void set_owner_as(int uid, int fd, int owner)
{
	int pid;

	CHILD(pid) {
		CHECK(become(uid));
		CHECK_EQ(sys(SYS_fcntl, fd, F_SETOWN, owner), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(anybody_may_be_named_but_only_ones_own_are_told)
{
	struct ends p = new_pipe();

	NEEDS_ROOT();
	note_signals();
	set_owner_as(OTHER_USER, p.r, sys(SYS_getpid));
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETOWN), sys(SYS_getpid));
	CHECK_EQ(set_async(p.r, 1), 0);
	put(p.w, 1); /* root does it, but who named the owner could not have signalled him */
	CHECK_EQ(told(), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, sys(SYS_getpid)), 0);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
}

CASE(the_ids_are_those_of_the_moment)
{
	struct ends p = new_pipe();
	int *ready = shared_page(), pid;
	unsigned uids[2] = {9, 9};

	NEEDS_ROOT();
	int target = start_listener(SIGIO, ready, -1);
	await(ready, 1);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresuid, OTHER_USER, 0, 0), 0);
		CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, target), 0);
		CHECK_EQ(set_async(p.r, 1), 0);
		CHECK_EQ(sys(SYS_setresuid, OTHER_USER, OTHER_USER, OTHER_USER), 0);
		put(p.w, 1); /* now he could not, but he could then */
	}
	CHECK_EXIT(pid, 0);
	CHECK_EXIT(target, 1);
	long r = sys(SYS_fcntl, p.r, GETOWNER_UIDS, uids);
	if (r == -EINVAL)
		SKIP("a kernel without checkpoints");
	CHECK_EQ(r, 0);
	CHECK_EQ(uids[0], OTHER_USER);
	CHECK_EQ(uids[1], 0);
}

CASE(in_a_group_only_those_who_may_be_signalled)
{
	struct ends p = new_pipe();
	int *ready = shared_page(), pid;

	NEEDS_ROOT();
	int root = start_listener(SIGUSR2, ready, 0); /* waits for something else, in vain */
	await(ready, 1);
	CHILD(pid) {
		uint64_t set = sigbit(RT);
		struct timespec limit = {3, 0};
		set_mask(SIG_BLOCK, set);
		sys(SYS_setpgid, 0, root);
		CHECK(become(OTHER_USER));
		CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, -root), 0);
		CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, RT), 0);
		CHECK_EQ(set_async(p.r, 1), 0);
		put(p.w, 1); /* RT would kill the other one */
		CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, &limit, KSIGSET), RT);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_kill, root, SIGUSR2), 0);
	CHECK_EXIT(root, 1);
}

CASE(unhandled_it_kills)
{
	struct ends p = new_pipe();
	int pid;

	CHILD(pid) {
		CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, sys(SYS_getpid)), 0);
		CHECK_EQ(set_async(p.r, 1), 0);
		put(p.w, 1);
	}
	CHECK_KILLED(pid, SIGIO);
}

CASE(switching_while_events_come)
{
	struct ends p = new_pipe();
	int pid, other;

	listen_to(p.r, 0);
	CHILD(pid)
		for (int i = 0; i < 3000; i++) {
			char c = 0;
			sys(SYS_write, p.w, &c, 1);
		}
	CHILD(other)
		for (int i = 0; i < 1000; i++) {
			CHECK_EQ(set_async(p.r, i & 1), 0);
			CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, i & 2 ? -sys(SYS_getpgrp) : sys(SYS_getppid)), 0);
		}
	char bytes[PAGE];
	while (sys(SYS_wait4, other, 0, WNOHANG, 0) == 0)
		sys(SYS_read, p.r, bytes, sizeof(bytes));
	sys(SYS_kill, pid, SIGKILL);
	reap(pid);
	CHECK_EQ(set_async(p.r, 1), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, sys(SYS_getpid)), 0);
	told();
	while (sys(SYS_read, p.r, bytes, sizeof(bytes)) > 0)
		;
	put(p.w, 1);
	CHECK_EQ(told(), 1);
}
