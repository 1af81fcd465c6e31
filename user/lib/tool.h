// SPDX-License-Identifier: MIT
/*
 * tool: what the programs of user/bin share.
 *
 * Promise   tool_start() answers --help and remembers the usage; tool_usage() is for wrong arguments. What
 *           tool_warn() says goes to standard error, with the program's name, and sets tool_status. A main()
 *           ends with `return tool_finish()`, which also notices that the output could not be written.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

extern int tool_status; /* what the program will exit with */

void tool_start(int argc, char **argv, const char *usage);
__attribute__((noreturn)) void tool_usage(void); /* status 2 */
int tool_finish(void);
__attribute__((format(printf, 1, 2))) void tool_warn(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void tool_warn_errno(const char *fmt, ...); /* ... and why */
__attribute__((format(printf, 1, 2), noreturn)) void tool_die(const char *fmt, ...);
__attribute__((format(printf, 1, 2), noreturn)) void tool_die_errno(const char *fmt, ...);
void *tool_must(void *p); /* of malloc() and its like: NULL ends the program */
char *tool_join(const char *dir, const char *name); /* dir/name, malloc'ed */
/* Calls for each of the files, "-" or none at all meaning standard input; one that is not there is told. */
void tool_each_input(char **names, void (*act)(FILE *f));
unsigned long tool_number(const char *s); /* anything else than digits ends the program */

/*
 * number.c: a size or a count with K, M or G; a time with s, m, h or d. -1: it is none.
 */
long tool_parse_size(const char *s);
int tool_parse_time(const char *s, struct timespec *out);

void tool_human_size(unsigned long bytes, char *text, size_t size); /* like 1.5M */

/* date.c */
bool tool_parse_date(const char *s, time_t *when);

/* mode.c: `text` (octal, or like u+x,go=) applied to `old`; false: it means nothing. */
bool tool_parse_mode(const char *text, mode_t old, mode_t mask, bool is_dir, mode_t *mode);
void tool_mode_text(mode_t mode, char text[11]); /* like -rwxr-xr-x */

/* users.c: owners by name where there is one, else by number. */
const char *tool_user_name(uid_t uid);
const char *tool_group_name(gid_t gid);
bool tool_parse_user(const char *s, uid_t *uid);
bool tool_parse_group(const char *s, gid_t *gid);

/* echo.c, printf.c, test.c: builtins of the shell and programs; `say` tells what is wrong. */
typedef void tool_say(const char *fmt, ...);
int tool_echo(int argc, char **argv);
int tool_printf(int argc, char **argv, tool_say *say);
int tool_test(int argc, char **argv, tool_say *say);

/* escape.c: the character that the text after a backslash means; *p moves behind it. */
enum escapes { ESCAPES_FORMAT /* \ooo */, ESCAPES_ECHO /* \0ooo, and \c: -1 */ };
int tool_escape(const char **p, enum escapes kind);

/* power.c: asks init (by the signal) or the kernel to end the machine; answers the exit status. */
int tool_power(int argc, char **argv, int sig, int command);
