// SPDX-License-Identifier: MIT
/*
 * mem: the arena of the shell, and strings that grow.
 *
 * Promise   memory is never refused: the shell ends instead. mem_release() frees all that was taken since
 *           its mark.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

enum { CHUNK_BYTES = 8192, ALIGN = 16 };

struct chunk {
	struct chunk *below;
	size_t size, used;
	char data[] __attribute__((aligned(ALIGN)));
};

static struct chunk *top;

void *must(void *p)
{
	if (!p) {
		static const char text[] = "sh: out of memory\n";
		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
		_exit(2);
	}
	return p;
}

void *mem_alloc(size_t n)
{
	n = (n + ALIGN - 1) & -(size_t)ALIGN;
	if (!top || top->size - top->used < n) {
		size_t size = n > CHUNK_BYTES ? n : CHUNK_BYTES;
		struct chunk *c = must(malloc(sizeof(*c) + size));
		*c = (struct chunk){ .below = top, .size = size };
		top = c;
	}
	void *p = top->data + top->used;
	top->used += n;
	return memset(p, 0, n);
}

char *mem_dup(const char *s, size_t len)
{
	char *p = mem_alloc(len + 1);

	memcpy(p, s, len);
	return p;
}

struct mark mem_mark(void)
{
	return (struct mark){ top, top ? top->used : 0 };
}

void mem_release(struct mark m)
{
	while (top != m.chunk) {
		struct chunk *c = top;
		top = c->below;
		free(c);
	}
	if (top)
		top->used = m.used;
}

char *str_dup(const char *s)
{
	return must(strdup(s));
}

void text_add(struct text *t, char c)
{
	if (t->len + 2 > t->size) {
		t->size = t->size ? t->size * 2 : 64;
		t->s = must(realloc(t->s, t->size));
	}
	t->s[t->len++] = c;
	t->s[t->len] = '\0';
}

void text_add_string(struct text *t, const char *s)
{
	while (*s)
		text_add(t, *s++);
}

char *text_to_arena(struct text *t)
{
	char *s = mem_dup(t->s ? t->s : "", t->len);

	free(t->s);
	*t = (struct text){ 0 };
	return s;
}
