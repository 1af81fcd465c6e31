// SPDX-License-Identifier: MIT
/*
 * builtin: the table of the commands that the shell runs itself, and those that steer it.
 *
 * Promise   an error in a special builtin ends a script, one in an ordinary builtin is only its status.
 * Linux     POSIX.1-2017, Shell Command Language 2.14
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"
#include "user/lib/tool.h"

long number_argument(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (!*s || *end || n < 0 || s[0] == '+' || s[0] == '-')
		fail("Illegal number: %s", s);
	return n;
}

static int cmd_true(int argc, char **argv)
{
	return 0;
}

static int cmd_false(int argc, char **argv)
{
	return 1;
}

static int cmd_echo(int argc, char **argv)
{
	return tool_echo(argc, argv);
}

static int cmd_printf(int argc, char **argv)
{
	return tool_printf(argc, argv, warn);
}

static int cmd_test(int argc, char **argv)
{
	return tool_test(argc, argv, warn);
}

static int cmd_eval(int argc, char **argv)
{
	struct text t = { 0 };

	for (int i = 1; i < argc; i++) {
		if (i > 1)
			text_add(&t, ' ');
		text_add_string(&t, argv[i]);
	}
	sh.command = NULL;
	sh.builtin = NULL; /* an error in there is not ours */
	return eval_string(text_to_arena(&t), 0);
}

static int cmd_exec(int argc, char **argv)
{
	if (argc > 1 && sh.top && !find_program(argv[1])) {
		warn("%s: not found", argv[1]); /* no reason to end a session */
		return 127;
	}
	if (argc > 1) {
		signals_to_child(false);
		exec_program(argv + 1);
	}
	return 0;
}

static int cmd_exit(int argc, char **argv)
{
	shell_exit(argc > 1 ? (int)number_argument(argv[1]) & 0xff : sh.status);
}

static int cmd_return(int argc, char **argv)
{
	sh.status = argc > 1 ? (int)number_argument(argv[1]) : sh.status;
	sh.skip = SKIP_RETURN;
	return sh.status;
}

static int leave_loops(char **argv, enum skip how)
{
	long levels = argv[1] ? number_argument(argv[1]) : 1;

	if (levels == 0)
		fail("Illegal number: %s", argv[1]);
	if (levels > sh.loop_depth)
		levels = sh.loop_depth;
	if (levels) {
		sh.skip = how;
		sh.skip_levels = levels;
	}
	return 0;
}

static int cmd_break(int argc, char **argv)
{
	return leave_loops(argv, SKIP_BREAK);
}

static int cmd_continue(int argc, char **argv)
{
	return leave_loops(argv, SKIP_CONTINUE);
}

/* The file that `.` means: along PATH when its name has no slash. It need not be executable. */
static char *find_script(const char *name)
{
	const char *path = var_get("PATH");

	for (const char *p = path ? path : ""; !strchr(name, '/'); p++) {
		size_t len = strcspn(p, ":");
		char *full = mem_alloc(len + strlen(name) + 2);

		sprintf(full, "%.*s%s%s", (int)len, p, len ? "/" : "", name);
		if (access(full, R_OK) == 0)
			return full;
		p += len;
		if (!*p)
			break;
	}
	return mem_dup(name, strlen(name));
}

static int cmd_dot(int argc, char **argv)
{
	if (argc < 2)
		fail("missing file name");
	int fd = open(find_script(argv[1]), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open %s: %s", argv[1], errno == ENOENT ? "No such file" : strerror(errno));
	struct lex_state state = lex_save();
	sh.command = NULL;
	sh.builtin = NULL; /* an error in there is not ours */
	input_push_fd(fd_move_up(fd), false);
	sh.dot_depth++;
	int status = eval_input();
	sh.dot_depth--;
	if (sh.skip == SKIP_RETURN) {
		sh.skip = SKIP_NONE;
		status = sh.status;
	}
	input_pop();
	lex_restore(state);
	return status;
}

const struct builtin builtins[] = {
	{ ".", cmd_dot, true },
	{ ":", cmd_true, true },
	{ "[", cmd_test, false },
	{ "alias", cmd_alias, false },
	{ "bg", cmd_bg, false },
	{ "break", cmd_break, true },
	{ "cd", cmd_cd, false },
	{ "command", cmd_command, false },
	{ "continue", cmd_continue, true },
	{ "echo", cmd_echo, false },
	{ "eval", cmd_eval, true },
	{ "exec", cmd_exec, true },
	{ "exit", cmd_exit, true },
	{ "export", cmd_export, true },
	{ "false", cmd_false, false },
	{ "fg", cmd_fg, false },
	{ "getopts", cmd_getopts, false },
	{ "hash", cmd_hash, false },
	{ "history", cmd_history, false },
	{ "jobs", cmd_jobs, false },
	{ "kill", cmd_kill, false },
	{ "local", cmd_local, true },
	{ "printf", cmd_printf, false },
	{ "pwd", cmd_pwd, false },
	{ "read", cmd_read, false },
	{ "readonly", cmd_readonly, true },
	{ "return", cmd_return, true },
	{ "set", cmd_set, true },
	{ "shift", cmd_shift, true },
	{ "source", cmd_dot, true },
	{ "test", cmd_test, false },
	{ "times", cmd_times, true },
	{ "trap", cmd_trap, true },
	{ "true", cmd_true, false },
	{ "type", cmd_type, false },
	{ "ulimit", cmd_ulimit, false },
	{ "umask", cmd_umask, false },
	{ "unalias", cmd_unalias, false },
	{ "unset", cmd_unset, true },
	{ "wait", cmd_wait, false },
	{ NULL, NULL, false },
};

static int compare(const void *name, const void *b)
{
	return strcmp(name, ((const struct builtin *)b)->name);
}

const struct builtin *builtin_find(const char *name)
{
	return bsearch(name, builtins, sizeof(builtins) / sizeof(builtins[0]) - 1, sizeof(builtins[0]), compare);
}
