// SPDX-License-Identifier: MIT
/*
 * facts/system: what the machine says of itself: uname, sysinfo, getcpu, getrandom, personality, syslog, reboot.
 *
 * Promise   the facts agree with each other; who may not is refused before anything happens.
 * Linux     uname(2), sysinfo(2), sethostname(2), getrandom(2), personality(2), syslog(2), reboot(2).
 */
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include "tests/abi/abi.h"

enum { NONBLOCK = 1, RANDOM = 2, INSECURE = 4, PER_LINUX32 = 8 };

CASE(uname_says_linux)
{
	struct utsname u;

	CHECK_EQ(sys(SYS_uname, &u), 0);
	CHECK_STR(u.sysname, "Linux");
	CHECK_STR(u.machine, "x86_64");
	CHECK(u.release[0] >= '3' && u.release[0] <= '9');
	CHECK_EQ(sys(SYS_uname, hole()), -EFAULT);
}

CASE(personality_is_kept_and_inherited)
{
	struct utsname u;
	long old = sys(SYS_personality, 0xffffffffl);
	int pid;

	CHECK_EQ(old, 0);
	CHECK_EQ(sys(SYS_personality, 0x0040000l), 0);
	CHECK_EQ(sys(SYS_personality, 0xffffffffl), 0x0040000l);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_personality, 0xffffffffl), 0x0040000l);
		CHECK_EQ(sys(SYS_personality, PER_LINUX32), 0x0040000l);
		CHECK_EQ(sys(SYS_uname, &u), 0);
		CHECK_STR(u.machine, "i686");
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_personality, 0), 0x0040000l);
}

CASE(sysinfo_is_plausible)
{
	struct sysinfo s;

	CHECK_EQ(sys(SYS_sysinfo, &s), 0);
	CHECK(s.uptime > 0);
	CHECK(s.uptime - now_ns(7) / 1000000000 <= 1);
	CHECK(s.totalram * s.mem_unit >= 16ul << 20);
	CHECK(s.freeram <= s.totalram);
	CHECK(s.procs >= 1);
	CHECK_EQ(sys(SYS_sysinfo, hole()), -EFAULT);
}

CASE(getcpu_and_its_null_arguments)
{
	unsigned cpu = 9999, node = 9999;

	CHECK_EQ(sys(SYS_getcpu, &cpu, &node, 0), 0);
	CHECK(cpu < 1024 && node < 64);
	CHECK_EQ(sys(SYS_getcpu, 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_getcpu, hole(), 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_getcpu, 0, hole(), 0), -EFAULT);
}

CASE(random_bytes)
{
	unsigned char a[64] = {0}, b[64] = {0};
	char *end = page_end(PROT_READ | PROT_WRITE);
	static unsigned char many[100000];
	int zeroes = 0;

	CHECK_EQ(sys(SYS_getrandom, a, 64, 0), 64);
	CHECK_EQ(sys(SYS_getrandom, b, 64, NONBLOCK), 64);
	CHECK(memcmp(a, b, 64) != 0);
	CHECK_EQ(sys(SYS_getrandom, a, 10, INSECURE), 10);
	CHECK_EQ(sys(SYS_getrandom, a, 10, RANDOM), 10);
	CHECK_EQ(sys(SYS_getrandom, a, 0, 0), 0);
	CHECK_EQ(sys(SYS_getrandom, a, 10, 8), -EINVAL);
	CHECK_EQ(sys(SYS_getrandom, a, 10, RANDOM | INSECURE), -EINVAL);
	CHECK_EQ(sys(SYS_getrandom, hole(), 10, 0), -EFAULT);
	CHECK(sys(SYS_getrandom, end - 16, 300, 0) <= 16);
	CHECK_EQ(sys(SYS_getrandom, many, sizeof(many), 0), sizeof(many));
	for (size_t i = 0; i < sizeof(many); i++)
		zeroes += many[i] == 0;
	CHECK(zeroes > 200 && zeroes < 700);
}

CASE(names_are_guarded)
{
	char name[70];
	int pid;

	NEEDS_ROOT();
	memset(name, 'x', sizeof(name));
	CHECK_EQ(sys(SYS_sethostname, name, 65), -EINVAL);
	CHECK_EQ(sys(SYS_sethostname, name, -1), -EINVAL);
	CHECK_EQ(sys(SYS_sethostname, hole(), 5), -EFAULT);
	CHECK_EQ(sys(SYS_setdomainname, name, 65), -EINVAL);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_sethostname, name, 65), -EPERM);
		CHECK_EQ(sys(SYS_setdomainname, name, 5), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(log_for_everybody_and_for_the_chosen)
{
	char line[64];
	int pid;

	CHECK(sys(SYS_syslog, 10, 0, 0) > 0);
	CHECK(sys(SYS_syslog, 3, line, 0) == 0);
	CHECK_EQ(sys(SYS_syslog, 3, 0, 10), -EINVAL);
	CHECK_EQ(sys(SYS_syslog, 3, line, -1), -EINVAL);
	CHECK_EQ(sys(SYS_syslog, 3, -8L, 8), -EFAULT); /* also where no line is that short */
	CHECK_EQ(sys(SYS_syslog, 3, -8L, 0), 0);
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_syslog, 2, -8L, 8), -EFAULT);
	CHECK_EQ(sys(SYS_syslog, 2, -8L, 0), 0);
	CHECK_EQ(sys(SYS_syslog, 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_syslog, 1, 0, 0), 0);
	CHECK_EQ(sys(SYS_syslog, 2, line, -1), -EINVAL);
	CHECK_EQ(sys(SYS_syslog, 2, line, 0), 0);
	CHECK_EQ(sys(SYS_syslog, 8, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_syslog, 8, 0, 9), -EINVAL);
	CHECK(sys(SYS_syslog, 9, 0, 0) >= 0);
	CHECK_EQ(sys(SYS_syslog, 11, 0, 0), -EINVAL);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_syslog, 2, line, 10), -EPERM);
		CHECK_EQ(sys(SYS_syslog, 5, 0, 0), -EPERM);
		CHECK_EQ(sys(SYS_syslog, 9, 0, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(reboot_needs_its_numbers_and_the_right)
{
	int pid;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_reboot, 1, 672274793, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_reboot, 0xfee1dead, 1, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_reboot, 0xfee1dead, 672274793, 0x999, 0), -EINVAL);
	CHECK_EQ(sys(SYS_reboot, 0xfee1dead, 672274793, 0xa1b2c3d4, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_reboot, 0xfee1dead, 672274793, 0, 0), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_reboot, 1, 2, 3, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}
