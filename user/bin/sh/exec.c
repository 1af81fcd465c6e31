// SPDX-License-Identifier: MIT
/*
 * exec: walks the tree.
 *
 * Promise   $? is right after every command; set -e ends the shell where POSIX says so and nowhere else;
 *           break, continue and return unwind by a state that every loop looks at, not by jumps.
 *           The last command of a process that has nothing to do afterwards replaces it (EV_EXIT).
 * Linux     POSIX.1-2017, Shell Command Language 2.9
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

enum { EXIT_NOT_FOUND = 127, EXIT_NOT_EXECUTABLE = 126, REDIRECTION_FAILED = 2, MAX_DEPTH = 1000 };

/* --- programs --- */

static bool is_executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *find_program(const char *name)
{
	const char *path = var_get("PATH");

	if (strchr(name, '/'))
		return is_executable(name) ? mem_dup(name, strlen(name)) : NULL;
	for (const char *p = path ? path : ""; *name; p++) {
		size_t len = strcspn(p, ":");
		char *full = mem_alloc(len + strlen(name) + 2);
		sprintf(full, "%.*s%s%s", (int)len, p, len ? "/" : "", name);
		if (is_executable(full))
			return full;
		p += len;
		if (!*p)
			break;
	}
	return NULL;
}

/* A file without a format that the kernel knows is a script for a shell: this one, afresh. */
static void exec_script(char *path, char **argv, char **env)
{
	struct strings args = { 0 };

	strings_add(&args, "sh");
	strings_add(&args, path);
	for (argv++; *argv; argv++)
		strings_add(&args, *argv);
	execve("/bin/sh", args.v, env);
}

void exec_program(char **argv)
{
	char **env = var_environment();
	char *path = find_program(argv[0]);
	struct stat st;

	if (!path)
		path = strchr(argv[0], '/') ? argv[0] : NULL;
	if (path) {
		execve(path, argv, env);
		if (errno == ENOEXEC)
			exec_script(path, argv, env);
	}
	int status = EXIT_NOT_FOUND;
	if (path && errno != ENOENT && errno != ENOTDIR)
		status = EXIT_NOT_EXECUTABLE;
	if (!path || errno == ENOTDIR || (errno == ENOENT && stat(path, &st) != 0))
		warn("%s: not found", argv[0]);
	else
		warn("%s: %s", argv[0], errno == EACCES ? "Permission denied" : strerror(errno));
	fflush(NULL);
	_exit(status);
}

/* --- children --- */

/* In the child, once: it is a shell of its own now. */
static void become_subshell(void)
{
	sh.subshell_depth++;
	sh.top = NULL;
	sh.job_control = false;
	sh.o.interactive = false;
	redirect_forget();
	child_forget_jobs();
}

__attribute__((noreturn)) static void run_in_child(struct node *n)
{
	become_subshell();
	shell_exit(eval(n, EV_EXIT));
}

int eval_substitution(struct node *n, struct text *out)
{
	int fd[2], status = 0;
	char buf[1024];
	ssize_t got;

	if (!n)
		return 0;
	fflush(NULL);
	if (pipe2(fd, O_CLOEXEC) != 0)
		fail("Pipe call failed");
	pid_t pid = fork();
	if (pid < 0)
		fail("Cannot fork");
	if (pid == 0) {
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		traps_forget();
		signals_to_child(false);
		run_in_child(n);
	}
	close(fd[1]);
	while ((got = read(fd[0], buf, sizeof(buf))) > 0 || (got < 0 && errno == EINTR))
		for (ssize_t i = 0; i < got; i++)
			if (buf[i])
				text_add(out, buf[i]);
	close(fd[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	job_tell_death(status);
	return status_of(status);
}

/* --- pipes --- */

static int eval_pipe(struct node *n, int flags)
{
	int count = 0, in = -1, fd[2] = { -1, -1 };

	for (struct node *c = n->a; c; c = c->next)
		count++;
	if (count == 1) { /* only a negation */
		int status = eval(n->a, EV_TESTED);
		return sh.skip ? status : !status;
	}
	struct job *j = job_new(n->text ? n->text : "", count);
	for (struct node *c = n->a; c; c = c->next) {
		if (c->next && pipe2(fd, O_CLOEXEC) != 0)
			fail("Pipe call failed");
		if (job_fork(j, false) == 0) {
			if (in >= 0)
				dup2(in, STDIN_FILENO), close(in);
			if (c->next)
				dup2(fd[1], STDOUT_FILENO), close(fd[0]), close(fd[1]);
			struct node only = *c;
			only.next = NULL;
			run_in_child(&only);
		}
		if (in >= 0)
			close(in);
		if (c->next)
			close(fd[1]);
		in = fd[0];
	}
	int status = job_wait_foreground(j);
	return n->negate ? !status : status;
}

static int eval_background(struct node *n)
{
	const char *text = n->a->text ? n->a->text : "";
	struct job *j = job_new(text, 1);
	pid_t pid = job_fork(j, true);

	if (pid == 0) {
		if (!sh.job_control) {
			int fd = open("/dev/null", O_RDONLY);
			if (fd > 0)
				dup2(fd, STDIN_FILENO), close(fd);
		}
		run_in_child(n->a);
	}
	sh.last_background = pid;
	job_to_background(j);
	return 0;
}

/* --- loops and choices --- */

/* After a loop's body: true when the loop is to end. */
static bool loop_ends(void)
{
	if (!sh.skip)
		return false;
	if (sh.skip == SKIP_RETURN)
		return true;
	if (--sh.skip_levels > 0)
		return true;
	bool ends = sh.skip == SKIP_BREAK;
	sh.skip = SKIP_NONE;
	return ends;
}

static int eval_while(struct node *n)
{
	int status = 0;

	sh.loop_depth++;
	for (;;) {
		struct mark m = mem_mark();
		int test = eval(n->a, EV_TESTED);
		if (sh.skip) {
			mem_release(m);
			if (loop_ends())
				break;
			continue;
		}
		if ((test == 0) != (n->type == N_WHILE))
			break;
		status = eval(n->b, 0);
		mem_release(m);
		if (loop_ends())
			break;
	}
	sh.loop_depth--;
	return status;
}

static int eval_for(struct node *n)
{
	struct strings values = { 0 };
	int status = 0;

	if (n->has_in)
		expand_words(n->words, &values);
	else
		for (int i = 0; i < sh.nr_params; i++)
			strings_add(&values, mem_dup(sh.params[i], strlen(sh.params[i])));
	sh.loop_depth++;
	for (int i = 0; i < values.n; i++) {
		struct mark m = mem_mark();
		var_set(n->text, values.v[i], 0);
		status = eval(n->a, 0);
		mem_release(m);
		if (loop_ends())
			break;
	}
	sh.loop_depth--;
	return status;
}

static int eval_case(struct node *n)
{
	const char *word = expand_single(n->text);
	bool falls = false;
	int status = 0;

	for (struct case_item *item = n->items; item; item = item->next) {
		bool matches = falls;
		for (struct word *w = item->patterns; w && !matches; w = w->next)
			matches = fnmatch(expand_pattern(w->text), word, 0) == 0;
		if (!matches)
			continue;
		status = item->body ? eval(item->body, 0) : 0;
		falls = item->falls;
		if (!falls || sh.skip)
			break;
	}
	return status;
}

/* --- simple commands --- */

static void trace(struct strings *argv, struct strings *assigns)
{
	const char *ps4 = var_get("PS4");
	struct text t = { 0 };

	text_add_string(&t, expand_single(ps4 ? ps4 : "+ "));
	for (int i = 0; i < assigns->n; i++) {
		text_add_string(&t, assigns->v[i]);
		if (argv->n || i + 1 < assigns->n)
			text_add(&t, ' ');
	}
	for (int i = 0; i < argv->n; i++) {
		if (i)
			text_add(&t, ' ');
		text_add_string(&t, argv->v[i]);
	}
	text_add(&t, '\n');
	fflush(NULL);
	(void)!write(STDERR_FILENO, t.s, t.len);
	free(t.s);
}

static void apply_assigns(const struct strings *assigns, int flags)
{
	for (int i = 0; i < assigns->n; i++)
		var_assign(assigns->v[i], flags);
}

/* The same, to be undone by var_restore(). */
static void apply_for_now(const struct strings *assigns)
{
	for (int i = 0; i < assigns->n; i++) {
		var_save(mem_dup(assigns->v[i], strcspn(assigns->v[i], "=")));
		var_assign(assigns->v[i], V_EXPORT);
	}
}

/* What a function's return brings back. */
struct call {
	struct call *outer;
	struct function *function;
	char **params;
	int nr_params, loop_depth, getopts_index, getopts_place;
	struct saved_var *vars;
};

static void call_end(struct call *c)
{
	function_put(c->function);
	sh.function_depth--;
	var_restore(c->vars);
	set_params(NULL, 0);
	free(sh.params);
	sh.params = c->params;
	sh.nr_params = c->nr_params;
	sh.loop_depth = c->loop_depth;
	sh.getopts_index = c->getopts_index;
	sh.getopts_place = c->getopts_place;
	sh.calls = c->outer;
}

static int call_function(struct function *f, struct strings *argv)
{
	struct call c = { sh.calls, f, sh.params, sh.nr_params, sh.loop_depth, sh.getopts_index,
		sh.getopts_place, var_mark() };

	if (sh.function_depth == MAX_DEPTH)
		fail("%s: too deep", argv->v[0]);
	sh.calls = &c;
	sh.params = NULL;
	sh.nr_params = 0;
	set_params(argv->v + 1, argv->n - 1);
	sh.loop_depth = 0;
	sh.function_depth++;
	f->users++;
	int status = eval(f->body, 0);
	if (sh.skip == SKIP_RETURN) {
		sh.skip = SKIP_NONE;
		status = sh.status;
	}
	call_end(&c);
	return status;
}

void exec_unwind(void)
{
	while (sh.calls)
		call_end(sh.calls);
	var_restore(NULL);
	redirect_undo(NULL);
	sh.tested = sh.loop_depth = sh.dot_depth = 0;
	sh.skip = SKIP_NONE;
}

/* An error in an ordinary builtin is only its status: fail() comes back here. */
static int call_builtin(const struct builtin *b, struct strings *argv)
{
	jmp_buf here, *outer = sh.builtin;
	volatile int status = 2;

	sh.builtin = b->special ? NULL : &here;
	if (b->special || setjmp(here) == 0)
		status = b->fn(argv->n, argv->v);
	sh.builtin = outer;
	return status;
}

static int run_builtin(const struct builtin *b, struct strings *argv)
{
	sh.command = b->name;
	int status = call_builtin(b, argv);
	if (fflush(stdout) || ferror(stdout)) {
		clearerr(stdout);
		sh.command = b->name;
		warn("I/O error");
		status = status ? status : 1;
	}
	sh.command = NULL;
	return status;
}

/* Functions and builtins run in this process: what their redirections changed is put back. */
static int run_here(struct node *n, struct function *f, const struct builtin *b, struct strings *argv,
	struct strings *assigns)
{
	struct saved_fd *fds = redirect_mark();
	struct saved_var *vars = var_mark();
	bool special = b && b->special;
	bool lasting = b && strcmp(b->name, "exec") == 0; /* its redirections stay */

	if (!(lasting ? redirect_for_good(n->redirs) : redirect(n->redirs))) {
		redirect_undo(fds);
		if (special && !sh.o.interactive)
			shell_exit(REDIRECTION_FAILED);
		return REDIRECTION_FAILED;
	}
	if (special)
		apply_assigns(assigns, lasting ? V_EXPORT : 0);
	else
		apply_for_now(assigns);
	int status = f ? call_function(f, argv) : run_builtin(b, argv);
	if (n->redirs)
		fflush(NULL);
	redirect_undo(fds);
	if (!special)
		var_restore(vars);
	return status;
}

static int run_program(struct node *n, struct strings *argv, struct strings *assigns, int flags)
{
	if ((flags & EV_EXIT) && !traps_set()) {
		if (!redirect_for_good(n->redirs))
			return REDIRECTION_FAILED;
		apply_assigns(assigns, V_EXPORT);
		exec_program(argv->v);
	}
	struct text text = { 0 };
	for (int i = 0; i < argv->n && sh.job_control; i++) {
		if (i)
			text_add(&text, ' ');
		text_add_string(&text, argv->v[i]);
	}
	struct job *j = job_new(text.s ? text.s : "", 1);
	free(text.s);
	for (struct redir *r = n->redirs; r; r = r->next)
		if (r->fd == STDERR_FILENO)
			job_be_quiet(j);
	if (job_fork(j, false) == 0) {
		become_subshell();
		if (!redirect_for_good(n->redirs))
			_exit(REDIRECTION_FAILED);
		apply_assigns(assigns, V_EXPORT);
		exec_program(argv->v);
	}
	return job_wait_foreground(j);
}

/* Without a command: assignments stay, redirections only happen. */
static int run_nothing(struct node *n, struct strings *assigns)
{
	struct saved_fd *fds = redirect_mark();
	bool ok = redirect(n->redirs);

	redirect_undo(fds);
	apply_assigns(assigns, 0);
	return ok ? sh.substitution_status : REDIRECTION_FAILED;
}

static bool is_command_builtin(struct strings *argv, const struct builtin **b)
{
	/* "command NAME": no function, and no special treatment of the special builtins. */
	if (argv->n < 2 || strcmp(argv->v[0], "command") != 0)
		return false;
	bool option = strcmp(argv->v[1], "-p") == 0 || strcmp(argv->v[1], "--") == 0;
	if (argv->n < 2 + option || (argv->v[1 + option][0] == '-' && argv->v[1 + option][1]))
		return false;
	argv->v += 1 + option;
	argv->n -= 1 + option;
	*b = builtin_find(argv->v[0]);
	return true;
}

static int eval_simple(struct node *n, int flags)
{
	struct strings argv = { 0 }, assigns = { 0 };
	struct builtin plain;

	sh.line = n->line;
	sh.command = NULL;
	sh.substitution_status = 0;
	expand_words(n->words, &argv);
	for (struct word *w = n->assigns; w; w = w->next) {
		size_t len = strcspn(w->text, "=") + 1;
		char *value = expand_assignment(w->text + len);
		char *whole = mem_alloc(len + strlen(value) + 1);
		memcpy(whole, w->text, len);
		strcpy(whole + len, value);
		if (!argv.n) /* each sees the ones before it */
			var_assign(whole, 0);
		strings_add(&assigns, whole);
	}
	if (sh.o.xtrace && (argv.n || assigns.n))
		trace(&argv, &assigns);
	if (!argv.n) {
		assigns.n = 0;
		return run_nothing(n, &assigns);
	}
	const struct builtin *b = builtin_find(argv.v[0]);
	struct function *f = b && b->special ? NULL : function_find(argv.v[0]);
	while (!f && is_command_builtin(&argv, &b))
		if (b && b->special && strcmp(b->name, "exec") != 0) {
			plain = *b;
			plain.special = false;
			b = &plain;
		}
	if (f || b)
		return run_here(n, f, f ? NULL : b, &argv, &assigns);
	return run_program(n, &argv, &assigns, flags);
}

/* --- the rest --- */

static int eval_compound(struct node *n, int flags)
{
	switch (n->type) {
	case N_GROUP:
		return eval(n->a, flags & EV_TESTED);
	case N_IF:
		if (eval(n->a, EV_TESTED) == 0)
			return sh.skip ? sh.status : eval(n->b, flags & EV_TESTED);
		return n->c && !sh.skip ? eval(n->c, flags & EV_TESTED) : 0;
	case N_WHILE:
	case N_UNTIL:
		return eval_while(n);
	case N_FOR:
		return eval_for(n);
	case N_CASE:
		return eval_case(n);
	default:
		return 0;
	}
}

static int eval_redirected(struct node *n, int flags)
{
	struct saved_fd *fds = redirect_mark();
	int status = REDIRECTION_FAILED;

	if (redirect(n->redirs)) {
		status = eval_compound(n, flags);
		if (n->redirs)
			fflush(NULL);
	}
	redirect_undo(fds);
	return status;
}

static int eval_subshell(struct node *n, int flags)
{
	if ((flags & EV_EXIT) && !n->redirs && !traps_set()) {
		become_subshell();
		traps_forget();
		return eval(n->a, EV_EXIT);
	}
	struct job *j = job_new(n->text ? n->text : "", 1);
	if (job_fork(j, false) == 0) {
		become_subshell();
		if (!redirect_for_good(n->redirs))
			_exit(REDIRECTION_FAILED);
		shell_exit(eval(n->a, EV_EXIT | (flags & EV_TESTED)));
	}
	return job_wait_foreground(j);
}

static int eval_list(struct node *n, int flags)
{
	int status = 0;

	for (struct node *c = n->a; c && !sh.skip; c = c->next)
		status = eval(c, (flags & EV_TESTED) | (c->next ? 0 : flags & EV_EXIT));
	return status;
}

static int eval_and_or(struct node *n, int flags)
{
	int status = eval(n->a, EV_TESTED);

	if (sh.skip || (status == 0) != (n->type == N_AND))
		return status;
	return eval(n->b, flags);
}

/* A command that failed where nobody looked at its status. */
static void check_errexit(struct node *n, int status, int flags)
{
	bool simple = n->type == N_SIMPLE || n->type == N_SUBSHELL || (n->type == N_PIPE && !n->negate);

	if (status && sh.o.errexit && simple && !(flags & EV_TESTED) && !sh.skip)
		shell_exit(status);
}

static void check_interrupted(void)
{
	if (!sh.interrupted || !sh.top)
		return;
	fputc('\n', stderr); /* behind the ^C that the terminal shows */
	shell_interrupted();
}

int eval(struct node *n, int flags)
{
	int status, outer = sh.tested; /* set -e is off for all below a condition, functions included */

	if (!n || sh.o.noexec)
		return 0;
	struct mark m = mem_mark();
	sh.tested |= flags & EV_TESTED;
	flags |= sh.tested;
	if (trap_pending())
		flags &= ~EV_EXIT;
	switch (n->type) {
	case N_SIMPLE:
		status = eval_simple(n, flags);
		break;
	case N_PIPE:
		status = eval_pipe(n, flags);
		break;
	case N_AND:
	case N_OR:
		status = eval_and_or(n, flags);
		break;
	case N_LIST:
		status = eval_list(n, flags);
		break;
	case N_BACKGROUND:
		status = eval_background(n);
		break;
	case N_SUBSHELL:
		status = eval_subshell(n, flags);
		break;
	case N_FUNCTION:
		function_define(n->text, n->a);
		status = 0;
		break;
	default:
		status = eval_redirected(n, flags);
	}
	sh.status = status;
	mem_release(m);
	if (traps_run() && sh.skip)
		status = sh.status; /* the trap said return */
	check_interrupted();
	check_errexit(n, status, flags);
	sh.tested = outer;
	return status;
}

int eval_input(void)
{
	bool end = false;
	int status = 0;

	while (!end && !sh.skip) {
		struct mark m = mem_mark();
		struct node *n = parse_line(&end);
		edit_end();
		if (n)
			status = eval(n, 0);
		mem_release(m);
	}
	return status;
}

int eval_string(const char *s, int flags)
{
	struct lex_state state = lex_save();
	bool end = false;
	int status = 0;

	input_push_string(s);
	while (!end && !sh.skip) {
		struct mark m = mem_mark();
		struct node *n = parse_line(&end);
		if (n) {
			/* The last line of -c may replace the shell. */
			bool last = (flags & EV_EXIT) && input_used() == strlen(s);
			status = eval(n, last ? EV_EXIT : 0);
		}
		mem_release(m);
	}
	input_pop();
	lex_restore(state);
	return status;
}
