// SPDX-License-Identifier: MIT
/*
 * table: kernel/syscalls.def as data: for each call its number and what its arguments are.
 *
 * Promise   A line that is added to the table is called with bad arguments from then on, by the fixed
 *           cases of tests/abi/hostile and by the fuzzer.
 */
#ifndef TESTS_FUZZ_TABLE_H
#define TESTS_FUZZ_TABLE_H

enum kind {
	KIND_END, KIND_FD, KIND_PID, KIND_INT, KIND_SIG, KIND_UINT, KIND_FLAGS, KIND_MODE, KIND_LONG, KIND_ULONG,
	KIND_ADDR, KIND_DEV, KIND_SIZE, KIND_OFF, KIND_PATH, KIND_STR, KIND_RBUF, KIND_WBUF, KIND_PTR, KIND_IN,
	KIND_OUT, KIND_INOUT,
};

enum { ARGS = 6 };

struct argument {
	enum kind kind;
	const char *type; /* of what a typed pointer leads to, else "" */
	const char *name;
};

struct call {
	const char *name;
	int nr;
	struct argument arg[ARGS + 1];
};

static inline int is_pointer_kind(enum kind k)
{
	return k >= KIND_PATH;
}

/* A kind stands for two words, so each argument is three. */
#define FD KIND_FD, ""
#define PID KIND_PID, ""
#define INT KIND_INT, ""
#define SIG KIND_SIG, ""
#define UINT KIND_UINT, ""
#define FLAGS KIND_FLAGS, ""
#define MODE KIND_MODE, ""
#define LONG KIND_LONG, ""
#define ULONG KIND_ULONG, ""
#define ADDR KIND_ADDR, ""
#define DEV KIND_DEV, ""
#define SIZE KIND_SIZE, ""
#define OFF KIND_OFF, ""
#define PATH KIND_PATH, ""
#define STR KIND_STR, ""
#define RBUF KIND_RBUF, ""
#define WBUF KIND_WBUF, ""
#define PTR KIND_PTR, ""
#define IN(T) KIND_IN, #T
#define OUT(T) KIND_OUT, #T
#define INOUT(T) KIND_INOUT, #T

#define ARGS_0(...)
#define ARGS_1(k, t, n) { k, t, #n },
#define ARGS_2(k, t, n, ...) { k, t, #n }, ARGS_1(__VA_ARGS__)
#define ARGS_3(k, t, n, ...) { k, t, #n }, ARGS_2(__VA_ARGS__)
#define ARGS_4(k, t, n, ...) { k, t, #n }, ARGS_3(__VA_ARGS__)
#define ARGS_5(k, t, n, ...) { k, t, #n }, ARGS_4(__VA_ARGS__)
#define ARGS_6(k, t, n, ...) { k, t, #n }, ARGS_5(__VA_ARGS__)
#define COUNT_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, count, ...) count
#define COUNT(...) COUNT_(0, ##__VA_ARGS__, 6, 6, 6, 5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 0)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define SYSCALL(nr, name, policy, ...) \
	{ #name, nr, { JOIN(ARGS_, COUNT(__VA_ARGS__))(__VA_ARGS__) { KIND_END, "", "" } } },

static const struct call calls[] = {
#include "kernel/syscalls.def"
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

#undef FD
#undef PID
#undef INT
#undef SIG
#undef UINT
#undef FLAGS
#undef MODE
#undef LONG
#undef ULONG
#undef ADDR
#undef DEV
#undef SIZE
#undef OFF
#undef PATH
#undef STR
#undef RBUF
#undef WBUF
#undef PTR
#undef IN
#undef OUT
#undef INOUT
#undef SYSCALL

static inline const struct call *call_of(int nr)
{
	for (int i = 0; i < CALLS; i++)
		if (calls[i].nr == nr)
			return &calls[i];
	return 0;
}

#endif
