// SPDX-License-Identifier: MIT
/*
 * input: where the shell's characters come from.
 *
 * Promise   sources are stacked: a script, a string of -c, eval or trap, characters that come once more.
 *           Standard input is read byte by byte, so that a command which reads it too gets the line
 *           after its own. Up to two characters can be given back.
 * Lifetime  a string must live until its source is popped; those of input_again() are copied
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

enum { BUF_BYTES = 1024, KEEP = 2 /* characters that survive a refill, to be given back */ };

struct source {
	struct source *below;
	const char *s; /* a string; NULL: a descriptor */
	size_t pos, len;
	char *own;     /* freed with the source */
	struct alias *alias; /* whose text it is: no part of what was written */
	bool passes;   /* at its end the source below goes on */
	bool interactive, ended;
	int fd;
	int line;
	char buf[BUF_BYTES];
};

static struct source *top;
static bool continued;
static struct text record;
static int recording;
static bool alias_ended;

static struct source *push(void)
{
	struct source *s = must(calloc(1, sizeof(*s)));

	s->below = top;
	s->line = top ? top->line : 1;
	s->fd = -1;
	return top = s;
}

void input_push_string(const char *text)
{
	struct source *s = push();

	s->s = text;
	s->len = strlen(text);
}

void input_push_fd(int fd, bool interactive)
{
	struct source *s = push();

	s->fd = fd;
	s->interactive = interactive;
	s->line = 1;
}

void input_again(const char *text, size_t len)
{
	struct source *s = push();

	s->own = must(malloc(len + 1));
	memcpy(s->own, text, len);
	s->own[len] = '\0';
	s->s = s->own;
	s->len = len;
	s->passes = true;
	for (size_t i = 0; i < len; i++)
		s->line -= text[i] == '\n';
	if (recording)
		record.len -= len;
}

void input_push_alias(struct alias *a)
{
	struct source *s = push();
	size_t len = strlen(a->value);

	/* The blank ends a word that is all of the text while the alias is still active. */
	s->own = must(malloc(len + 2));
	memcpy(s->own, a->value, len);
	strcpy(s->own + len, " ");
	s->s = s->own;
	s->len = len + 1;
	s->passes = true;
	s->alias = a;
	a->active = true;
}

static void pop_one(void)
{
	struct source *s = top;

	top = s->below;
	if (s->alias) {
		alias_ended |= s->len > 1 && isblank(s->s[s->len - 2]);
		alias_done(s->alias);
	}
	if (s->passes && !s->alias)
		top->line = s->line;
	if (s->fd >= FD_SAFE)
		close(s->fd);
	free(s->own);
	free(s);
}

void input_pop(void)
{
	while (top->passes)
		pop_one();
	pop_one();
}

void input_reset(void)
{
	while (top->below)
		pop_one();
	if (top->interactive)
		top->pos = top->len = 0;
	recording = 0;
	record.len = 0;
}

size_t input_used(void)
{
	size_t unread = 0;
	const struct source *s = top;

	for (; s->passes; s = s->below)
		if (!s->alias)
			unread += s->len - s->pos;
	return s->pos - unread;
}

size_t input_recorded(void)
{
	return record.len;
}

bool input_alias_ended(void)
{
	bool ended = alias_ended;

	alias_ended = false;
	return ended;
}

int input_line(void)
{
	return top ? top->line : 0;
}

void input_set_continued(bool on)
{
	continued = on;
}

static bool refill_interactive(struct source *s)
{
	const char *prompt = var_get(continued ? "PS2" : "PS1");

	if (!continued)
		jobs_notify();
	fflush(NULL);
	char *line;
	enum edit_result result = edit_line(expand_single(prompt ? prompt : ""), &line);
	if (result == EDIT_INTERRUPTED)
		shell_interrupted();
	if (result == EDIT_END)
		return false;
	free(s->own);
	s->own = line;
	s->s = line;
	s->pos = 0;
	s->len = strlen(line);
	continued = true;
	return true;
}

static bool refill(struct source *s)
{
	if (s->ended)
		return false;
	if (s->interactive)
		return refill_interactive(s);
	if (s->fd < 0)
		return false;
	size_t keep = s->len < KEEP ? s->len : KEEP;
	memmove(s->buf, s->buf + s->len - keep, keep);
	ssize_t n;
	do
		n = read(s->fd, s->buf + keep, s->fd == STDIN_FILENO ? 1 : BUF_BYTES - KEEP);
	while (n < 0 && errno == EINTR);
	s->pos = keep;
	s->len = keep + (n > 0 ? n : 0);
	s->ended = n <= 0;
	return n > 0;
}

int input_next(void)
{
	while (top->pos == top->len && top->passes)
		pop_one();
	struct source *s = top;
	if (s->pos == s->len && !refill(s))
		return END;
	int c = (unsigned char)(s->s ? s->s : s->buf)[s->pos++];
	if (c == '\n')
		s->line++;
	if (c == '\0') /* no shell word can hold it */
		return input_next();
	if (recording && !s->alias)
		text_add(&record, c);
	if (sh.o.verbose && !s->s)
		fputc(c, stderr);
	return c;
}

void input_back(int c)
{
	if (c == END)
		return;
	if (c == '\n')
		top->line--;
	if (recording && !top->alias)
		record.len--;
	top->pos--;
}

size_t input_record_start(void)
{
	recording++;
	return record.len;
}

char *input_record_end(size_t start, size_t cut)
{
	size_t end = record.len > start + cut ? record.len - cut : start;
	char *s = mem_dup(record.s ? record.s + start : "", end - start);

	if (--recording == 0)
		record.len = 0;
	return s;
}
