// SPDX-License-Identifier: MIT
/*
 * crowds: rows of many processes, or threads, that send one another messages, as hackbench's do.
 *
 * Promise   as in bench.c. In each group every sender has messages for every receiver, each of which has a pipe, or a
 *           pair of stream sockets.
 *           All tell `told` when they are there, and wait for a byte of `go`: what counts begins with that, and
 *           ends when the last receiver has told that each message has come, whole.
 * Linux     pipe(7), unix(7)
 */
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum {
	SENDERS = 20, /* and so many receivers, in each group */
	MEMBERS = 2 * SENDERS,
	MAX_GROUPS = 40,
	MAX_WORKERS = MEMBERS * MAX_GROUPS,
	MESSAGE = 100,
};

enum how { BY_PROCESSES, BY_THREADS };
enum channel { PIPES, SOCKETS };
enum { AF_UNIX = 1, SOCK_STREAM = 1 };

static struct {
	int told[2], go[2];
	int ends[MAX_GROUPS][SENDERS][2]; /* to read from, to write to */
	long turns; /* of each sender with each receiver */
	int failures;
} crowd;

struct worker {
	int group, id; /* two of a group have one id: a sender and a receiver */
	bool is_sender;
	pid_t pid;
	volatile int alive; /* of a thread */
};

static struct worker workers[MAX_WORKERS];
static char *stacks;

/* --- one of them --- */

static bool be_there(void)
{
	char byte = 0;

	return write(crowd.told[1], &byte, 1) == 1 && read(crowd.go[0], &byte, 1) == 1;
}

static bool send_messages(const struct worker *w)
{
	char message[MESSAGE] = { (char)w->id };

	message[MESSAGE - 1] = (char)(w->id * 3);
	for (long i = 0; i < crowd.turns; i++)
		for (int to = 0; to < SENDERS; to++)
			if (raw(SYS_write, crowd.ends[w->group][to][1], (long)message, MESSAGE, 0) != MESSAGE)
				return false;
	return true;
}

/* Tells when each sender's messages have come and were whole. */
static bool receive_messages(const struct worker *w)
{
	long sum = 0, want = crowd.turns * SENDERS * (SENDERS - 1) / 2;
	char message[MESSAGE];

	for (long i = 0; i < crowd.turns * SENDERS; i++) {
		if (raw(SYS_read, crowd.ends[w->group][w->id][0], (long)message, MESSAGE, 0) != MESSAGE ||
			message[MESSAGE - 1] != (char)(message[0] * 3))
			return false;
		sum += message[0];
	}
	return sum == want && raw(SYS_write, crowd.told[1], (long)message, 1, 0) == 1;
}

static bool work(const struct worker *w)
{
	return be_there() && (w->is_sender ? send_messages(w) : receive_messages(w));
}

static int work_in_thread(void *arg)
{
	if (!work(arg))
		__atomic_add_fetch(&crowd.failures, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/* --- all of them --- */

static bool worker_start(struct worker *w, enum how how)
{
	if (how == BY_THREADS)
		return thread_start(&w->alive, stacks + (w - workers) * THREAD_STACK, work_in_thread, w);
	w->pid = fork();
	if (w->pid == 0)
		_exit(work(w) ? EXIT_STATUS : 1);
	return w->pid > 0;
}

static bool worker_ended(struct worker *w, enum how how)
{
	if (how == BY_PROCESSES)
		return ended_with(w->pid, EXIT_STATUS);
	thread_join(&w->alive);
	return true;
}

static void close_pipe(const int *ends)
{
	close(ends[0]);
	close(ends[1]);
}

static void close_group(int group)
{
	for (int i = 0; i < SENDERS; i++)
		close_pipe(crowd.ends[group][i]);
}

static bool open_channel(int ends[2], enum channel channel)
{
	return channel == PIPES ? pipe(ends) == 0 : raw(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)ends) == 0;
}

static bool start_group(int group, enum channel channel, enum how how)
{
	bool ok = true;

	for (int i = 0; i < SENDERS; i++)
		ok &= open_channel(crowd.ends[group][i], channel);
	for (int i = 0; i < MEMBERS; i++) {
		struct worker *w = &workers[group * MEMBERS + i];

		*w = (struct worker){ .group = group, .id = i / 2, .is_sender = i % 2 == 0 };
		ok &= worker_start(w, how);
	}
	if (how == BY_PROCESSES)
		close_group(group);
	return ok;
}

static bool hear(int count)
{
	static char bytes[MAX_WORKERS];
	long got = 0, part;

	while (got < count && (part = raw(SYS_read, crowd.told[0], (long)bytes, count - got, 0)) > 0)
		got += part;
	return got == count;
}

/* The time of all messages, or -1. */
static long exchange(int groups)
{
	static const char bytes[MAX_WORKERS];
	const int count = MEMBERS * groups;

	if (!hear(count))
		return -1;
	long start = now();
	bool ok = write(crowd.go[1], bytes, (size_t)count) == count && hear(SENDERS * groups);
	return ok ? now() - start : -1;
}

/* n messages, rounded to whole turns. */
static long many_messages(long n, int groups, enum channel channel, enum how how)
{
	const long of_a_turn = (long)SENDERS * SENDERS * groups;
	bool ok = true;

	crowd.turns = n > of_a_turn ? n / of_a_turn : 1;
	crowd.failures = 0;
	stacks = private_memory((size_t)MAX_WORKERS * THREAD_STACK);
	if (pipe(crowd.told) != 0 || pipe(crowd.go) != 0)
		return bad("pipe");
	for (int i = 0; i < groups; i++)
		if (!start_group(i, channel, how))
			return bad("group %d", i);
	long took = exchange(groups);
	for (int i = 0; i < MEMBERS * groups; i++)
		ok &= worker_ended(&workers[i], how);
	for (int i = 0; how == BY_THREADS && i < groups; i++)
		close_group(i);
	close_pipe(crowd.told);
	close_pipe(crowd.go);
	munmap(stacks, (size_t)MAX_WORKERS * THREAD_STACK);
	if (!ok || took < 0 || crowd.failures)
		return bad("a message, or its sender");
	return took * n / (crowd.turns * of_a_turn);
}

/* --- rows --- */

static long processes_1(long n)
{
	return many_messages(n, 1, PIPES, BY_PROCESSES);
}

static long processes_10(long n)
{
	return many_messages(n, 10, PIPES, BY_PROCESSES);
}

static long processes_40(long n)
{
	return many_messages(n, MAX_GROUPS, PIPES, BY_PROCESSES);
}

static long threads_1(long n)
{
	return many_messages(n, 1, PIPES, BY_THREADS);
}

static long threads_10(long n)
{
	return many_messages(n, 10, PIPES, BY_THREADS);
}

static long threads_40(long n)
{
	return many_messages(n, MAX_GROUPS, PIPES, BY_THREADS);
}

static long socket_processes_1(long n)
{
	return many_messages(n, 1, SOCKETS, BY_PROCESSES);
}

static long socket_processes_10(long n)
{
	return many_messages(n, 10, SOCKETS, BY_PROCESSES);
}

static long socket_processes_40(long n)
{
	return many_messages(n, MAX_GROUPS, SOCKETS, BY_PROCESSES);
}

static long socket_threads_10(long n)
{
	return many_messages(n, 10, SOCKETS, BY_THREADS);
}

const struct bench crowd_benches[] = {
	{ "many-pipes-1", 4000, processes_1, NULL },
	{ "many-pipes-10", 8000, processes_10, NULL },
	{ "many-pipes-40", 16000, processes_40, NULL },
	{ "thread-pipes-1", 4000, threads_1, NULL },
	{ "thread-pipes-10", 8000, threads_10, NULL },
	{ "thread-pipes-40", 16000, threads_40, NULL },
	{ "many-sockets-1", 4000, socket_processes_1, NULL },
	{ "many-sockets-10", 8000, socket_processes_10, NULL },
	{ "many-sockets-40", 16000, socket_processes_40, NULL },
	{ "thread-sockets-10", 8000, socket_threads_10, NULL },
	{ 0 },
};
