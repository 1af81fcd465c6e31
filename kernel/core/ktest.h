// SPDX-License-Identifier: MIT
/*
 * ktest: tests that run inside the kernel, for what user space cannot reach.
 *
 * Promise   KTEST(name) { ... } in tests/kernel/ is a test; the files are linked into test images only, and
 *           run when the option ktest= is given. The report is KTAP on the consoles. A failed KEXPECT() is
 *           told and the test goes on; a failed KASSERT() ends the test.
 * Blocking  tests run in a kernel thread and may sleep
 */
#pragma once
#include "kernel/lib/macros.h"

struct ktest {
	const char *name, *file;
	void (*fn)(void);
};

#define KTEST(test)                                                                                \
	static void test(void);                                                                    \
	static const struct ktest ktest_##test##_ __used __section(".ktest") __aligned(8) = {      \
		#test, __FILE__, test                                                              \
	};                                                                                         \
	static void test(void)

#define KEXPECT(condition) ktest_expect(!!(condition), #condition, __FILE__, __LINE__)
#define KEXPECT_EQ(a, b) ktest_expect_eq((s64)(a), (s64)(b), #a " == " #b, __FILE__, __LINE__)
#define KASSERT(condition)                                                                         \
	do {                                                                                       \
		if (!KEXPECT(condition))                                                           \
			return;                                                                    \
	} while (0)

bool ktest_expect(bool ok, const char *what, const char *file, int line);
bool ktest_expect_eq(s64 a, s64 b, const char *what, const char *file, int line);
bool ktest_becomes(const int *counter, int wanted); /* waits for other threads, within a bound */
void ktest_skip(const char *why); /* the running test is a skip; it should return */

/* Runs the tests whose "folder/file.name" contains `filter` (NULL, "" or "1": all). Answers how many
 * failed. */
unsigned ktest_run(const char *filter);
