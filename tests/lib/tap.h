// SPDX-License-Identifier: MIT
/*
 * tap: what every test program under tests/abi is written with.
 *
 * A program is one family of behaviours and a TEST() is one behaviour of it:
 *
 *	#include "tests/lib/tap.h"
 *
 *	TEST(write_end_closed)
 *	{
 *		int fd[2];
 *
 *		CHECK_EQ(pipe(fd), 0);
 *		close(fd[1]);
 *		CHECK_EQ(read(fd[0], &(char){ 0 }, 1), 0);
 *		close(fd[0]);
 *	}
 *
 * There is no main() to write: tap.c has it, and is linked into every program.
 *
 * Promise   Each case runs in a child of its own, in its own process group, and is killed with
 *           that whole group when it takes longer than its `.timeout` (10 s unless told). A case
 *           fails when a CHECK fails in it or in any process or thread that it started, when it
 *           dies, and when it leaves anything behind: a child that was not waited for, a
 *           descriptor, a file in its temporary directory.
 *           A failed CHECK ends the process that it failed in (there is nothing to unwind) and
 *           the case fails whatever the others of it do.
 *           The output is KTAP version 1, each line written by one write().
 * Linux     The same binary runs there first. NEEDS_LINUX() skips what the Linux underneath is
 *           too old for, NEEDS_ROOT() what the user may not do.
 *
 * Rules for cases: print with tap_note(), never through stdio (a child's buffer would be lost or
 * printed twice); leave no sleep as synchronisation (tap_wait_blocked() tells when the other side
 * really sleeps); close what you open and wait for what you fork, because it is checked.
 */
#ifndef TESTS_LIB_TAP_H
#define TESTS_LIB_TAP_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

struct tap_case {
	const char *name;
	void (*fn)(void);
	int line;    /* cases run in the order in which the file has them */
	int timeout; /* seconds, 0 = TAP_DEFAULT_TIMEOUT */
};

enum { TAP_DEFAULT_TIMEOUT = 10 };

/* Defines one case; options follow the name: TEST(slow_one, .timeout = 30) { ... } */
#define TEST(NAME, ...)                                                               \
	static void tap_fn_##NAME(void);                                              \
	static const struct tap_case tap_case_##NAME = {                              \
		.name = #NAME, .fn = tap_fn_##NAME, .line = __LINE__, ##__VA_ARGS__}; \
	static const struct tap_case *const tap_entry_##NAME                          \
		__attribute__((used, section("tap_cases"))) = &tap_case_##NAME;       \
	static void tap_fn_##NAME(void)

/*
 * At file level: this program changes the machine it runs on (clock, sysctls, mounts, power), and
 * how. Its cases are skipped unless TAP_MACHINE is in the environment, which only the runner
 * inside QEMU (user/bin/testrun.c) sets.
 */
#define TAP_DANGEROUS(WHAT)                          \
	static const char *const tap_dangerous_entry \
		__attribute__((used, section("tap_danger"))) = WHAT

/* At file level: all of this program needs a Linux that new. */
struct tap_since {
	int major, minor;
};
#define TAP_NEEDS_LINUX(MAJOR, MINOR)                 \
	static const struct tap_since tap_since_entry \
		__attribute__((used, section("tap_since"))) = {MAJOR, MINOR}

#define CHECK(COND)                                                       \
	do {                                                              \
		if (!(COND))                                              \
			tap_fail(__FILE__, __LINE__, "CHECK(%s)", #COND); \
	} while (0)

/* Both sides are shown as signed long, whatever they are. */
#define CHECK_EQ(A, B)                                                                            \
	do {                                                                                      \
		long tap_a = (long)(A), tap_b = (long)(B);                                        \
		if (tap_a != tap_b)                                                               \
			tap_fail(__FILE__, __LINE__, "%s is %ld (%#lx), not %s = %ld (%#lx)", #A, \
				tap_a, (unsigned long)tap_a, #B, tap_b, (unsigned long)tap_b);    \
	} while (0)

/* The call answers -1 with exactly this errno. */
#define CHECK_ERR(CALL, ERR)                                                         \
	do {                                                                         \
		errno = 0;                                                           \
		tap_check_err(__FILE__, __LINE__, #CALL, (long)(CALL), #ERR, (ERR)); \
	} while (0)

#define CHECK_STR(A, B) tap_check_str(__FILE__, __LINE__, #A, (A), #B, (B))

/* The LEN bytes at A and at B are the same; tells the first that differs. */
#define CHECK_MEM(A, B, LEN) tap_check_mem(__FILE__, __LINE__, #A, (A), #B, (B), (LEN))

/* Waits for the child and checks that it exited with this status. */
#define CHECK_EXIT(PID, STATUS) tap_check_exit(__FILE__, __LINE__, (PID), (STATUS))

/* Waits for the child and checks that this signal killed it. */
#define CHECK_KILLED(PID, SIG) tap_check_killed(__FILE__, __LINE__, (PID), (SIG))

/* Ends the case, in whichever of its processes it is called, as skipped. Always say why. */
#define SKIP(...) tap_skip(__VA_ARGS__)

#define NEEDS_ROOT()                            \
	do {                                    \
		if (!tap_is_root())             \
			tap_skip("needs root"); \
	} while (0)

/* One case that could harm the host: as TAP_DANGEROUS() for a whole program. */
#define NEEDS_MACHINE(WHAT)                                  \
	do {                                                 \
		if (!getenv("TAP_MACHINE"))                  \
			SKIP("changes the machine: %s", WHAT); \
	} while (0)
#define NEEDS_LINUX(MAJOR, MINOR)                                        \
	do {                                                             \
		if (!tap_has_linux((MAJOR), (MINOR)))                    \
			tap_skip("needs Linux %d.%d", (MAJOR), (MINOR)); \
	} while (0)

__attribute__((format(printf, 3, 4), noreturn)) void tap_fail(
	const char *file, int line, const char *fmt, ...);
__attribute__((format(printf, 1, 2), noreturn)) void tap_skip(const char *fmt, ...);

/* Prints one diagnostic line, "# ...". */
__attribute__((format(printf, 1, 2))) void tap_note(const char *fmt, ...);

void tap_check_err(
	const char *file, int line, const char *call, long got, const char *name, int want);
void tap_check_str(const char *file, int line, const char *a_text, const char *a,
	const char *b_text, const char *b);
void tap_check_mem(const char *file, int line, const char *a_text, const void *a,
	const char *b_text, const void *b, size_t len);
void tap_check_exit(const char *file, int line, pid_t pid, int status);
void tap_check_killed(const char *file, int line, pid_t pid, int sig);

bool tap_is_root(void);
bool tap_has_linux(int major, int minor);

/* True when the kernel underneath is Parley; for what Parley alone offers, never for excuses. */
bool tap_is_parley(void);

/* An empty directory of this case, made at the first call. It must be empty again at the end. */
const char *tap_tmpdir(void);

/* DIR/NAME in the case's temporary directory; valid until the fourth call from now. */
const char *tap_tmpfile(const char *name);

long long tap_now_ns(void); /* CLOCK_MONOTONIC */
void tap_sleep_ms(int ms);

/*
 * Returns once the process (or thread) with this id sleeps in the kernel, seen three times in one sleep, so
 * not while it only waits for a lock or takes short naps; fails the case when that does not happen within
 * 5 s. Reads /proc/PID/status.
 */
void tap_wait_blocked(pid_t pid);

/* A pattern that never repeats within a page or a pipe buffer, and its check. */
void tap_fill(void *buf, size_t len, unsigned seed);
bool tap_is_filled(const void *buf, size_t len, unsigned seed);

#endif
