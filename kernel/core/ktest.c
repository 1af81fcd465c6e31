// SPDX-License-Identifier: MIT
/*
 * ktest: the runner. The contract is in ktest.h.
 *
 * Promise   a plan line, one line per test in the order of the link, reasons of a failure before it as
 *           `# file:line: condition`. No tests linked in: a plan of 0 and a reason.
 * Locks     one run at a time; expectations may be called from any thread that a test starts
 */
#include "kernel/core/ktest.h"
#include "kernel/core/clock.h"
#include "kernel/core/log.h"
#include "kernel/core/wait.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"

/* From linker.ld; equal when no tests are linked in. */
extern const struct ktest ktest_start[] __attribute__((weak)), ktest_end[] __attribute__((weak));

enum { NAME_BYTES = 96, LIMIT_MS = 30000 };

static u32 failures;		    /* [atomic] of the running test */
static const char *skip_reason;	    /* [the running test] */

bool ktest_expect(bool ok, const char *what, const char *file, int line)
{
	if (!ok) {
		__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
		console_printf("# %s:%d: %s\n", file, line, what);
	}
	return ok;
}

bool ktest_expect_eq(s64 a, s64 b, const char *what, const char *file, int line)
{
	if (a != b) {
		__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
		console_printf("# %s:%d: %s: %ld, %ld\n", file, line, what, a, b);
	}
	return a == b;
}

bool ktest_becomes(const int *counter, int wanted)
{
	struct waitq nothing;
	waitq_init(&nothing, WAIT_OTHER, NULL);
	for (unsigned ms = 0; ms < LIMIT_MS; ms++) {
		if (__atomic_load_n(counter, __ATOMIC_SEQ_CST) == wanted)
			return true;
		wait_event(&nothing, 1, false, deadline_after(NSEC_PER_MSEC), WAIT_UNINTERRUPTIBLE);
	}
	return false;
}

void ktest_skip(const char *why)
{
	skip_reason = why;
}

/* "wait.baton_is_passed" for baton_is_passed in tests/kernel/wait.c */
static void name_of(const struct ktest *t, char *buf, size_t size)
{
	const char *slash = strrchr(t->file, '/');
	const char *base = slash ? slash + 1 : t->file;
	const char *dot = strrchr(base, '.');
	fmt_snprintf(buf, size, "%.*s.%s", dot ? (int)(dot - base) : (int)strlen(base), base, t->name);
}

static bool is_chosen(const struct ktest *t, const char *filter)
{
	char name[NAME_BYTES];
	name_of(t, name, sizeof(name));
	return !filter || !*filter || !strcmp(filter, "1") || strstr(name, filter);
}

static bool run_one(const struct ktest *t, unsigned number)
{
	char name[NAME_BYTES];
	name_of(t, name, sizeof(name));
	__atomic_store_n(&failures, 0, __ATOMIC_RELAXED);
	skip_reason = NULL;
	t->fn();
	bool ok = !__atomic_load_n(&failures, __ATOMIC_RELAXED);
	console_printf("%s %u %s%s%s\n", ok ? "ok" : "not ok", number, name, skip_reason ? " # SKIP " : "",
		skip_reason ? skip_reason : "");
	return ok;
}

unsigned ktest_run(const char *filter)
{
	unsigned chosen = 0, number = 0, failed = 0;
	for (const struct ktest *t = ktest_start; t < ktest_end; t++)
		chosen += is_chosen(t, filter);
	console_printf("KTAP version 1\n1..%u%s\n", chosen, chosen ? "" : " # SKIP no tests are linked in");
	for (const struct ktest *t = ktest_start; t < ktest_end; t++)
		if (is_chosen(t, filter))
			failed += !run_one(t, ++number);
	return failed;
}
