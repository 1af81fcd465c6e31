// SPDX-License-Identifier: MIT
/*
 * process/ids: user and group ids, supplementary groups, capabilities.
 *
 * Promise   without the capability an id only becomes one that the task has; leaving root leaves its
 *           capabilities; capset(2) only lets go.
 * Linux     credentials(7), setresuid(2), capabilities(7), capget(2).
 */
#include <sys/prctl.h>
#include "tests/abi/abi.h"

enum { V1 = 0x19980330, V3 = CAP_HEADER_V3, CAP_SETUID_BIT = 1 << 7, CAP_CHOWN_BIT = 1, FEW = 0x3f };

struct cap_header {
	uint32_t version;
	int pid;
};

struct cap_sets {
	uint32_t effective, permitted, inheritable;
};

static struct cap_sets caps(void)
{
	struct cap_header h = {V3, 0};
	struct cap_sets data[2];

	CHECK_EQ(sys(SYS_capget, &h, data), 0);
	return data[0];
}

static long set_caps(uint32_t effective, uint32_t permitted, uint32_t inheritable)
{
	struct cap_header h = {V3, 0};
	struct cap_sets data[2] = {{effective, permitted, inheritable}};

	return sys(SYS_capset, &h, data);
}

static void check_uids(unsigned real, unsigned effective, unsigned saved)
{
	unsigned r, e, s;

	CHECK_EQ(sys(SYS_getresuid, &r, &e, &s), 0);
	CHECK_EQ(r, real);
	CHECK_EQ(e, effective);
	CHECK_EQ(s, saved);
	CHECK_EQ(sys(SYS_getuid), real);
	CHECK_EQ(sys(SYS_geteuid), effective);
}

static void check_gids(unsigned real, unsigned effective, unsigned saved)
{
	unsigned r, e, s;

	CHECK_EQ(sys(SYS_getresgid, &r, &e, &s), 0);
	CHECK_EQ(r, real);
	CHECK_EQ(e, effective);
	CHECK_EQ(s, saved);
	CHECK_EQ(sys(SYS_getgid), real);
	CHECK_EQ(sys(SYS_getegid), effective);
}

CASE(setuid_of_root_sets_all)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setuid, 1000), 0);
	check_uids(1000, 1000, 1000);
	CHECK_EQ(sys(SYS_setuid, 0), -EPERM);
	CHECK_EQ(sys(SYS_setuid, -1), -EINVAL);
	CHECK_EQ(caps().permitted, 0);
}

CASE(setuid_of_others_goes_back_to_real_or_saved)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setresuid, 1000, 1001, 1002), 0);
	CHECK_EQ(sys(SYS_setuid, 1001), -EPERM);
	CHECK_EQ(sys(SYS_setuid, 1002), 0);
	check_uids(1000, 1002, 1002);
	CHECK_EQ(sys(SYS_setuid, 1000), 0);
	check_uids(1000, 1000, 1002);
}

CASE(setreuid_and_the_saved_id)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setreuid, 1000, 1001), 0);
	check_uids(1000, 1001, 1001);
	CHECK_EQ(sys(SYS_setreuid, 1001, 1000), 0);
	check_uids(1001, 1000, 1000);
	CHECK_EQ(sys(SYS_setreuid, -1, 1001), 0);
	check_uids(1001, 1001, 1000);
	CHECK_EQ(sys(SYS_setreuid, 1000, -1), -EPERM);
	CHECK_EQ(sys(SYS_setreuid, -1, 5), -EPERM);
}

CASE(setresuid_takes_any_of_the_three)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setresuid, -1, -1, -1), 0);
	CHECK_EQ(sys(SYS_setresuid, 1000, 1001, 1002), 0);
	CHECK_EQ(sys(SYS_setresuid, 1002, 1000, 1001), 0);
	check_uids(1002, 1000, 1001);
	CHECK_EQ(sys(SYS_setresuid, -1, 1003, -1), -EPERM);
	check_uids(1002, 1000, 1001);
}

CASE(groups_follow_the_same_rules)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setgid, 5), 0);
	check_gids(5, 5, 5);
	CHECK_EQ(sys(SYS_setregid, 6, 7), 0);
	check_gids(6, 7, 7);
	CHECK_EQ(sys(SYS_setresgid, 10, 11, 12), 0);
	CHECK_EQ(sys(SYS_setresuid, 1000, 1000, 1000), 0);
	CHECK_EQ(sys(SYS_setgid, 12), 0);
	check_gids(10, 12, 12);
	CHECK_EQ(sys(SYS_setgid, 11), -EPERM);
	CHECK_EQ(sys(SYS_setregid, 12, -1), 0);
	CHECK_EQ(sys(SYS_setregid, 10, -1), -EPERM);
	CHECK_EQ(sys(SYS_setresgid, -1, -1, 99), -EPERM);
	CHECK_EQ(sys(SYS_setgid, -1), -EINVAL);
}

CASE(setfsuid_answers_the_old_one)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setfsuid, 1000), 0);
	CHECK_EQ(caps().effective & CAP_CHOWN_BIT, 0);
	CHECK(caps().permitted & CAP_CHOWN_BIT);
	CHECK_EQ(sys(SYS_setfsuid, -1), 1000);
	CHECK_EQ(sys(SYS_setfsuid, 0), 1000);
	CHECK(caps().effective & CAP_CHOWN_BIT);
	CHECK_EQ(sys(SYS_setfsgid, 7), 0);
	CHECK_EQ(sys(SYS_setfsgid, 7), 7);
	CHECK_EQ(sys(SYS_setresuid, 1000, 1000, 1000), 0);
	CHECK_EQ(sys(SYS_setfsuid, 5), 1000);
	CHECK_EQ(sys(SYS_setfsuid, -1), 1000);
}

CASE(effective_root_alone_has_the_effective_set)
{
	uint32_t all;

	NEEDS_ROOT();
	all = caps().permitted;
	CHECK_EQ(sys(SYS_setresuid, -1, 1000, -1), 0);
	CHECK_EQ(caps().effective, 0);
	CHECK_EQ(caps().permitted, all);
	CHECK_EQ(sys(SYS_setresuid, -1, 0, -1), 0);
	CHECK_EQ(caps().effective, all);
}

CASE(keepcaps_keeps_the_permitted_ones)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_setuid, 1000), 0);
	CHECK_EQ(caps().effective, 0);
	CHECK(caps().permitted & CAP_SETUID_BIT);
	CHECK_EQ(set_caps(CAP_SETUID_BIT, CAP_SETUID_BIT, 0), 0);
	CHECK_EQ(sys(SYS_setuid, 2000), 0);
	check_uids(2000, 2000, 2000);
}

CASE(ids_are_the_threads_own_and_children_inherit_them)
{
	int pid;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setresgid, 10, 11, 12), 0);
	CHECK_EQ(sys(SYS_setresuid, 1000, 1001, 1002), 0);
	CHILD(pid) {
		check_uids(1000, 1001, 1002);
		check_gids(10, 11, 12);
	}
	CHECK_EXIT(pid, 0);
}

CASE(supplementary_groups_are_sorted)
{
	unsigned set[] = {9, 3, 7, 3, 1}, got[8] = {0};
	const unsigned want[] = {1, 3, 3, 7, 9};

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setgroups, 5, set), 0);
	CHECK_EQ(sys(SYS_getgroups, 0, 0), 5);
	CHECK_EQ(sys(SYS_getgroups, 8, got), 5);
	CHECK_MEM(got, want, sizeof(want));
	CHECK_EQ(sys(SYS_getgroups, 4, got), -EINVAL);
	CHECK_EQ(sys(SYS_getgroups, -1, got), -EINVAL);
	CHECK_EQ(sys(SYS_getgroups, 8, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_setgroups, 65537, set), -EINVAL);
	CHECK_EQ(sys(SYS_setgroups, 3, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_setgroups, 0, 0), 0);
	CHECK_EQ(sys(SYS_getgroups, 8, got), 0);
}

CASE(many_groups_in_any_order)
{
	static unsigned set[65536];

	NEEDS_ROOT();
	for (unsigned i = 0; i < 65536; i++)
		set[i] = 65535 - i;
	CHECK_EQ(sys(SYS_setgroups, 65536, set), 0);
	CHECK_EQ(sys(SYS_getgroups, 65536, set), 65536);
	for (unsigned i = 0; i < 65536; i++)
		CHECK_EQ(set[i], i);
	CHECK_EQ(sys(SYS_setgroups, 0, 0), 0);
}

CASE(setgroups_needs_the_capability)
{
	unsigned group = 1;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_setresuid, 1000, 1000, 1000), 0);
	CHECK_EQ(sys(SYS_setgroups, 1, &group), -EPERM);
}

CASE(capset_only_lets_go)
{
	NEEDS_ROOT();
	CHECK_EQ(set_caps(FEW, FEW, 1), 0);
	CHECK_EQ(caps().permitted, FEW);
	CHECK_EQ(set_caps(FEW, FEW | 0x40, 0), -EPERM);
	CHECK_EQ(set_caps(FEW, 1, 0), -EPERM);
	CHECK_EQ(set_caps(1, 1, 0), 0);
	CHECK_EQ(set_caps(0, 0, 1), 0);
	CHECK_EQ(set_caps(0, 0, 2), -EPERM);
}

CASE(capget_versions_and_targets)
{
	struct cap_header h = {0x123, 0};
	struct cap_sets data[2];

	CHECK_EQ(sys(SYS_capget, &h, 0), 0);
	CHECK_EQ(h.version, V3);
	h.version = 0x123;
	CHECK_EQ(sys(SYS_capget, &h, data), -EINVAL);
	h = (struct cap_header){V1, -1};
	CHECK_EQ(sys(SYS_capget, &h, data), -EINVAL);
	h.pid = getppid();
	CHECK_EQ(sys(SYS_capget, &h, data), 0);
	h.pid = 0x3fffffff;
	CHECK_EQ(sys(SYS_capget, &h, data), -ESRCH);
	h.pid = getppid();
	CHECK_EQ(sys(SYS_capset, &h, data), -EPERM);
	CHECK_EQ(sys(SYS_capget, hole(), data), -EFAULT);
}
