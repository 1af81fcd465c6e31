// SPDX-License-Identifier: MIT
/*
 * fuzz: system calls with arguments out of a seed, on all processors at once.
 *
 * Promise   For as long as is asked nothing panics, nothing warns, and nothing is left: no process, no object of
 *           the kernel, no page. Half of the batches are root's. The program says with which seed.
 *           testrun looks for warnings and for objects of each kind; here the places that allocate and
 *           the free pages are compared, too.
 * Options   on the kernel's command line: fuzz.seconds=N fuzz.seed=N fuzz.workers=N
 * Linux     what the answers are is compared by tests/fuzz/diff.py; here they do not matter
 */
#include "tests/fuzz/fuzz.h"

TAP_DANGEROUS("makes random system calls, as root, too");

enum {
	DEFAULT_SECONDS = 6, DEFAULT_WORKERS = 4, MAX_WORKERS = 16, WARM_UP = 25, TOLD_EVERY_MS = 20000,
	TEXT_BYTES = 1 << 16, SETTLE_MS = 3000, SPARE_KIB = 2048, SHOWN_SITES = 20,
	BATCHES_A_FAILED_WORLD = 100, /* more seldom than once in so many */
};

/* What the workers tell. */
static struct shared {
	unsigned batches[MAX_WORKERS], steps[MAX_WORKERS];
	unsigned failed_worlds;
} * shared;

static void work(int worker, uint64_t seed, int64_t until_ms, unsigned most)
{
	struct fuzz f;

	fuzz_begin(&f, seed + worker, FUZZ_WILD, worker);
	for (unsigned batch = 0; batch < most && now_ms() < until_ms; batch++) {
		fuzz_batch(&f, batch);
		shared->batches[worker]++;
		shared->steps[worker] += f.record->done;
		if (f.record->world)
			shared->failed_worlds++;
	}
	fuzz_end(&f);
}

static void start_workers(int *pid, int n, uint64_t seed, int64_t until_ms, unsigned most)
{
	for (int i = 0; i < n; i++)
		CHILD(pid[i]) {
			work(i, seed, until_ms, most);
		}
}

static void run_workers(int n, uint64_t seed, long seconds, unsigned most)
{
	int pid[MAX_WORKERS];
	int64_t end = now_ms() + seconds * 1000;

	memset(shared, 0, sizeof(*shared));
	start_workers(pid, n, seed, end, most);
	for (int64_t told = now_ms(); most == -1u && now_ms() < end; sleep_ms(100))
		if (now_ms() - told > TOLD_EVERY_MS) {
			told = now_ms();
			tap_note("%ld s to go", (long)(end - told) / 1000);
		}
	for (int i = 0; i < n; i++)
		CHECK_EXIT(pid[i], 0);
}

/* --- what is left --- */

/* A line of /proc/ipc/allocations: a cache, how many objects of it, and the place that made them. */
struct site {
	const char *cache, *place;
	size_t cache_len, place_len;
	long objects;
};

/* The line that begins there; answers where the next one does. */
static const char *parse(const char *line, struct site *s)
{
	char *end;

	*s = (struct site){ .cache = line, .cache_len = strcspn(line, " \n") };
	s->objects = strtol(line + s->cache_len, &end, 10);
	s->place = end;
	s->place_len = strcspn(end, "\n");
	return end + s->place_len + (end[s->place_len] == '\n');
}

static int is_same(const struct site *a, const struct site *b)
{
	return a->cache_len == b->cache_len && a->place_len == b->place_len &&
	       memcmp(a->cache, b->cache, a->cache_len) == 0 && memcmp(a->place, b->place, a->place_len) == 0;
}

static char before[TEXT_BYTES], after[TEXT_BYTES];

static long objects_before(const struct site *now)
{
	struct site s;

	for (const char *p = before; *p;) {
		p = parse(p, &s);
		if (is_same(&s, now))
			return s.objects;
	}
	return 0;
}

/* Kept for the next stack, for ever. */
#define HOARD "kvirt_range"

/* Places with more objects than before; tells them when asked. */
static int grown(int is_told)
{
	struct site s;
	int found = 0;

	for (const char *p = after; *p;) {
		p = parse(p, &s);
		long more = s.objects - objects_before(&s);

		if (more <= 0 || strncmp(s.cache, HOARD, strlen(HOARD)) == 0)
			continue;
		if (is_told && found < SHOWN_SITES)
			tap_note("left: %ld %.*s %.*s", more, (int)s.cache_len, s.cache, (int)s.place_len, s.place);
		found++;
	}
	return found;
}

static void check_rest(long free_before)
{
	for (int64_t end = now_ms() + SETTLE_MS; now_ms() < end; sleep_ms(50)) {
		slurp("/proc/ipc/allocations", after, sizeof(after));
		if (!grown(0) && meminfo_kib("MemFree:") + SPARE_KIB >= free_before)
			return;
	}
	tap_note("free: %ld KiB before, %ld KiB after", free_before, meminfo_kib("MemFree:"));
	grown(1);
}

CASE(random_calls_leave_nothing, .timeout = 2000)
{
	long seconds = getenv("TAP_AGAIN") ? DEFAULT_SECONDS : boot_option("fuzz.seconds", DEFAULT_SECONDS);
	long seed = boot_option("fuzz.seed", 1);
	int n = boot_option("fuzz.workers", DEFAULT_WORKERS);
	unsigned batches = 0, steps = 0;

	NEEDS_MACHINE("makes random system calls");
	CHECK(fuzz_is_safe());
	n = n > MAX_WORKERS ? MAX_WORKERS : n;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long shared_inode = sys(SYS_eventfd2, 0, 0); /* what its first lock needs stays for good */
	CHECK_EQ(sys(SYS_flock, shared_inode, LOCK_SH), 0);
	sys(SYS_close, shared_inode);
	run_workers(n, ~seed, seconds, WARM_UP); /* caches fill */
	slurp("/proc/ipc/allocations", before, sizeof(before));
	long free_before = meminfo_kib("MemFree:");
	run_workers(n, seed, seconds, -1u);
	for (int i = 0; i < n; i++)
		batches += shared->batches[i], steps += shared->steps[i];
	tap_note("seed %ld: %u calls in %u batches, %u without a world", seed, steps, batches, shared->failed_worlds);
	/* by ".." of its own names a batch of root's can come to where the others make theirs */
	CHECK(shared->failed_worlds * BATCHES_A_FAILED_WORLD <= batches);
	sys(SYS_chmod, "/proc", 0555); /* batches can come there, too */
	check_rest(free_before);
	CHECK_EQ(grown(0), 0);
	CHECK(meminfo_kib("MemFree:") + SPARE_KIB >= free_before);
	CHECK(steps > 0);
}
