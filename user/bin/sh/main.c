// SPDX-License-Identifier: MIT
/*
 * main: the shell's start, its options, its errors and its end.
 *
 * Promise   sh [-abCefhimnuvx] [-o option] [-c commands [name [argument...]] | -s | script [argument...]]
 *           An error ends a script with status 2, but brings an interactive shell back to its prompt. The
 *           trap on EXIT runs however the shell ends, unless a signal kills it.
 * Linux     POSIX.1-2017, sh and Shell Command Language 2.8.1
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

enum { ERROR_STATUS = 2, INTERRUPT_STATUS = 128 + SIGINT };

struct shell sh;

/* --- errors and the end --- */

static void complain(int line, const char *prefix, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", sh.name);
	if (line)
		fprintf(stderr, "%d: ", line);
	if (sh.command && !*prefix)
		fprintf(stderr, "%s: ", sh.command);
	fputs(prefix, stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(sh.line, "", fmt, ap);
	va_end(ap);
}

__attribute__((noreturn)) static void give_up(int status)
{
	sh.command = NULL;
	sh.status = status;
	if (sh.builtin)
		longjmp(*sh.builtin, 1);
	if (!sh.top)
		shell_exit(status);
	exec_unwind();
	input_reset();
	longjmp(*sh.top, 1);
}

void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(sh.line, "", fmt, ap);
	va_end(ap);
	give_up(ERROR_STATUS);
}

void syntax_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(input_line(), "Syntax error: ", fmt, ap);
	va_end(ap);
	give_up(ERROR_STATUS);
}

void shell_interrupted(void)
{
	sh.interrupted = false;
	sh.builtin = NULL;
	give_up(INTERRUPT_STATUS);
}

void shell_exit(int status)
{
	sh.status = status;
	sh.builtin = NULL;
	trap_exit();
	fflush(NULL);
	_exit(status);
}

/* --- options --- */

static const struct {
	const char *name;
	char letter;
	bool *on;
} options[] = {
	{ "errexit", 'e', &sh.o.errexit },	{ "noglob", 'f', &sh.o.noglob },
	{ "ignoreeof", 'I', &sh.o.ignoreeof },	{ "interactive", 'i', &sh.o.interactive },
	{ "monitor", 'm', &sh.o.monitor },	{ "noexec", 'n', &sh.o.noexec },
	{ "stdin", 's', &sh.o.from_stdin },	{ "xtrace", 'x', &sh.o.xtrace },
	{ "verbose", 'v', &sh.o.verbose },	{ "noclobber", 'C', &sh.o.noclobber },
	{ "allexport", 'a', &sh.o.allexport },	{ "notify", 'b', &sh.o.notify },
	{ "nounset", 'u', &sh.o.nounset },	{ "pipefail", 0, &sh.o.pipefail },
};
enum { NR_OPTIONS = sizeof(options) / sizeof(options[0]) };

static void set_option_number(int i, bool on)
{
	*options[i].on = on;
	if (options[i].on == &sh.o.monitor && sh.pid)
		jobs_init(on);
}

bool set_option(const char *name, bool on)
{
	for (int i = 0; i < NR_OPTIONS; i++)
		if (strcmp(options[i].name, name) == 0) {
			set_option_number(i, on);
			return true;
		}
	return false;
}

bool set_option_letter(int letter, bool on)
{
	for (int i = 0; i < NR_OPTIONS; i++)
		if (options[i].letter == letter && letter) {
			set_option_number(i, on);
			return true;
		}
	return letter == 'h'; /* remembering where programs are: POSIX wants the letter, nobody the effect */
}

void print_options(void)
{
	puts("Current option settings");
	for (int i = 0; i < NR_OPTIONS; i++)
		printf("%-16s%s\n", options[i].name, *options[i].on ? "on" : "off");
}

void print_options_as_commands(void)
{
	for (int i = 0; i < NR_OPTIONS; i++)
		printf("set %co %s\n", *options[i].on ? '-' : '+', options[i].name);
}

char *option_letters(void)
{
	struct text t = { 0 };

	for (int i = 0; i < NR_OPTIONS; i++)
		if (*options[i].on && options[i].letter)
			text_add(&t, options[i].letter);
	return text_to_arena(&t);
}

void set_params(char **v, int n)
{
	char **copy = must(calloc(n + 1, sizeof(*copy)));

	for (int i = 0; i < n; i++)
		copy[i] = str_dup(v[i]);
	for (int i = 0; i < sh.nr_params; i++)
		free(sh.params[i]);
	free(sh.params);
	sh.params = copy;
	sh.nr_params = n;
	sh.getopts_index = 1;
	sh.getopts_place = 0;
}

/* --- the start --- */

struct command_line {
	bool login, from_command;
	const char *command;
	char **rest;
	int nr_rest;
};

__attribute__((noreturn)) static void usage(int status)
{
	fputs("usage: sh [-abCefimnuvx] [-o option] [-c commands [name [argument...]] | -s | script "
	      "[argument...]]\n",
		status ? stderr : stdout);
	exit(status);
}

__attribute__((noreturn)) static void illegal_option(char letter)
{
	fprintf(stderr, "%s: 0: Illegal option -%c\n", sh.name, letter);
	exit(ERROR_STATUS);
}

static void set_long_option(const char *name, bool on)
{
	if (set_option(name, on))
		return;
	fprintf(stderr, "%s: 0: Illegal option -o %s\n", sh.name, name);
	exit(ERROR_STATUS);
}

static void parse_command_line(int argc, char **argv, struct command_line *c)
{
	int i = 1;

	c->login = argv[0] && argv[0][0] == '-';
	for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1]; i++) {
		bool on = argv[i][0] == '-';

		if (strcmp(argv[i], "--help") == 0)
			usage(0);
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		for (const char *p = argv[i] + 1; *p; p++) {
			if (*p == 'c' && on)
				c->from_command = true;
			else if (*p == 'l')
				c->login = true;
			else if (*p == 'o' && i + 1 < argc)
				set_long_option(argv[++i], on);
			else if (!set_option_letter(*p, on))
				illegal_option(*p);
		}
	}
	if (c->from_command) {
		if (i == argc)
			usage(ERROR_STATUS);
		c->command = argv[i++];
	}
	c->rest = argv + i;
	c->nr_rest = argc - i;
}

static void init_variables(char **envp)
{
	char number[16];

	var_set("IFS", " \t\n", 0);
	var_set("OPTIND", "1", 0);
	var_set("PS1", geteuid() ? "$ " : "# ", 0);
	var_set("PS2", "> ", 0);
	var_set("PS4", "+ ", 0);
	var_import(envp);
	var_set("IFS", " \t\n", 0); /* never from the environment, or scripts could be misled */
	snprintf(number, sizeof(number), "%d", getppid());
	var_set("PPID", number, 0);
	pwd_init();
}

static void open_script(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		fprintf(stderr, "%s: 0: cannot open %s: %s\n", sh.name, name,
			errno == ENOENT ? "No such file" : strerror(errno));
		exit(ERROR_STATUS);
	}
	input_push_fd(fd_move_up(fd), false);
}

/* Reads a file of commands if it is there: a profile. */
static void run_profile(const char *name)
{
	int fd = *name ? open(name, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	input_push_fd(fd_move_up(fd), false);
	sh.dot_depth++;
	eval_input();
	sh.dot_depth--;
	if (sh.skip == SKIP_RETURN)
		sh.skip = SKIP_NONE;
	input_pop();
}

static void run_profiles(bool login)
{
	const char *home = var_get("HOME"), *env = var_get("ENV");

	if (login) {
		run_profile("/etc/profile");
		if (home) {
			char *name = mem_alloc(strlen(home) + sizeof("/.profile"));
			strcpy(stpcpy(name, home), "/.profile");
			run_profile(name);
		}
	}
	if (env && sh.o.interactive)
		run_profile(expand_single(env));
}

/* Ends when the input does, or with exit. */
static void run_interactive(bool login)
{
	static jmp_buf top;
	static volatile bool started; /* the profiles were run */
	static struct mark bottom;

	bottom = mem_mark();
	if (setjmp(top)) {
		mem_release(bottom);
		lex_save(); /* forgets a token that was looked at */
	}
	sh.top = &top;
	if (!started) {
		started = true;
		run_profiles(login);
	}
	do {
		eval_input();
		sh.skip = SKIP_NONE;
	} while (sh.o.ignoreeof && fputs("Use \"exit\" to leave shell.\n", stderr) != EOF);
	if (isatty(STDIN_FILENO))
		fputc('\n', stderr);
}

int main(int argc, char **argv, char **envp)
{
	struct command_line c = { 0 };

	sh.name = argv[0] ? argv[0] : "sh";
	parse_command_line(argc, argv, &c);
	sh.pid = getpid();
	if (!c.from_command && (c.nr_rest == 0 || sh.o.from_stdin)) {
		sh.o.from_stdin = true;
		if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
			sh.o.interactive = true;
	}
	if (sh.o.interactive)
		sh.o.monitor = true;
	trap_init();
	init_variables(envp);
	if (!sh.o.from_stdin && c.nr_rest > 0) {
		sh.name = c.rest[0];
		if (!c.from_command)
			open_script(sh.name);
		c.rest++;
		c.nr_rest--;
	} else if (sh.o.from_stdin) {
		input_push_fd(STDIN_FILENO, sh.o.interactive);
	}
	set_params(c.rest, c.nr_rest);
	if (sh.o.interactive)
		signal_set_interactive();
	if (sh.o.monitor)
		jobs_init(true);
	if (c.from_command) {
		eval_string(c.command, EV_EXIT);
	} else if (sh.o.interactive) {
		run_interactive(c.login);
	} else {
		if (c.login)
			run_profiles(true);
		eval_input();
	}
	shell_exit(sh.status);
}
