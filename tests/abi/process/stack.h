// SPDX-License-Identifier: MIT
/*
 * stack.h: what a program finds on its stack, as PROGRAM_DUMP of program.h tells it through a pipe.
 */
#ifndef TESTS_ABI_PROCESS_STACK_H
#define TESTS_ABI_PROCESS_STACK_H

#include "tests/abi/program.h"

enum { STACK_MAX = 64 * 1024, AUX_KEYS = 64 };

struct stack {
	uint64_t sp;
	size_t size;
	char bytes[STACK_MAX];
	long argc, envc;
	uint64_t aux[AUX_KEYS];
	int aux_order[AUX_KEYS], nr_aux;
};

static inline uint64_t stack_word(const struct stack *s, size_t index)
{
	CHECK((index + 1) * 8 <= s->size);
	return ((const uint64_t *)s->bytes)[index];
}

/* The text at an address of the other program. */
static inline const char *stack_text(const struct stack *s, uint64_t address)
{
	CHECK(address >= s->sp && address < s->sp + s->size);
	return s->bytes + (address - s->sp);
}

static inline const char *stack_arg(const struct stack *s, long i)
{
	return stack_text(s, stack_word(s, 1 + i));
}

static inline const char *stack_env(const struct stack *s, long i)
{
	return stack_text(s, stack_word(s, 2 + s->argc + i));
}

static inline void stack_parse(struct stack *s)
{
	size_t at;

	s->argc = stack_word(s, 0);
	CHECK_EQ(stack_word(s, 1 + s->argc), 0);
	for (s->envc = 0; stack_word(s, 2 + s->argc + s->envc); s->envc++)
		;
	at = 3 + s->argc + s->envc;
	for (s->nr_aux = 0; stack_word(s, at) != AT_NULL; at += 2) {
		CHECK(stack_word(s, at) < AUX_KEYS);
		s->aux[stack_word(s, at)] = stack_word(s, at + 1);
		s->aux_order[s->nr_aux++] = (int)stack_word(s, at);
	}
}

/* What fd tells until its end; nothing at all leaves s empty. */
static inline void stack_read(struct stack *s, long fd)
{
	long n;

	memset(s, 0, sizeof(*s));
	if (sys(SYS_read, fd, &s->sp, 8) != 8)
		return;
	while (s->size < STACK_MAX && (n = sys(SYS_read, fd, s->bytes + s->size, STACK_MAX - s->size)) > 0)
		s->size += n;
	stack_parse(s);
}

/* Runs path with its standard output in a pipe: 0 and the stack, or the negative errno of execve. */
static inline long stack_of(struct stack *s, const char *path, const char *const argv[], const char *const envp[])
{
	int fd[2], pid, status;

	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		sys(SYS_dup2, fd[1], 1);
		_exit(-sys(SYS_execve, path, argv, envp));
	}
	sys(SYS_close, fd[1]);
	stack_read(s, fd[0]);
	sys(SYS_close, fd[0]);
	status = reap(pid);
	CHECK_EQ(status & 0xff, 0);
	return -(status >> 8);
}

#endif
