// SPDX-License-Identifier: MIT
/*
 * openmp: what OpenMP has, by Debian's gcc and libgomp, with results that do not depend on who was first.
 *
 *     openmp THREADS ROUNDS
 *
 * Promise   One line for each construct, the same on every kernel and with any number of processors: sums, orders and
 *           counts that come out right only when every thread took part, none ran twice, and none left a barrier early.
 * Left out  What tells the number of processors; cancellation, which has to be asked for in the environment.
 */
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 64, SIZE = 96, SIEVE = 20000, FIB = 16, CHAIN = 40, ITEMS = 1000 };

static int threads, rounds;
static int own;
#pragma omp threadprivate(own)

static void say(const char *what, long value, long want)
{
	printf("%-12s %ld %s\n", what, value, value == want ? "ok" : "WRONG");
}

static void team(void)
{
	atomic_ulong seen = 0;
	long size = 0;
#pragma omp parallel
	{
		atomic_fetch_or(&seen, 1ul << omp_get_thread_num());
#pragma omp single
		size = omp_get_num_threads();
	}
	say("team", size, threads);
	say("numbers", __builtin_popcountl(seen), threads);
}

static void loops(void)
{
	static const struct { const char *name; omp_sched_t kind; int chunk; } kinds[] = {
		{ "static", omp_sched_static, 0 }, { "static,7", omp_sched_static, 7 },
		{ "dynamic", omp_sched_dynamic, 3 }, { "guided", omp_sched_guided, 2 },
	};
	for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		static unsigned char done[ITEMS];
		long sum = 0, twice = 0;
		memset(done, 0, sizeof(done));
		omp_set_schedule(kinds[k].kind, kinds[k].chunk);
#pragma omp parallel for schedule(runtime) reduction(+ : sum)
		for (int i = 0; i < ITEMS; i++) {
			done[i]++;
			sum += i;
		}
		for (int i = 0; i < ITEMS; i++)
			twice += done[i] != 1;
		say(kinds[k].name, sum, (long)ITEMS * (ITEMS - 1) / 2);
		say("each once", twice, 0);
	}
}

static void reductions(void)
{
	long most = -1, least = ITEMS, bits = 0, product = 1;
	int all = 1;
#pragma omp parallel for reduction(max : most) reduction(min : least) reduction(| : bits) \
	reduction(* : product) reduction(&& : all)
	for (int i = 1; i <= 20; i++) {
		most = i > most ? i : most;
		least = i < least ? i : least;
		bits |= 1l << i;
		product *= i;
		all = all && i > 0;
	}
	say("max", most, 20);
	say("min", least, 1);
	say("or", bits, (1l << 21) - 2);
	say("product", product, 2432902008176640000);
	say("and", all, 1);
}

static void exclusion(void)
{
	long unnamed = 0, named = 0, added = 0, locked = 0, nested = 0, want = (long)threads * rounds * 20;
	omp_lock_t lock;
	omp_nest_lock_t nest;
	omp_init_lock(&lock);
	omp_init_nest_lock(&nest);
#pragma omp parallel
	for (int i = 0; i < rounds * 20; i++) {
#pragma omp critical
		unnamed++;
#pragma omp critical(other)
		named++;
#pragma omp atomic
		added++;
		omp_set_lock(&lock);
		locked++;
		omp_unset_lock(&lock);
		omp_set_nest_lock(&nest);
		omp_set_nest_lock(&nest);
		nested++;
		omp_unset_nest_lock(&nest);
		omp_unset_nest_lock(&nest);
	}
	omp_destroy_lock(&lock);
	omp_destroy_nest_lock(&nest);
	say("critical", unnamed, want);
	say("named", named, want);
	say("atomic", added, want);
	say("lock", locked, want);
	say("nest lock", nested, want);
}

/* After each barrier every thread must find the others where it is itself. */
static void barriers(void)
{
	static atomic_int at[THREADS_MAX];
	atomic_long early = 0;
#pragma omp parallel
	for (int i = 1; i <= rounds; i++) {
		atomic_store(&at[omp_get_thread_num()], i);
#pragma omp barrier
		for (int other = 0; other < threads; other++)
			if (atomic_load(&at[other]) != i)
				early++;
#pragma omp barrier
	}
	say("barrier", early, 0);
}

static long fib(int n)
{
	long a, b;
	if (n < 2)
		return n;
#pragma omp task shared(a) if (n > 6)
	a = fib(n - 1);
#pragma omp task shared(b) if (n > 6)
	b = fib(n - 2);
#pragma omp taskwait
	return a + b;
}

static void tasks(void)
{
	long number = 0, turn = 0, wrong = 0, sum = 0, grouped = 0;
#pragma omp parallel
#pragma omp single
	{
		number = fib(FIB);
		for (long i = 0; i < CHAIN; i++) {
#pragma omp task depend(inout : turn) shared(turn, wrong) firstprivate(i)
			wrong += turn++ != i;
		}
#pragma omp taskwait
#pragma omp taskloop grainsize(10) reduction(+ : sum)
		for (int i = 0; i < ITEMS; i++)
			sum += i;
#pragma omp taskgroup
		for (int i = 0; i < CHAIN; i++) {
#pragma omp task shared(grouped)
#pragma omp atomic
			grouped++;
		}
		grouped *= 2;
	}
	say("fib", number, 987);
	say("depend", turn + wrong, CHAIN);
	say("taskloop", sum, (long)ITEMS * (ITEMS - 1) / 2);
	say("taskgroup", grouped, 2 * CHAIN);
}

static void sharing(void)
{
	static char order[CHAIN + 1];
	long once = 0, parts = 0, copied = 0, filled = 0;
	own = 5;
#pragma omp parallel copyin(own)
	{
		own += omp_get_thread_num();
#pragma omp atomic
		copied += own;
#pragma omp single
		once++;
#pragma omp sections reduction(+ : parts)
		{
			parts += 1;
#pragma omp section
			parts += 10;
#pragma omp section
			parts += 100;
		}
#pragma omp for ordered schedule(dynamic)
		for (int i = 0; i < CHAIN; i++) {
#pragma omp ordered
			order[filled++] = (char)('a' + i % 26);
		}
	}
	say("copyin", copied, 5l * threads + (long)threads * (threads - 1) / 2);
	say("single", once, 1);
	say("sections", parts, 111);
	printf("ordered      %s\n", order);
}

static void nested(void)
{
	long inner = 0, deepest = 0;
	omp_set_max_active_levels(2);
	for (int i = 0; i < rounds / 4 + 1; i++) {
		inner = 0;
#pragma omp parallel reduction(+ : inner) reduction(max : deepest)
#pragma omp parallel num_threads(3) reduction(+ : inner) reduction(max : deepest)
		{
			inner += 1 + omp_get_ancestor_thread_num(1);
			deepest = omp_get_level();
		}
	}
	say("nested", inner, 3l * (threads + (long)threads * (threads - 1) / 2));
	say("level", deepest, 2);
	omp_set_max_active_levels(1);
}

static void work(void)
{
	static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];
	static unsigned char composite[SIEVE];
	double trace = 0;
	long primes = 0;
#pragma omp parallel for collapse(2)
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			a[i][j] = i + j;
			b[i][j] = i == j ? 2 : 0;
		}
#pragma omp parallel for schedule(dynamic, 4)
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++)
			for (int k = 0; k < SIZE; k++)
				c[i][j] += a[i][k] * b[k][j];
	for (int i = 0; i < SIZE; i++)
		trace += c[i][i];
	for (int i = 2; i * i < SIEVE; i++) {
		if (composite[i])
			continue;
#pragma omp parallel for
		for (int j = i * i; j < SIEVE; j += i)
			composite[j] = 1;
	}
#pragma omp parallel for simd reduction(+ : primes)
	for (int i = 2; i < SIEVE; i++)
		primes += !composite[i];
	say("matrix", (long)trace, 2l * SIZE * (SIZE - 1));
	say("primes", primes, 2262);
}

int main(int argc, char **argv)
{
	threads = argc > 1 ? atoi(argv[1]) : 4;
	rounds = argc > 2 ? atoi(argv[2]) : 100;
	omp_set_dynamic(0);
	omp_set_num_threads(threads);
	team();
	loops();
	reductions();
	exclusion();
	barriers();
	tasks();
	sharing();
	nested();
	work();
	return 0;
}
