// SPDX-License-Identifier: MIT
/*
 * process/filecaps: capabilities of files, and what execve(2) makes of all sets.
 *
 * Promise   P'(permitted) = (P(inheritable) & F(inheritable)) | (F(permitted) & P(bounding)) | P'(ambient), and
 *           the rest of capabilities(7) "Transformation of capabilities during execve()": set-user-ID programs, root,
 *           securebits, no_new_privs; a change of the file takes its capabilities away.
 * Linux     capabilities(7), execve(2), xattr(7)
 */
#include <sys/prctl.h>
#include "tests/abi/process/stack.h"
#include "tests/abi/program.h"

enum {
	CHOWN = 1 << 0, FOWNER = 1 << 3, KILL = 1 << 5, SETUID = 1 << 7, USER = 4321,
	SECURE_NOROOT = 1, SECURE_NO_FIXUP = 4, SECURE_KEEP = 16, EFFECTIVE = 1,
	MS_NOSUID_ = 2,
};

struct sets {
	uint32_t effective, permitted, inheritable;
};

struct value {
	uint32_t magic;
	struct {
		uint32_t permitted, inheritable;
	} part[2];
	uint32_t rootid;
};

static long put_value(const char *path, const struct value *v, size_t size)
{
	return sys(SYS_setxattr, path, "security.capability", v, size, 0);
}

static long give(const char *path, uint32_t permitted, uint32_t inheritable, int effective)
{
	struct value v = {.magic = 0x02000000 | effective, .part = {{permitted, inheritable}}};

	return put_value(path, &v, 20);
}

static long value_size(const char *path)
{
	struct value v;

	return sys(SYS_getxattr, path, "security.capability", &v, sizeof(v));
}

static struct sets my_caps(void)
{
	struct {
		uint32_t version;
		int pid;
	} h = {CAP_HEADER_V3, 0};
	struct sets data[2];

	CHECK_EQ(sys(SYS_capget, &h, data), 0);
	return data[0];
}

static long set_caps(uint32_t effective, uint32_t permitted, uint32_t inheritable)
{
	struct {
		uint32_t version;
		int pid;
	} h = {CAP_HEADER_V3, 0};
	struct sets data[2] = {{effective, permitted, inheritable}};

	return sys(SYS_capset, &h, data);
}

/* What a program says of itself that was run after before(). */
struct outcome {
	struct sets caps;
	long secure, euid;
};

static struct outcome run(const char *path, void (*before)(void))
{
	static struct stack s;
	struct sets data[2];
	char *argv[] = {"p", 0}, *envp[] = {0};
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		sys(SYS_dup2, fd[1], 1);
		before();
		_exit(-sys(SYS_execve, path, argv, envp));
	}
	sys(SYS_close, fd[1]);
	long n = sys(SYS_read, fd[0], data, sizeof(data));
	if (n != sizeof(data)) {
		int status = reap(pid);
		sys(SYS_close, fd[0]);
		return (struct outcome){.secure = -(status >> 8)};
	}
	stack_read(&s, fd[0]);
	CHECK_EXIT(pid, 0);
	sys(SYS_close, fd[0]);
	return (struct outcome){data[0], s.aux[AT_SECURE], s.aux[AT_EUID]};
}

#define CHECK_CAPS(OUTCOME, EFFECTIVE_, PERMITTED_) \
	do { \
		CHECK_EQ((OUTCOME).caps.effective, EFFECTIVE_); \
		CHECK_EQ((OUTCOME).caps.permitted, PERMITTED_); \
	} while (0)

static void start_case(void)
{
	NEEDS_ROOT();
	scratch();
	CHECK_EQ(sys(SYS_chmod, "/proc/self/cwd", 0755), 0);
	write_program("p", PROGRAM_CAPS);
}

static void as_user(void)
{
	CHECK(become(USER));
}

static void as_root(void)
{
}

CASE(without_any_a_user_has_none)
{
	start_case();
	struct outcome o = run("./p", as_user);
	CHECK_CAPS(o, 0, 0);
	CHECK_EQ(o.secure, 0);
}

CASE(permitted_ones_with_the_effective_bit)
{
	start_case();
	CHECK_EQ(give("p", CHOWN | KILL, 0, EFFECTIVE), 0);
	struct outcome o = run("./p", as_user);
	CHECK_CAPS(o, CHOWN | KILL, CHOWN | KILL);
	CHECK_EQ(o.secure, 1);
	CHECK_EQ(o.euid, USER);
}

CASE(permitted_ones_without_it)
{
	start_case();
	CHECK_EQ(give("p", CHOWN, 0, 0), 0);
	struct outcome o = run("./p", as_user);
	CHECK_CAPS(o, 0, CHOWN);
	CHECK_EQ(o.secure, 1);
}

static void inherit_kill(void)
{
	struct sets c = my_caps();

	CHECK_EQ(set_caps(c.effective, c.permitted, KILL), 0);
	as_user();
}

CASE(inheritable_ones_need_both_sides)
{
	start_case();
	struct outcome o = run("./p", inherit_kill);
	CHECK_CAPS(o, 0, 0);
	CHECK_EQ(o.caps.inheritable, KILL);
	CHECK_EQ(give("p", 0, KILL | FOWNER, EFFECTIVE), 0);
	o = run("./p", inherit_kill);
	CHECK_CAPS(o, KILL, KILL);
	CHECK_EQ(o.caps.inheritable, KILL);
	o = run("./p", as_user);
	CHECK_CAPS(o, 0, 0);
	CHECK_EQ(give("p", CHOWN, KILL, 0), 0);
	o = run("./p", inherit_kill);
	CHECK_CAPS(o, 0, CHOWN | KILL);
}

static void unbound_chown(void)
{
	CHECK_EQ(sys(SYS_prctl, PR_CAPBSET_DROP, 0), 0);
	as_user();
}

CASE(the_bounding_set_limits_what_is_permitted)
{
	start_case();
	CHECK_EQ(give("p", CHOWN | KILL, 0, 0), 0);
	struct outcome o = run("./p", unbound_chown);
	CHECK_CAPS(o, 0, KILL);
}

CASE(a_program_that_would_lack_effective_ones_is_not_run)
{
	start_case();
	CHECK_EQ(give("p", CHOWN | KILL, 0, EFFECTIVE), 0);
	CHECK_EQ(run("./p", unbound_chown).secure, -EPERM);
}

static void inherit_chown_unbound(void)
{
	struct sets c = my_caps();

	CHECK_EQ(set_caps(c.effective, c.permitted, CHOWN), 0);
	unbound_chown();
}

CASE(what_is_inheritable_may_be_out_of_bounds)
{
	start_case();
	CHECK_EQ(give("p", CHOWN, CHOWN, EFFECTIVE), 0);
	struct outcome o = run("./p", inherit_chown_unbound);
	CHECK_CAPS(o, CHOWN, CHOWN);
}

static void no_new_privs(void)
{
	as_user();
	CHECK_EQ(sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
}

CASE(no_new_privileges_means_none)
{
	start_case();
	CHECK_EQ(give("p", CHOWN, 0, 0), 0);
	struct outcome o = run("./p", no_new_privs);
	CHECK_CAPS(o, 0, 0);
	CHECK_EQ(give("p", CHOWN, 0, EFFECTIVE), 0);
	o = run("./p", no_new_privs);
	CHECK_CAPS(o, 0, 0);
}

static void weak_root_without_new_privs(void)
{
	CHECK_EQ(set_caps(KILL, KILL, 0), 0);
	CHECK_EQ(sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
}

static void weak_root(void)
{
	CHECK_EQ(set_caps(KILL, KILL, 0), 0);
}

CASE(root_gets_all_again_unless_it_wants_no_new_privileges)
{
	struct sets mine = my_caps();

	start_case();
	struct outcome o = run("./p", weak_root);
	CHECK_EQ(o.caps.permitted & (CHOWN | KILL | FOWNER), CHOWN | KILL | FOWNER);
	CHECK_EQ(o.caps.effective, o.caps.permitted);
	CHECK_EQ(o.caps.permitted & mine.permitted, mine.permitted);
	o = run("./p", weak_root_without_new_privs);
	CHECK_CAPS(o, KILL, KILL);
}

CASE(set_user_id_root_with_own_ones_has_only_those)
{
	start_case();
	CHECK_EQ(sys(SYS_chmod, "p", 04755), 0);
	CHECK_EQ(give("p", CHOWN, 0, EFFECTIVE), 0);
	struct outcome o = run("./p", as_user);
	CHECK_CAPS(o, CHOWN, CHOWN);
	CHECK_EQ(o.euid, 0);
	CHECK_EQ(o.secure, 1);
}

CASE(set_user_id_root_without_own_ones_has_all)
{
	start_case();
	CHECK_EQ(sys(SYS_chmod, "p", 04755), 0);
	struct outcome o = run("./p", as_user);
	CHECK_EQ(o.caps.effective & (CHOWN | KILL | FOWNER), CHOWN | KILL | FOWNER);
	CHECK_EQ(o.euid, 0);
	CHECK_EQ(o.secure, 1);
}

CASE(root_itself_has_all_whatever_the_file_says)
{
	start_case();
	CHECK_EQ(give("p", CHOWN, 0, 0), 0);
	struct outcome o = run("./p", as_root);
	CHECK_EQ(o.caps.effective & (CHOWN | KILL | FOWNER), CHOWN | KILL | FOWNER);
	CHECK_EQ(o.secure, 0);
}

static void no_root(void)
{
	CHECK_EQ(sys(SYS_prctl, PR_SET_SECUREBITS, SECURE_NOROOT), 0);
}

CASE(with_noroot_root_has_what_the_file_gives)
{
	start_case();
	struct outcome o = run("./p", no_root);
	CHECK_CAPS(o, 0, 0);
	CHECK_EQ(give("p", CHOWN, 0, EFFECTIVE), 0);
	o = run("./p", no_root);
	CHECK_CAPS(o, CHOWN, CHOWN);
}

static void ambient_kill(void)
{
	CHECK_EQ(sys(SYS_prctl, PR_SET_KEEPCAPS, 1), 0);
	CHECK(become(USER));
	CHECK_EQ(set_caps(KILL, KILL, KILL), 0);
	CHECK_EQ(sys(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 5, 0, 0), 0);
}

CASE(ambient_ones_stay_without_being_secure)
{
	start_case();
	struct outcome o = run("./p", ambient_kill);
	CHECK_CAPS(o, KILL, KILL);
	CHECK_EQ(o.caps.inheritable, KILL);
	CHECK_EQ(o.secure, 0);
}

CASE(a_file_with_own_ones_ends_the_ambient_ones)
{
	start_case();
	CHECK_EQ(give("p", CHOWN, 0, 0), 0);
	struct outcome o = run("./p", ambient_kill);
	CHECK_CAPS(o, 0, CHOWN);
	CHECK_EQ(give("p", 0, 0, 0), 0); /* having an empty set is having one */
	o = run("./p", ambient_kill);
	CHECK_CAPS(o, 0, 0);
}

CASE(set_id_bits_end_the_ambient_ones)
{
	start_case();
	CHECK_EQ(sys(SYS_chown, "p", USER + 1, USER + 1), 0);
	CHECK_EQ(sys(SYS_chmod, "p", 04755), 0);
	struct outcome o = run("./p", ambient_kill);
	CHECK_CAPS(o, 0, 0);
	CHECK_EQ(sys(SYS_chmod, "p", 02755), 0);
	o = run("./p", ambient_kill);
	CHECK_CAPS(o, 0, 0);
}

static void keep_caps_alone(void)
{
	CHECK_EQ(sys(SYS_prctl, PR_SET_KEEPCAPS, 1), 0);
	CHECK(become(USER));
	CHECK(my_caps().permitted & KILL);
}

CASE(kept_ones_end_with_the_exec)
{
	start_case();
	struct outcome o = run("./p", keep_caps_alone);
	CHECK_CAPS(o, 0, 0);
}

CASE(a_script_gives_nothing)
{
	static const char script[] = "#!./p\n";

	start_case();
	write_file("script", script, sizeof(script) - 1, 0755);
	CHECK_EQ(give("script", CHOWN, 0, EFFECTIVE), 0);
	struct outcome o = run("./script", as_user);
	CHECK_CAPS(o, 0, 0);
	CHECK_EQ(give("p", KILL, 0, EFFECTIVE), 0); /* but its interpreter does */
	o = run("./script", as_user);
	CHECK_CAPS(o, KILL, KILL);
}

CASE(those_for_another_root_do_not_count)
{
	struct value v = {.magic = 0x03000001, .part = {{CHOWN, 0}}, .rootid = 1000};

	start_case();
	CHECK_EQ(put_value("p", &v, sizeof(v)), 0);
	CHECK_EQ(value_size("p"), sizeof(v));
	struct outcome o = run("./p", as_user);
	CHECK_CAPS(o, 0, 0);
}

CASE(those_for_root_are_those_for_all)
{
	struct value v = {.magic = 0x03000001, .part = {{CHOWN, 0}}}, got = {0};

	start_case();
	CHECK_EQ(put_value("p", &v, sizeof(v)), 0);
	CHECK_EQ(sys(SYS_getxattr, "p", "security.capability", &got, sizeof(got)), 20);
	CHECK_EQ(got.magic, 0x02000001);
	CHECK_EQ(got.part[0].permitted, CHOWN);
	struct outcome o = run("./p", as_user);
	CHECK_CAPS(o, CHOWN, CHOWN);
}

CASE(values_that_are_refused)
{
	struct value v = {.magic = 0x02000000};

	start_case();
	CHECK_EQ(put_value("p", &v, 19), -EINVAL);
	CHECK_EQ(put_value("p", &v, 24), -EINVAL);
	CHECK_EQ(put_value("p", &v, 3), -EINVAL);
	v.magic = 0x01000000;
	CHECK_EQ(put_value("p", &v, 12), -EINVAL);
	v.magic = 0x03000000;
	CHECK_EQ(put_value("p", &v, 20), -EINVAL);
	v.magic = 0x04000000;
	CHECK_EQ(put_value("p", &v, 20), -EINVAL);
	v.magic = 0x02000002;
	CHECK_EQ(put_value("p", &v, 20), -EINVAL);
	CHECK_EQ(value_size("p"), -ENODATA);
}

CASE(only_who_may_give_them)
{
	int pid;

	start_case();
	CHECK_EQ(sys(SYS_chown, "p", USER, USER), 0);
	CHILD(pid) {
		CHECK(become(USER));
		CHECK_EQ(give("p", CHOWN, 0, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(give("p", CHOWN, 0, 0), 0);
	CHILD(pid) {
		CHECK(become(USER));
		CHECK_EQ(value_size("p"), 20); /* everybody may look */
		CHECK_EQ(sys(SYS_removexattr, "p", "security.capability"), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_removexattr, "p", "security.capability"), 0);
	CHECK_EQ(value_size("p"), -ENODATA);
}

static void check_survives(long result, int yes)
{
	CHECK(result >= 0);
	CHECK_EQ(value_size("p"), yes ? 20 : -ENODATA);
	CHECK_EQ(give("p", CHOWN, 0, 0), 0);
}

CASE(changes_of_the_file_take_them_away)
{
	start_case();
	CHECK_EQ(give("p", CHOWN, 0, 0), 0);
	int fd = sys(SYS_open, "p", O_RDWR);
	check_survives(sys(SYS_chmod, "p", 0700), 1);
	CHECK_EQ(sys(SYS_rename, "p", "q"), 0);
	check_survives(sys(SYS_rename, "q", "p"), 1);
	check_survives(sys(SYS_link, "p", "q"), 1);
	check_survives(sys(SYS_write, fd, "x", 1), 0);
	check_survives(sys(SYS_ftruncate, fd, 100), 0);
	check_survives(sys(SYS_chown, "p", 0, 0), 0);
	check_survives(sys(SYS_chown, "p", -1, -1), 0);
	check_survives(sys(SYS_open, "p", O_WRONLY | O_TRUNC), 0);
	check_survives(sys(SYS_read, fd, (char[4]){0}, 4), 1);
}

static int *is_there;

static int stay(void *arg)
{
	(void)arg;
	sys(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
	*(volatile int *)is_there = 1;
	for (;;)
		sys(SYS_pause);
	return 0;
}

static char other_stack[16384] __attribute__((aligned(16)));

static void share_directory(void)
{
	void **sp = (void **)(other_stack + sizeof(other_stack)) - 2;
	long pid;

	as_user();
	sp[0] = (void *)stay;
	__asm__ volatile("syscall\n test %%rax, %%rax\n jnz 1f\n xor %%ebp, %%ebp\n pop %%rax\n call *%%rax\n 1:"
		: "=a"(pid)
		: "a"(SYS_clone), "D"(0x200 /* CLONE_FS */), "S"(sp), "d"(0)
		: "rcx", "r11", "memory");
	CHECK(pid > 0);
	while (!*(volatile int *)is_there)
		sleep_ms(1);
}

CASE(who_shares_his_directory_gets_nothing)
{
	start_case();
	is_there = shared_page();
	CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1), 0);
	CHECK_EQ(give("p", CHOWN, 0, 0), 0);
	struct outcome o = run("./p", share_directory);
	CHECK_CAPS(o, 0, 0);
	CHECK(sys(SYS_wait4, -1, 0, 0, 0) > 0); /* the other one, which ended with him */
}

CASE(a_mount_without_set_id_gives_nothing)
{
	start_case();
	NEEDS_MACHINE("mounts");
	CHECK_EQ(sys(SYS_mkdir, "m", 0755), 0);
	CHECK_EQ(sys(SYS_mount, "none", "m", "tmpfs", MS_NOSUID_, "mode=755"), 0);
	write_program("m/p", PROGRAM_CAPS);
	CHECK_EQ(give("m/p", CHOWN, 0, EFFECTIVE), 0);
	struct outcome o = run("m/p", as_user);
	CHECK_CAPS(o, 0, 0);
	CHECK_EQ(sys(SYS_umount2, "m", 0), 0);
}

/* --- ids and securebits without exec --- */

CASE(without_fixup_changes_of_ids_change_no_set)
{
	struct sets before = my_caps();

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_prctl, PR_SET_SECUREBITS, SECURE_NO_FIXUP), 0);
	CHECK(become(USER));
	struct sets after = my_caps();
	CHECK_EQ(after.effective, before.effective);
	CHECK_EQ(after.permitted, before.permitted);
}

CASE(file_rights_follow_the_file_system_id)
{
	struct sets before = my_caps();
	uint32_t of_files = CHOWN | 1 << 1 | 1 << 2 | FOWNER | 1 << 4;

	NEEDS_ROOT();
	sys(SYS_setfsuid, USER);
	CHECK_EQ(my_caps().effective & of_files, 0);
	CHECK_EQ(my_caps().effective & KILL, before.effective & KILL);
	CHECK_EQ(my_caps().permitted, before.permitted);
	sys(SYS_setfsuid, 0);
	CHECK_EQ(my_caps().effective, before.effective);
}

CASE(locked_bits_stay)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_prctl, PR_SET_SECUREBITS, SECURE_NOROOT | SECURE_NOROOT << 1), 0);
	CHECK_EQ(sys(SYS_prctl, PR_SET_SECUREBITS, 0), -EPERM);
	CHECK_EQ(sys(SYS_prctl, PR_SET_SECUREBITS, SECURE_NOROOT << 1), -EPERM);
	CHECK_EQ(sys(SYS_prctl, PR_SET_SECUREBITS, SECURE_NOROOT | SECURE_NOROOT << 1 | SECURE_KEEP), 0);
	CHECK_EQ(sys(SYS_prctl, PR_GET_KEEPCAPS), 1);
}

CASE(dropping_what_ambient_ones_stand_on_drops_them)
{
	NEEDS_ROOT();
	ambient_kill();
	CHECK_EQ(set_caps(KILL, KILL, 0), 0);
	CHECK_EQ(sys(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 5, 0, 0), 0);
	CHECK_EQ(sys(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 5, 0, 0), -EPERM);
}

CASE(leaving_root_ends_ambient_ones_even_if_others_are_kept)
{
	struct sets c = my_caps();

	NEEDS_ROOT();
	CHECK_EQ(set_caps(c.effective, c.permitted, KILL), 0);
	CHECK_EQ(sys(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 5, 0, 0), 0);
	CHECK_EQ(sys(SYS_prctl, PR_SET_KEEPCAPS, 1), 0);
	CHECK(become(USER));
	CHECK_EQ(sys(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 5, 0, 0), 0);
	CHECK_EQ(my_caps().permitted & KILL, KILL);
	CHECK_EQ(my_caps().effective, 0);
}
