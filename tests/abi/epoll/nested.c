// SPDX-License-Identifier: MIT
/*
 * epoll/nested: sets inside sets.
 *
 * Promise   a set is ready while something in it is; a wake reaches the outermost; at most five lie in a row,
 *           and none in itself
 * Linux     epoll(7), epoll_ctl(2): ELOOP
 */
#include "tests/abi/epoll/epoll.h"

enum { CHAIN = 5, WIDTH = 8 };

/* sets[i] lies in sets[i + 1]. */
static void make_chain(int *sets, int n, unsigned events)
{
	for (int i = 0; i < n; i++) {
		sets[i] = new_set();
		if (i > 0)
			watch(sets[i], sets[i - 1], EPOLLIN | events);
	}
}

CASE(an_inner_set_is_ready_while_something_is)
{
	int outer = new_set(), inner = new_set(), fd = new_counter(0);

	watch(outer, inner, EPOLLIN);
	CHECK_EQ(look_at(outer, inner), 0);
	watch(inner, fd, EPOLLIN);
	tell(fd);
	CHECK_EQ(look_at(outer, inner), EPOLLIN);
	CHECK_EQ(look_at(outer, inner), EPOLLIN);
	CHECK_EQ(look_at(inner, fd), EPOLLIN);
	CHECK_EQ(look_at(outer, inner), EPOLLIN);
	take_all(fd);
	CHECK_EQ(look_at(outer, inner), 0);
}

CASE(a_ready_set_is_told_when_added)
{
	int outer = new_set(), inner = new_set();

	watch(inner, new_counter(1), EPOLLIN);
	watch(outer, inner, EPOLLIN | EPOLLET);
	CHECK_EQ(look_at(outer, inner), EPOLLIN);
	CHECK_EQ(look_at(outer, inner), 0);
}

CASE(edges_pass_through)
{
	int outer = new_set(), inner = new_set(), fd = new_counter(0);

	watch(inner, fd, EPOLLIN | EPOLLET);
	watch(outer, inner, EPOLLIN | EPOLLET);
	for (int i = 0; i < 3; i++) {
		tell(fd);
		CHECK_EQ(look_at(outer, inner), EPOLLIN);
		CHECK_EQ(look_at(outer, inner), 0);
		CHECK_EQ(look_at(inner, fd), EPOLLIN);
		CHECK_EQ(look_at(outer, inner), 0);
	}
}

CASE(a_look_at_the_inner_set_is_no_edge_outside)
{
	int outer = new_set(), inner = new_set(), fd = new_counter(0);

	watch(inner, fd, EPOLLIN);
	watch(outer, inner, EPOLLIN | EPOLLET);
	tell(fd);
	CHECK_EQ(look_at(outer, inner), EPOLLIN);
	CHECK_EQ(look_at(inner, fd), EPOLLIN);
	CHECK_EQ(look_at(inner, fd), EPOLLIN);
	CHECK_EQ(look_at(outer, inner), 0);
}

CASE(a_used_up_edge_inside_is_not_told_outside)
{
	int outer = new_set(), inner = new_set(), fd = new_counter(0);

	watch(inner, fd, EPOLLIN | EPOLLET);
	watch(outer, inner, EPOLLIN);
	tell(fd);
	CHECK_EQ(look_at(inner, fd), EPOLLIN);
	CHECK_EQ(look_at(outer, inner), 0);
}

CASE(a_wake_reaches_the_outermost)
{
	int sets[CHAIN], fd = new_counter(0), pid;

	make_chain(sets, CHAIN, EPOLLET);
	watch(sets[0], fd, EPOLLIN | EPOLLET);
	CHILD(pid) {
		struct epoll_event ev;

		CHECK_EQ(sys(SYS_epoll_wait, sets[CHAIN - 1], &ev, 1, -1), 1);
		CHECK_EQ(ev.data.u64, sets[CHAIN - 2]);
	}
	tap_wait_blocked(pid);
	tell(fd);
	CHECK_EQ(reap(pid), 0);
}

CASE(poll_reaches_the_innermost)
{
	int sets[CHAIN], fd = new_counter(0);

	make_chain(sets, CHAIN, 0);
	watch(sets[0], fd, EPOLLIN);
	CHECK_EQ(poll_now(sets[CHAIN - 1], POLLIN), 0);
	tell(fd);
	CHECK_EQ(poll_now(sets[CHAIN - 1], POLLIN), POLLIN);
	take_all(fd);
	CHECK_EQ(poll_now(sets[CHAIN - 1], POLLIN), 0);
}

CASE(five_in_a_row_and_no_more)
{
	int sets[CHAIN], more = new_set();

	make_chain(sets, CHAIN, 0);
	CHECK_EQ(control(more, EPOLL_CTL_ADD, sets[CHAIN - 1], EPOLLIN, 0), -ELOOP);
	CHECK_EQ(control(sets[0], EPOLL_CTL_ADD, more, EPOLLIN, 0), -ELOOP);
	watch(sets[0], new_counter(0), EPOLLIN);
	unwatch(sets[1], sets[0]);
	watch(more, sets[CHAIN - 1], EPOLLIN);
}

CASE(from_the_top_down_too)
{
	int sets[CHAIN + 1];

	for (int i = 0; i <= CHAIN; i++)
		sets[i] = new_set();
	for (int i = 1; i < CHAIN; i++)
		watch(sets[i - 1], sets[i], EPOLLIN);
	CHECK_EQ(control(sets[CHAIN - 1], EPOLL_CTL_ADD, sets[CHAIN], EPOLLIN, 0), -ELOOP);
}

CASE(joining_two_chains)
{
	int a[3], b[3], c[2];

	make_chain(a, 3, 0);
	make_chain(b, 3, 0);
	make_chain(c, 2, 0);
	CHECK_EQ(control(a[0], EPOLL_CTL_ADD, b[2], EPOLLIN, 0), -ELOOP);
	CHECK_EQ(control(a[0], EPOLL_CTL_ADD, c[1], EPOLLIN, 0), 0);
}

CASE(no_set_in_itself)
{
	int a = new_set(), b = new_set(), c = new_set();

	CHECK_EQ(control(a, EPOLL_CTL_ADD, a, EPOLLIN, 0), -EINVAL);
	CHECK_EQ(control(a, EPOLL_CTL_ADD, sys(SYS_dup, a), EPOLLIN, 0), -EINVAL);
	watch(a, b, EPOLLIN);
	CHECK_EQ(control(b, EPOLL_CTL_ADD, a, EPOLLIN, 0), -ELOOP);
	watch(b, c, EPOLLIN);
	CHECK_EQ(control(c, EPOLL_CTL_ADD, a, EPOLLIN, 0), -ELOOP);
	unwatch(a, b);
	watch(c, a, EPOLLIN);
}

CASE(two_ways_to_one_set)
{
	int top = new_set(), left = new_set(), right = new_set(), bottom = new_set(), fd = new_counter(0);

	watch(top, left, EPOLLIN);
	watch(top, right, EPOLLIN);
	watch(left, bottom, EPOLLIN);
	watch(right, bottom, EPOLLIN);
	watch(bottom, fd, EPOLLIN);
	tell(fd);
	CHECK_EQ(look(top, NULL), 2);
	take_all(fd);
	CHECK_EQ(look(top, NULL), 0);
}

CASE(exclusive_is_not_for_sets)
{
	CHECK_EQ(control(new_set(), EPOLL_CTL_ADD, new_set(), EPOLLIN | EPOLLEXCLUSIVE, 0), -EINVAL);
}

CASE(closing_the_inner_set)
{
	int outer = new_set(), inner = new_set(), fd = new_counter(1);

	watch(inner, fd, EPOLLIN);
	watch(outer, inner, EPOLLIN);
	CHECK_EQ(look_at(outer, inner), EPOLLIN);
	sys(SYS_close, inner);
	CHECK_EQ(look(outer, NULL), 0);
	tell(fd);
	CHECK_EQ(look(outer, NULL), 0);
}

CASE(closing_the_outer_set)
{
	int outer = new_set(), inner = new_set(), fd = new_counter(0);

	watch(inner, fd, EPOLLIN);
	watch(outer, inner, EPOLLIN);
	sys(SYS_close, outer);
	tell(fd);
	CHECK_EQ(look_at(inner, fd), EPOLLIN);
}

CASE(a_closed_link_makes_the_chain_shorter)
{
	int sets[CHAIN], more = new_set();

	make_chain(sets, CHAIN, 0);
	sys(SYS_close, sets[2]);
	watch(more, sets[CHAIN - 1], EPOLLIN);
	watch(sets[0], sets[CHAIN - 1], EPOLLIN);
}

/* Every set of a layer in every one of the next: a walk that went every way would never end. */
CASE(a_graph_of_many_ways, .timeout = 20)
{
	int sets[CHAIN][WIDTH], fd = new_counter(0), inside = new_set();

	for (int layer = 0; layer < CHAIN; layer++)
		for (int i = 0; i < WIDTH; i++) {
			sets[layer][i] = new_set();
			for (int below = 0; layer > 0 && below < WIDTH; below++)
				watch(sets[layer][i], sets[layer - 1][below], EPOLLIN);
		}
	CHECK_EQ(control(sets[0][0], EPOLL_CTL_ADD, inside, EPOLLIN, 0), -ELOOP);
	long err = control(sets[0][WIDTH - 1], EPOLL_CTL_ADD, fd, EPOLLIN, 0);
	CHECK(err == 0 || (err == -EINVAL && !tap_is_parley())); /* Linux has counted the ways */
	if (err)
		return;
	tell(fd);
	for (int i = 0; i < WIDTH; i++)
		CHECK_EQ(poll_now(sets[CHAIN - 1][i], POLLIN), POLLIN);
	take_all(fd);
	for (int i = 0; i < WIDTH; i++)
		CHECK_EQ(poll_now(sets[CHAIN - 1][i], POLLIN), 0);
}
