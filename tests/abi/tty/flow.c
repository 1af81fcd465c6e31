// SPDX-License-Identifier: MIT
/*
 * tty/flow: stopping and starting output, and packet mode, in which the master hears of it.
 *
 * Promise   ^S and ^Q, TCXONC; TIOCPKT's bits; a stop holds writers and is told once.
 * Linux     termios(3), ioctl_tty(2).
 */
#include "tests/abi/tty/pair.h"

enum { CTRL_Q = 0x11, CTRL_S = 0x13 };

static struct pair packet_pair(void)
{
	struct pair p = new_pair();
	int on = 1;

	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCPKT, &on), 0);
	CHECK_EQ(count_of(p.m, TIOCGPKT), 1);
	return p;
}

CASE(stop_holds_output)
{
	struct pair p = new_pair();
	int pid;

	type(p.m, "\023");
	for (int64_t end = now_ms() + EXPECT_MS; revents(p.s) & POLLOUT && now_ms() < end;)
		sleep_ms(1);
	CHECK_EQ(revents(p.s), 0);
	CHILD(pid) {
		type(p.s, "held");
	}
	tap_wait_blocked(pid);
	expect_none(p.m);
	type(p.m, "\021");
	expect(p.m, "held");
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(stop_and_nonblocking)
{
	struct pair p = new_pair();

	fcntl(p.s, F_SETFL, O_NONBLOCK);
	CHECK_EQ(tcflow(p.s, TCOOFF), 0);
	CHECK_EQ(sys(SYS_write, p.s, "x", 1), -EAGAIN);
	CHECK_EQ(tcflow(p.s, TCOON), 0);
	type(p.s, "y");
	expect(p.m, "y");
}

CASE(signal_interrupts_a_held_write)
{
	struct pair p = new_pair();
	int pid;

	tcflow(p.s, TCOOFF);
	CHILD(pid) {
		handle(SIGALRM, SIG_DFL, 0);
		type(p.s, "x");
	}
	tap_wait_blocked(pid);
	kill(pid, SIGALRM);
	CHECK_EQ(reap(pid), KILLED(SIGALRM));
}

CASE(any_character_starts)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_iflag |= IXANY);
	type(p.m, "\023");
	type(p.m, "z");
	expect(p.m, "z");
}

CASE(without_ixon_they_are_characters)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_iflag &= ~IXON);
	type(p.m, "\023\021\n");
	expect(p.m, "^S^Q\r\n");
	read_is(p.s, "\023\021\n");
}

CASE(ixon_off_ends_a_stop)
{
	struct pair p = new_pair();

	type(p.m, "\023");
	for (int64_t end = now_ms() + EXPECT_MS; revents(p.s) & POLLOUT && now_ms() < end;)
		sleep_ms(1);
	MODES(p.s, t.c_iflag &= ~IXON);
	type(p.s, "x");
	expect(p.m, "x");
}

CASE(stop_character_is_sent)
{
	struct pair p = new_pair();

	CHECK_EQ(tcflow(p.s, TCIOFF), 0);
	expect(p.m, "\023");
	CHECK_EQ(tcflow(p.s, TCION), 0);
	expect(p.m, "\021");
	CHECK_EQ(sys(SYS_ioctl, p.s, TCXONC, 4), -EINVAL);
}

CASE(packet_data)
{
	struct pair p = packet_pair();
	char c;

	type(p.s, "x\n");
	read_is(p.m, "\0x\r\n");
	type(p.s, "ab");
	wait_for(p.m, POLLIN);
	CHECK_EQ(sys(SYS_read, p.m, &c, 1), 1); /* room for the packet byte alone */
	CHECK_EQ(c, TIOCPKT_DATA);
	read_is(p.m, "\0ab");
	fcntl(p.m, F_SETFL, O_NONBLOCK);
	CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EAGAIN);
}

CASE(packet_flush)
{
	struct pair p = packet_pair();

	tcflush(p.s, TCIFLUSH);
	wait_for(p.m, POLLPRI);
	CHECK_EQ(revents(p.m), POLLIN | POLLPRI | POLLOUT);
	read_is(p.m, "\001");
	CHECK_EQ(revents(p.m), POLLOUT);
	tcflush(p.s, TCOFLUSH);
	read_is(p.m, "\002");
	tcflush(p.s, TCIOFLUSH);
	read_is(p.m, "\003");
}

CASE(packet_stop_and_start)
{
	struct pair p = packet_pair();

	type(p.m, "\023");
	read_is(p.m, "\004");
	type(p.m, "\021");
	read_is(p.m, "\010");
	tcflow(p.s, TCOOFF);
	read_is(p.m, "\004");
	tcflow(p.s, TCOON);
	read_is(p.m, "\010");
}

CASE(packet_last_state_counts)
{
	struct pair p = packet_pair();

	tcflow(p.s, TCOOFF);
	tcflow(p.s, TCOON);
	tcflush(p.s, TCIFLUSH);
	read_is(p.m, "\011");
}

CASE(packet_dostop)
{
	struct pair p = packet_pair();

	MODES(p.s, t.c_iflag &= ~IXON);
	read_is(p.m, "\020");
	MODES(p.s, t.c_iflag |= IXON);
	read_is(p.m, "\040");
	MODES(p.s, t.c_cc[VSTOP] = 1);
	read_is(p.m, "\020");
	MODES(p.s, t.c_cc[VSTOP] = 1);
	expect_none(p.m);
}

CASE(packet_interrupt)
{
	struct pair p = packet_pair();

	type(p.m, "\003");
	read_is(p.m, "\003");
	read_is(p.m, "\0^C");
}

CASE(packet_mode_off)
{
	struct pair p = packet_pair();
	int off = 0;

	tcflush(p.s, TCIFLUSH);
	CHECK_EQ(sys(SYS_ioctl, p.m, TIOCPKT, &off), 0);
	CHECK_EQ(count_of(p.m, TIOCGPKT), 0);
	type(p.s, "plain");
	read_is(p.m, "plain");
	tcflush(p.s, TCIFLUSH);
	expect_none(p.m);
}

CASE(packet_last_close)
{
	struct pair p = packet_pair();
	char c;

	type(p.s, "x");
	close(p.s);
	read_is(p.m, "\0x");
	CHECK_EQ(sys(SYS_read, p.m, &c, 1), -EIO);
}

CASE(packet_wakes_a_reader)
{
	struct pair p = packet_pair();
	int pid;

	CHILD(pid) {
		char c[4];
		CHECK_EQ(sys(SYS_read, p.m, c, 4), 1);
		CHECK_EQ(c[0], TIOCPKT_FLUSHREAD);
	}
	tap_wait_blocked(pid);
	tcflush(p.s, TCIFLUSH);
	CHECK_EQ(reap(pid), EXITED(0));
}
