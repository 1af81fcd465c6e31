// SPDX-License-Identifier: MIT
/*
 * fail/walk: every system call, with each of its allocations failing once.
 *
 * Promise   For each row of the tables in tests/fail: an attempt for n = 1, 2, 3 ... in a child, whose n-th
 *           allocation from the call on fails, until one comes to its end with none failed. Each attempt
 *           either succeeds all the same (a page fault is tried again, a transfer is short), or answers ENOMEM
 *           or what its row allows, and then it has had no effect: as many descriptors and mappings are there as
 *           before, and the same call succeeds when it is made again. No attempt ends its child, and the last
 *           one succeeds. testrun looks for warnings, and for what is left behind.
 *           A call of kernel/syscalls.def that no table has is a failure, unless left_out[] says why.
 * Linux     /proc/PID/fail-nth, Documentation/fault-injection. It is there in debug builds of Parley.
 */
#include "tests/fail/fail.h"
#include "tests/fuzz/table.h"

TAP_DANGEROUS("makes allocations fail, mounts, sets the clock");

enum { MOST = 400, CHILD_MS = 20000, STEP_US = 200, OK = 0, SHOWN = 40, SPARE_KIB = 4, SETTLE_MS = 3000 };

static const struct { const char *call, *why; } left_out[] = {
	{ "exit", "has no answer; nth.c lets it fail" },
	{ "exit_group", "the same" },
	{ "execve", "has no answer when it succeeds; nth.c has it" },
	{ "execveat", "the same" },
	{ "restart_syscall", "is the kernel's own, after a stop" },
};

/* What the child tells. */
struct attempt {
	int is_told;			   /* it came to its end */
	long result, left, again;	   /* of the call; allocations still to come; of the same call once more */
	int fds[2];			   /* before and after */
	unsigned long mappings[2];	   /* the same */
};
static struct attempt *attempt;
static int wrong, fail_fd, maps_fd;

/* --- the child --- */

/* The write allocates, and may be what fails. */
static void arm(const char *count)
{
	long n;

	while ((n = sys(SYS_pwrite64, fail_fd, count, strlen(count), 0)) == -ENOMEM)
		;
	CHECK_EQ(n, strlen(count));
}

static long left_to_come(void)
{
	char text[16] = "";

	CHECK(sys(SYS_pread64, fail_fd, text, sizeof(text) - 1, 0) > 0);
	return atol(text);
}

static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < FREE_FD * 2; fd++)
		n += sys(SYS_fcntl, fd, F_GETFD) >= 0;
	return n;
}

/* What is mapped with which permissions, as one number; where mappings are cut is no matter. The stack grows. */
static unsigned long look_at_mappings(void)
{
	static char text[8 * PAGE];
	unsigned long sum = 0, last_end = 0;
	char last[5] = "";

	long n = sys(SYS_pread64, maps_fd, text, sizeof(text) - 1, 0);
	CHECK(n > 0);
	text[n] = 0;
	for (char *line = text, *end; *line; line = end + 1) {
		char *at;
		unsigned long from = strtoul(line, &at, 16), to = strtoul(at + 1, &at, 16);

		end = strchr(line, '\n');
		if (memcmp(end - 7, "[stack]", 7) == 0)
			continue;
		if (from != last_end || memcmp(last, at + 1, 4) != 0)
			sum = sum * 31 + from * 7 + last_end;
		memcpy(last, at + 1, 4);
		last_end = to;
	}
	return sum * 31 + last_end;
}

static long make_call(const struct row *r, int nr)
{
	return r->act ? r->act() : sys6(nr, r->arg[0], r->arg[1], r->arg[2], r->arg[3], r->arg[4], r->arg[5]);
}

static int is_success(const struct row *r, long result)
{
	return result == r->success || (r->success == 0 && result >= 0);
}

static void child(const struct row *r, int nr, int n)
{
	char count[16];
	struct attempt *a = attempt;

	world_make();
	if (r->before)
		r->before();
	snprintf(count, sizeof(count), "%d", n);
	fail_fd = sys(SYS_open, "/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	maps_fd = sys(SYS_open, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
	CHECK(fail_fd >= 0 && maps_fd >= 0);
	a->fds[0] = count_fds();
	a->mappings[0] = look_at_mappings();
	arm(count);
	a->result = make_call(r, nr);
	a->left = left_to_come();
	arm("0");
	a->fds[1] = count_fds();
	a->mappings[1] = look_at_mappings();
	a->again = is_success(r, a->result) ? OK : make_call(r, nr);
	if (r->undo && (is_success(r, a->result) || is_success(r, a->again)))
		r->undo();
	a->is_told = 1;
}

/* --- the parent --- */

static void complain(const struct row *r, int n, const char *what, long a, long b)
{
	if (wrong++ < SHOWN)
		tap_note("%s%s%s, allocation %d: %s (%ld, %ld)", r->call, r->what ? " " : "", r->what ? r->what : "", n,
			what, a, b);
}

/* Its status; -1: it had to be ended. */
static int end_of(int pid)
{
	const struct timespec step = { 0, STEP_US * 1000 };
	int status;

	for (int64_t end = now_ms() + CHILD_MS; now_ms() < end;) {
		if (sys(SYS_wait4, pid, &status, WNOHANG, 0) == pid)
			return status;
		sys(SYS_nanosleep, &step, 0);
	}
	sys(SYS_kill, pid, SIGKILL);
	reap(pid);
	return -1;
}

static int is_allowed(const struct row *r, long result)
{
	for (int i = 0; i < ERRORS; i++)
		if (r->error[i] && result == -r->error[i])
			return 1;
	return result == -ENOMEM;
}

static void judge(const struct row *r, int n)
{
	const struct attempt *a = attempt;
	int failed = a->left == 0;

	if (is_success(r, a->result))
		return;
	if (!failed || !is_allowed(r, a->result))
		complain(r, n, failed ? "answers with another error" : "fails by itself", a->result, a->left);
	else if (a->fds[0] != a->fds[1])
		complain(r, n, "leaves descriptors", a->fds[0], a->fds[1]);
	else if (a->mappings[0] != a->mappings[1])
		complain(r, n, "changed mappings", 0, 0);
	else if (!is_success(r, a->again))
		complain(r, n, "had an effect: the next one fails", a->result, a->again);
}

/* One attempt in the empty scratch directory: were there fewer allocations than n? */
static int is_last(const struct row *r, int nr, int n)
{
	int pid, status;

	memset(attempt, 0, sizeof(*attempt));
	CHILD(pid) {
		child(r, nr, n);
	}
	status = end_of(pid);
	CHECK_EQ(sys(SYS_chdir, tap_tmpdir()), 0);
	remove_inside();
	if (status || !attempt->is_told) {
		complain(r, n, "the child came to a bad end", status, attempt->is_told);
		return 1;
	}
	judge(r, n);
	return attempt->left > 0;
}

static const struct call *call_named(const char *name)
{
	for (int i = 0; i < CALLS; i++)
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	return NULL;
}

/* Pages that are no objects, which testrun does not see, in KiB: memory of processes, page tables, files. */
enum { KINDS = 3 };
static const char *const kinds[KINDS] = { "\nAnonPages:", "\nPageTables:", "\nShmem:" };

static void count_pages(long kib[KINDS])
{
	static char text[PAGE];

	slurp("/proc/meminfo", text, sizeof(text));
	for (int i = 0; i < KINDS; i++)
		kib[i] = strtol(strstr(text, kinds[i]) + strlen(kinds[i]), NULL, 10);
}

/* Some are freed after a grace period. */
static void check_pages(const long before[KINDS])
{
	long now[KINDS];
	int more = 0;

	for (int64_t end = now_ms() + SETTLE_MS; now_ms() < end; sleep_ms(20)) {
		more = 0;
		count_pages(now);
		for (int i = 0; i < KINDS; i++)
			more += now[i] > before[i] + SPARE_KIB;
		if (!more)
			return;
	}
	for (int i = 0; i < KINDS; i++)
		tap_note("%s %ld KiB before, %ld after", kinds[i] + 1, before[i], now[i]);
	wrong++;
}

static void walk(const struct rows *rows)
{
	int attempts = 0;
	long before[KINDS];

	if (sys(SYS_access, "/proc/self/fail-nth", 0))
		SKIP("only debug builds make allocations fail");
	attempt = shared_page();
	scratch();
	for (int i = 0; i < rows->count; i++) {
		const struct row *r = &rows->row[i];
		const struct call *c = call_named(r->call);
		int n = 1;

		if (!c && r->call[0])
			continue; /* not there yet: a name that is wrong is missed below */
		if (i == 1)
			count_pages(before);
		while (!is_last(r, c ? c->nr : -1, n) && n < MOST)
			n++;
		if (n == MOST)
			complain(r, n, "does not come to an end", 0, 0);
		attempts += n;
	}
	check_pages(before);
	tap_note("%d rows, %d attempts", rows->count, attempts);
	CHECK_EQ(wrong, 0);
}

#define WALK(ROWS_)                          \
	CASE(ROWS_, .timeout = 300)          \
	{                                    \
		walk(&ROWS_);                \
	}

WALK(file_calls)
WALK(name_calls)
WALK(memory_calls)
WALK(process_calls)
WALK(signal_calls)
WALK(ipc_calls)
WALK(socket_calls)
WALK(other_calls)
WALK(reads_of_proc)
WALK(page_faults)

/* --- is the walk complete? --- */

static int has(const struct rows *rows, const char *name)
{
	for (int i = 0; i < rows->count; i++)
		if (strcmp(rows->row[i].call, name) == 0)
			return 1;
	return 0;
}

static int is_walked(const char *name)
{
	static const struct rows *const all[] = {
		&file_calls, &name_calls, &memory_calls, &process_calls, &signal_calls, &ipc_calls, &socket_calls,
		&other_calls,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (has(all[i], name))
			return 1;
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		if (strcmp(left_out[i].call, name) == 0)
			return 1;
	return 0;
}

CASE(no_call_is_missing)
{
	int missing = 0;

	for (int i = 0; i < CALLS; i++)
		if (!is_walked(calls[i].name)) {
			tap_note("no row in tests/fail: %s", calls[i].name);
			missing++;
		}
	CHECK_EQ(missing, 0);
}
