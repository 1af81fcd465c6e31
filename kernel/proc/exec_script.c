// SPDX-License-Identifier: MIT
/*
 * exec_script: programs that begin with "#!".
 *
 * Promise   the first line names an interpreter and perhaps one argument, which keeps its blanks inside. The
 *           arguments become: interpreter, argument if any, the script's name, and those given but the first.
 * Lifetime  the strings that come in front are the exec's own until their copies are on the new stack
 * Linux     execve(2) "Interpreter scripts": 255 bytes of the line are looked at; a longer one is cut, but
 *           ENOEXEC if the interpreter's name itself might be cut. ELOOP beyond five levels.
 */
#include "fs/file.h"
#include "fs/path.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/string.h"
#include "kernel/proc/exec.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct script_line {
	const char *name, *arg; /* arg NULL: none */
	size_t name_len, arg_len;
};

static size_t word_length(const char *at, const char *end)
{
	const char *p = at;
	while (p < end && !is_blank(*p) && *p)
		p++;
	return p - at;
}

/* Reads the line: 0 or -ENOEXEC. */
static int parse_line(const char *head, struct script_line *line)
{
	const char *at = head + 2, *cut = head + EXEC_SCRIPT_BYTES - 1;
	const char *end = memchr(head, '\n', EXEC_SCRIPT_BYTES);
	bool whole = end;
	if (!whole)
		end = cut;
	while (at < end && is_blank(*at))
		at++;
	size_t len = word_length(at, end);
	if (len == 0 && at < end)
		return -EACCES; /* a NUL: Linux opens the name "", the working directory */
	if (len == 0 || (!whole && at + len == cut))
		return -ENOEXEC;
	line->name = at;
	line->name_len = len;
	line->arg = NULL;
	at += len;
	if (at == end || !*at)
		return 0;
	while (end > at && is_blank(end[-1]))
		end--;
	while (at < end && is_blank(*at))
		at++;
	if (at < end) {
		line->arg = at;
		line->arg_len = strnlen(at, end - at);
	}
	return 0;
}

static int push(struct exec *e, const char *s, size_t len)
{
	char *copy = kmalloc(len + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, s, len);
	copy[len] = 0;
	e->prefix[e->nr_prefix++] = copy;
	return 0;
}

static int open_interpreter(struct exec *e, const char *name)
{
	PATHREF p = {};
	int err = path_lookup_kernel(name, LOOKUP_FOLLOW, &p);
	if (err)
		return err;
	struct file *f;
	err = exec_open_program(&p, &f);
	if (err)
		return err;
	exec_close_program(e->file);
	e->file = f;
	return exec_read_head(e);
}

static int follow_one(struct exec *e)
{
	struct script_line line;
	int err = parse_line(e->head, &line);
	if (!err && e->fd_closes)
		err = -ENOENT; /* execveat(2): the interpreter could not open the script */
	if (!err && e->nr_prefix == 0)
		err = push(e, e->name, strlen(e->name));
	if (!err && line.arg)
		err = push(e, line.arg, line.arg_len);
	if (!err)
		err = push(e, line.name, line.name_len);
	return err ? err : open_interpreter(e, e->prefix[e->nr_prefix - 1]);
}

int exec_follow_scripts(struct exec *e)
{
	for (unsigned depth = 0; e->head[0] == '#' && e->head[1] == '!'; depth++) {
		if (depth == EXEC_MAX_DEPTH)
			return -ELOOP;
		int err = follow_one(e);
		if (err)
			return err;
	}
	return 0;
}
