// SPDX-License-Identifier: MIT
/*
 * sh: what the files of the shell share.
 *
 * The way of a line: input.c gives characters, lex.c makes tokens of them, parse.c a tree, exec.c walks
 * it; on the way expand.c turns words into arguments, redir.c moves descriptors, jobs.c starts and
 * awaits processes. A word stays as it was written, quotes and all, until it is expanded.
 *
 * Lifetime  trees and expanded words live in an arena (mem.c) that is cut back to a mark when the command
 *           that needed them is over; variables, functions, traps and jobs are malloc'ed.
 */
#pragma once
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { FD_SAFE = 10 /* the shell's own descriptors lie from here on */, MAX_SIGNALS = 65 };

/* --- mem.c --- */
struct mark {
	void *chunk;
	size_t used;
};
void *mem_alloc(size_t n);
char *mem_dup(const char *s, size_t len);
struct mark mem_mark(void);
void mem_release(struct mark m);
char *str_dup(const char *s); /* malloc'ed; ends the shell when memory is out */
void *must(void *p);

/* A string that grows; malloc'ed. */
struct text {
	char *s;
	size_t len, size;
};
void text_add(struct text *t, char c);
void text_add_string(struct text *t, const char *s);
char *text_to_arena(struct text *t); /* frees the text */

struct alias;

/* --- input.c --- */
enum { END = -1 };
void input_push_string(const char *s);
void input_push_fd(int fd, bool interactive);
void input_pop(void);
size_t input_used(void); /* characters taken from the string on top */
void input_again(const char *s, size_t len); /* these characters come once more */
void input_push_alias(struct alias *a);
bool input_alias_ended(void); /* since the last question, one whose text ends with a blank */
int input_next(void);	 /* a character or END */
void input_back(int c);	 /* the character just taken */
int input_line(void);
void input_set_continued(bool continued); /* which prompt comes next */
size_t input_recorded(void);	/* characters in the record */
size_t input_record_start(void);
char *input_record_end(size_t start, size_t cut); /* arena copy of what was taken since, without the last */
void input_reset(void);	 /* after an error: back to the outermost source */

/* --- lex.c --- */
enum token {
	T_END, T_NEWLINE, T_WORD, T_IO_NUMBER,
	T_AND_IF, T_OR_IF, T_DSEMI, T_SEMI_AND, T_AMP, T_SEMI, T_PIPE, T_LPAREN, T_RPAREN,
	T_LESS, T_GREAT, T_DGREAT, T_DLESS, T_DLESSDASH, T_LESSAND, T_GREATAND, T_LESSGREAT, T_CLOBBER,
};
struct token_value {
	enum token type;
	char *text;  /* T_WORD: as written; T_IO_NUMBER: the digits */
	bool quoted; /* something in it was quoted */
	bool after_alias; /* it follows an alias that ends with a blank: it may be one, too */
	size_t chars; /* how many characters of the record it took: for the texts of jobs */
};
struct redir;
struct token_value lex_peek(void);
struct token_value lex_next(void);
void lex_want_body(struct redir *r); /* a here-document's body begins after the next newline */
struct lex_state {
	bool have;
	struct token_value peeked;
	struct redir *bodies;
};
struct lex_state lex_save(void); /* ... and start afresh, for a command inside a word */
void lex_push_alias(struct alias *a); /* the token that lex_peek() answered is this alias */
void lex_restore(struct lex_state s);
const char *token_name(struct token_value t);
/* Lengths of what stands at p, up to and with the closing character. */
size_t lex_skip_brace(const char *p, bool in_dquote); /* p after "${" */
size_t lex_skip_arith(const char *p);		      /* p after "$((", 0: it is a command */

/* --- parse.c --- */
struct word {
	struct word *next;
	char *text;
};
struct redir {
	struct redir *next;
	int fd;
	enum token op;
	char *word;
	char *body;	      /* here-documents */
	bool literal;	      /* ... whose delimiter was quoted */
	struct redir *waiting; /* lex.c: the next whose body is to be read */
};
enum node_type {
	N_SIMPLE, N_PIPE, N_AND, N_OR, N_LIST, N_BACKGROUND, N_SUBSHELL, N_GROUP, N_IF, N_WHILE, N_UNTIL,
	N_FOR, N_CASE, N_FUNCTION,
};
struct case_item {
	struct case_item *next;
	struct word *patterns;
	struct node *body;
	bool falls; /* ;& */
};
struct node {
	enum node_type type;
	int line;
	bool negate;	     /* pipe: ! */
	bool has_in;	     /* for */
	struct node *next;   /* in a list or pipe */
	struct node *a, *b, *c;
	struct word *assigns, *words;
	struct redir *redirs;
	struct case_item *items;
	char *text; /* for: variable; case: word; function: name; and-or list: as it was written */
};
bool is_reserved(const char *word);
struct node *parse_line(bool *end); /* NULL: an empty line, or the end */
struct node *parse_until_paren(void); /* the inside of $( ) */
struct node *node_copy(const struct node *n); /* malloc'ed */
void node_free(struct node *n);

/* --- expand.c --- */
struct strings {
	char **v; /* arena; NULL at the end */
	int n;
};
void expand_words(const struct word *w, struct strings *out);
char *expand_single(const char *text);	/* no fields, no file names */
char *expand_assignment(const char *text); /* as above, with ~ after colons */
char *expand_body(const char *text);	/* a here-document */
char *expand_pattern(const char *text);	/* quoted characters are escaped */
void strings_add(struct strings *s, char *v);

/* --- param.c: into the expander's buffer; private to expand.c and param.c --- */
enum { F_QUOTED = 1, F_SPLIT = 2, F_BREAK = 4, F_NULL = 8 };
struct flagged {
	char *ch;
	unsigned char *flag;
	size_t n, size;
};
enum quoting { UNQUOTED, DQUOTED, IN_BODY };
void flagged_add(struct flagged *o, char c, unsigned char flag);
void flagged_add_string(struct flagged *o, const char *s, enum quoting q);
void expand_text(struct flagged *o, const char *p, const char *end, enum quoting q, bool assignment);
const char *expand_dollar(struct flagged *o, const char *p, enum quoting q); /* p at '$' */
void expand_note_empty_at(void);
const char *expand_backquote(struct flagged *o, const char *p, enum quoting q);
char *flagged_to_string(struct flagged *o);
char *flagged_to_pattern(struct flagged *o);

/* --- glob.c --- */
bool glob_files(const char *pattern, struct strings *out); /* false: nothing matches */

/* --- arith.c --- */
long arith_eval(const char *text);

/* --- var.c --- */
enum { V_EXPORT = 1, V_READONLY = 2 };
char *var_get(const char *name);
void var_set(const char *name, const char *value, int flags);
void var_assign(const char *text, int flags); /* NAME=VALUE, expanded already */
int var_unset(const char *name);
void var_flag(const char *name, int flags);
void var_print(int flags, const char *prefix); /* all, or those with the flag */
void var_import(char **envp);
char **var_environment(void); /* arena */
void print_quoted(const char *s); /* so that a shell can read it again */
bool is_name(const char *s, size_t len);
size_t name_len(const char *s);
/* Values to come back to, as a stack: of assignments before a command and of `local`. */
struct saved_var *var_mark(void);
void var_save(const char *name);
void var_save_options(void);
void var_restore(struct saved_var *mark); /* undoes what was saved since; NULL: everything */

struct function {
	struct function *next;
	char *name;
	struct node *body;
	int users;
	bool dead;
};
struct function *function_find(const char *name);
void function_define(const char *name, const struct node *body);
void function_unset(const char *name);
void function_put(struct function *f);

/* --- exec.c --- */
enum { EV_EXIT = 1 /* this process has nothing to do afterwards */, EV_TESTED = 2 /* set -e is off */ };
int eval(struct node *n, int flags);
int eval_string(const char *s, int flags);
int eval_input(void); /* runs the source on top to its end */
int eval_substitution(struct node *n, struct text *out);
char *find_program(const char *name); /* arena; NULL: none */
__attribute__((noreturn)) void exec_program(char **argv);
void exec_unwind(void); /* after an error: all functions have returned, all redirections are undone */

/* --- redir.c --- */
/* Descriptors to put back, as a stack. */
struct saved_fd *redirect_mark(void);
bool redirect(const struct redir *r);	       /* false: it has told why */
bool redirect_for_good(const struct redir *r); /* nothing will be put back */
void redirect_undo(struct saved_fd *mark);     /* what happened since; NULL: everything */
void redirect_forget(void);
int fd_move_up(int fd);

/* --- jobs.c --- */
struct job;
void jobs_init(bool control);
struct job *job_new(const char *text, int nr_procs);
void job_be_quiet(struct job *j); /* no message when a signal kills it */
pid_t job_fork(struct job *j, bool background); /* 0 in the child, which is set up as part of the job */
int job_wait_foreground(struct job *j);
void job_to_background(struct job *j);
void jobs_notify(void);
pid_t job_leader(const char *spec);
void child_forget_jobs(void);
int cmd_wait(int argc, char **argv);
int cmd_jobs(int argc, char **argv);
int cmd_fg(int argc, char **argv);
int cmd_bg(int argc, char **argv);
int status_of(int wait_status);
void job_tell_death(int wait_status); /* by a signal that the user did not send by a key */

/* --- trap.c --- */
void trap_init(void);
bool traps_run(void); /* pending ones */
int trap_pending(void);
void traps_forget(void); /* in a subshell */
bool traps_set(void); /* a command is waiting for a signal or for the end */
void trap_exit(void);
int cmd_trap(int argc, char **argv);
void signal_set_interactive(void);
void signals_to_child(bool background);

/* --- builtin.c --- */
typedef int builtin_fn(int argc, char **argv);
struct builtin {
	const char *name;
	builtin_fn *fn;
	bool special;
};
const struct builtin *builtin_find(const char *name);

extern const struct builtin builtins[]; /* ends with an empty name */
long number_argument(const char *s); /* a count or a status; anything else is an error */
int echo_main(int argc, char **argv);

/* --- builtin_vars.c --- */
int cmd_export(int argc, char **argv);
int cmd_readonly(int argc, char **argv);
int cmd_local(int argc, char **argv);
int cmd_unset(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_shift(int argc, char **argv);
int cmd_read(int argc, char **argv);
int cmd_getopts(int argc, char **argv);

/* --- builtin_system.c --- */
int cmd_cd(int argc, char **argv);
int cmd_pwd(int argc, char **argv);
int cmd_umask(int argc, char **argv);
int cmd_ulimit(int argc, char **argv);
int cmd_times(int argc, char **argv);
int cmd_kill(int argc, char **argv);
void pwd_init(void);

/* --- builtin_names.c --- */
int cmd_type(int argc, char **argv);
int cmd_command(int argc, char **argv);
int cmd_alias(int argc, char **argv);
int cmd_unalias(int argc, char **argv);
int cmd_hash(int argc, char **argv);
struct alias {
	struct alias *next;
	char *name, *value;
	bool active; /* its text is being read: it is no alias meanwhile */
	bool dead;
};
struct alias *alias_find(const char *name); /* NULL: none, or it is active */
void alias_done(struct alias *a);

/* --- edit.c, complete.c and history.c --- */
char *complete_word(const char *line, size_t at, bool *many); /* malloc'ed text to insert; NULL: nothing */
void complete_list(const char *line, size_t at, size_t columns);
enum edit_result { EDIT_LINE, EDIT_END, EDIT_INTERRUPTED };
enum edit_result edit_line(const char *prompt, char **line); /* malloc'ed, with its newline */
void edit_end(void); /* the terminal becomes what it was before the first line of a command */
void history_add(const char *line);
int history_count(void);
const char *history_get(int i); /* 0 is the oldest */
int cmd_history(int argc, char **argv);

/* --- main.c --- */
enum skip { SKIP_NONE, SKIP_BREAK, SKIP_CONTINUE, SKIP_RETURN };
struct options {
	bool allexport, errexit, noglob, interactive, monitor, noexec, nounset, verbose, xtrace, noclobber,
		from_stdin, ignoreeof, notify, pipefail;
};
struct call;
struct shell {
	struct options o;
	int status;	     /* $? */
	int line;	     /* of the command that runs, for messages and LINENO */
	const char *command; /* the builtin that runs, for messages */
	int substitution_status; /* of the last $( ) in the current command */
	pid_t pid;	     /* $$ */
	pid_t last_background; /* $! */
	char *name;	     /* $0 */
	char **params;	     /* $1 ...; malloc'ed */
	int nr_params;
	enum skip skip;
	int skip_levels, loop_depth, function_depth, dot_depth;
	int subshell_depth;
	bool job_control;
	volatile bool interrupted;
	struct call *calls;  /* of functions, the innermost first */
	int tested;	     /* > 0: somebody looks at the status, set -e is off */
	jmp_buf *top;	     /* where an error of an interactive shell ends */
	jmp_buf *builtin;    /* where one in an ordinary builtin ends */
	int getopts_index, getopts_place; /* the next argument, from 1; the next letter in it, 0: the first */
};
extern struct shell sh;
__attribute__((format(printf, 1, 2), noreturn)) void fail(const char *fmt, ...);
__attribute__((format(printf, 1, 2), noreturn)) void syntax_error(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void warn(const char *fmt, ...);
__attribute__((noreturn)) void shell_exit(int status);
__attribute__((noreturn)) void shell_interrupted(void); /* by ^C: back to the prompt */
void set_params(char **v, int n);
bool set_option(const char *name, bool on);
bool set_option_letter(int letter, bool on);
void print_options(void);
void print_options_as_commands(void);
char *option_letters(void); /* $- */
