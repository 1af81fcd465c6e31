// SPDX-License-Identifier: MIT
/*
 * xargs: runs a command with arguments from standard input.
 *
 * Promise   words are separated by blanks and newlines, held together by quotes and backslashes; with -0 by zero
 *           bytes only. -n N gives N to each run, -I TEXT one line to each run in the place of TEXT, -P N runs N
 *           at a time, -r does not run without arguments, -t shows what is run.
 *           Status: 123 when a run failed, 124 when one answered 255, 126 or 127 when the command cannot run.
 * Linux     POSIX.1-2017, xargs; xargs(1)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum {
	MAX_BYTES = 100000, /* of arguments in one run, below what execve() takes */
	MAX_WORDS = 4096,
	SOME_FAILED = 123, ONE_GAVE_UP = 124, KILLED = 125, CANNOT_RUN = 126, NOT_FOUND = 127,
	GIVES_UP = 255,
};

static bool by_zero, skips_empty, shows;
static const char *place; /* -I */
static unsigned long per_run = MAX_WORDS, at_once = 1, running;
static char **command;
static int nr_command;

/* --- words --- */

static char *word;
static size_t len, room;

static void put(char c)
{
	if (len + 1 >= room) {
		room = room ? 2 * room : 64;
		word = tool_must(realloc(word, room));
	}
	word[len++] = c;
	word[len] = '\0';
}

/* The next word, in `word`; false: the input is over. */
static bool next_word(void)
{
	bool found = false;
	int c, quote = 0;

	len = 0;
	put('\0');
	len = 0;
	while ((c = getchar()) != EOF) {
		if (by_zero ? c == '\0' : !quote && (c == '\n' || (!place && (c == ' ' || c == '\t')))) {
			if (found || by_zero)
				return true;
			continue;
		}
		if (place && !found && (c == ' ' || c == '\t'))
			continue;
		found = true;
		if (!by_zero && quote == c) {
			quote = 0;
		} else if (!by_zero && !quote && (c == '\'' || c == '"')) {
			quote = c;
		} else if (!by_zero && !quote && c == '\\') {
			c = getchar();
			if (c != EOF)
				put(c);
		} else {
			put(c);
		}
	}
	if (quote)
		tool_die("a quote is not closed");
	return found;
}

/* --- runs --- */

static void note(int status)
{
	if (WIFSIGNALED(status))
		tool_status = KILLED;
	else if (WEXITSTATUS(status) == GIVES_UP)
		tool_status = ONE_GAVE_UP;
	else if (WEXITSTATUS(status) >= CANNOT_RUN)
		tool_status = WEXITSTATUS(status);
	else if (WEXITSTATUS(status) && !tool_status)
		tool_status = SOME_FAILED;
}

static void wait_for_one(void)
{
	int status;

	if (wait(&status) > 0) {
		running--;
		note(status);
	} else if (errno == ECHILD) {
		running = 0;
	}
}

static void run(char **argv)
{
	if (tool_status == ONE_GAVE_UP || tool_status >= CANNOT_RUN)
		return;
	for (int i = 0; shows && argv[i]; i++)
		fprintf(stderr, "%s%c", argv[i], argv[i + 1] ? ' ' : '\n');
	while (running >= at_once)
		wait_for_one();
	pid_t pid = fork();
	if (pid < 0)
		tool_die_errno("fork");
	running++;
	if (pid > 0)
		return;
	int fd = open("/dev/null", O_RDONLY);
	if (fd > 0)
		dup2(fd, STDIN_FILENO), close(fd);
	execvp(argv[0], argv);
	int status = errno == ENOENT ? NOT_FOUND : CANNOT_RUN;
	tool_warn_errno("%s", argv[0]);
	_exit(status);
}

/* The argument with every `place` in it replaced by the word. */
static char *fill_in(const char *arg)
{
	size_t hits = 0, step = strlen(place);

	for (const char *p = arg; (p = strstr(p, place)); p += step)
		hits++;
	char *out = tool_must(malloc(strlen(arg) + hits * len + 1)), *end = out;
	for (const char *p; (p = strstr(arg, place)); arg = p + step) {
		memcpy(end, arg, p - arg);
		end = stpcpy(end + (p - arg), word);
	}
	strcpy(end, arg);
	return out;
}

static void run_for_each_line(char **argv)
{
	while (next_word()) {
		for (int i = 0; i < nr_command; i++)
			argv[i] = fill_in(command[i]);
		argv[nr_command] = NULL;
		run(argv);
		for (int i = 0; i < nr_command; i++)
			free(argv[i]);
	}
}

static void run_for_many(char **argv)
{
	unsigned long n = 0;
	size_t bytes = 0;
	bool ran = false;

	memcpy(argv, command, nr_command * sizeof(*argv));
	for (bool more = true; more;) {
		more = next_word();
		bool full = n == per_run || bytes + len > MAX_BYTES;
		if (n ? !more || full : !more && !ran && !skips_empty) {
			argv[nr_command + n] = NULL;
			run(argv);
			ran = true;
			while (n > 0)
				free(argv[nr_command + --n]);
			bytes = 0;
		}
		if (more) {
			argv[nr_command + n++] = tool_must(strdup(word));
			bytes += len + 1 + sizeof(char *);
		}
	}
}

int main(int argc, char **argv)
{
	static char *echo[] = { "echo", NULL };
	int c;

	tool_start(argc, argv, "xargs [-0rt] [-n MAX] [-P PROCESSES] [-I TEXT] [COMMAND [ARGUMENT...]]");
	while ((c = getopt(argc, argv, "+0rtn:P:I:")) != -1) {
		by_zero |= c == '0';
		skips_empty |= c == 'r';
		shows |= c == 't';
		if (c == 'n')
			per_run = tool_number(optarg);
		else if (c == 'P')
			at_once = tool_number(optarg);
		else if (c == 'I')
			place = optarg;
		else if (c == '?')
			tool_usage();
	}
	if (per_run < 1 || per_run > MAX_WORDS)
		per_run = MAX_WORDS;
	if (at_once < 1)
		at_once = ~0ul;
	command = argv[optind] ? argv + optind : echo;
	while (command[nr_command])
		nr_command++;
	char **built = tool_must(calloc(nr_command + per_run + 1, sizeof(*built)));
	if (place)
		run_for_each_line(built);
	else
		run_for_many(built);
	while (running)
		wait_for_one();
	return tool_status;
}
