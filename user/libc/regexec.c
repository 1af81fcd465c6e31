// SPDX-License-Identifier: MIT
/*
 * regexec: runs the program of a regular expression over a string.
 *
 * Promise   the leftmost match, and of those the longest. Time is bounded by program times string: all ways
 *           through the program are followed at once, one character after the other, and two ways that come
 *           to the same instruction are one from there on (the one that began further left wins).
 * How       a thread is an instruction and the slots of the match so far. add_thread() follows everything
 *           that takes no character, step() takes one.
 * Linux     regex(3)
 */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include "user/libc/regex.h"

struct threads {
	int n;
	int *pc;
	regoff_t *slots; /* nr_slots for each */
};

struct machine {
	const struct regex_program *prog;
	const char *s, *p; /* the string, and where we are */
	int flags;
	unsigned *seen;	   /* for each instruction the step at which it was added last */
	unsigned step;
	struct threads now, next;
	regoff_t *best;
	bool matched;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool holds(const struct machine *m, enum op op)
{
	bool start = m->p == m->s;

	switch (op) {
	case OP_LINE_START:
		return start ? !(m->flags & REG_NOTBOL) : m->prog->newline && m->p[-1] == '\n';
	case OP_LINE_END:
		return !*m->p ? !(m->flags & REG_NOTEOL) : m->prog->newline && *m->p == '\n';
	case OP_WORD_START:
		return (start || !is_word(m->p[-1])) && is_word(*m->p);
	default:
		return !start && is_word(m->p[-1]) && !is_word(*m->p);
	}
}

/* `slots` is the thread's to be; what is changed on the way is put back. */
static void add_thread(struct machine *m, struct threads *list, int pc, regoff_t *slots)
{
	const struct instruction *i = &m->prog->code[pc];
	regoff_t old;

	if (m->seen[pc] == m->step)
		return;
	m->seen[pc] = m->step;
	switch (i->op) {
	case OP_JUMP:
		add_thread(m, list, i->to[0], slots);
		return;
	case OP_SPLIT:
		add_thread(m, list, i->to[0], slots);
		add_thread(m, list, i->to[1], slots);
		return;
	case OP_SAVE:
		if (i->slot >= m->prog->nr_slots) {
			add_thread(m, list, pc + 1, slots);
			return;
		}
		old = slots[i->slot];
		slots[i->slot] = m->p - m->s;
		add_thread(m, list, pc + 1, slots);
		slots[i->slot] = old;
		return;
	case OP_LINE_START:
	case OP_LINE_END:
	case OP_WORD_START:
	case OP_WORD_END:
		if (holds(m, i->op))
			add_thread(m, list, pc + 1, slots);
		return;
	default:
		list->pc[list->n] = pc;
		memcpy(list->slots + list->n++ * m->prog->nr_slots, slots, m->prog->nr_slots * sizeof(*slots));
	}
}

static bool takes(const struct machine *m, const struct instruction *i, unsigned char c)
{
	switch (i->op) {
	case OP_CHAR:
		return c == i->c;
	case OP_ANY:
		return !(m->prog->newline && c == '\n');
	case OP_SET:
		return m->prog->sets[i->set][c / 8] >> c % 8 & 1;
	default:
		return false;
	}
}

static void note_match(struct machine *m, const regoff_t *slots)
{
	regoff_t end = m->p - m->s;

	if (m->matched && (slots[0] > m->best[0] || (slots[0] == m->best[0] && end <= m->best[1])))
		return;
	memcpy(m->best, slots, m->prog->nr_slots * sizeof(*slots));
	m->best[1] = end;
	m->matched = true;
}

/* Every thread takes the character at p, or ends. */
static void step(struct machine *m)
{
	unsigned char c = *m->p;
	int slots = m->prog->nr_slots;

	for (int t = 0; t < m->now.n; t++)
		if (m->prog->code[m->now.pc[t]].op == OP_MATCH)
			note_match(m, m->now.slots + t * slots);
	m->next.n = 0;
	m->step++;
	if (c)
		m->p++;
	for (int t = 0; c && t < m->now.n; t++) {
		regoff_t *own = m->now.slots + t * slots;
		if (m->matched && own[0] > m->best[0])
			continue;
		if (takes(m, &m->prog->code[m->now.pc[t]], c))
			add_thread(m, &m->next, m->now.pc[t] + 1, own);
	}
	struct threads done = m->now;
	m->now = m->next;
	m->next = done;
}

static void run(struct machine *m, regoff_t *fresh)
{
	for (;;) {
		bool at_end = !*m->p;

		if (!m->matched) { /* one more beginning, after all that began before */
			for (int i = 0; i < m->prog->nr_slots; i++)
				fresh[i] = -1;
			fresh[0] = m->p - m->s;
			add_thread(m, &m->now, 0, fresh);
		}
		if (m->now.n == 0 && (m->matched || at_end))
			return;
		step(m);
		if (at_end)
			return;
	}
}

int regexec(const regex_t *re, const char *s, size_t count, regmatch_t match[], int flags)
{
	const struct regex_program *p = re->__program;
	size_t slots = p->nr_slots;
	/* One piece: two lists, the marks, the best match and the fresh slots. */
	size_t list_bytes = p->len * (sizeof(int) + slots * sizeof(regoff_t));
	char *memory = calloc(1, 2 * list_bytes + p->len * sizeof(unsigned) + 2 * slots * sizeof(regoff_t));

	if (!memory)
		return REG_ESPACE;
	regoff_t *numbers = (regoff_t *)memory;
	struct machine m = { .prog = p, .s = s, .p = s, .flags = flags, .step = 1 };
	m.now.slots = numbers;
	m.next.slots = numbers + p->len * slots;
	m.best = numbers + 2 * p->len * slots;
	regoff_t *fresh = m.best + slots;
	m.now.pc = (int *)(fresh + slots);
	m.next.pc = m.now.pc + p->len;
	m.seen = (unsigned *)(m.next.pc + p->len);
	run(&m, fresh);
	for (size_t i = 0; m.matched && i < count; i++)
		match[i] = 2 * i < slots ? (regmatch_t){ m.best[2 * i], m.best[2 * i + 1] } : (regmatch_t){ -1, -1 };
	free(memory);
	return m.matched ? REG_OK : REG_NOMATCH;
}
