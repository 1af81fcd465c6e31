// SPDX-License-Identifier: MIT
/*
 * posix/sem: semaphores in memory and by name.
 *
 * Promise   values, limits and errors; deadlines, signals; nothing is lost between threads and between processes;
 *           names, their permissions, and what of them outlives whom
 * Linux     sem_overview(7), sem_open(3), sem_wait(3), sem_post(3), sem_unlink(3)
 */
#include "tests/abi/posix/posix.h"

enum { THREADS = 6, TURNS = 600, GREATEST = 0x7fffffff, ROUNDS = 60 };
#define PREFIX "/parley-test"

static sem_t sem;
static int sleeper;

static int value_of(sem_t *s)
{
	int value = -1;

	CHECK_EQ(sem_getvalue(s, &value), 0);
	return value;
}

CASE(counts_up_and_down)
{
	CHECK_EQ(sem_init(&sem, 0, 2), 0);
	CHECK_EQ(value_of(&sem), 2);
	CHECK_EQ(sem_wait(&sem), 0);
	CHECK_EQ(sem_trywait(&sem), 0);
	CHECK_ERR(sem_trywait(&sem), EAGAIN);
	CHECK_EQ(value_of(&sem), 0);
	CHECK_EQ(sem_post(&sem), 0);
	CHECK_EQ(value_of(&sem), 1);
	CHECK_EQ(sem_destroy(&sem), 0);
}

CASE(has_a_limit)
{
	CHECK_ERR(sem_init(&sem, 0, GREATEST + 1U), EINVAL);
	CHECK_EQ(sem_init(&sem, 0, GREATEST), 0);
	CHECK_ERR(sem_post(&sem), EOVERFLOW);
	CHECK_EQ(value_of(&sem), GREATEST);
	CHECK_EQ(sem_wait(&sem), 0);
	CHECK_EQ(sem_post(&sem), 0);
}

CASE(deadline)
{
	struct timespec at = in_ms(CLOCK_REALTIME, SHORT_MS), past = {.tv_sec = -1}, wrong = {.tv_nsec = -1};

	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	CHECK_ERR(sem_timedwait(&sem, &at), ETIMEDOUT);
	CHECK(now_ns(CLOCK_REALTIME) >= at.tv_sec * 1000000000LL + at.tv_nsec);
	CHECK_ERR(sem_timedwait(&sem, &past), ETIMEDOUT);
	CHECK_ERR(sem_timedwait(&sem, &wrong), EINVAL);
	CHECK_EQ(sem_post(&sem), 0);
	CHECK_EQ(sem_timedwait(&sem, &past), 0);
	CHECK_EQ(value_of(&sem), 0);
	CHECK_EQ(sem_post(&sem), 0);
	CHECK_EQ(value_of(&sem), 1);
}

static void *wait_once(void *arg)
{
	say_number(&sleeper);
	return sem_wait(arg) ? (void *)(long)errno : NULL;
}

static void *wait_in_time(void *arg)
{
	struct timespec at = in_ms(CLOCK_REALTIME, LONG_MS);

	say_number(&sleeper);
	return sem_timedwait(arg, &at) ? (void *)(long)errno : NULL;
}

CASE(post_wakes)
{
	pthread_t t;

	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	t = start(wait_once, &sem);
	wait_asleep(&sleeper);
	CHECK_EQ(value_of(&sem), 0);
	CHECK_EQ(sem_post(&sem), 0);
	CHECK_EQ(join(t), 0);
	sleeper = 0;
	t = start(wait_in_time, &sem);
	wait_asleep(&sleeper);
	CHECK_EQ(sem_post(&sem), 0);
	CHECK_EQ(join(t), 0);
	CHECK_EQ(value_of(&sem), 0);
}

static void interrupt(void *(*fn)(void *), int flags, long want)
{
	pthread_t t;

	handle(SIGUSR1, count_signal, flags);
	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	sleeper = 0;
	signals = 0;
	t = start(fn, &sem);
	wait_asleep(&sleeper);
	CHECK_EQ(pthread_kill(t, SIGUSR1), 0);
	while (!signals)
		sched_yield();
	if (!want) {
		tap_wait_blocked(sleeper);
		CHECK_EQ(sem_post(&sem), 0);
	}
	CHECK_EQ(join(t), want);
	CHECK_EQ(sem_post(&sem), 0);
	CHECK_EQ(value_of(&sem), 1);
}

CASE(handler_ends_the_wait)
{
	interrupt(wait_once, 0, EINTR);
	interrupt(wait_in_time, 0, EINTR);
}

CASE(handler_with_restart_does_not)
{
	interrupt(wait_once, SA_RESTART, 0);
}

static void post_from_handler(int sig)
{
	(void)sig;
	sem_post(&sem);
}

CASE(handler_posts_what_it_interrupts)
{
	pthread_t t;

	CHECK_EQ(sem_init(&sem, 0, 0), 0);
	handle(SIGUSR1, post_from_handler, SA_RESTART);
	t = start(wait_once, &sem);
	wait_asleep(&sleeper);
	CHECK_EQ(pthread_kill(t, SIGUSR1), 0);
	CHECK_EQ(join(t), 0);
	CHECK_EQ(value_of(&sem), 0);
}

static int inside;

static void *go_through(void *arg)
{
	for (int i = 0; i < TURNS; i++) {
		CHECK_EQ(sem_wait(arg), 0);
		int now = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		CHECK(now <= 2);
		if (i % 32 == 0)
			sched_yield();
		__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		CHECK_EQ(sem_post(arg), 0);
	}
	return NULL;
}

CASE(no_more_than_the_value_at_a_time, .timeout = 60)
{
	pthread_t t[THREADS];

	CHECK_EQ(sem_init(&sem, 0, 2), 0);
	for (int i = 0; i < THREADS; i++)
		t[i] = start(go_through, &sem);
	for (int i = 0; i < THREADS; i++)
		join(t[i]);
	CHECK_EQ(value_of(&sem), 2);
}

static void *post_once(void *arg)
{
	CHECK_EQ(sem_post(arg), 0);
	return NULL;
}

CASE(destroyed_by_who_was_let_through, .timeout = 60)
{
	for (int i = 0; i < ROUNDS; i++) {
		sem_t *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK_EQ(sem_init(s, 0, 0), 0);
		pthread_t t = start(post_once, s);
		CHECK_EQ(sem_wait(s), 0);
		CHECK_EQ(sem_destroy(s), 0);
		CHECK_EQ(munmap(s, PAGE), 0);
		join(t);
	}
}

CASE(ping_pong_between_processes, .timeout = 60)
{
	sem_t *s = shared_page();
	int pid;

	CHECK_EQ(sem_init(&s[0], 1, 0), 0);
	CHECK_EQ(sem_init(&s[1], 1, 0), 0);
	CHILD(pid) {
		for (int i = 0; i < TURNS; i++) {
			CHECK_EQ(sem_wait(&s[0]), 0);
			CHECK_EQ(sem_post(&s[1]), 0);
		}
	}
	for (int i = 0; i < TURNS; i++) {
		CHECK_EQ(sem_post(&s[0]), 0);
		CHECK_EQ(sem_wait(&s[1]), 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
}

/* A name of this process; nobody has it. */
static const char *name(const char *suffix)
{
	static char text[2][100];
	static int turn;
	char *s = text[turn++ % 2];

	snprintf(s, sizeof(text[0]), PREFIX "-%d%s", (int)getpid(), suffix);
	return s;
}

CASE(named_made_and_opened)
{
	sem_t *a, *b;

	CHECK_EQ((long)sem_open(name(""), 0), (long)SEM_FAILED);
	CHECK_EQ(errno, ENOENT);
	a = sem_open(name(""), O_CREAT, 0600, 3);
	CHECK(a != SEM_FAILED);
	CHECK_EQ(value_of(a), 3);
	CHECK_EQ((long)sem_open(name(""), O_CREAT | O_EXCL, 0600, 3), (long)SEM_FAILED);
	CHECK_EQ(errno, EEXIST);
	b = sem_open(name(""), O_CREAT, 0600, 9);
	CHECK(a == b);
	CHECK_EQ(value_of(b), 3);
	CHECK_EQ(sem_close(b), 0);
	CHECK_EQ(sem_wait(a), 0);
	CHECK_EQ(sem_close(a), 0);
	b = sem_open(name(""), 0);
	CHECK(b != SEM_FAILED);
	CHECK_EQ(value_of(b), 2);
	CHECK_EQ(sem_close(b), 0);
	CHECK_EQ(sem_unlink(name("")), 0);
	CHECK_ERR(sem_unlink(name("")), ENOENT);
}

CASE(named_and_unlinked_lives_on)
{
	sem_t *a = sem_open(name(""), O_CREAT | O_EXCL, 0600, 1), *b;

	CHECK(a != SEM_FAILED);
	CHECK_EQ(sem_unlink(name("")), 0);
	CHECK_EQ(sem_post(a), 0);
	b = sem_open(name(""), O_CREAT | O_EXCL, 0600, 7);
	CHECK(b != SEM_FAILED && b != a);
	CHECK_EQ(value_of(a), 2);
	CHECK_EQ(value_of(b), 7);
	CHECK_EQ(sem_close(a), 0);
	CHECK_EQ(sem_close(b), 0);
	CHECK_EQ(sem_unlink(name("")), 0);
}

CASE(named_by_bad_names)
{
	char text[400];

	CHECK_EQ((long)sem_open("/", O_CREAT, 0600, 1), (long)SEM_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ((long)sem_open("/a/b", O_CREAT, 0600, 1), (long)SEM_FAILED);
	CHECK_EQ(errno, EINVAL);
	memset(text, 'x', sizeof(text) - 1);
	text[0] = '/';
	text[sizeof(text) - 1] = 0;
	CHECK_EQ((long)sem_open(text, O_CREAT, 0600, 1), (long)SEM_FAILED);
	CHECK_EQ(errno, strcmp(LIBRARY, "glibc") ? ENAMETOOLONG : EINVAL);
	CHECK_EQ((long)sem_open(name(""), O_CREAT, 0600, GREATEST + 1U), (long)SEM_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ((long)sem_open(name(""), 0), (long)SEM_FAILED);
	CHECK_EQ(errno, ENOENT);
}

CASE(named_with_permissions)
{
	sem_t *a;
	int pid;

	NEEDS_ROOT();
	a = sem_open(name(""), O_CREAT | O_EXCL, 0600, 1);
	CHECK(a != SEM_FAILED);
	const char *theirs = name("");
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ((long)sem_open(theirs, 0), (long)SEM_FAILED);
		CHECK_EQ(errno, EACCES);
		CHECK_EQ(sem_post(a), 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(value_of(a), 2);
	CHECK_EQ(sem_close(a), 0);
	CHECK_EQ(sem_unlink(name("")), 0);
}

CASE(named_between_processes)
{
	const char *there = name("-there"), *back = name("-back");
	sem_t *a = sem_open(there, O_CREAT | O_EXCL, 0600, 0), *b = sem_open(back, O_CREAT | O_EXCL, 0600, 0);
	int pid;

	CHECK(a != SEM_FAILED && b != SEM_FAILED);
	CHILD(pid) {
		sem_t *in = sem_open(there, 0), *out = sem_open(back, 0);
		CHECK(in != SEM_FAILED && out != SEM_FAILED);
		for (int i = 0; i < TURNS / 10; i++) {
			CHECK_EQ(sem_wait(in), 0);
			CHECK_EQ(sem_post(out), 0);
		}
	}
	for (int i = 0; i < TURNS / 10; i++) {
		CHECK_EQ(sem_post(a), 0);
		CHECK_EQ(sem_wait(b), 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(sem_close(a), 0);
	CHECK_EQ(sem_close(b), 0);
	CHECK_EQ(sem_unlink(there), 0);
	CHECK_EQ(sem_unlink(back), 0);
}

CASE(named_by_many_at_once)
{
	const char *it = name("");
	int pid[THREADS], made = 0;

	for (int i = 0; i < THREADS; i++)
		CHILD(pid[i]) {
			sem_t *s = sem_open(it, O_CREAT, 0600, 5);
			CHECK(s != SEM_FAILED);
			CHECK(value_of(s) >= 5);
			CHECK_EQ(sem_post(s), 0);
			CHECK_EQ(sem_close(s), 0);
			_exit(1);
		}
	for (int i = 0; i < THREADS; i++)
		made += reap(pid[i]) == EXITED(1);
	CHECK_EQ(made, THREADS);
	sem_t *s = sem_open(it, 0);
	CHECK(s != SEM_FAILED);
	CHECK_EQ(value_of(s), 5 + THREADS);
	CHECK_EQ(sem_close(s), 0);
	CHECK_EQ(sem_unlink(it), 0);
}

CASE(shared_memory_by_name)
{
	const char *it = name("-memory");
	int fd = shm_open(it, O_CREAT | O_EXCL | O_RDWR, 0600), pid;
	sem_t *s;

	CHECK(fd >= 0);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(ftruncate(fd, PAGE), 0);
	s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(s != MAP_FAILED);
	CHECK_EQ(sem_init(s, 1, 0), 0);
	CHILD(pid) {
		int other = shm_open(it, O_RDWR, 0);
		sem_t *theirs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);
		CHECK(theirs != MAP_FAILED);
		CHECK_EQ(sem_post(theirs), 0);
	}
	CHECK_EQ(sem_wait(s), 0);
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(shm_unlink(it), 0);
	CHECK_EQ(shm_open(it, O_RDWR, 0), -1);
	CHECK_EQ(errno, ENOENT);
}
