// SPDX-License-Identifier: MIT
/*
 * tty/raw: reads without lines: VMIN, VTIME, counts, readiness.
 *
 * Promise   termios(3)'s four cases of VMIN and VTIME.
 * Linux     termios(3), ioctl_tty(2).
 */
#include "tests/abi/tty/pair.h"

enum { TENTH_MS = 100, LATE_MS = 3000 };

static struct pair raw_pair(int min, int time)
{
	struct pair p = new_pair();

	make_raw(p.s, min, time);
	return p;
}

CASE(min_0_time_0_never_waits)
{
	struct pair p = raw_pair(0, 0);
	char c[8];

	CHECK_EQ(sys(SYS_read, p.s, c, 8), 0);
	type(p.m, "ab");
	read_is(p.s, "ab");
}

CASE(min_0_time_0_nonblocking_is_the_same)
{
	struct pair p = raw_pair(0, 0);
	char c[8];

	fcntl(p.s, F_SETFL, O_NONBLOCK);
	CHECK_EQ(sys(SYS_read, p.s, c, 8), 0);
}

CASE(min_waits_for_so_many)
{
	struct pair p = raw_pair(3, 0);
	int pid;

	CHILD(pid) {
		char c[8];
		CHECK_EQ(sys(SYS_read, p.s, c, 8), 3);
		CHECK_MEM(c, "abc", 3);
	}
	tap_wait_blocked(pid);
	type(p.m, "ab");
	tap_wait_blocked(pid);
	type(p.m, "c");
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(min_above_the_buffer)
{
	struct pair p = raw_pair(8, 0);
	char c[2];

	type(p.m, "ab");
	wait_for(p.m, POLLOUT);
	CHECK_EQ(sys(SYS_read, p.s, c, 2), 2);
	CHECK_MEM(c, "ab", 2);
}

CASE(min_and_nonblocking)
{
	struct pair p = raw_pair(3, 0);
	char c[8];

	fcntl(p.s, F_SETFL, O_NONBLOCK);
	CHECK_EQ(sys(SYS_read, p.s, c, 8), -EAGAIN);
	type(p.m, "ab");
	for (int64_t end = now_ms() + EXPECT_MS; count_of(p.s, FIONREAD) < 2 && now_ms() < end;)
		sleep_ms(1);
	CHECK_EQ(sys(SYS_read, p.s, c, 8), 2);
}

CASE(min_decides_readiness)
{
	struct pair p = raw_pair(3, 0);

	type(p.m, "ab");
	expect_none(p.s);
	type(p.m, "c");
	wait_for(p.s, POLLIN);
	make_raw(p.s, 5, 1); /* with a time-out one byte is enough */
	CHECK(revents(p.s) & POLLIN);
}

CASE(time_alone_is_a_limit)
{
	struct pair p = raw_pair(0, 2);
	int64_t start = now_ms();
	char c[8];

	CHECK_EQ(sys(SYS_read, p.s, c, 8), 0);
	CHECK(now_ms() - start >= 2 * TENTH_MS - 10 && now_ms() - start < LATE_MS);
	type(p.m, "x");
	start = now_ms();
	read_is(p.s, "x");
	CHECK(now_ms() - start < LATE_MS);
}

CASE(time_after_the_first_byte)
{
	struct pair p = raw_pair(5, 2);
	int pid;

	CHILD(pid) {
		char c[8];
		int64_t start = now_ms();
		CHECK_EQ(sys(SYS_read, p.s, c, 8), 2);
		CHECK(now_ms() - start >= 2 * TENTH_MS - 10);
	}
	tap_wait_blocked(pid);
	type(p.m, "ab");
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(time_does_not_start_without_a_byte)
{
	struct pair p = raw_pair(1, 1);
	int pid;

	CHILD(pid) {
		char c;
		CHECK_EQ(sys(SYS_read, p.s, &c, 1), 1);
	}
	sleep_ms(3 * TENTH_MS);
	CHECK_EQ(task_state(pid), 'S');
	type(p.m, "x");
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(counts)
{
	struct pair p = raw_pair(1, 0);

	CHECK_EQ(count_of(p.s, FIONREAD), 0);
	type(p.m, "abc");
	wait_for(p.s, POLLIN);
	CHECK_EQ(count_of(p.s, FIONREAD), 3);
	type(p.s, "defgh");
	wait_for(p.m, POLLIN);
	CHECK_EQ(count_of(p.m, FIONREAD), 5);
	CHECK_EQ(count_of(p.s, TIOCOUTQ), 0);
	CHECK_EQ(count_of(p.m, TIOCOUTQ), 0);
}

CASE(all_bytes_pass)
{
	struct pair p = raw_pair(1, 0);
	char all[256];

	for (int i = 0; i < 256; i++)
		all[i] = i;
	CHECK_EQ(sys(SYS_write, p.m, all, 256), 256);
	expect_bytes(__LINE__, p.s, all, 256);
	CHECK_EQ(sys(SYS_write, p.s, all, 256), 256);
	expect_bytes(__LINE__, p.m, all, 256);
}

CASE(echo_without_lines)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_lflag &= ~(ICANON | ISIG));
	type(p.m, "a\177\003\n");
	expect(p.m, "a^?^C^J");
	expect(p.s, "a\177\003\n");
}

CASE(flush_drops_what_was_typed)
{
	struct pair p = raw_pair(1, 0);

	type(p.m, "old");
	wait_for(p.s, POLLIN);
	CHECK_EQ(tcflush(p.s, TCIFLUSH), 0);
	CHECK_EQ(count_of(p.s, FIONREAD), 0);
	type(p.m, "new");
	expect(p.s, "new");
	CHECK_EQ(sys(SYS_ioctl, p.s, TCFLSH, 3), -EINVAL);
}

CASE(flush_by_the_master)
{
	struct pair p = raw_pair(1, 0);

	type(p.s, "has arrived");
	wait_for(p.m, POLLIN);
	CHECK_EQ(tcflush(p.s, TCOFLUSH), 0);
	expect(p.m, "has arrived");
	type(p.s, "old");
	wait_for(p.m, POLLIN);
	CHECK_EQ(tcflush(p.m, TCIFLUSH), 0);
	type(p.s, "new");
	expect(p.m, "new");
}

CASE(drain_and_break_end_at_once)
{
	struct pair p = raw_pair(1, 0);

	type(p.s, "unread");
	CHECK_EQ(tcdrain(p.s), 0);
	CHECK_EQ(sys(SYS_ioctl, p.m, TCSBRK, 1), 0);
	expect(p.m, "unread");
}

CASE(typing_for_another)
{
	struct pair p = raw_pair(1, 0);
	int pid;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSTI, "t"), 0);
	expect(p.s, "t");
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSTI, hole()), -EFAULT);
	CHILD(pid) {
		CHECK(become(NOBODY));
		long r = sys(SYS_ioctl, p.s, TIOCSTI, "t");
		CHECK(r == -EPERM || r == -EIO); /* dev.tty.legacy_tiocsti decides which */
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(speeds_are_kept)
{
	struct pair p = raw_pair(1, 0);
	struct termios2 two;

	MODES(p.s, t.c_cflag = (t.c_cflag & ~CBAUD) | B9600);
	CHECK_EQ(sys(SYS_ioctl, p.s, TCGETS2, &two), 0);
	CHECK_EQ(two.c_ospeed, 9600);
	two.c_cflag = (two.c_cflag & ~CBAUD) | BOTHER;
	two.c_ospeed = two.c_ispeed = 12345;
	CHECK_EQ(sys(SYS_ioctl, p.s, TCSETS2, &two), 0);
	memset(&two, 0, sizeof(two));
	CHECK_EQ(sys(SYS_ioctl, p.m, TCGETS2, &two), 0);
	CHECK_EQ(two.c_ospeed, 12345);
}

CASE(old_structure_is_the_lower_half)
{
	struct pair p = raw_pair(1, 0);
	struct termios2 before, after;
	struct termio old;

	CHECK_EQ(sys(SYS_ioctl, p.s, TCGETS2, &before), 0);
	CHECK_EQ(sys(SYS_ioctl, p.s, TCGETA, &old), 0);
	CHECK_EQ(old.c_iflag, before.c_iflag & 0xffff);
	CHECK_EQ(old.c_cflag, before.c_cflag & 0xffff);
	CHECK_MEM(old.c_cc, before.c_cc, sizeof(old.c_cc));
	for (int i = 0; i < 3; i++) {
		static const int set[] = {TCSETA, TCSETAW, TCSETAF};
		old.c_iflag ^= INLCR;
		old.c_cc[VINTR] = 'a' + i;
		CHECK_EQ(sys(SYS_ioctl, p.s, set[i], &old), 0);
		CHECK_EQ(sys(SYS_ioctl, p.m, TCGETS2, &after), 0);
		CHECK_EQ(after.c_cc[VINTR], 'a' + i);
		CHECK_EQ(after.c_iflag ^ before.c_iflag, i % 2 ? 0 : INLCR);
		CHECK_EQ(after.c_lflag, before.c_lflag);
		CHECK_EQ(after.c_ospeed, before.c_ospeed);
		CHECK_MEM(after.c_cc + NCC, before.c_cc + NCC, NCCS - NCC);
	}
	CHECK_EQ(sys(SYS_ioctl, p.s, TCGETA, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_ioctl, p.s, TCSETA, hole()), -EFAULT);
}

CASE(locked_modes_stay)
{
	struct pair p = raw_pair(1, 0);
	struct termios locked, now, was;
	int pid;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGLCKTRMIOS, &locked), 0);
	CHECK_EQ(locked.c_iflag | locked.c_oflag | locked.c_cflag | locked.c_lflag | locked.c_line, 0);
	CHECK_EQ(sys(SYS_ioctl, p.s, TCGETS, &was), 0);
	locked.c_lflag = ECHO;
	locked.c_cc[VEOF] = 1;
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSLCKTRMIOS, &locked), 0);
	now = was;
	now.c_lflag ^= ECHO | ICANON;
	now.c_cc[VEOF] = 'x';
	now.c_cc[VKILL] = 'y';
	CHECK_EQ(sys(SYS_ioctl, p.s, TCSETS, &now), 0);
	CHECK_EQ(sys(SYS_ioctl, p.s, TCGETS, &now), 0);
	CHECK_EQ(now.c_lflag, was.c_lflag ^ ICANON);
	CHECK_EQ(now.c_cc[VEOF], was.c_cc[VEOF]);
	CHECK_EQ(now.c_cc[VKILL], 'y');
	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCGLCKTRMIOS, &now), 0);
	CHECK_EQ(now.c_lflag, ECHO);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCGLCKTRMIOS, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSLCKTRMIOS, hole()), -EFAULT);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSLCKTRMIOS, &locked), -EPERM);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(discipline_is_the_usual)
{
	struct pair p = raw_pair(1, 0);
	int n = 0;

	CHECK_EQ(count_of(p.s, TIOCGETD), 0);
	CHECK_EQ(sys(SYS_ioctl, p.s, TIOCSETD, &n), 0);
	n = 99;
	CHECK(sys(SYS_ioctl, p.s, TIOCSETD, &n) < 0);
	CHECK_EQ(sys(SYS_ioctl, p.s, 0x54ff, 0), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, p.m, 0x54ff, 0), -ENOTTY);
}
