// SPDX-License-Identifier: MIT
/*
 * fill: what is in the structures that calls read.
 *
 * Promise   Fields hold what their meaning allows, its limits, and what is just beyond; pointers inside are
 *           as good and as bad as those of arguments. A type that is not known here is filled with words
 *           that mean something somewhere. No time is longer than a call may wait.
 */
#include <sched.h>
#include <poll.h>
#include "tests/fuzz/fuzz.h"

#define LENGTH(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define ONE_OF(f, list) ((list)[fuzz_below(f, LENGTH(list))])

enum { NR_IOVECS = 9, NR_POLLFDS = 9, NR_IDS = 5, NR_WAITERS = 3, CLOCK_STATE = 208, INNER = 4 * PAGE /* of a part, for what is pointed to */ };

static uint64_t word(struct fuzz *f)
{
	static const uint64_t words[] = {
		0, 0, 1, 2, 3, 8, 16, 24, 100, 4096, 0x7fffffff, 0x80000000, 0xffffffff, 1ul << 32, -1ul, 1ul << 63,
	};

	return ONE_OF(f, words);
}

static int some_descriptor(struct fuzz *f)
{
	return fuzz_below(f, 8) ? (int)(FIRST_FD + fuzz_below(f, LAST_FD - FIRST_FD)) : (int)word(f);
}

/* Memory that something in a structure of argument `arg` points to. */
static uint64_t inner(struct fuzz *f, int arg)
{
	unsigned r = fuzz_below(f, 16);

	if (r < 12)
		return GOOD_AT + arg * PART + INNER + fuzz_below(f, 8) * 256;
	static const uint64_t bad[] = { 0, GONE_AT, -1ul, 0xffffffff80200000ul, 0x0000800000000000ul };

	return r == 12 ? (uint64_t)f->edge - 8 : r == 13 ? (uint64_t)f->readonly : ONE_OF(f, bad);
}

static void time_pair(struct fuzz *f, long *at, long unit)
{
	at[0] = fuzz_below(f, 8) ? 0 : (long)word(f) & 1 ? -1 : 0;
	at[1] = fuzz_below(f, 6) ? (long)fuzz_below(f, 1000) : fuzz_below(f, 2) ? unit : -1;
}

/* For file times: any time, and the two special values. */
static void any_times(struct fuzz *f, long *at)
{
	static const long ns[] = { 0, 1, 999999999, 1000000000, -1, 0x3fffffff, 0x3ffffffe };

	for (int i = 0; i < 2; i++) {
		at[2 * i] = (long)word(f) & 0x7fffffff;
		at[2 * i + 1] = ONE_OF(f, ns);
	}
}

static void iovecs(struct fuzz *f, uint64_t *at, int arg)
{
	static const uint64_t lengths[] = { 0, 1, 8, 100, 256, 4096, 0x7fffffff, -1ul, 1ul << 63 };

	for (int i = 0; i < NR_IOVECS; i++) {
		at[2 * i] = inner(f, arg);
		at[2 * i + 1] = fuzz_below(f, 6) ? lengths[fuzz_below(f, 5)] : ONE_OF(f, lengths);
	}
}

static void pollfds(struct fuzz *f, struct pollfd *at)
{
	for (int i = 0; i < NR_POLLFDS; i++)
		at[i] = (struct pollfd){ .fd = some_descriptor(f), .events = fuzz_random(f) };
}

static void fd_bits(struct fuzz *f, uint64_t *at)
{
	at[0] = 1ul << fuzz_below(f, 64) | 1ul << (FIRST_FD + fuzz_below(f, 30));
	at[1] = fuzz_below(f, 4) ? 0 : fuzz_random(f);
}

static void strings(struct fuzz *f, uint64_t *at, int arg)
{
	int n = fuzz_below(f, 4);

	for (int i = 0; i < n; i++)
		at[i] = inner(f, arg);
	at[n] = 0;
	strcpy((char *)GOOD_AT + arg * PART + INNER, "argument");
}

static void on_signal(int sig)
{
	(void)sig;
}

/* The restorer is the library's: taken from an action that it installed. */
static void action(struct fuzz *f, uint64_t *at)
{
	sys(SYS_rt_sigaction, SIGUSR2, 0, at, KSIGSET);
	if (fuzz_below(f, 4))
		at[0] = fuzz_below(f, 3) ? (uint64_t)on_signal : fuzz_below(f, 2);
	at[1] |= fuzz_random(f) & (SA_RESTART | SA_NODEFER | SA_NOCLDWAIT | SA_NOCLDSTOP | SA_RESETHAND);
	at[3] = fuzz_below(f, 2) ? 0 : fuzz_random(f) & ~sigbit(SIGUSR2);
}

static void event(struct fuzz *f, uint64_t *at)
{
	static const unsigned notify[] = { 0, 1, 1, 2, 4, 3, 5, 0x80 };
	unsigned *half = (unsigned *)at;

	at[0] = word(f);
	half[2] = fuzz_below(f, 4) ? (unsigned)SIGUSR1 : fuzz_below(f, 70);
	half[3] = ONE_OF(f, notify);
	half[4] = fuzz_below(f, 2) ? sys(SYS_gettid) : word(f);
}

static void how(struct fuzz *f, uint64_t *at)
{
	at[0] = fuzz_random(f) & (fuzz_below(f, 2) ? 0xc43 : 0x2f0ec3);
	at[1] = at[0] & O_CREAT ? 0600 : fuzz_below(f, 6) ? 0 : word(f);
	at[2] = fuzz_below(f, 3) ? 0 : fuzz_random(f) & 0x3f;
	at[3] = 0;
}

static void new_task(struct fuzz *f, uint64_t *at, int arg)
{
	static const uint64_t flags[] = {
		0, 0, 0x4000, 0x100, 0x4100, 0x200, 0x400, 0x800, 0x100000, 0x1000000, 0x10f00, 0x1000, 0x1000,
		0x100000000, 0x100000800, 0x8000, 0x11000, 0x200000,
	};

	memset(at, 0, 12 * 8);
	at[0] = ONE_OF(f, flags);
	at[1] = fuzz_below(f, 6) ? GOOD_AT : inner(f, arg);
	at[2] = fuzz_below(f, 4) ? 0 : inner(f, arg);
	at[3] = fuzz_below(f, 4) ? GOOD_AT : inner(f, arg);
	at[4] = fuzz_below(f, 4) ? SIGCHLD : fuzz_below(f, 70);
	at[5] = fuzz_below(f, 2) ? 0 : GOOD_AT;
	at[6] = fuzz_below(f, 2) ? 0 : PAGE;
	at[8] = fuzz_below(f, 8) ? 0 : inner(f, arg); /* numbers that it shall have */
	at[9] = fuzz_below(f, 8) ? 0 : fuzz_below(f, 3);
}

static void capabilities(struct fuzz *f, unsigned *at)
{
	static const unsigned versions[] = { CAP_HEADER_V3, CAP_HEADER_V3, 0x20071026, 0x19980330, 0, 1 };

	at[0] = ONE_OF(f, versions);
	at[1] = fuzz_below(f, 3) ? 0 : fuzz_below(f, 2) ? sys(SYS_getpid) : 0x7fffffff;
}

static void limit(struct fuzz *f, uint64_t *at)
{
	at[0] = word(f);
	at[1] = fuzz_below(f, 2) ? at[0] : word(f);
}

static void alternate(struct fuzz *f, uint64_t *at)
{
	static const unsigned flags[] = { 0, 0, 1, 2, 4, 0x80000000 };

	at[0] = fuzz_below(f, 4) ? GOOD_AT : word(f);
	at[1] = ONE_OF(f, flags);
	at[2] = fuzz_below(f, 2) ? 16384 : word(f);
}

static void information(struct fuzz *f, int *at)
{
	static const int codes[] = { -1, -2, -6, -60, 0, 1, 0x80 };

	for (int i = 0; i < 32; i++)
		at[i] = word(f);
	at[2] = ONE_OF(f, codes);
}

static void words(struct fuzz *f, uint64_t *at, int arg)
{
	(void)arg;
	for (int i = 0; i < 8; i++)
		at[i] = word(f);
}

static void identities(struct fuzz *f, unsigned *at)
{
	for (int i = 0; i < NR_IDS; i++)
		at[i] = fuzz_below(f, 8) ? fuzz_below(f, 2000) : (unsigned)-1;
}

static void file_offset(struct fuzz *f, long *at)
{
	static const long offsets[] = { 0, 0, 1, 100, 4096, 5000, -1, (long)~(1ul << 63) };

	*at = ONE_OF(f, offsets);
}

/* The word of a lock: free, the caller's, nobody's. Never a number that may be somebody else's. */
static void lock_word(struct fuzz *f, unsigned *at)
{
	static const unsigned flags[] = { 0, 0, 0x80000000, 0x40000000 };
	unsigned r = fuzz_below(f, 6);

	*at = (r < 3 ? 0 : r < 5 ? (unsigned)sys(SYS_gettid) : 0x3fffffff) | ONE_OF(f, flags);
}

static void waiters(struct fuzz *f, uint64_t *at, int arg)
{
	for (int i = 0; i < NR_WAITERS; i++) {
		at[3 * i] = fuzz_below(f, 3) ? 0 : word(f);
		at[3 * i + 1] = inner(f, arg);
		at[3 * i + 2] = fuzz_below(f, 8) ? (fuzz_below(f, 2) ? 0x82 : 2) : word(f);
	}
}

static void record_lock(struct fuzz *f, uint64_t *at)
{
	static const long lengths[] = { 0, 0, 1, 10, 4096, -1, -10, (long)~(1ul << 63) };
	short *half = (short *)at;

	file_offset(f, (long *)at + 1);
	half[0] = fuzz_below(f, 8) ? fuzz_below(f, 3) : fuzz_below(f, 100);
	half[1] = fuzz_below(f, 4) ? 0 : fuzz_below(f, 5);
	at[2] = ONE_OF(f, lengths);
	at[3] = fuzz_below(f, 8) ? 0 : word(f);
}

static void scheduling(struct fuzz *f, unsigned *at)
{
	static const unsigned sizes[] = { 48, 48, 48, 56, 0, 40, 64, 5000 };
	static const int policies[] = { 0, 0, 1, 2, 3, 5, 4, 7 };

	at[0] = ONE_OF(f, sizes);
	at[1] = ONE_OF(f, policies);
	at[2] = fuzz_below(f, 2) ? 0 : fuzz_random(f) & 0x1f;
	at[4] = fuzz_below(f, 44) - 22;
	at[5] = fuzz_below(f, 2) ? 0 : fuzz_below(f, 102);
}

/* A part of what the caller may have; at[0..2] are the lower halves. */
static void capability_sets(struct fuzz *f, unsigned *at)
{
	for (int i = 0; i < 6; i += 3) {
		at[i + 1] = fuzz_random(f) | fuzz_random(f);
		at[i] = fuzz_below(f, 6) ? at[i + 1] & fuzz_random(f) : fuzz_random(f);
		at[i + 2] = fuzz_below(f, 2) ? 0 : fuzz_random(f) & at[i + 1];
	}
	if (fuzz_below(f, 3))
		at[4] = at[4] & 0x1ff, at[3] &= 0x1ff, at[5] &= 0x1ff;
}

/* Root would set the machine's clock, so that it only asks. */
static void clock_state(struct fuzz *f, unsigned *at)
{
	static const unsigned asks[] = { 0, 0, 0xa001 };

	at[0] = f->is_root || fuzz_below(f, 2) ? ONE_OF(f, asks) : fuzz_random(f) & fuzz_random(f);
}

static void signal_set(struct fuzz *f, uint64_t *at, int arg)
{
	uint64_t *mask = (uint64_t *)(GOOD_AT + arg * PART + INNER);

	*mask = fuzz_random(f) & fuzz_random(f) & ~sigbit(SIGUSR2);
	at[0] = fuzz_below(f, 4) ? (uint64_t)mask : fuzz_below(f, 2) ? 0 : GONE_AT;
	at[1] = fuzz_below(f, 6) ? 8 : word(f);
}

static void interval(struct fuzz *f, long *at, long unit)
{
	time_pair(f, at, unit);
	time_pair(f, at + 2, unit);
}

static int is_type(const char *type, const char *name)
{
	return strcmp(type, name) == 0;
}

/* Structures that are nothing but numbers and times. */
static int fill_plain(struct fuzz *f, const char *type, void *at)
{
	if (is_type(type, "struct timespec"))
		time_pair(f, at, 1000000000), any_times(f, (long *)at + 2);
	else if (is_type(type, "struct timeval"))
		time_pair(f, at, 1000000), time_pair(f, (long *)at + 2, 1000000);
	else if (is_type(type, "struct itimerval"))
		interval(f, at, 1000000);
	else if (is_type(type, "struct itimerspec"))
		interval(f, at, 1000000000);
	else if (is_type(type, "struct utimbuf"))
		any_times(f, at);
	else if (is_type(type, "struct rlimit"))
		limit(f, at);
	else if (is_type(type, "struct sched_param"))
		*(int *)at = fuzz_below(f, 4) ? 0 : (int)word(f);
	else if (is_type(type, "ksigset_t"))
		*(uint64_t *)at = fuzz_random(f) & fuzz_random(f) & ~sigbit(SIGUSR2);
	else if (is_type(type, "long"))
		file_offset(f, at);
	else if (is_type(type, "unsigned"))
		identities(f, at);
	else if (is_type(type, "struct cap_header"))
		capabilities(f, at);
	else if (is_type(type, "struct cap_data"))
		capability_sets(f, at);
	else if (is_type(type, "struct sched_attr"))
		scheduling(f, at);
	else if (is_type(type, "struct flock"))
		record_lock(f, at);
	else if (is_type(type, "struct epoll_event"))
		*(unsigned *)at = fuzz_random(f) & fuzz_random(f) & (fuzz_below(f, 4) ? 0xe000201f : -1u);
	else if (is_type(type, "unsigned long"))
		*(uint64_t *)at = fuzz_below(f, 4) ? 1 : word(f);
	else if (is_type(type, "lock word"))
		lock_word(f, at);
	else
		return 0;
	return 1;
}

void fill(struct fuzz *f, const char *type, void *at, int arg)
{
	uint64_t text[64]; /* what is built is then put where it may not be aligned */
	int size = STRUCTURE;

	memset(text, 0, sizeof(text));
	if (is_type(type, "struct timex"))
		clock_state(f, (unsigned *)text), size = CLOCK_STATE;
	else if (fuzz_below(f, 16) == 0)
		words(f, text, arg);
	else if (fill_plain(f, type, text))
		;
	else if (is_type(type, "struct iovec"))
		iovecs(f, text, arg), size = NR_IOVECS * 16;
	else if (is_type(type, "struct pollfd"))
		pollfds(f, (struct pollfd *)text), size = NR_POLLFDS * sizeof(struct pollfd);
	else if (is_type(type, "kfd_set"))
		fd_bits(f, text);
	else if (is_type(type, "kuptr_t"))
		strings(f, text, arg);
	else if (is_type(type, "struct ksigaction"))
		action(f, text), size = 32;
	else if (is_type(type, "struct sigevent"))
		event(f, text);
	else if (is_type(type, "struct open_how"))
		how(f, text);
	else if (is_type(type, "struct clone_args"))
		new_task(f, text, arg), size = 128;
	else if (is_type(type, "struct sigaltstack"))
		alternate(f, text);
	else if (is_type(type, "struct futex_waitv"))
		waiters(f, text, arg), size = NR_WAITERS * 24;
	else if (is_type(type, "struct sigset_arg"))
		signal_set(f, text, arg);
	else if (is_type(type, "struct siginfo"))
		information(f, (int *)text), size = 128;
	else
		words(f, text, arg);
	/* Before a hole there is room for STRUCTURE. */
	memcpy(at, text, at == f->edge - STRUCTURE ? STRUCTURE : size);
}
