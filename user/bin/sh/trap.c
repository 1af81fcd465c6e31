// SPDX-License-Identifier: MIT
/*
 * trap: commands that run on signals and at the end.
 *
 * Promise   a handler only notes the signal; the command runs between two others, and $? is the same after
 *           it. A signal that was ignored when the shell started stays ignored. A subshell has no traps,
 *           but goes on ignoring what was ignored.
 * Linux     POSIX.1-2017, trap
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/signame.h"
#include "user/bin/sh/sh.h"

enum { EXIT_TRAP = 0 };

static char *commands[MAX_SIGNALS]; /* NULL: default; "": ignored */
static bool ignored_at_start[MAX_SIGNALS];
static volatile sig_atomic_t noted[MAX_SIGNALS];
static volatile sig_atomic_t any_noted; /* the last one */

static void on_signal(int sig)
{
	noted[sig] = 1;
	any_noted = sig;
	if (sig == SIGINT && !commands[SIGINT])
		sh.interrupted = true;
}

static void set_handler(int sig, void (*handler)(int))
{
	/* No SA_RESTART: `wait` and `read` are to notice. */
	struct sigaction act = { .sa_handler = handler };

	sigaction(sig, &act, NULL);
}

void trap_init(void)
{
	struct sigaction act;

	for (int sig = 1; sig < MAX_SIGNALS; sig++)
		if (sigaction(sig, NULL, &act) == 0 && act.sa_handler == SIG_IGN)
			ignored_at_start[sig] = true;
}

void signal_set_interactive(void)
{
	if (!commands[SIGINT])
		set_handler(SIGINT, on_signal);
	if (!commands[SIGQUIT])
		signal(SIGQUIT, SIG_IGN);
	if (!commands[SIGTERM])
		signal(SIGTERM, SIG_IGN);
}

int trap_pending(void)
{
	return any_noted;
}

bool traps_run(void)
{
	static bool running;
	bool ran = false;

	if (!any_noted || running)
		return false;
	running = true;
	any_noted = 0;
	for (int sig = 1; sig < MAX_SIGNALS; sig++) {
		if (!noted[sig])
			continue;
		noted[sig] = 0;
		if (!commands[sig] || !*commands[sig])
			continue;
		int status = sh.status;
		char *command = str_dup(commands[sig]);
		running = false; /* a trap may interrupt a trap */
		eval_string(command, 0);
		running = true;
		free(command);
		if (!sh.skip)
			sh.status = status;
		ran = true;
	}
	running = false;
	return ran;
}

bool traps_set(void)
{
	for (int sig = 0; sig < MAX_SIGNALS; sig++)
		if (commands[sig] && *commands[sig])
			return true;
	return false;
}

void traps_forget(void)
{
	for (int sig = 0; sig < MAX_SIGNALS; sig++) {
		if (!commands[sig] || (sig && !*commands[sig]))
			continue;
		free(commands[sig]);
		commands[sig] = NULL;
		if (sig && !ignored_at_start[sig])
			signal(sig, SIG_DFL);
	}
	any_noted = 0;
	memset((void *)noted, 0, sizeof(noted));
}

static void to_default(int sig)
{
	if (!commands[sig] && !ignored_at_start[sig])
		signal(sig, SIG_DFL);
}

/* In a new child: what the shell changed for itself. */
void signals_to_child(bool background)
{
	static const int changed[] = { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };

	if (sh.o.interactive || sh.job_control)
		for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
			to_default(changed[i]);
	sh.interrupted = false;
	if (background) {
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
	}
}

void trap_exit(void)
{
	char *command = commands[EXIT_TRAP];

	if (!command)
		return;
	commands[EXIT_TRAP] = NULL;
	sh.skip = SKIP_NONE;
	if (*command)
		eval_string(command, 0);
}

static void print_traps(void)
{
	for (int sig = 0; sig < MAX_SIGNALS; sig++) {
		if (!commands[sig])
			continue;
		fputs("trap -- ", stdout);
		print_quoted(commands[sig]);
		printf(" %s\n", sig ? signal_name(sig) : "EXIT");
	}
}

static void set_trap(int sig, const char *command)
{
	free(commands[sig]);
	commands[sig] = command ? str_dup(command) : NULL;
	if (sig == EXIT_TRAP || (ignored_at_start[sig] && !sh.o.interactive))
		return;
	if (command)
		set_handler(sig, *command ? on_signal : SIG_IGN);
	else
		signal(sig, SIG_DFL);
	if (sh.o.interactive)
		signal_set_interactive();
}

int cmd_trap(int argc, char **argv)
{
	int i = 1, status = 0;
	const char *command = NULL;

	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i == argc) {
		print_traps();
		return 0;
	}
	/* With one argument, or a number first, the signals go back to their default. */
	if (i + 1 < argc && signal_number(argv[i]) < 0)
		command = argv[i++];
	else if (i + 1 < argc && argv[i][strspn(argv[i], "0123456789")])
		command = argv[i++];
	if (command && strcmp(command, "-") == 0)
		command = NULL;
	for (; i < argc; i++) {
		int sig = strcmp(argv[i], "EXIT") == 0 ? EXIT_TRAP : signal_number(argv[i]);
		if (sig < 0 || sig >= MAX_SIGNALS) {
			fprintf(stderr, "trap: %s: bad trap\n", argv[i]);
			status = 1;
			continue;
		}
		set_trap(sig, command);
	}
	return status;
}
