// SPDX-License-Identifier: MIT
/*
 * threads: rows about threads, and about futexes as locks, conditions and messages are made of them.
 *
 * Promise   as in bench.c. Threads are made by clone alone; the C library does not know of them.
 * Linux     clone(2), futex(2), futex_waitv(2)
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/uapi/futex.h"
#include "tests/bench/bench.h"

enum {
	CROWD = 100,
	IDLE = 1000,
	THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
	FUTEX_SHARED = 0,
};

typedef volatile unsigned word_t;

static long futex(word_t *word, int op, long value)
{
	return raw(SYS_futex, (long)word, op, value, 0);
}

/* --- threads --- */

bool thread_start(volatile int *alive, char *stack, int (*fn)(void *), void *arg)
{
	return clone(fn, stack + THREAD_STACK, THREAD | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID, arg, alive, NULL,
		alive) > 0;
}

void thread_join(volatile int *alive)
{
	for (int tid; (tid = *alive) != 0;)
		futex((word_t *)alive, FUTEX_WAIT, tid);
}

static int count_one(void *arg)
{
	++*(long *)arg;
	return 0;
}

static long create_join(long n)
{
	static char stack[THREAD_STACK];
	volatile int alive;
	long ran = 0, start = now();

	for (long i = 0; i < n; i++) {
		if (!thread_start(&alive, stack, count_one, &ran))
			return bad("thread %ld", i);
		thread_join(&alive);
	}
	long took = now() - start;
	return ran == n ? took : bad("%ld threads ran", ran);
}

/* --- one word --- */

static long wake_none(long n)
{
	static unsigned word;
	long start = now();

	for (long i = 0; i < n; i++)
		if (futex(&word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1) != 0)
			return bad("turn %ld", i);
	return now() - start;
}

/* Waits until the word is no longer `from`; it should be the next value then. */
static bool await(word_t *word, unsigned from, int private)
{
	while (*word == from)
		futex(word, FUTEX_WAIT | private, from);
	return *word == from + 1;
}

static void tell(word_t *word, int private)
{
	++*word;
	futex(word, FUTEX_WAKE | private, 1);
}

static bool answer_all(word_t *word, long n, int private)
{
	for (unsigned i = 0; i < n + 1; i++) {
		if (!await(word, 2 * i, private))
			return false;
		tell(word, private);
	}
	return true;
}

static long ask_all(word_t *word, long n, int private)
{
	long start = 0, wrong = 0;

	for (unsigned i = 0; i < n + 1; i++) {
		if (i == 1) /* the first trip waits for the other one to start */
			start = now();
		tell(word, private);
		wrong += !await(word, 2 * i + 1, private);
	}
	long took = now() - start;
	return wrong ? bad("%ld answers are wrong", wrong) : took;
}

static long ping_pong(long n)
{
	word_t *word = shared_memory(sizeof(*word));

	if ((void *)word == MAP_FAILED)
		return bad("no page");
	pid_t pid = fork();
	if (pid == 0)
		_exit(answer_all(word, n, FUTEX_SHARED) ? EXIT_STATUS : 1);
	long took = ask_all(word, n, FUTEX_SHARED);
	munmap((void *)word, sizeof(*word));
	return ended_with(pid, EXIT_STATUS) ? took : bad("the child");
}

struct answerer {
	word_t word;
	long n;
};

static int answer_thread(void *arg)
{
	struct answerer *a = arg;

	return !answer_all(&a->word, a->n, FUTEX_PRIVATE_FLAG);
}

static long ping_pong_private(long n)
{
	static char stack[THREAD_STACK];
	struct answerer a = { .n = n };
	volatile int alive;

	if (!thread_start(&alive, stack, answer_thread, &a))
		return bad("no thread");
	long took = ask_all(&a.word, n, FUTEX_PRIVATE_FLAG);
	thread_join(&alive);
	return took;
}

/* --- many threads --- */

static struct {
	volatile int alive[IDLE];
	char *stacks;
} many;

static bool start_many(int count, int (*fn)(void *), void *arg, size_t arg_size)
{
	many.stacks = private_memory((size_t)count * THREAD_STACK);
	for (int i = 0; i < count; i++)
		if (!thread_start(&many.alive[i], many.stacks + (long)i * THREAD_STACK, fn,
			(char *)arg + (size_t)i * arg_size))
			return false;
	return true;
}

static void join_many(int count)
{
	for (int i = 0; i < count; i++)
		thread_join(&many.alive[i]);
	munmap(many.stacks, (size_t)count * THREAD_STACK);
}

static int wait_for_change(void *arg)
{
	word_t *word = arg;

	while (*word == 0)
		futex(word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
	return 0;
}

/* While IDLE other threads wait, each for a word of its own. */
static long ping_pong_beside(long n)
{
	static word_t words[IDLE];

	for (int i = 0; i < IDLE; i++)
		words[i] = 0;
	if (!start_many(IDLE, wait_for_change, (void *)words, sizeof(words[0])))
		return bad("no threads");
	usleep(20000); /* all of them wait */
	long took = ping_pong_private(n);
	for (int i = 0; i < IDLE; i++)
		tell(&words[i], FUTEX_PRIVATE_FLAG);
	join_many(IDLE);
	return took;
}

/* A condition: `turn` is what the waiters wait for, the last one to see it tells `seen`. */
static struct {
	word_t turn, seen, end;
} condition;

static int see_turns(void *arg)
{
	unsigned turn = 0;

	(void)arg;
	while (!condition.end) {
		while (condition.turn == turn)
			futex(&condition.turn, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, turn);
		turn = condition.turn;
		if (__atomic_add_fetch(&condition.seen, 1, __ATOMIC_SEQ_CST) == CROWD)
			futex(&condition.seen, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
	}
	return 0;
}

static void next_turn(void)
{
	condition.seen = 0;
	++condition.turn;
	futex(&condition.turn, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX);
	for (unsigned seen; (seen = condition.seen) != CROWD;)
		futex(&condition.seen, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, seen);
}

/* CROWD waiters are woken, and all have run. */
static long broadcast(long n)
{
	condition.turn = condition.end = 0;
	if (!start_many(CROWD, see_turns, NULL, 0))
		return bad("no threads");
	next_turn();
	long start = now();
	for (long i = 0; i < n; i++)
		next_turn();
	long took = now() - start;
	condition.end = 1;
	next_turn();
	join_many(CROWD);
	return took;
}

static long requeue(word_t *from, word_t *to)
{
	return raw6(SYS_futex, (long)from, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 0, INT_MAX, (long)to, 0);
}

/* CROWD waiters of one word become waiters of another, and of the first one again. */
static long requeue_crowd(long n)
{
	static word_t first, second;
	long there = 0, wrong = 0;

	first = second = 0;
	if (!start_many(CROWD, wait_for_change, (void *)&first, 0))
		return bad("no threads");
	for (; there < CROWD; there += requeue(&first, &second))
		usleep(1000);
	long start = now();
	for (long i = 0; i < n; i++)
		wrong += requeue(&second, &first) != CROWD || requeue(&first, &second) != CROWD;
	long took = now() - start;
	first = second = 1;
	futex(&second, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX);
	join_many(CROWD);
	return wrong ? bad("%ld turns are wrong", wrong) : took;
}

/* --- many words --- */

enum { STEP = 7 }; /* from the word of one turn to that of the next */

struct vector {
	word_t words[FUTEX_WAITV_MAX];
	struct futex_waitv set[FUTEX_WAITV_MAX];
	int count;
};

/* What comes to the one thread and to the other one. */
static struct {
	struct vector to, from;
	long turns;
	bool is_wrong;
} vectors;

static void vector_init(struct vector *v, int count)
{
	v->count = count;
	for (int i = 0; i < count; i++) {
		v->words[i] = 0;
		v->set[i] = (struct futex_waitv){ .uaddr = (unsigned long)&v->words[i],
			.flags = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE };
	}
}

static int vector_at(const struct vector *v, long turn)
{
	return (int)(turn * STEP % v->count);
}

/* Waits for all of the words; it should be this turn's that changes. */
static bool vector_await(struct vector *v, long turn)
{
	int at = vector_at(v, turn);
	bool ok = true;

	while (v->words[at] == v->set[at].val) {
		long got = raw6(SYS_futex_waitv, (long)v->set, v->count, 0, 0, 0, 0);

		ok &= got == at || got == -EAGAIN;
	}
	v->set[at].val++;
	return ok;
}

static int answer_vectors(void *arg)
{
	(void)arg;
	for (long i = 0; i < vectors.turns; i++) {
		vectors.is_wrong |= !vector_await(&vectors.to, i);
		tell(&vectors.from.words[vector_at(&vectors.from, i)], FUTEX_PRIVATE_FLAG);
	}
	return 0;
}

/* There and back, each waiting for so many words. */
static long wait_vector(long n, int count)
{
	static char stack[THREAD_STACK];
	volatile int alive;
	long start = 0, wrong = 0;

	vector_init(&vectors.to, count);
	vector_init(&vectors.from, count);
	vectors.turns = n + 1;
	vectors.is_wrong = false;
	if (!thread_start(&alive, stack, answer_vectors, NULL))
		return bad("no thread");
	for (long i = 0; i < n + 1; i++) {
		if (i == 1) /* the first trip waits for the other one to start */
			start = now();
		tell(&vectors.to.words[vector_at(&vectors.to, i)], FUTEX_PRIVATE_FLAG);
		wrong += !vector_await(&vectors.from, i);
	}
	long took = now() - start;
	thread_join(&alive);
	return wrong || vectors.is_wrong ? bad("%ld answers are wrong", wrong) : took;
}

static long waitv_1(long n)
{
	return wait_vector(n, 1);
}

static long waitv_128(long n)
{
	return wait_vector(n, FUTEX_WAITV_MAX);
}

/* --- locks --- */

enum { FREE, TAKEN, WAITED_FOR, WARM_TURNS = 100 };

static struct {
	word_t lock;
	bool is_pi; /* it has its owner's number, and goes to the next one by the kernel's hand */
	long counter, last;
} contended;

static bool try_lock(word_t *word, unsigned taken)
{
	unsigned was = FREE;

	return __atomic_compare_exchange_n(word, &was, taken, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void lock(word_t *word)
{
	if (try_lock(word, TAKEN))
		return;
	while (__atomic_exchange_n(word, WAITED_FOR, __ATOMIC_SEQ_CST) != FREE)
		futex(word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, WAITED_FOR);
}

static void unlock(word_t *word)
{
	if (__atomic_exchange_n(word, FREE, __ATOMIC_SEQ_CST) == WAITED_FOR)
		futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

static void lock_pi(word_t *word, unsigned tid)
{
	if (!try_lock(word, tid))
		futex(word, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0);
}

static void unlock_pi(word_t *word, unsigned tid)
{
	unsigned was = tid;

	if (!__atomic_compare_exchange_n(word, &was, FREE, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		futex(word, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0);
}

static bool is_waited_for(void)
{
	return contended.is_pi ? contended.lock & FUTEX_WAITERS : contended.lock == WAITED_FOR;
}

/* Each holder keeps the lock until the other thread waits for it: a turn has a sleep and a wake. */
static int take_lock(void *arg)
{
	const unsigned tid = (unsigned)raw(SYS_gettid, 0, 0, 0, 0);

	for (bool is_last = false; !is_last;) {
		if (contended.is_pi)
			lock_pi(&contended.lock, tid);
		else
			lock(&contended.lock);
		if (arg && !*(long *)arg && contended.counter >= WARM_TURNS)
			*(long *)arg = now();
		if (contended.counter < contended.last)
			contended.counter++;
		is_last = contended.counter == contended.last;
		while (!is_last && !is_waited_for())
			raw(SYS_sched_yield, 0, 0, 0, 0);
		if (contended.is_pi)
			unlock_pi(&contended.lock, tid);
		else
			unlock(&contended.lock);
	}
	return 0;
}

static long contend(long n, bool is_pi)
{
	static char stack[THREAD_STACK];
	volatile int alive;
	long start = 0;

	contended.lock = FREE;
	contended.is_pi = is_pi;
	contended.counter = 0;
	contended.last = WARM_TURNS + n;
	if (!thread_start(&alive, stack, take_lock, NULL))
		return bad("no thread");
	take_lock(&start);
	long took = now() - start;
	thread_join(&alive);
	return start ? took : bad("the other one took all turns");
}

static long mutex_contended(long n)
{
	return contend(n, false);
}

static long pi_contended(long n)
{
	return contend(n, true);
}

/* By the kernel, as if the word could not be changed without it. */
static long pi_alone(long n)
{
	const unsigned tid = (unsigned)raw(SYS_gettid, 0, 0, 0, 0);
	word_t word = FREE;
	long wrong = 0, start = now();

	for (long i = 0; i < n; i++) {
		wrong += futex(&word, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0) != 0 || word != tid;
		wrong += futex(&word, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0) != 0 || word != FREE;
	}
	long took = now() - start;
	return wrong ? bad("%ld turns are wrong", wrong) : took;
}

const struct bench thread_benches[] = {
	{ "thread-create-join", 200, create_join, NULL },
	{ "futex-wake-none", 1000, wake_none, NULL },
	{ "futex-ping-pong", 500, ping_pong, NULL },
	{ "futex-ping-private", 500, ping_pong_private, NULL },
	{ "futex-ping-beside-1000", 500, ping_pong_beside, NULL },
	{ "futex-waitv-1", 500, waitv_1, NULL },
	{ "futex-waitv-128", 100, waitv_128, NULL },
	{ "mutex-contended", 500, mutex_contended, NULL },
	{ "futex-pi-alone", 500, pi_alone, NULL },
	{ "futex-pi-contended", 500, pi_contended, NULL },
	{ "broadcast-100", 20, broadcast, NULL },
	{ "requeue-100", 100, requeue_crowd, NULL },
	{ 0 },
};
