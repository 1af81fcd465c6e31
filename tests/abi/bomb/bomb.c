// SPDX-License-Identifier: MIT
/*
 * bomb: a user who takes all that the limits leave.
 *
 * Promise   While one user makes as many processes, threads, descriptors, pipes, names, signals or pages as
 *           may be, a command of root's still runs and ends promptly. When the user's processes are
 *           ended all memory is back. Where memory runs out, the largest process goes: not the kernel,
 *           not process 1, not a bystander.
 * Linux     getrlimit(2), pipe(7), proc(5): oom_score; path_resolution(7)
 */
#include "tests/abi/bomb/bomb.h"
#include "tests/abi/thread.h"

TAP_DANGEROUS("takes all processes, memory and descriptors that limits leave");

enum { BOMB_MS = 1500, PROMPT_MS = 8000, LIMIT_TASKS = 150 };

/* A shell starts, answers, and ends. */
static void root_still_works(void)
{
	int64_t start = now_ms();
	int pid, fd[2];
	char text[16] = "";

	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		char *argv[] = { "sh", "-c", "echo alive", NULL }, *env[] = { "PATH=/bin", NULL };

		sys(SYS_dup2, fd[1], 1);
		execve("/bin/sh", argv, env);
		_exit(1);
	}
	CHECK(pid > 0);
	sys(SYS_close, fd[1]);
	CHECK_EXIT(pid, 0);
	CHECK(sys(SYS_read, fd[0], text, sizeof(text)) > 0);
	CHECK(strncmp(text, "alive", 5) == 0);
	sys(SYS_close, fd[0]);
	CHECK(now_ms() - start < PROMPT_MS);
}

/* Runs the bomb as a user; the body never returns by itself, or sleeps when it can take no more. */
static void explode(void (*body)(void))
{
	struct memory before;
	int pid;

	adopt();
	root_still_works(); /* what that needs is in memory from here on */
	before = memory_now();
	CHILD(pid) {
		sys(SYS_setsid);
		limit(RLIMIT_NPROC, LIMIT_TASKS);
		CHECK(become(BOMBER));
		body();
		for (;;)
			sleep_ms(1000);
	}
	sleep_ms(BOMB_MS);
	root_still_works();
	end_user(BOMBER);
	memory_is_back(before);
}

/* --- the bombs --- */

static void fork_for_ever(void)
{
	for (;;)
		sys(SYS_fork);
}

CASE(processes, .timeout = 60)
{
	explode(fork_for_ever);
}

static int sleep_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		sys(SYS_pause);
	return 0;
}

static void threads_for_ever(void)
{
	for (;;) {
		if (start_simple(THREAD_FLAGS, sleep_for_ever, NULL) > 0)
			continue;
		sys(SYS_fork);
		sys(SYS_sched_yield);
	}
}

CASE(threads, .timeout = 60)
{
	explode(threads_for_ever);
}

static void descriptors(void)
{
	for (int i = 0; i < LIMIT_TASKS; i++)
		if (sys(SYS_fork) == 0)
			break;
	while (sys(SYS_open, "/dev/null", O_RDONLY) >= 0 && sys(SYS_eventfd2, 0, 0) >= 0)
		;
}

CASE(descriptors_of_all_kinds, .timeout = 60)
{
	explode(descriptors);
}

/* Each pipe as large as it may be, and full. */
static void pipes(void)
{
	static char page[PAGE];
	int fd[2];

	for (int i = 0; i < 10; i++)
		if (sys(SYS_fork) == 0)
			break;
	while (sys(SYS_pipe2, fd, O_NONBLOCK) == 0) {
		sys(SYS_fcntl, fd[1], F_SETPIPE_SZ, 1 << 20);
		while (sys(SYS_write, fd[1], page, PAGE) > 0)
			;
	}
}

CASE(pipes_that_are_full, .timeout = 60)
{
	explode(pipes);
}

enum { PIPE_PAGES_SOFT = 16384, PIPE_PAGES_EACH = 16 };

/* Beyond the soft limit a new pipe has one page or two, and none can be made larger. */
CASE(pipes_of_a_user_are_limited_in_pages, .timeout = 60)
{
	int pid;

	CHILD(pid) {
		int fd[2], small = 0;

		limit(RLIMIT_NOFILE, 4096);
		CHECK(become(BOMBER));
		for (int i = 0; i < PIPE_PAGES_SOFT / PIPE_PAGES_EACH + 100; i++) {
			CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
			small += sys(SYS_fcntl, fd[0], F_GETPIPE_SZ) < PIPE_PAGES_EACH * PAGE;
		}
		CHECK(small >= 90);
		CHECK_EQ(sys(SYS_fcntl, fd[0], F_SETPIPE_SZ, 1 << 20), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

/* --- names --- */

enum { DEEP = 3000, CHAIN = 60, LINKS_MAX = 40 };

static void links_and_folders(void)
{
	char from[32], to[32];

	for (int i = 0; i < CHAIN; i++) {
		snprintf(from, sizeof(from), "l%d", i);
		snprintf(to, sizeof(to), "l%d", i + 1);
		CHECK_EQ(sys(SYS_symlink, to, from), 0);
	}
	snprintf(to, sizeof(to), "l%d", CHAIN);
	CHECK_EQ(sys(SYS_mkdir, to, 0700), 0);
	CHECK_EQ(sys(SYS_access, "l0", 0), -ELOOP);
	snprintf(from, sizeof(from), "l%d", CHAIN - LINKS_MAX);
	CHECK_EQ(sys(SYS_access, from, 0), 0);
	snprintf(from, sizeof(from), "l%d", CHAIN - LINKS_MAX - 1);
	CHECK_EQ(sys(SYS_access, from, 0), -ELOOP);
	for (int i = 0; i < DEEP; i++) {
		CHECK_EQ(sys(SYS_mkdir, "d", 0700), 0);
		CHECK_EQ(sys(SYS_chdir, "d"), 0);
	}
	char path[PAGE];
	long n = sys(SYS_getcwd, path, sizeof(path));
	CHECK(n == -ERANGE || n == -ENAMETOOLONG);
}

CASE(links_and_deep_folders, .timeout = 60)
{
	int pid;

	scratch();
	CHECK_EQ(sys(SYS_chmod, ".", 0777), 0);
	struct memory before = memory_now();
	CHILD(pid) {
		CHECK(become(BOMBER));
		links_and_folders();
	}
	CHECK_EXIT(pid, 0);
	root_still_works();
	/* Down again without ever holding a path. */
	int depth = 0;
	while (sys(SYS_chdir, "d") == 0)
		depth++;
	CHECK_EQ(depth, DEEP);
	while (depth-- > 0) {
		CHECK_EQ(sys(SYS_chdir, ".."), 0);
		CHECK_EQ(sys(SYS_rmdir, "d"), 0);
	}
	remove_inside();
	memory_is_back(before);
}

/* --- signals --- */

enum { QUEUED_MAX = 500, RT = 34 };

CASE(queued_signals_end_at_the_limit, .timeout = 30)
{
	int pid;

	CHILD(pid) {
		int info[32] = { 0 };
		long r = 0, n = 0;

		limit(RLIMIT_SIGPENDING, QUEUED_MAX);
		CHECK(become(BOMBER));
		set_mask(SIG_BLOCK, sigbit(RT));
		info[2] = -1; /* SI_QUEUE */
		while (n <= 2 * QUEUED_MAX && (r = sys(SYS_rt_sigqueueinfo, sys(SYS_getpid), RT, info)) == 0)
			n++;
		CHECK_EQ(r, -EAGAIN);
		CHECK(n > QUEUED_MAX - 20 && n <= QUEUED_MAX);
	}
	CHECK_EXIT(pid, 0);
}

/* --- arguments --- */

enum { TEXT = 100 * 1024, TEXTS = 200, ROUNDS = 20 };

CASE(arguments_are_limited, .timeout = 60)
{
	struct memory before = memory_now();
	int pid;

	CHILD(pid) {
		char *text = malloc(TEXT), *argv[TEXTS + 1], *env[] = { NULL };

		CHECK(become(BOMBER));
		memset(text, 'x', TEXT - 1);
		text[TEXT - 1] = 0;
		for (int i = 0; i < TEXTS; i++)
			argv[i] = text;
		argv[TEXTS] = NULL;
		for (int i = 0; i < ROUNDS; i++)
			CHECK_EQ(sys(SYS_execve, "/bin/true", argv, env), -E2BIG);
	}
	CHECK_EXIT(pid, 0);
	memory_is_back(before);
}

/* --- memory --- */

CASE(memory_runs_out_for_the_largest, .timeout = 100)
{
	struct memory before = memory_now();
	int bomber, bystander;

	adopt();
	CHILD(bystander) {
		CHECK(become(BOMBER + 1));
		sleep_for_ever(NULL);
	}
	CHILD(bomber) {
		CHECK(become(BOMBER));
		swallow();
	}
	CHECK_KILLED(bomber, SIGKILL);
	root_still_works();
	CHECK_EQ(sys(SYS_kill, bystander, 0), 0);
	end_user(BOMBER + 1);
	if (tap_is_parley())
		CHECK(take_log("oom: killing"));
	memory_is_back(before);
}
