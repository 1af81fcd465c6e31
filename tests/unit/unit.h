// SPDX-License-Identifier: MIT
/*
 * unit: the frame of the host unit tests.
 *
 * Promise   prints KTAP: a plan, one line per case, the reasons of a failure as `# file:line: condition`.
 *           The exit status is 1 if a case failed. Random cases are functions of SEED (environment,
 *           default 1), which a failure prints.
 *
 * The host's C library is declared here, function by function: its headers and the kernel's define the
 * same names.
 */
#pragma once
#include "kernel/lib/macros.h"

int printf(const char *format, ...) __printf(1, 2);
int snprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);
void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);
void free(void *p);
char *getenv(const char *name);
long strtol(const char *s, char **end, int base);
__noreturn void abort(void);

struct unit_case {
	const char *name;
	void (*fn)(void);
};

#define CASE(fn) { #fn, fn }
#define UNIT_MAIN(suite, ...)                                                                      \
	int main(void)                                                                             \
	{                                                                                          \
		static const struct unit_case cases[] = { __VA_ARGS__ };                           \
		return unit_run(suite, cases, ARRAY_LEN(cases));                                   \
	}

static unsigned unit_failures;
static u64 unit_seed, unit_state;

/* A failed expectation is reported and the case goes on. */
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			unit_fail(__FILE__, __LINE__, #condition);                                 \
	} while (0)
#define EXPECT_EQ(a, b)                                                                            \
	do {                                                                                       \
		long long eq_a_ = (long long)(a), eq_b_ = (long long)(b);                          \
		if (eq_a_ != eq_b_) {                                                              \
			unit_fail(__FILE__, __LINE__, #a " == " #b);                               \
			printf("#   %lld, %lld\n", eq_a_, eq_b_);                                  \
		}                                                                                  \
	} while (0)

static __unused void unit_fail(const char *file, int line, const char *what)
{
	enum { REPORTED_MAX = 10 };
	if (++unit_failures <= REPORTED_MAX)
		printf("# %s:%d: %s (SEED=%llu)\n", file, line, what, (unsigned long long)unit_seed);
}

static __unused u64 unit_random(void)
{
	unit_state ^= unit_state << 13;
	unit_state ^= unit_state >> 7;
	unit_state ^= unit_state << 17;
	return unit_state;
}

static __unused u64 unit_below(u64 n)
{
	return unit_random() % n;
}

static int unit_run(const char *suite, const struct unit_case *cases, unsigned n)
{
	const char *seed = getenv("SEED");
	unit_seed = seed ? (u64)strtol(seed, NULL, 0) : 1;
	bool failed = false;
	printf("KTAP version 1\n1..%u\n", n);
	for (unsigned i = 0; i < n; i++) {
		unit_failures = 0;
		unit_state = unit_seed * 0x9e3779b97f4a7c15ull + i + 1;
		cases[i].fn();
		failed |= unit_failures != 0;
		printf("%s %u %s.%s\n", unit_failures ? "not ok" : "ok", i + 1, suite, cases[i].name);
	}
	return failed;
}
