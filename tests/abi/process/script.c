// SPDX-License-Identifier: MIT
/*
 * process/script: programs that begin with "#!".
 *
 * Promise   the line names an interpreter and at most one argument; the script's name follows, then the
 *           arguments but the first; scripts may be run by scripts, five deep.
 * Linux     execve(2), "Interpreter scripts".
 */
#include "tests/abi/process/stack.h"

enum { LINE_MAX_BYTES = 255, EMPTY_PATH = 0x1000 };

static const char *const args[] = {"zero", "one", "two", NULL};
static const char *const none[] = {NULL};

static void write_script(const char *path, const char *text)
{
	write_file(path, text, strlen(text), 0755);
}

/* Checks the arguments that the interpreter of a script with this first line finds. */
static void check_line(const char *line, const char *first, const char *second, const char *third)
{
	static struct stack s;
	const char *want[] = {first, second, third, "one", "two"};
	int i = 0;

	write_script("s", line);
	CHECK_EQ(stack_of(&s, "./s", args, none), 0);
	for (unsigned k = 0; k < sizeof(want) / sizeof(want[0]); k++)
		if (want[k])
			CHECK_STR(stack_arg(&s, i++), want[k]);
	CHECK_EQ(s.argc, i);
}

static long refusal(const char *line)
{
	static struct stack s;

	write_script("s", line);
	return stack_of(&s, "./s", args, none);
}

static void prepare(void)
{
	scratch();
	write_program("p", PROGRAM_DUMP);
}

CASE(interpreter_and_script_come_first)
{
	prepare();
	check_line("#!./p\n", "./p", "./s", NULL);
	check_line("#!./p", "./p", "./s", NULL);
	check_line("#!./p\necho", "./p", "./s", NULL);
}

CASE(one_argument_with_its_blanks)
{
	prepare();
	check_line("#!./p -x\n", "./p", "-x", "./s");
	check_line("#! \t ./p\t -x  y \t \n", "./p", "-x  y", "./s");
	check_line("#!./p  \n", "./p", "./s", NULL);
}

CASE(lines_without_interpreter)
{
	prepare();
	CHECK_EQ(refusal("#!\n"), -ENOEXEC);
	CHECK_EQ(refusal("#! \t\n"), -ENOEXEC);
	CHECK_EQ(refusal("#"), -ENOEXEC);
	CHECK_EQ(refusal("#!"), -EACCES);
	CHECK_EQ(refusal("#!./nothing\n"), -ENOENT);
	CHECK_EQ(refusal("#!.\n"), -EACCES);
}

CASE(empty_arguments_give_interpreter_and_script)
{
	static struct stack s;

	prepare();
	write_script("s", "#!./p\n");
	CHECK_EQ(stack_of(&s, "./s", none, none), 0);
	CHECK_EQ(s.argc, 2);
	CHECK_STR(stack_arg(&s, 1), "./s");
	CHECK_STR(stack_text(&s, s.aux[AT_EXECFN]), "./s");
}

/* "#!", then blanks up to `at`, then text, then a newline: as long as it takes. */
static void fill_line(char *line, size_t at, const char *text)
{
	memset(line, ' ', at);
	memcpy(line, "#!", 2);
	strcpy(line + at, text);
	strcat(line, "\n");
}

CASE(what_is_beyond_the_limit_is_cut)
{
	char line[600], arg[600];

	prepare();
	memset(line, 'x', sizeof(line));
	memcpy(line, "#!./p ", 6);
	strcpy(line + 400, "\n");
	snprintf(arg, sizeof(arg), "%.*s", LINE_MAX_BYTES - 6, line + 6);
	check_line(line, "./p", arg, "./s");
}

CASE(interpreter_that_may_be_cut_is_refused)
{
	char line[600];

	prepare();
	fill_line(line, LINE_MAX_BYTES - 3, "./p");
	check_line(line, "./p", "./s", NULL);
	fill_line(line, LINE_MAX_BYTES - 2, "./p");
	CHECK_EQ(refusal(line), -ENOEXEC);
	fill_line(line, LINE_MAX_BYTES - 4, "./p x");
	check_line(line, "./p", "./s", NULL);
	fill_line(line, LINE_MAX_BYTES - 5, "./p xy");
	check_line(line, "./p", "x", "./s");
}

CASE(scripts_of_scripts)
{
	static struct stack s;
	char name[16], line[32];

	prepare();
	write_script("s1", "#!./p a\n");
	for (int i = 2; i <= 6; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		snprintf(line, sizeof(line), "#!./s%d b\n", i - 1);
		write_script(name, line);
	}
	CHECK_EQ(stack_of(&s, "./s2", args, none), 0);
	CHECK_STR(stack_arg(&s, 0), "./p");
	CHECK_STR(stack_arg(&s, 1), "a");
	CHECK_STR(stack_arg(&s, 2), "./s1");
	CHECK_STR(stack_arg(&s, 3), "b");
	CHECK_STR(stack_arg(&s, 4), "./s2");
	CHECK_STR(stack_arg(&s, 5), "one");
	CHECK_EQ(stack_of(&s, "./s5", args, none), 0);
	CHECK_EQ(s.argc, 13);
	CHECK_EQ(stack_of(&s, "./s6", args, none), -ELOOP);
	write_script("s", "#!./s\n");
	CHECK_EQ(stack_of(&s, "./s", args, none), -ELOOP);
}

CASE(set_id_bits_of_a_script_do_not_count)
{
	static struct stack s;

	NEEDS_ROOT();
	prepare();
	write_script("s", "#!./p\n");
	CHECK_EQ(sys(SYS_chown, "s", 1234, 1234), 0);
	CHECK_EQ(sys(SYS_chmod, "s", 06755), 0);
	CHECK_EQ(stack_of(&s, "./s", args, none), 0);
	CHECK_EQ(s.aux[AT_EUID], geteuid());
}

CASE(script_by_descriptor)
{
	static struct stack s;
	int fd[2], pid;
	char want[32];
	long script;

	prepare();
	write_script("s", "#!./p\n");
	for (int cloexec = 0; cloexec < 2; cloexec++) {
		script = sys(SYS_open, "s", O_RDONLY | (cloexec ? O_CLOEXEC : 0));
		CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
		CHILD(pid) {
			sys(SYS_dup2, fd[1], 1);
			_exit(-sys(SYS_execveat, script, "", args, none, EMPTY_PATH));
		}
		sys(SYS_close, fd[1]);
		stack_read(&s, fd[0]);
		CHECK_EXIT(pid, cloexec ? ENOENT : 0);
		if (cloexec)
			continue;
		snprintf(want, sizeof(want), "/dev/fd/%ld", script);
		CHECK_STR(stack_arg(&s, 1), want);
	}
}

CASE(script_is_not_busy_while_it_runs)
{
	int pid;

	prepare();
	write_program("sleep", PROGRAM_SLEEP);
	write_script("s", "#!./sleep\n");
	CHILD(pid)
		sys(SYS_execve, "./s", args, none);
	wait_state(pid, 'S');
	CHECK_EQ(sys(SYS_truncate, "s", 0), 0);
	CHECK_EQ(sys(SYS_truncate, "sleep", 0), -ETXTBSY);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}
