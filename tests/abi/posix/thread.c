// SPDX-License-Identifier: MIT
/*
 * posix/thread: beginning, ending, joining and detaching threads.
 *
 * Promise   results, attributes, thread-local variables, the end of the process with its last thread, signals to one
 *           thread, many threads, and threads beside fork() and exec
 * Linux     pthread_create(3), pthread_join(3), pthread_detach(3), pthread_exit(3), pthread_kill(3)
 */
#include "tests/abi/posix/posix.h"

enum { CROWD = 200, GENERATIONS = 300, STACK_BYTES = 1 << 20, GOOD = 7 };

static void *give_back(void *arg)
{
	return arg;
}

static void *leave_deep(void *arg)
{
	volatile char deep[10000];

	deep[0] = 1;
	pthread_exit((char *)arg + deep[0]);
}

static void *wait_on(void *arg)
{
	sem_t *sem = arg;

	while (sem_wait(sem))
		;
	return NULL;
}

CASE(result_is_returned)
{
	CHECK_EQ(join(start(give_back, (void *)5)), 5);
}

CASE(result_of_pthread_exit)
{
	CHECK_EQ(join(start(leave_deep, (void *)5)), 6);
}

static int joiner;

static void *join_another(void *arg)
{
	say_number(&joiner);
	return join(*(pthread_t *)arg);
}

CASE(join_waits)
{
	static sem_t sem;
	pthread_t t, j;

	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	t = start(wait_on, &sem);
	j = start(join_another, &t);
	wait_asleep(&joiner);
	CHECK_EQ(sem_post(&sem), 0);
	CHECK_EQ(join(j), 0);
}

CASE(join_without_a_place_for_the_result)
{
	pthread_t t = start(give_back, NULL);

	CHECK_EQ(pthread_join(t, NULL), 0);
}

CASE(joining_oneself_would_wait_for_ever)
{
	not_with("musl", "does not look");
	CHECK_EQ(pthread_join(pthread_self(), NULL), EDEADLK);
}

static void *equals_itself(void *other)
{
	CHECK(pthread_equal(pthread_self(), pthread_self()));
	CHECK(!pthread_equal(pthread_self(), *(pthread_t *)other));
	return NULL;
}

CASE(threads_differ)
{
	pthread_t self = pthread_self();

	join(start(equals_itself, &self));
}

static __thread int counter = GOOD;
static __thread int zero;
static __thread struct {
	char c;
} __attribute__((aligned(64))) aligned;

static void *change_own(void *arg)
{
	(void)arg;
	CHECK_EQ(counter, GOOD);
	CHECK_EQ(zero, 0);
	CHECK_EQ((uintptr_t)&aligned % 64, 0);
	counter++;
	zero++;
	return &counter;
}

CASE(variables_of_threads_are_their_own)
{
	counter = 100;
	zero = 100;
	for (int i = 0; i < 3; i++)
		CHECK(join(start(change_own, NULL)) != &counter);
	CHECK_EQ(counter, 100);
	CHECK_EQ(zero, 100);
}

static void *fail_a_call(void *arg)
{
	(void)arg;
	errno = 0;
	CHECK_EQ(close(-1), -1);
	CHECK_EQ(errno, EBADF);
	return NULL;
}

CASE(errno_is_the_threads_own)
{
	errno = ENOTTY;
	join(start(fail_a_call, NULL));
	CHECK_EQ(errno, ENOTTY);
}

struct crowd {
	pthread_barrier_t all_here;
	int sum;
};

static void *join_in(void *arg)
{
	struct crowd *c = arg;

	pthread_barrier_wait(&c->all_here);
	__atomic_add_fetch(&c->sum, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

CASE(two_hundred_at_once, .timeout = 40)
{
	static struct crowd c;
	static pthread_t t[CROWD];

	CHECK_EQ(pthread_barrier_init(&c.all_here, NULL, CROWD + 1), 0);
	for (int i = 0; i < CROWD; i++)
		t[i] = start(join_in, &c);
	pthread_barrier_wait(&c.all_here);
	for (int i = 0; i < CROWD; i++)
		join(t[i]);
	CHECK_EQ(c.sum, CROWD);
	CHECK_EQ(pthread_barrier_destroy(&c.all_here), 0);
}

CASE(one_after_the_other, .timeout = 40)
{
	for (long i = 0; i < GENERATIONS; i++)
		CHECK_EQ(join(start(give_back, (void *)i)), i);
}

static long mapped_pages(void)
{
	char text[128];

	CHECK(slurp("/proc/self/statm", text, sizeof(text)) > 0);
	return atol(text);
}

static void *post_and_go(void *arg)
{
	sem_post(arg);
	return NULL;
}

CASE(detached_ones_leave_no_memory, .timeout = 40)
{
	static sem_t sem;
	pthread_attr_t attr;
	pthread_t t;
	long before = 0;

	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	CHECK_EQ(pthread_attr_init(&attr), 0);
	CHECK_EQ(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0);
	CHECK_EQ(pthread_attr_setstacksize(&attr, STACK_BYTES), 0);
	for (int i = 0; i < GENERATIONS; i++) {
		CHECK_EQ(pthread_create(&t, &attr, post_and_go, &sem), 0);
		CHECK_EQ(sem_wait(&sem), 0);
		if (i == GENERATIONS / 2)
			before = mapped_pages();
	}
	CHECK(mapped_pages() < before + 200L * STACK_BYTES / PAGE);
	CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

CASE(detached_while_it_runs)
{
	static sem_t sem, gone;
	pthread_t t;

	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	CHECK_EQ(sem_init(&gone, 0, 0), 0);
	t = start(wait_on, &sem);
	CHECK_EQ(pthread_detach(t), 0);
	CHECK_EQ(sem_post(&sem), 0);
	t = start(post_and_go, &gone);
	CHECK_EQ(sem_wait(&gone), 0);
	CHECK_EQ(pthread_detach(t), 0);
	CHECK_EQ(join(start(give_back, (void *)1)), 1);
}

static void *number_of_threads_is(void *want)
{
	CHECK_EQ(number_of_threads(), (long)want);
	return NULL;
}

CASE(the_kernel_counts_them)
{
	number_of_threads_is((void *)1);
	join(start(number_of_threads_is, (void *)2));
}

static void *join_first(void *arg)
{
	void *result = NULL;

	CHECK_EQ(pthread_join(*(pthread_t *)arg, &result), 0);
	CHECK_EQ(result, 3);
	_exit(GOOD);
}

CASE(first_thread_may_end_before_the_others)
{
	static pthread_t first;
	int pid;

	not_with("musl", "1.2.3 forgets set_tid_address() in the child of a fork");
	CHILD(pid) {
		first = pthread_self();
		start(join_first, &first);
		pthread_exit((void *)3);
	}
	CHECK_EQ(reap(pid), EXITED(GOOD));
}

static void *end_quietly(void *arg)
{
	sem_wait(arg);
	return NULL;
}

CASE(process_ends_with_the_last_thread)
{
	static sem_t sem;
	int pid;

	not_with("musl", "1.2.3 forgets set_tid_address() in the child of a fork");
	CHILD(pid) {
		sem_init(&sem, 0, 0);
		start(end_quietly, &sem);
		start(post_and_go, &sem);
		pthread_exit((void *)3);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

CASE(exit_ends_all)
{
	static sem_t sem;
	int pid;

	CHILD(pid) {
		sem_init(&sem, 0, 0);
		start(wait_on, &sem);
		start(wait_on, &sem);
		_exit(GOOD);
	}
	CHECK_EQ(reap(pid), EXITED(GOOD));
}

static void *fork_from_thread(void *arg)
{
	int pid;

	(void)arg;
	CHILD(pid) {
		number_of_threads_is((void *)1);
		free(malloc(100));
		CHECK_EQ(join(start(give_back, (void *)9)), 9);
		_exit(GOOD);
	}
	CHECK_EQ(reap(pid), EXITED(GOOD));
	return NULL;
}

CASE(child_of_a_thread_has_one_thread)
{
	static sem_t sem;
	pthread_t other;

	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	other = start(wait_on, &sem);
	join(start(fork_from_thread, NULL));
	CHECK_EQ(sem_post(&sem), 0);
	join(other);
}

static __thread int marked;

static void mark(int sig)
{
	(void)sig;
	marked++;
}

static void *wait_for_mark(void *arg)
{
	say_number(arg);
	while (!__atomic_load_n(&marked, __ATOMIC_RELAXED))
		sys(SYS_pause);
	return (void *)(long)marked;
}

CASE(signal_to_one_thread)
{
	static int number;
	pthread_t t;

	handle(SIGUSR1, mark, 0);
	CHECK_EQ(pthread_kill(pthread_self(), 0), 0);
	CHECK_EQ(pthread_kill(pthread_self(), 1000), EINVAL);
	t = start(wait_for_mark, &number);
	wait_asleep(&number);
	CHECK_EQ(pthread_kill(t, SIGUSR1), 0);
	CHECK_EQ(join(t), 1);
	CHECK_EQ(marked, 0);
	CHECK_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
	CHECK_EQ(marked, 1);
}

static void *mask_of_new_thread(void *arg)
{
	sigset_t set;

	(void)arg;
	CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
	return (void *)(long)(sigismember(&set, SIGUSR1) + 2 * sigismember(&set, SIGUSR2));
}

CASE(mask_is_inherited)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	CHECK_EQ(join(start(mask_of_new_thread, NULL)), 2);
}

CASE(attributes_are_kept_and_checked)
{
	pthread_attr_t attr;
	size_t size;
	int state;

	CHECK_EQ(pthread_attr_init(&attr), 0);
	CHECK_EQ(pthread_attr_getdetachstate(&attr, &state), 0);
	CHECK_EQ(state, PTHREAD_CREATE_JOINABLE);
	CHECK_EQ(pthread_attr_setdetachstate(&attr, 77), EINVAL);
	CHECK_EQ(pthread_attr_setstacksize(&attr, 100), EINVAL);
	CHECK_EQ(pthread_attr_setstacksize(&attr, STACK_BYTES), 0);
	CHECK_EQ(pthread_attr_getstacksize(&attr, &size), 0);
	CHECK_EQ(size, STACK_BYTES);
	CHECK_EQ(pthread_attr_setguardsize(&attr, 3 * PAGE), 0);
	CHECK_EQ(pthread_attr_getguardsize(&attr, &size), 0);
	CHECK_EQ(size, 3 * PAGE);
	CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

static void *use_stack(void *arg)
{
	volatile char big[STACK_BYTES / 2];

	for (size_t i = 0; i < sizeof(big); i += PAGE / 2)
		big[i] = 1;
	return (char *)arg + big[0];
}

CASE(stack_has_the_size)
{
	pthread_attr_t attr;
	pthread_t t;

	CHECK_EQ(pthread_attr_init(&attr), 0);
	CHECK_EQ(pthread_attr_setstacksize(&attr, STACK_BYTES), 0);
	CHECK_EQ(pthread_create(&t, &attr, use_stack, NULL), 0);
	CHECK_EQ(join(t), 1);
	CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

static void *address_of_local(void *arg)
{
	char *volatile here = (char *)&arg;

	return here;
}

CASE(stack_of_the_caller)
{
	char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	void *at, *was;
	pthread_t t;
	size_t size;

	CHECK_EQ(pthread_attr_init(&attr), 0);
	CHECK_EQ(pthread_attr_setstack(&attr, stack, 10), EINVAL);
	CHECK_EQ(pthread_attr_setstack(&attr, stack, STACK_BYTES), 0);
	CHECK_EQ(pthread_attr_getstack(&attr, &was, &size), 0);
	CHECK(was == stack && size == STACK_BYTES);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(pthread_create(&t, &attr, address_of_local, NULL), 0);
		at = join(t);
		CHECK((char *)at >= stack && (char *)at < stack + STACK_BYTES);
	}
	CHECK_EQ(pthread_attr_destroy(&attr), 0);
}

static volatile int deeper = 1;

static void *fall_off(void *arg)
{
	volatile char here[PAGE];

	here[0] = 1;
	return deeper ? (char *)fall_off(arg) + here[0] : NULL;
}

CASE(below_the_stack_is_a_guard)
{
	int pid;

	CHILD(pid) {
		join(start(fall_off, NULL));
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

CASE(no_memory_for_a_stack)
{
	pthread_attr_t attr;
	pthread_t t;

	CHECK_EQ(pthread_attr_init(&attr), 0);
	CHECK_EQ(pthread_attr_setstacksize(&attr, 1UL << 48), 0);
	CHECK_EQ(pthread_create(&t, &attr, give_back, NULL), EAGAIN);
	CHECK_EQ(pthread_attr_destroy(&attr), 0);
	CHECK_EQ(join(start(give_back, (void *)2)), 2);
}
