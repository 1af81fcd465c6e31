// SPDX-License-Identifier: MIT
/*
 * bomb/oom: who takes all memory is ended, again and again, and nobody else.
 *
 * Promise   the offender dies by SIGKILL, the log has a line for each, and the shell that started it goes on, a hundred
 *           times in a row on a machine with little memory (the row "oom" of harness/boots.py), a few times
 *           elsewhere. oom_score_adj is honoured: -1000 protects, 1000 goes first.
 * Linux     proc_pid_oom_score_adj(5)
 */
#include "tests/abi/bomb/bomb.h"
#include "tests/abi/program.h"

TAP_DANGEROUS("takes all memory");

enum { MANY = 100, FEW = 3, SMALL_KIB = 100 * 1024, KILLED_STATUS = 128 + SIGKILL, MIB = 1 << 20 };

static const char *killing(void)
{
	return tap_is_parley() ? "oom: killing" : "Out of memory: Killed";
}

/* --- a shell and its offenders --- */

static const char script[] = "i=0; while [ $i -lt $ROUNDS ]; do ./hog; echo $?; i=$((i+1)); done; echo alive";

/* What the shell says, into `text`. */
static void run_shell(int rounds, char *text, size_t size)
{
	char setting[32];
	char *const argv[] = { "sh", "-c", (char *)script, NULL }, *const envp[] = { setting, "PATH=/bin", NULL };
	size_t used = 0;
	int fd[2], pid;
	long n;

	snprintf(setting, sizeof(setting), "ROUNDS=%d", rounds);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHILD(pid) {
		sys(SYS_dup2, fd[1], 1);
		sys(SYS_close, fd[0]);
		sys(SYS_close, fd[1]);
		sys(SYS_execve, "/bin/sh", argv, envp);
		_exit(1);
	}
	sys(SYS_close, fd[1]);
	while (used < size - 1 && (n = sys(SYS_read, fd[0], text + used, size - 1 - used)) > 0)
		used += n;
	text[used] = 0;
	sys(SYS_close, fd[0]);
	CHECK_EXIT(pid, 0);
}

CASE(the_shell_lives, .timeout = 400)
{
	static char text[PAGE];
	int rounds = meminfo_kib("MemTotal:") <= SMALL_KIB ? MANY : FEW, killed = 0, told = 0;
	struct memory before = memory_now();

	scratch();
	write_program("hog", PROGRAM_HOG);
	take_log(killing());
	for (int done = 0; done < rounds; done += FEW) { /* the log holds so many */
		int now = rounds - done < FEW ? rounds - done : FEW;

		run_shell(now, text, sizeof(text));
		CHECK(strstr(text, "alive\n"));
		for (char *line = text; *line && *line != 'a'; line = strchr(line, '\n') + 1)
			killed += atoi(line) == KILLED_STATUS;
		told += take_log(killing());
	}
	CHECK_EQ(killed, rounds);
	CHECK_EQ(told, rounds);
	memory_is_back(before);
}

/* --- who goes first --- */

static void set_adjustment(int pid, int value)
{
	char path[64], text[16];
	long fd;

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	snprintf(text, sizeof(text), "%d", value);
	fd = sys(SYS_open, path, O_WRONLY);
	CHECK_EQ(sys(SYS_write, fd, text, strlen(text)), strlen(text));
	sys(SYS_close, fd);
}

/* A child that has so much memory, and sleeps. */
static int start_holder(long bytes, int adjustment)
{
	int pid;

	CHILD(pid) {
		char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		memset(p, 1, bytes);
		for (;;)
			sys(SYS_pause);
	}
	tap_wait_blocked(pid);
	set_adjustment(pid, adjustment);
	return pid;
}

static int start_hog(void)
{
	int pid;

	CHILD(pid) {
		swallow();
	}
	return pid;
}

CASE(who_is_protected_stays, .timeout = 100)
{
	struct memory before = memory_now();
	int large = start_holder(before.free_kib * 1024 / 10 * 6, -1000), hog = start_hog();

	CHECK_KILLED(hog, SIGKILL);
	CHECK_EQ(task_state(large), 'S');
	end_child(large);
	CHECK(take_log(killing()) >= 1);
	memory_is_back(before);
}

CASE(who_offers_himself_goes_first, .timeout = 100)
{
	struct memory before = memory_now();
	int small = start_holder(MIB, 1000), other = start_holder(MIB, 0), hog = start_hog();

	CHECK_KILLED(small, SIGKILL);
	CHECK_KILLED(hog, SIGKILL);
	CHECK_EQ(task_state(other), 'S');
	end_child(other);
	CHECK(take_log(killing()) >= 2);
	memory_is_back(before);
}
