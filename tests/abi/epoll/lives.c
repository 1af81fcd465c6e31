// SPDX-License-Identifier: MIT
/*
 * epoll/lives: files closed, duplicated, inherited and passed on while they are watched; races.
 *
 * Promise   an item lives until it is deleted, or the last descriptor of its file is closed, or the set
 * Linux     epoll(7), questions 6 and 8
 */
#include "tests/abi/epoll/epoll.h"
#include "tests/abi/thread.h"

enum { ROUNDS = 300, GRAPH = 32, GRAPH_STEPS = 3000 };

CASE(the_last_close_removes_the_item)
{
	int ep = new_set(), fd = new_counter(1);

	watch(ep, fd, EPOLLIN);
	sys(SYS_close, fd);
	CHECK_EQ(look(ep, NULL), 0);
	CHECK_EQ(new_counter(1), fd);
	CHECK_EQ(look(ep, NULL), 0);
	watch(ep, fd, EPOLLIN);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
}

CASE(a_duplicate_keeps_the_item)
{
	int ep = new_set(), fd = new_counter(1), copy = sys(SYS_dup, fd);

	watch(ep, fd, EPOLLIN);
	sys(SYS_close, fd);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_DEL, fd, 0), -EBADF);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_DEL, copy, 0), -ENOENT);
	sys(SYS_close, copy);
	CHECK_EQ(look(ep, NULL), 0);
}

CASE(a_child_keeps_the_item)
{
	int ep = new_set(), fd = new_counter(1), gate = new_counter(0), pid;

	CHILD(pid) {
		struct pollfd p = {.fd = gate, .events = POLLIN};

		sys(SYS_poll, &p, 1, LONG_MS);
	}
	watch(ep, fd, EPOLLIN);
	sys(SYS_close, fd);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	tell(gate);
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(look(ep, NULL), 0);
}

CASE(a_child_shares_the_set)
{
	int ep = new_set(), fd = new_counter(1), pid;

	CHILD(pid) {
		watch(ep, fd, EPOLLIN);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHILD(pid) {
		unwatch(ep, fd);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(look(ep, NULL), 0);
}

CASE(what_a_child_opened_goes_with_it)
{
	int ep = new_set(), pid;

	CHILD(pid) {
		watch(ep, new_counter(1), EPOLLIN);
		CHECK_EQ(look(ep, NULL), 1);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(look(ep, NULL), 0);
}

CASE(close_on_exec_of_the_set_and_of_the_file)
{
	int ep = sys(SYS_epoll_create1, EPOLL_CLOEXEC), kept = new_set(), fd = new_counter(1), pid;

	sys(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
	watch(ep, fd, EPOLLIN);
	watch(kept, fd, EPOLLIN);
	CHILD(pid) {
		char *argv[] = {"true", NULL}, *envp[] = {NULL};

		sys(SYS_execve, "/bin/true", argv, envp);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(look_at(kept, fd), EPOLLIN);
}

CASE(closing_the_set_first)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN);
	sys(SYS_close, ep);
	tell(fd);
	sys(SYS_close, fd);
}

CASE(a_thousand_items_and_one_close)
{
	int ep = new_set(), first = -1, last = -1;

	for (int i = 0; i < 900; i++) {
		last = new_counter(i % 2);
		if (first < 0)
			first = last;
		watch(ep, last, EPOLLIN);
	}
	struct epoll_event ev[900];
	CHECK_EQ(sys(SYS_epoll_wait, ep, ev, 900, 0), 450);
	for (int fd = first; fd <= last; fd += 2)
		unwatch(ep, fd);
	CHECK_EQ(sys(SYS_epoll_wait, ep, ev, 900, 0), 450);
	sys(SYS_close, ep);
}

static int shared_ep, shared_fd;
static volatile int stop;

static int write_for_ever(void *arg)
{
	unsigned long one = 1;

	while (!stop)
		sys(SYS_write, shared_fd, &one, 8);
	return arg != NULL;
}

/* The writer's wake races with add, modify and delete. */
CASE(changes_while_it_is_written, .timeout = 30)
{
	int done;

	shared_ep = new_set();
	shared_fd = new_counter(0);
	CHECK(start_thread(&done, write_for_ever, NULL) > 0);
	for (int i = 0; i < ROUNDS; i++) {
		watch(shared_ep, shared_fd, EPOLLIN | (i & 1 ? EPOLLET : 0));
		look(shared_ep, NULL);
		modify(shared_ep, shared_fd, EPOLLIN | EPOLLONESHOT);
		look(shared_ep, NULL);
		unwatch(shared_ep, shared_fd);
		CHECK_EQ(look(shared_ep, NULL), 0);
	}
	stop = 1;
	join_thread(&done);
}

CASE(no_item_twice_in_one_answer, .timeout = 30)
{
	int done[2];

	shared_ep = new_set();
	shared_fd = new_counter(0);
	watch(shared_ep, shared_fd, EPOLLIN | EPOLLET);
	for (int i = 0; i < 2; i++)
		CHECK(start_thread(&done[i], write_for_ever, NULL) > 0);
	for (int i = 0; i < 20 * ROUNDS; i++) {
		struct epoll_event ev[MANY];

		CHECK(sys(SYS_epoll_wait, shared_ep, ev, MANY, 0) <= 1);
	}
	stop = 1;
	join_thread(&done[0]);
	join_thread(&done[1]);
}

static int make_and_close(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int ep = new_set();

		control(ep, EPOLL_CTL_ADD, shared_fd, EPOLLIN, 0);
		sys(SYS_close, ep);
	}
	stop = 1;
	return arg != NULL;
}

CASE(sets_that_come_and_go_while_it_is_written, .timeout = 30)
{
	int writer, maker;

	shared_fd = new_counter(0);
	CHECK(start_thread(&writer, write_for_ever, NULL) > 0);
	CHECK(start_thread(&maker, make_and_close, NULL) > 0);
	join_thread(&maker);
	join_thread(&writer);
}

static int wait_for_ever(void *arg)
{
	struct epoll_event ev[4];

	while (!stop)
		sys(SYS_epoll_wait, shared_ep, ev, 4, 1);
	return arg != NULL;
}

CASE(files_that_come_and_go_while_somebody_waits, .timeout = 30)
{
	int waiter;

	shared_ep = new_set();
	CHECK(start_thread(&waiter, wait_for_ever, NULL) > 0);
	for (int i = 0; i < ROUNDS; i++) {
		int fds[2];

		CHECK_EQ(sys(SYS_pipe2, fds, 0), 0);
		watch(shared_ep, fds[0], EPOLLIN);
		watch(shared_ep, fds[1], EPOLLOUT | EPOLLET);
		sys(SYS_write, fds[1], "x", 1);
		sys(SYS_close, fds[i & 1]);
		sys(SYS_close, fds[~i & 1]);
	}
	stop = 1;
	join_thread(&waiter);
	CHECK_EQ(look(shared_ep, NULL), 0);
}

static int graph[GRAPH];

/* Whatever the order: the graph never gets a loop, and nothing hangs. */
static int change_graph(void *arg)
{
	unsigned seed = (unsigned)(long)arg;

	for (int i = 0; i < GRAPH_STEPS; i++) {
		seed = seed * 1103515245 + 12345;
		int *a = &graph[(seed >> 8) % GRAPH], *b = &graph[(seed >> 16) % GRAPH];

		switch ((seed >> 24) % 8) {
		case 0:
			sys(SYS_dup2, sys(SYS_epoll_create1, 0), *a);
			break;
		case 1: case 2:
			sys(SYS_epoll_ctl, *a, EPOLL_CTL_DEL, *b, 0);
			break;
		case 3:
			look(*a, NULL);
			break;
		case 4:
			poll_now(*a, POLLIN);
			break;
		default:
			control(*a, EPOLL_CTL_ADD, *b, EPOLLIN | (seed >> 20 & 1 ? EPOLLET : 0), *b);
		}
		if ((seed >> 12) % 16 == 0)
			tell(shared_fd);
	}
	return 0;
}

CASE(a_graph_of_sets_that_changes, .timeout = 60)
{
	int done[3];

	NEEDS_MACHINE("makes epoll sets at random");
	shared_fd = new_counter(0);
	for (int i = 0; i < GRAPH; i++)
		graph[i] = new_set();
	for (int i = 0; i < 3; i++)
		CHECK(start_thread(&done[i], change_graph, (void *)(long)(i + 1)) > 0);
	for (int i = 0; i < GRAPH; i++)
		control(graph[i], EPOLL_CTL_ADD, shared_fd, EPOLLIN, 0);
	for (int i = 0; i < 3; i++)
		join_thread(&done[i]);
	sys(SYS_close_range, 3, ~0u, 0);
}

/* --- queues that end before the file: CVE-2021-39698 and its like --- */

CASE(a_signalfd_whose_adder_has_gone)
{
	int ep = new_set(), fd, pid;
	uint64_t mask = sigbit(SIGUSR1);

	set_mask(SIG_BLOCK, mask);
	fd = sys(SYS_signalfd4, -1, &mask, KSIGSET, 0);
	CHILD(pid) {
		watch(ep, fd, EPOLLIN);
	}
	CHECK_EQ(reap(pid), 0);
	/* the queue is gone; the item is not, and who looks sees his own signals */
	look(ep, NULL);
	sys(SYS_kill, sys(SYS_getpid), SIGUSR1);
	look(ep, NULL);
	CHECK_EQ(control(ep, EPOLL_CTL_ADD, fd, EPOLLIN, fd), -EEXIST);
	modify(ep, fd, EPOLLIN);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	unwatch(ep, fd);
	CHECK_EQ(look(ep, NULL), 0);
}

CASE(a_signalfd_whose_adder_ends_while_the_set_is_closed, .timeout = 30)
{
	uint64_t mask = sigbit(SIGUSR1);

	set_mask(SIG_BLOCK, mask);
	for (int i = 0; i < 50; i++) {
		int ep = new_set(), fd = sys(SYS_signalfd4, -1, &mask, KSIGSET, 0), pid;

		CHILD(pid) {
			watch(ep, fd, EPOLLIN);
			sys(SYS_kill, sys(SYS_getpid), SIGUSR1);
		}
		if (i & 1)
			sys(SYS_kill, pid, SIGKILL);
		sys(SYS_close, ep);
		sys(SYS_close, fd);
		reap(pid);
	}
}

CASE(a_signalfd_of_another_process_sees_ones_own_signals)
{
	int ep = new_set(), pid, fd;
	uint64_t mask = sigbit(SIGUSR1);

	set_mask(SIG_BLOCK, mask);
	fd = sys(SYS_signalfd4, -1, &mask, KSIGSET, 0);
	watch(ep, fd, EPOLLIN);
	sys(SYS_kill, sys(SYS_getpid), SIGUSR1);
	CHILD(pid) {
		CHECK_EQ(look(ep, NULL), 0);
	}
	CHECK_EQ(reap(pid), 0);
	modify(ep, fd, EPOLLIN);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
}
