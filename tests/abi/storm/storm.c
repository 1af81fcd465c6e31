// SPDX-License-Identifier: MIT
/*
 * storm: processes of several threads that send each other every signal there is, at random, while they fork, exec,
 * stop, continue and exit.
 *
 * Promise   No queued signal is lost: half of the processes are `steady`. They handle everything, are never sent
 *           SIGKILL, and keep a ledger: how many signals with a value were queued to them, and how many they took,
 *           by handlers, by sigtimedwait(2) and from signalfds. It must balance when they exit, execs in between
 *           included. The others are `mortal`: whatever comes may end them. Nobody hangs: at the end all
 *           steady ones come to their exit. Nothing is left, which the runner looks at.
 * Ledger    a steady process that is about to exit or exec closes: nobody begins to send, who has begun is waited
 *           for, its threads block everything. What is queued then is drained, or is there after the exec.
 * Options   on the kernel's command line: storm.seconds=N storm.seed=N storm.processes=N, of which
 *           make storm has 32
 * Linux     signal(7); nothing here depends on which of several right answers a kernel gives
 */
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include "tests/abi/thread.h"

TAP_DANGEROUS("sends signals at random");

enum {
	DEFAULT_SECONDS = 5, DEFAULT_PROCESSES = 12, MAX_PROCESSES = 64, THREADS = 4,
	FIRST_QUEUED = 40, LAST_QUEUED = 50, /* the signals of the ledger */
	SHARED_FD = 100, SHEPHERD_MS = 5, TOLD_EVERY_MS = 20000, END_MS = 300000,
	STORM_STACK = 64 * 1024,
};

enum state { EMPTY, LIVE, CLOSING };

struct slot {
	int state, pid;
	int tids[THREADS];
	int aimed;	/* senders that look at `state` or are about to queue */
	long sent, taken; /* the ledger */
	unsigned generation;
};

static struct shared {
	struct slot slot[MAX_PROCESSES];
	int nr, stop;
	uint64_t seed;
	long queued, exits, deaths, execs, forks, refused;
	int lost; /* ledgers that did not balance */
	struct {
		int slot;
		long sent, taken;
	} first_lost;
} * shared;

#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE(x, v) __atomic_store_n(&(x), v, __ATOMIC_SEQ_CST)
#define ADD(x, n) __atomic_add_fetch(&(x), n, __ATOMIC_SEQ_CST)

/* --- one process's own --- */

static struct slot *me;
static int my_number, is_steady;
static int parked, closing; /* threads that have stopped for a closing */

static uint64_t next(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static int below(uint64_t *state, int n)
{
	return next(state) % n;
}

static uint64_t ledger_set(void)
{
	uint64_t set = 0;

	for (int sig = FIRST_QUEUED; sig <= LAST_QUEUED; sig++)
		set |= sigbit(sig);
	return set;
}

static void taken(int sig, int code)
{
	if (sig >= FIRST_QUEUED && sig <= LAST_QUEUED && code == SI_QUEUE)
		ADD(me->taken, 1);
}

/* --- handlers: without the library, which keeps two signals to itself --- */

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	taken(sig, info->si_code);
}

__asm__("storm_return: mov $15, %eax\n\tsyscall\n");
extern void storm_return(void);

static void install(int sig, void *handler, unsigned long flags)
{
	struct {
		void *handler;
		unsigned long flags;
		void (*restorer)(void);
		uint64_t mask;
	} act = {handler, flags | SA_SIGINFO | 0x04000000, storm_return, ~0UL};

	sys(SYS_rt_sigaction, sig, &act, 0, KSIGSET);
}

/* --- what a thread does --- */

static long queue(int pid, int sig)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	info.si_value.sival_int = sig;
	return sys(SYS_rt_sigqueueinfo, pid, sig, &info);
}

/* To a steady process, by a steady process: for the ledger. */
static void send_counted(uint64_t *rng)
{
	struct slot *to = &shared->slot[below(rng, shared->nr / 2) * 2];

	ADD(to->aimed, 1);
	if (LOAD(to->state) == LIVE) {
		long r = queue(to->pid, FIRST_QUEUED + below(rng, LAST_QUEUED - FIRST_QUEUED + 1));
		if (r == 0) {
			ADD(to->sent, 1);
			ADD(shared->queued, 1);
		} else {
			ADD(shared->refused, 1);
		}
	}
	ADD(to->aimed, -1);
}

/* Of the ledger's numbers those without a value are not of the ledger. */
static void send_any(uint64_t *rng)
{
	int number = below(rng, shared->nr), sig = 1 + below(rng, 64);
	struct slot *to = &shared->slot[number];
	int pid = LOAD(to->pid), tid = LOAD(to->tids[below(rng, THREADS)]);

	if (LOAD(to->state) != LIVE || pid <= 0 || (number % 2 == 0 && sig == SIGKILL))
		return;
	if (number % 2 && sig == SIGKILL && below(rng, 4))
		sig = SIGCONT;
	switch (below(rng, 6)) {
	case 0:
		sys(SYS_tgkill, pid, tid, sig);
		break;
	case 1:
		sys(SYS_tgkill, pid, pid, sig);
		break;
	case 2:
		if (number % 2) {
			sys(SYS_kill, -pid, sig); /* a mortal one leads a group */
			break;
		}
		/* fallthrough */
	case 3:
		if (number % 2) {
			queue(pid, sig);
			break;
		}
		/* fallthrough */
	default:
		sys(SYS_kill, pid, sig);
		break;
	}
}

static void fork_and_wait(uint64_t *rng)
{
	long pid = sys(SYS_fork);
	int naps = is_steady ? 0 : below(rng, 3);

	if (pid == 0) {
		while (naps--)
			sleep_ms(1);
		sys(SYS_exit_group, 0);
	}
	ADD(shared->forks, 1);
	while (pid > 0 && sys(SYS_wait4, pid, 0, 0, 0) == -EINTR)
		;
}

static void take_one(uint64_t *rng)
{
	uint64_t set = ledger_set() & next(rng);
	struct timespec ts = {0, below(rng, 300000)};
	siginfo_t info;
	long sig = sys(SYS_rt_sigtimedwait, &set, &info, &ts, KSIGSET);

	if (sig > 0)
		taken(sig, info.si_code);
}

static void read_signalfd(void)
{
	uint64_t set = ledger_set();
	struct signalfd_siginfo infos[4];
	long fd = sys(SYS_signalfd4, -1, &set, KSIGSET, SFD_NONBLOCK | SFD_CLOEXEC);
	long n = sys(SYS_read, fd, infos, sizeof(infos));

	for (long i = 0; i * (long)sizeof(infos[0]) < n; i++)
		taken(infos[i].ssi_signo, infos[i].ssi_code);
	sys(SYS_close, fd);
}

static void change_mask(uint64_t *rng)
{
	uint64_t set = next(rng) & next(rng), old = 0;

	sys(SYS_rt_sigprocmask, SIG_SETMASK, &set, &old, KSIGSET);
	if (below(rng, 2))
		take_one(rng);
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &old, 0, KSIGSET);
}

static void set_timers(uint64_t *rng)
{
	struct {
		long interval_s, interval_us, s, us;
	} value = {0, 0, 0, 1 + below(rng, 2000)};
	int id = 0;
	struct {
		long interval_s, interval_ns, s, ns;
	} spec = {0, 1000 * below(rng, 3), 0, 1 + below(rng, 100000)};

	sys(SYS_setitimer, below(rng, 3), &value, 0);
	if (sys(SYS_timer_create, CLOCK_MONOTONIC, 0, &id))
		return;
	sys(SYS_timer_settime, id, 0, &spec, 0);
	sys(SYS_sched_yield);
	sys(SYS_timer_delete, id);
}

static void act(uint64_t *rng)
{
	switch (below(rng, 24)) {
	case 0:
		fork_and_wait(rng);
		break;
	case 1:
		take_one(rng);
		break;
	case 2:
		read_signalfd();
		break;
	case 3:
		change_mask(rng);
		break;
	case 4:
		set_timers(rng);
		break;
	case 5: {
		struct timespec ts = {0, below(rng, 200000)};
		sys(SYS_nanosleep, &ts, 0);
		break;
	}
	case 6:
		sys(SYS_sched_yield);
		break;
	case 7 ... 13:
		if (is_steady)
			send_counted(rng);
		break;
	default:
		send_any(rng);
		break;
	}
}

static uint64_t thread_seed(int thread)
{
	return shared->seed + (uint64_t)my_number * 1000003 + me->generation * 7919 + thread * 104729;
}

static int thread_loop(void *arg)
{
	int thread = (long)arg;
	uint64_t rng = thread_seed(thread), all = ~0UL;
	int rounds = 20 + below(&rng, 300);

	STORE(me->tids[thread], (int)sys(SYS_gettid));
	while (!LOAD(closing) && !LOAD(shared->stop) && rounds--)
		act(&rng);
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, 0, KSIGSET);
	ADD(parked, 1);
	while (is_steady) /* its exec or exit ends it */
		sleep_ms(50);
	return 0;
}

static void start_threads(void)
{
	static char stacks[THREADS][STORM_STACK] __attribute__((aligned(16)));

	for (long i = 1; i < THREADS; i++) {
		void **sp = (void **)(stacks[i] + STORM_STACK) - 2;
		long tid;
		sp[0] = (void *)thread_loop;
		sp[1] = (void *)i;
		__asm__ volatile("syscall\n test %%rax, %%rax\n jnz 1f\n"
			"xor %%ebp, %%ebp\n pop %%rax\n pop %%rdi\n call *%%rax\n"
			"mov %%eax, %%edi\n mov $60, %%eax\n syscall\n 1:"
			: "=a"(tid)
			: "a"(SYS_clone), "D"(THREAD_FLAGS), "S"(sp), "d"(0)
			: "rcx", "r11", "memory");
		if (tid < 0)
			ADD(parked, 1);
	}
}

/* --- closing --- */

static void drain(void)
{
	uint64_t set = ledger_set();
	struct timespec no_time = {0, 0};
	siginfo_t info;

	for (long sig; (sig = sys(SYS_rt_sigtimedwait, &set, &info, &no_time, KSIGSET)) > 0;)
		taken(sig, info.si_code);
}

static void close_ledger(void)
{
	uint64_t all = ~0UL;

	STORE(me->state, CLOSING);
	STORE(closing, 1);
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, 0, KSIGSET);
	while (LOAD(parked) < THREADS - 1 || LOAD(me->aimed))
		sleep_ms(1);
}

static void finish(void)
{
	close_ledger();
	drain();
	if (LOAD(me->sent) != LOAD(me->taken) && ADD(shared->lost, 1) == 1) {
		shared->first_lost.slot = my_number;
		shared->first_lost.sent = me->sent;
		shared->first_lost.taken = me->taken;
	}
	ADD(shared->exits, 1);
	sys(SYS_exit_group, 0);
}

static void become_anew(void)
{
	char number[16], *argv[] = {"storm", number, 0}, *envp[] = {"STORM=again", 0};

	close_ledger();
	snprintf(number, sizeof(number), "%d", my_number);
	ADD(shared->execs, 1);
	sys(SYS_execve, "/proc/self/exe", argv, envp);
	finish();
}

/* --- a process --- */

static void live(int number)
{
	uint64_t none = 0, rng;

	my_number = number;
	me = &shared->slot[number];
	is_steady = number % 2 == 0;
	me->generation++;
	rng = thread_seed(0);
	for (int sig = 1; sig <= 64; sig++)
		if (is_steady || below(&rng, 4))
			install(sig, (void *)on_signal, below(&rng, 2) ? SA_RESTART : 0);
	if (!is_steady)
		sys(SYS_setpgid, 0, 0);
	STORE(me->tids[0], (int)sys(SYS_getpid));
	STORE(me->pid, (int)sys(SYS_getpid));
	STORE(me->state, LIVE);
	start_threads();
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &none, 0, KSIGSET);
	for (int rounds = 30 + below(&rng, 200); rounds-- && !LOAD(shared->stop);)
		act(&rng);
	if (!is_steady)
		sys(SYS_exit_group, 0);
	if (below(&rng, 3) && !LOAD(shared->stop))
		become_anew();
	finish();
}

/* A steady process after its exec: before main(), which is for the cases. */
__attribute__((constructor)) static void go_on_after_exec(int argc, char **argv, char **envp)
{
	if (argc != 2 || !envp[0] || strcmp(envp[0], "STORM=again") != 0)
		return;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, SHARED_FD, 0);
	live(atoi(argv[1]));
}

/* --- who looks after them --- */

static long option(const char *name, long otherwise)
{
	static char text[PAGE];
	const char *at;

	if (slurp("/proc/cmdline", text, sizeof(text)) <= 0 || !(at = strstr(text, name)))
		return otherwise;
	return strtol(at + strlen(name), NULL, 0);
}

static void start(int number)
{
	struct slot *s = &shared->slot[number];
	int pid;

	s->sent = s->taken = 0;
	CHILD(pid)
		live(number);
	CHECK(pid > 0);
	STORE(s->pid, pid);
}

/* Reaps whoever ended, orphans too. How many processes of slots. */
static int reap_all(int restart)
{
	int status, n = 0;

	for (long pid; (pid = sys(SYS_wait4, -1, &status, WNOHANG, 0)) > 0;) {
		for (int i = 0; i < shared->nr; i++) {
			if (LOAD(shared->slot[i].pid) != pid)
				continue;
			if (i % 2 == 0 && status != 0)
				tap_fail(__FILE__, __LINE__, "steady process %d ended with status %#x", i, status);
			n++;
			ADD(shared->deaths, i % 2);
			if (i % 2)
				sys(SYS_kill, -pid, SIGKILL); /* its children may be stopped */
			STORE(shared->slot[i].state, EMPTY);
			STORE(shared->slot[i].pid, 0);
			if (restart)
				start(i);
		}
	}
	return n;
}

static void tell_stuck(void)
{
	char path[64], text[2048];

	for (int i = 0; i < shared->nr; i++) {
		struct slot *s = &shared->slot[i];
		if (!LOAD(s->pid))
			continue;
		tap_note("slot %d pid %d state %d aimed %d sent %ld taken %ld letter %c", i, s->pid, s->state, s->aimed,
			s->sent, s->taken, task_state(s->pid));
		for (int t = 0; t < THREADS; t++) {
			snprintf(path, sizeof(path), "/proc/%d/task/%d/wchan", s->pid, s->tids[t]);
			if (slurp(path, text, sizeof(text)) > 0)
				tap_note("  thread %d: %s", s->tids[t], text);
		}
	}
}

static void shepherd(void)
{
	for (int i = 0; i < shared->nr; i++)
		if (LOAD(shared->slot[i].pid))
			sys(SYS_kill, LOAD(shared->slot[i].pid), SIGCONT);
}

static int living(int parity)
{
	int n = 0;

	for (int i = parity; i < shared->nr; i += 2)
		n += LOAD(shared->slot[i].pid) != 0;
	return n;
}

static void end_all(void)
{
	int64_t until = now_ms() + END_MS;

	STORE(shared->stop, 1);
	for (; living(0) && now_ms() < until; sleep_ms(SHEPHERD_MS)) {
		shepherd();
		reap_all(0);
	}
	int stuck = living(0);
	if (stuck)
		tell_stuck();
	for (int i = 0; i < shared->nr; i++) {
		int pid = LOAD(shared->slot[i].pid);
		if (pid)
			sys(SYS_kill, i % 2 ? -pid : pid, SIGKILL);
		if (pid)
			sys(SYS_kill, pid, SIGKILL);
	}
	while (sys(SYS_wait4, -1, 0, 0, 0) > 0)
		;
	CHECK_EQ(stuck, 0);
}

CASE(no_queued_signal_is_lost_in_a_storm, .timeout = 4000)
{
	long seconds = getenv("TAP_AGAIN") ? DEFAULT_SECONDS : option("storm.seconds=", DEFAULT_SECONDS);
	long seed = option("storm.seed=", 1);
	int n = option("storm.processes=", DEFAULT_PROCESSES);

	NEEDS_MACHINE("sends signals at random");
	long fd = sys(SYS_memfd_create, "storm", 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, sizeof(*shared)), 0);
	CHECK_EQ(sys(SYS_dup2, fd, SHARED_FD), SHARED_FD);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, SHARED_FD, 0);
	CHECK(shared != MAP_FAILED);
	shared->nr = (n > MAX_PROCESSES ? MAX_PROCESSES : n < 2 ? 2 : n) & ~1;
	shared->seed = seed;
	CHECK_EQ(sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int i = 0; i < shared->nr; i++)
		start(i);
	int64_t until = now_ms() + seconds * 1000, told = now_ms();
	for (; now_ms() < until; sleep_ms(SHEPHERD_MS)) {
		shepherd();
		reap_all(1);
		if (now_ms() - told >= TOLD_EVERY_MS) {
			tap_note("%ld queued, %ld exits, %ld execs", shared->queued, shared->exits, shared->execs);
			told = now_ms();
		}
	}
	end_all();
	tap_note("seed %ld: %ld queued, %ld refused; %ld exits, %ld deaths, %ld execs, %ld forks", seed, shared->queued,
		shared->refused, shared->exits, shared->deaths, shared->execs, shared->forks);
	if (shared->lost)
		tap_fail(__FILE__, __LINE__, "%d ledgers; the first: slot %d, %ld sent, %ld taken", shared->lost,
			shared->first_lost.slot, shared->first_lost.sent, shared->first_lost.taken);
	CHECK(shared->queued > 0);
}
