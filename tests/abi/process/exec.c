// SPDX-License-Identifier: MIT
/*
 * process/exec: what execve and execveat run, refuse, keep and change.
 *
 * Promise   the new program finds its arguments, environment and auxiliary vector on an aligned stack;
 *           a refusal leaves the old one untouched; the other threads end and the caller takes the
 *           process's id; what is not for the new program is reset or closed.
 * Linux     execve(2), execveat(2), elf(5), getauxval(3).
 */
#include <sys/auxv.h>
#include <sys/resource.h>
#include "tests/abi/process/stack.h"
#include "tests/abi/thread.h"

enum { STRING_MAX = 128 * 1024, EXECVE_CHECK = 0x10000, EMPTY_PATH = 0x1000, NO_FOLLOW = 0x100,
	REFUSED = 110 /* exit status of a child whose execve failed, plus the errno */ };

static const char *const one[] = {"one", NULL};
static const char *const none[] = {NULL};

static long exec(const char *path, const char *const argv[])
{
	return sys(SYS_execve, path, argv, none);
}

/* The wait status of path run with argc arguments, or the negative errno of execve. */
static long run(const char *path)
{
	int pid, status;

	CHILD(pid)
		_exit(REFUSED - exec(path, one));
	status = reap(pid);
	return status >> 8 > REFUSED ? REFUSED - (status >> 8) : status;
}

CASE(arguments_and_environment)
{
	static struct stack s;
	const char *argv[] = {"name", "", "two words", NULL}, *envp[] = {"A=1", "B", NULL};

	scratch();
	write_program("p", PROGRAM_DUMP);
	CHECK_EQ(stack_of(&s, "p", argv, envp), 0);
	CHECK_EQ(s.argc, 3);
	CHECK_STR(stack_arg(&s, 0), "name");
	CHECK_STR(stack_arg(&s, 1), "");
	CHECK_STR(stack_arg(&s, 2), "two words");
	CHECK_EQ(s.envc, 2);
	CHECK_STR(stack_env(&s, 0), "A=1");
	CHECK_STR(stack_env(&s, 1), "B");
}

CASE(strings_lie_one_behind_the_other)
{
	static struct stack s;
	const char *argv[] = {"name", "arg", NULL}, *envp[] = {"A=1", NULL};

	scratch();
	write_program("p", PROGRAM_DUMP);
	CHECK_EQ(stack_of(&s, "p", argv, envp), 0);
	CHECK_EQ(stack_word(&s, 2), stack_word(&s, 1) + sizeof("name"));
	CHECK_EQ(stack_word(&s, 4), stack_word(&s, 2) + sizeof("arg"));
	CHECK_EQ(s.aux[AT_EXECFN], stack_word(&s, 4) + sizeof("A=1"));
}

CASE(auxiliary_vector)
{
	static struct stack s;
	static const int order[] = {AT_SYSINFO_EHDR, AT_MINSIGSTKSZ, AT_HWCAP, AT_PAGESZ, AT_CLKTCK, AT_PHDR,
		AT_PHENT, AT_PHNUM, AT_BASE, AT_FLAGS, AT_ENTRY, AT_UID, AT_EUID, AT_GID, AT_EGID, AT_SECURE,
		AT_RANDOM, AT_HWCAP2, AT_EXECFN, AT_PLATFORM, 27, 28};

	scratch();
	write_program("p", PROGRAM_DUMP);
	CHECK_EQ(stack_of(&s, "./p", one, none), 0);
	CHECK_EQ(s.sp % 16, 0);
	for (int i = 0; i < s.nr_aux; i++)
		CHECK_EQ(s.aux_order[i], order[i]);
	CHECK_EQ(s.aux[AT_PAGESZ], PAGE);
	CHECK_EQ(s.aux[AT_CLKTCK], 100);
	CHECK_EQ(s.aux[AT_PHDR], PROGRAM_BASE + offsetof(struct program_file, ph));
	CHECK_EQ(s.aux[AT_PHENT], sizeof(Elf64_Phdr));
	CHECK_EQ(s.aux[AT_PHNUM], 1);
	CHECK_EQ(s.aux[AT_BASE], 0);
	CHECK_EQ(s.aux[AT_ENTRY], PROGRAM_BASE + offsetof(struct program_file, code));
	CHECK_EQ(s.aux[AT_UID], getuid());
	CHECK_EQ(s.aux[AT_EGID], getegid());
	CHECK_EQ(s.aux[AT_SECURE], 0);
	CHECK_STR(stack_text(&s, s.aux[AT_EXECFN]), "./p");
	CHECK_STR(stack_text(&s, s.aux[AT_PLATFORM]), "x86_64");
	CHECK(s.aux[AT_RANDOM] > s.sp && s.aux[AT_RANDOM] < s.aux[AT_EXECFN]);
	CHECK(s.aux[AT_MINSIGSTKSZ] > 1024);
	CHECK_EQ(s.aux[AT_HWCAP], getauxval(AT_HWCAP));
}

CASE(places_and_random_bytes_differ)
{
	static struct stack a, b;

	scratch();
	write_program("p", PROGRAM_DUMP);
	CHECK_EQ(stack_of(&a, "p", one, none), 0);
	CHECK_EQ(stack_of(&b, "p", one, none), 0);
	CHECK(a.sp != b.sp);
	CHECK(a.aux[AT_SYSINFO_EHDR] != b.aux[AT_SYSINFO_EHDR]);
	CHECK(memcmp(stack_text(&a, a.aux[AT_RANDOM]), stack_text(&b, b.aux[AT_RANDOM]), 16) != 0);
}

CASE(empty_argv_becomes_one_empty_string)
{
	static struct stack s;

	scratch();
	write_program("p", PROGRAM_DUMP);
	CHECK_EQ(stack_of(&s, "p", none, none), 0);
	CHECK_EQ(s.argc, 1);
	CHECK_STR(stack_arg(&s, 0), "");
	CHECK_EQ(stack_of(&s, "p", NULL, NULL), 0);
	CHECK_EQ(s.argc, 1);
	CHECK_EQ(s.envc, 0);
}

CASE(file_refusals)
{
	struct program_file f;

	scratch();
	write_file("text", "echo\n", 5, 0755);
	write_file("empty", "", 0, 0755);
	write_file("plain", &f, build_program(&f, PROGRAM_EXIT_ARGC), 0644);
	CHECK_EQ(sys(SYS_mkdir, "dir", 0755), 0);
	CHECK_EQ(exec("text", one), -ENOEXEC);
	CHECK_EQ(exec("empty", one), -ENOEXEC);
	CHECK_EQ(exec("plain", one), -EACCES);
	CHECK_EQ(exec("dir", one), -EACCES);
	CHECK_EQ(exec("/dev/null", one), -EACCES);
	CHECK_EQ(exec("nothing", one), -ENOENT);
	CHECK_EQ(exec("", one), -ENOENT);
	CHECK_EQ(exec("text/", one), -ENOTDIR);
	CHECK_EQ(exec(hole(), one), -EFAULT);
}

CASE(argument_faults)
{
	const char *argv[] = {"one", (char *)8, NULL};

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	CHECK_EQ(exec("p", argv), -EFAULT);
	CHECK_EQ(exec("p", hole()), -EFAULT);
	CHECK_EQ(sys(SYS_execve, "p", one, argv), -EFAULT);
}

static long run_many(const char *text, int n)
{
	const char *argv[200] = {NULL};
	int pid, status;

	for (int i = 0; i < n; i++)
		argv[i] = text;
	CHILD(pid)
		_exit(REFUSED - exec("p", argv));
	status = reap(pid);
	return status >> 8 > REFUSED ? REFUSED - (status >> 8) : status;
}

CASE(argument_limits)
{
	static char text[STRING_MAX + 1];
	static const char *argv[2] = {text};

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	memset(text, 'x', STRING_MAX);
	CHECK_EQ(exec("p", argv), -E2BIG);
	CHECK_EQ(sys(SYS_execve, "p", none, argv), -E2BIG);
	text[STRING_MAX - 1] = 0;
	CHECK_EQ(run_many(text, 1), EXITED(1));
}
CASE(arguments_take_a_quarter_of_the_stack_limit)
{
	static char text[64 * 1024];
	struct rlimit limit = {8 << 20, RLIM_INFINITY};

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	memset(text, 'x', sizeof(text) - 1);
	CHECK_EQ(sys(SYS_setrlimit, RLIMIT_STACK, &limit), 0);
	CHECK_EQ(run_many(text, 31), EXITED(31));
	CHECK_EQ(run_many(text, 32), -E2BIG);
	limit.rlim_cur = 64 * 1024;
	CHECK_EQ(sys(SYS_setrlimit, RLIMIT_STACK, &limit), 0);
	CHECK_EQ(run_many(text, 2), -E2BIG);
	limit.rlim_cur = RLIM_INFINITY;
	CHECK_EQ(sys(SYS_setrlimit, RLIMIT_STACK, &limit), 0);
	CHECK_EQ(run_many(text, 95), EXITED(95));
	CHECK_EQ(run_many(text, 96), -E2BIG);
}

CASE(program_open_for_writing_is_busy)
{
	long fd;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	fd = sys(SYS_open, "p", O_RDWR | O_CLOEXEC);
	CHECK_EQ(run("p"), -ETXTBSY);
	sys(SYS_close, fd);
	CHECK_EQ(run("p"), EXITED(1));
}

CASE(running_program_cannot_be_written)
{
	int pid;

	scratch();
	write_program("p", PROGRAM_SLEEP);
	CHILD(pid)
		exec("p", one);
	wait_state(pid, 'S');
	CHECK_EQ(sys(SYS_open, "p", O_WRONLY), -ETXTBSY);
	CHECK_EQ(sys(SYS_open, "p", O_RDONLY | O_TRUNC), -ETXTBSY);
	CHECK_EQ(sys(SYS_truncate, "p", 0), -ETXTBSY);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sys(SYS_truncate, "p", 0), 0);
}

/* --- damaged headers: refused, or the end of the caller --- */

static long run_changed(const struct program_file *f, size_t size)
{
	write_file("p", f, size, 0755);
	return run("p");
}

#define DAMAGED(STATUS, CHANGE) \
	do { \
		struct program_file f; \
		size_t size = build_program(&f, PROGRAM_EXIT_ARGC); \
		CHANGE; \
		CHECK_EQ(run_changed(&f, size), STATUS); \
	} while (0)

CASE(damaged_elf_headers_are_refused)
{
	scratch();
	DAMAGED(EXITED(1), (void)f);
	DAMAGED(-ENOEXEC, f.eh.e_ident[0] = 0);
	DAMAGED(-ENOEXEC, f.eh.e_type = ET_REL);
	DAMAGED(-ENOEXEC, f.eh.e_type = 9);
	DAMAGED(-ENOEXEC, f.eh.e_machine = 3);
	DAMAGED(-ENOEXEC, f.eh.e_phentsize++);
	DAMAGED(-ENOEXEC, f.eh.e_phnum = 0);
	DAMAGED(-ENOEXEC, f.eh.e_phnum = 1171);
	DAMAGED(-ENOEXEC, f.eh.e_phnum = 20);
	DAMAGED(-ENOEXEC, f.eh.e_phoff = 1 << 20);
	DAMAGED(-ENOEXEC, f.eh.e_phoff = -1);
	DAMAGED(-ENOEXEC, size = 63);
	DAMAGED(-ENOEXEC, size = 100);
	DAMAGED(EXITED(1), f.eh.e_ident[EI_CLASS] = 1);
	DAMAGED(EXITED(1), f.eh.e_version = 7);
	DAMAGED(EXITED(1), f.ph.p_align = 3);
}

CASE(segments_that_cannot_be_mapped_kill)
{
	struct rlimit no_core = {0, 0};

	scratch();
	sys(SYS_setrlimit, RLIMIT_CORE, &no_core);
	DAMAGED(KILLED(SIGSEGV), f.ph.p_filesz = f.ph.p_memsz + 1);
	DAMAGED(KILLED(SIGSEGV), f.ph.p_offset = 1);
	DAMAGED(KILLED(SIGSEGV), f.ph.p_memsz = 1UL << 50);
	DAMAGED(KILLED(SIGSEGV), f.ph.p_vaddr = 1UL << 47);
	DAMAGED(KILLED(SIGSEGV), f.ph.p_vaddr = -PAGE);
	DAMAGED(KILLED(SIGSEGV), f.ph.p_offset = -(long)PAGE);
	DAMAGED(KILLED(SIGSEGV), f.ph.p_type = PT_NULL);
	DAMAGED(KILLED(SIGSEGV), f.eh.e_entry = 1UL << 48);
}

/* --- an interpreter --- */

/* Two segments: the program's own, and the name of its interpreter behind the code. */
struct interpreted {
	struct program_file f;
	char name[64];
};

static long run_interpreted(const char *name, size_t len)
{
	struct interpreted p;
	Elf64_Phdr *interp = (Elf64_Phdr *)p.f.code;

	memset(&p, 0, sizeof(p));
	build_program(&p.f, PROGRAM_EXIT_ARGC);
	p.f.eh.e_phnum = 2;
	memset(interp, 0, sizeof(*interp));
	interp->p_type = PT_INTERP;
	interp->p_offset = offsetof(struct interpreted, name);
	interp->p_filesz = interp->p_memsz = len;
	strcpy(p.name, name);
	write_file("p", &p, sizeof(p), 0755);
	return run("p");
}

CASE(interpreter_is_run_instead)
{
	struct program_file f;
	size_t size = build_program(&f, PROGRAM_EXIT_ARGC);

	NEEDS_LINUX(6, 18); /* older ones crash an interpreter without pages of its own */
	scratch();
	f.eh.e_type = ET_DYN;
	f.eh.e_entry -= PROGRAM_BASE;
	f.ph.p_vaddr = f.ph.p_paddr = 0;
	write_file("ld", &f, size, 0755);
	CHECK_EQ(run("ld"), EXITED(1));
	CHECK_EQ(run_interpreted("./ld", 5), EXITED(1));
}

CASE(interpreter_refusals)
{
	char page[PAGE] = "#!/bin/sh\n";

	scratch();
	write_file("short", page, 20, 0755);
	write_file("script", page, sizeof(page), 0755);
	write_file("plain", page, sizeof(page), 0644);
	CHECK_EQ(run_interpreted("./nothing", 10), -ENOENT);
	CHECK_EQ(run_interpreted("./short", 8), -EIO);
	CHECK_EQ(run_interpreted("./script", 9), -ELIBBAD);
	CHECK_EQ(run_interpreted("./plain", 8), -EACCES);
	CHECK_EQ(run_interpreted("/", 2), -EACCES);
	CHECK_EQ(run_interpreted("./script", 8), -ENOEXEC);
	CHECK_EQ(run_interpreted("", 1), -ENOEXEC);
	CHECK_EQ(run_interpreted("", 5000), -ENOEXEC);
}

/* --- memory of the new program --- */

/* Exits with the or of the bytes behind its file part: 100 in its page, then the first of the next. */
__asm__(".pushsection .rodata\n"
	"code_bss: mov $0x400200, %ebx\n xor %edi, %edi\n"
	"1:	or (%rbx), %dil\n inc %rbx\n cmp $0x401010, %rbx\n jne 1b\n"
	"	mov $231, %eax\n syscall\n"
	"code_bss_end: .popsection\n");
extern const char code_bss[], code_bss_end[];

CASE(memory_behind_the_file_is_zero)
{
	struct {
		struct program_file f;
		char tail[2 * PAGE];
	} p;

	scratch();
	memset(&p, 0x55, sizeof(p));
	build_program(&p.f, PROGRAM_EXIT_ARGC);
	memcpy(p.f.code, code_bss, code_bss_end - code_bss);
	p.f.ph.p_flags = PF_R | PF_W | PF_X;
	p.f.ph.p_filesz = 0x200;
	p.f.ph.p_memsz = 0x1010;
	write_file("p", &p, sizeof(p), 0755);
	CHECK_EQ(run("p"), EXITED(0));
}

CASE(unwritable_segment_keeps_the_files_last_page)
{
	struct {
		struct program_file f;
		char tail[2 * PAGE];
	} p;

	scratch();
	memset(&p, 0x55, sizeof(p));
	build_program(&p.f, PROGRAM_EXIT_ARGC);
	memcpy(p.f.code, code_bss, code_bss_end - code_bss);
	p.f.ph.p_filesz = 0x200;
	p.f.ph.p_memsz = 0x1010;
	write_file("p", &p, sizeof(p), 0755);
	CHECK_EQ(run("p"), EXITED(0x55));
}

/* --- what is kept and what is reset --- */

static void nothing(int sig)
{
	(void)sig;
}

CASE(signals_of_the_new_program)
{
	struct program_signals got;
	char stack[8192];
	int fd[2], pid;

	scratch();
	write_program("p", PROGRAM_SIGNALS);
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};

		sys(SYS_dup2, fd[1], 1);
		handle(SIGUSR1, nothing, SA_RESTART);
		signal(SIGUSR2, SIG_IGN);
		set_mask(SIG_SETMASK, sigbit(SIGHUP));
		sys(SYS_sigaltstack, &ss, 0);
		sys(SYS_kill, getpid(), SIGHUP);
		exec("p", one);
	}
	CHECK_EQ(sys(SYS_read, fd[0], &got, sizeof(got)), sizeof(got));
	CHECK_EXIT(pid, 0);
	CHECK_EQ(got.mask, sigbit(SIGHUP));
	CHECK_EQ(got.pending, sigbit(SIGHUP));
	CHECK_EQ(got.usr1[0], (long)SIG_DFL);
	CHECK_EQ(got.usr1[1], 0);
	CHECK_EQ(got.usr2[0], (long)SIG_IGN);
	CHECK_EQ(got.alternate[1] & 0xffffffff, SS_DISABLE);
}

CASE(close_on_exec_closes)
{
	int fd[2], pid;
	char c;

	scratch();
	write_program("p", PROGRAM_SLEEP);
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid)
		exec("p", one);
	sys(SYS_close, fd[1]);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

static int exec_argument(void *path)
{
	exec(path, one);
	return 99;
}

CASE(descriptors_shared_before_are_the_programs_own)
{
	long fd, pid;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	fd = sys(SYS_open, "/", O_RDONLY | O_CLOEXEC);
	pid = start_simple(CLONE_FILES | SIGCHLD, exec_argument, "p");
	CHECK_EQ(reap(pid), EXITED(1));
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
}

CASE(handlers_shared_before_are_the_programs_own)
{
	struct sigaction act;
	long pid;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	handle(SIGUSR1, nothing, 0);
	pid = start_simple(CLONE_VM | CLONE_SIGHAND | SIGCHLD, exec_argument, "p");
	CHECK_EQ(reap(pid), EXITED(1));
	sigaction(SIGUSR1, NULL, &act);
	CHECK(act.sa_handler == nothing);
}

CASE(exit_signal_becomes_sigchld)
{
	long pid;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	pid = start_simple(SIGUSR1, exec_argument, "p");
	wait_state(pid, 'Z');
	CHECK_EQ(reap(pid), EXITED(1));
}

CASE(vforking_parent_goes_on_at_the_exec)
{
	long pid;

	scratch();
	write_program("p", PROGRAM_SLEEP);
	pid = start_simple(CLONE_VM | CLONE_VFORK | SIGCHLD, exec_argument, "p");
	CHECK(pid > 0);
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(failed_exec_of_a_vforked_child_keeps_the_memory)
{
	long pid;

	scratch();
	pid = start_simple(CLONE_VM | CLONE_VFORK | SIGCHLD, exec_argument, "nothing");
	CHECK_EQ(reap(pid), EXITED(99));
}

CASE(comm_is_the_last_part_of_the_name)
{
	char path[64], comm[32];
	int pid;

	scratch();
	write_program("a-name-of-twenty-chr", PROGRAM_SLEEP);
	CHILD(pid)
		exec("./a-name-of-twenty-chr", one);
	wait_state(pid, 'S');
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	CHECK(slurp(path, comm, sizeof(comm)) > 0);
	CHECK_STR(comm, "a-name-of-twent\n");
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

/* --- threads --- */

static int spin(void *go)
{
	while (*(volatile int *)go >= 0)
		;
	return 0;
}

static int leader_waits_for_exec(void *path)
{
	static int done[3];

	start_thread(&done[0], spin, &done[0]);
	start_thread(&done[1], spin, &done[0]);
	start_thread(&done[2], exec_argument, path);
	while (done[2] >= 0)
		sys(SYS_pause);
	return 0;
}

CASE(exec_by_a_thread_takes_the_leaders_id)
{
	long pid;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	pid = start_simple(SIGCHLD, leader_waits_for_exec, "p");
	CHECK_EQ(reap(pid), EXITED(1));
}

static int leader_ends_before_exec(void *path)
{
	static int done;

	start_thread(&done, exec_argument, path);
	return 5;
}

CASE(exec_by_the_thread_of_a_dead_leader)
{
	long pid;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	for (int i = 0; i < 20; i++) {
		pid = start_simple(SIGCHLD, leader_ends_before_exec, "p");
		CHECK_EQ(reap(pid), EXITED(1));
	}
}

static int leader_execs(void *path)
{
	static int done[2];

	start_thread(&done[0], spin, &done[0]);
	start_thread(&done[1], spin, &done[0]);
	return exec_argument(path);
}

CASE(exec_by_the_leader_ends_the_threads)
{
	long pid;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	pid = start_simple(SIGCHLD, leader_execs, "p");
	CHECK_EQ(reap(pid), EXITED(1));
}

static int everybody_execs(void *path)
{
	static int done[4];

	for (int i = 0; i < 4; i++)
		start_thread(&done[i], exec_argument, path);
	return exec_argument(path);
}

CASE(one_of_many_execs_wins)
{
	long pid;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	for (int i = 0; i < 20; i++) {
		pid = start_simple(SIGCHLD, everybody_execs, "p");
		CHECK_EQ(reap(pid), EXITED(1));
	}
}

static int fails_to_exec_with_threads(void *path)
{
	static int done;

	start_thread(&done, spin, &done);
	exec(path, one);
	return done != 0 ? sys(SYS_exit_group, 7) : 8;
}

CASE(failed_exec_keeps_the_threads)
{
	scratch();
	write_file("text", "echo\n", 5, 0755);
	CHECK_EQ(reap(start_simple(SIGCHLD, fails_to_exec_with_threads, "text")), EXITED(7));
	CHECK_EQ(reap(start_simple(SIGCHLD, fails_to_exec_with_threads, "nothing")), EXITED(7));
}

/* --- execveat --- */

static long run_at(long dirfd, const char *path, int flags)
{
	int pid, status;

	CHILD(pid)
		_exit(REFUSED - sys(SYS_execveat, dirfd, path, one, none, flags));
	status = reap(pid);
	return status >> 8 > REFUSED ? REFUSED - (status >> 8) : status;
}

CASE(execveat_forms)
{
	long dir, fd;

	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	CHECK_EQ(sys(SYS_symlink, "p", "link"), 0);
	dir = sys(SYS_open, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = sys(SYS_open, "p", O_PATH | O_CLOEXEC);
	sys(SYS_chdir, "/");
	CHECK_EQ(run_at(dir, "p", 0), EXITED(1));
	CHECK_EQ(run_at(dir, "link", 0), EXITED(1));
	CHECK_EQ(run_at(dir, "link", NO_FOLLOW), -ELOOP);
	CHECK_EQ(run_at(fd, "", EMPTY_PATH), EXITED(1));
	CHECK_EQ(run_at(fd, "", 0), -ENOENT);
	CHECK_EQ(run_at(dir, "", EMPTY_PATH), -EACCES);
	CHECK_EQ(run_at(99, "p", 0), -EBADF);
	CHECK_EQ(run_at(dir, "p", 1), -EINVAL);
	CHECK_EQ(run_at(fd, "p", 0), -ENOTDIR);
}

CASE(execveat_of_what_has_no_name)
{
	long fd = sys(SYS_eventfd2, 0, O_CLOEXEC);
	int pipe_fd[2];

	CHECK_EQ(sys(SYS_pipe2, pipe_fd, O_CLOEXEC), 0);
	CHECK_EQ(run_at(fd, "", EMPTY_PATH), -EACCES);
	CHECK_EQ(run_at(pipe_fd[0], "", EMPTY_PATH | NO_FOLLOW), -EACCES);
	CHECK_EQ(run_at(AT_FDCWD, "", EMPTY_PATH), -EACCES);
	CHECK_EQ(run_at(99, "", EMPTY_PATH), -EBADF);
	CHECK_EQ(run_at(fd, "", 0), -ENOENT);
	CHECK_EQ(run_at(fd, "p", EMPTY_PATH), -ENOTDIR);
}

CASE(execveat_names_the_program_by_its_descriptor)
{
	static struct stack s;
	char want[32];
	int pipe_fd[2], pid;
	long fd;

	scratch();
	write_program("p", PROGRAM_DUMP);
	fd = sys(SYS_open, "p", O_PATH | O_CLOEXEC);
	CHECK_EQ(sys(SYS_pipe2, pipe_fd, O_CLOEXEC), 0);
	CHILD(pid) {
		sys(SYS_dup2, pipe_fd[1], 1);
		sys(SYS_execveat, fd, "", one, none, EMPTY_PATH);
	}
	sys(SYS_close, pipe_fd[1]);
	stack_read(&s, pipe_fd[0]);
	CHECK_EXIT(pid, 0);
	snprintf(want, sizeof(want), "/dev/fd/%ld", fd);
	CHECK_STR(stack_text(&s, s.aux[AT_EXECFN]), want);
}

CASE(execveat_check_only_asks)
{
	NEEDS_LINUX(6, 14);
	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	write_file("text", "echo\n", 5, 0755);
	write_file("plain", "echo\n", 5, 0644);
	CHECK_EQ(sys(SYS_execveat, AT_FDCWD, "p", one, none, EXECVE_CHECK), 0);
	CHECK_EQ(sys(SYS_execveat, AT_FDCWD, "text", one, none, EXECVE_CHECK), 0);
	CHECK_EQ(sys(SYS_execveat, AT_FDCWD, "plain", one, none, EXECVE_CHECK), -EACCES);
}

/* --- identity --- */

CASE(set_id_bits_count)
{
	static struct stack s;
	int fd[2], pid;

	NEEDS_ROOT();
	scratch();
	write_program("p", PROGRAM_DUMP);
	CHECK_EQ(sys(SYS_chown, "p", 1234, 4321), 0);
	CHECK_EQ(sys(SYS_chmod, "p", 06755), 0);
	for (int no_new_privs = 0; no_new_privs < 2; no_new_privs++) {
		CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
		CHILD(pid) {
			sys(SYS_dup2, fd[1], 1);
			CHECK(become(NOBODY));
			if (no_new_privs)
				sys(SYS_prctl, 38, 1, 0, 0, 0);
			exec("p", one);
		}
		sys(SYS_close, fd[1]);
		stack_read(&s, fd[0]);
		CHECK_EXIT(pid, 0);
		CHECK_EQ(s.aux[AT_UID], NOBODY);
		CHECK_EQ(s.aux[AT_EUID], no_new_privs ? NOBODY : 1234);
		CHECK_EQ(s.aux[AT_EGID], no_new_privs ? NOBODY : 4321);
		CHECK_EQ(s.aux[AT_SECURE], !no_new_privs);
	}
}

CASE(execute_permission_alone_is_enough)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	write_program("p", PROGRAM_EXIT_ARGC);
	CHECK_EQ(sys(SYS_chmod, "p", 0711), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_open, "p", O_RDONLY), -EACCES);
		exec("p", one);
	}
	CHECK_EXIT(pid, 1);
}
