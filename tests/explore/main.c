// SPDX-License-Identifier: MIT
/*
 * main: runs explorations under many schedules, and makes the list of a failing one short.
 *
 *	explore [seeds=FROM:COUNT] [break=NAME] [at=P:C,P:C...] [NAME...]
 *
 * Promise   Each exploration runs once for each seed, in a process of its own; the first seed that fails is told with
 *           the reason. Its switches are then taken away, half of them at a time, as long as what is left still
 *           fails; those that remain are told with the kernel's functions in which they fell. at= plays such
 *           a list. Status 0: nothing failed. With break= an order in the kernel is wrong meanwhile, and
 *           every exploration that is named must fail: status 0 then means that each did.
 *           It may be process 1. Where there is no /proc/ipc/explore (Linux) the schedule is what it happens to be.
 * Blocking  an exploration that takes longer than LIMIT_S, of its machine's time, hangs
 */
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include "tests/explore/explore.h"

enum { LIMIT_S = 3, SWITCHES_MAX = 4096, TEXT_BYTES = 1 << 18, TOLD_MAX = 40, AT_ONCE = 64, FAILED = 1, HANGS = 2 };

#define CONTROL "/proc/ipc/explore"

extern const struct exploration *const __start_explorations[], *const __stop_explorations[];

struct switch_list {
	int nr;
	struct {
		unsigned number, choice;
	} at[SWITCHES_MAX];
};

static struct {
	unsigned long from, count;
	const char *fault;
	struct switch_list list;
	bool is_replay;
} options = {.from = 1, .count = 100};

static char text[TEXT_BYTES];
static bool is_explored; /* there is a kernel that listens */

void tap_fail(const char *file, int line, const char *fmt, ...)
{
	char why[512];
	va_list ap;
	int n = snprintf(why, sizeof(why), "# %s:%d: ", file, line);

	va_start(ap, fmt);
	n += vsnprintf(why + n, sizeof(why) - n - 1, fmt, ap);
	va_end(ap);
	n = n < (int)sizeof(why) - 2 ? n : (int)sizeof(why) - 2;
	why[n++] = '\n';
	sys(SYS_write, 1, why, n);
	sys(SYS_exit_group, FAILED);
	__builtin_unreachable();
}

/* --- the kernel's side --- */

static bool control(const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	long fd = sys(SYS_open, CONTROL, O_WRONLY);
	if (fd < 0)
		return false;
	bool ok = sys(SYS_write, fd, line, n) == n;
	sys(SYS_close, fd);
	return ok;
}

static const char *what_happened(void)
{
	long fd = sys(SYS_open, CONTROL, O_RDONLY), n = 0, part;

	if (fd >= 0) {
		while ((part = sys(SYS_read, fd, text + n, sizeof(text) - 1 - n)) > 0)
			n += part;
		sys(SYS_close, fd);
	}
	text[n] = '\0';
	return text;
}

static void parse_switches(const char *s, struct switch_list *list)
{
	list->nr = 0;
	while ((s = strstr(s, "at ")) && list->nr < SWITCHES_MAX) {
		char *end;
		unsigned number = strtoul(s + 3, &end, 10);
		s = end;
		if (*end == ':') {
			list->at[list->nr].number = number;
			list->at[list->nr++].choice = strtoul(end + 1, &end, 10);
			s = end;
		}
	}
}

/* All but those from `without` on, `nr` of them. */
static void send_switches(const struct switch_list *list, int without, int nr)
{
	control("list");
	for (int i = 0; i < list->nr;) {
		char line[AT_ONCE * 24] = "at";
		size_t used = 2;
		for (int n = 0; i < list->nr && n < AT_ONCE; i++) {
			if (i >= without && i < without + nr)
				continue;
			used += snprintf(line + used, sizeof(line) - used, " %u:%u", list->at[i].number,
				list->at[i].choice);
			n++;
		}
		long fd = sys(SYS_open, CONTROL, O_WRONLY);
		sys(SYS_write, fd, line, used);
		sys(SYS_close, fd);
	}
}

/* --- one run --- */

static int verdict(int pid)
{
	struct timespec limit = {LIMIT_S, 0};
	unsigned long child = 1ul << (SIGCHLD - 1);
	int status;

	for (;;) {
		long ended = sys(SYS_wait4, pid, &status, WNOHANG, 0);
		if (ended == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
		if (sys(SYS_rt_sigtimedwait, &child, 0, &limit, KSIGSET) == -EAGAIN)
			return HANGS;
	}
}

/* The process stays when it hangs, so that one can look; end_run() ends it. */
static int run(const struct exploration *e, const char *how, bool is_quiet, int *pid)
{
	*pid = sys(SYS_fork);
	if (*pid == 0) {
		sys(SYS_setpgid, 0, 0);
		if (is_quiet)
			sys(SYS_dup2, sys(SYS_open, "/dev/null", O_WRONLY), 1);
		if (is_explored && !control("%s", how))
			tap_fail(__FILE__, __LINE__, "the kernel does not understand \"%s\"", how);
		e->run();
		sys(SYS_exit_group, 0);
	}
	return verdict(*pid);
}

static void end_run(int pid, int how)
{
	if (is_explored)
		control("off");
	if (how != HANGS)
		return;
	sys(SYS_kill, -pid, SIGKILL);
	while (sys(SYS_wait4, pid, 0, 0, 0) == -EINTR)
		;
}

static bool still_fails(const struct exploration *e, const struct switch_list *list, int without, int nr)
{
	int pid;

	send_switches(list, without, nr);
	int how = run(e, "replay", true, &pid);
	end_run(pid, how);
	return how != 0;
}

static void shrink(const struct exploration *e, struct switch_list *list)
{
	for (int part = (list->nr + 1) / 2; part > 0; part = part > 1 ? (part + 1) / 2 : 0)
		for (int at = 0; at < list->nr;) {
			int nr = list->nr - at < part ? list->nr - at : part;
			if (!still_fails(e, list, at, nr)) {
				at += nr;
				continue;
			}
			memmove(&list->at[at], &list->at[at + nr], (list->nr - at - nr) * sizeof(list->at[0]));
			list->nr -= nr;
		}
}

/* Plays what is left once more, and tells where its switches fall. */
static void tell(const struct exploration *e, const struct switch_list *list)
{
	int pid, nr = 0;

	send_switches(list, 0, 0);
	int how = run(e, "replay", false, &pid);
	what_happened();
	end_run(pid, how);
	printf("#   %d switches are left; explore at=", list->nr);
	for (int i = 0; i < list->nr; i++)
		printf("%s%u:%u", i ? "," : "", list->at[i].number, list->at[i].choice);
	printf(" %s\n", e->name);
	for (char *line = text; (line = strstr(line, "at ")) && nr < TOLD_MAX; nr++) {
		char *end = strchr(line, '\n');
		printf("#   %.*s\n", (int)(end - line), line);
		line = end;
	}
	fflush(stdout);
}

static void explain(const struct exploration *e)
{
	static struct switch_list list;

	parse_switches(text, &list);
	printf("#   %d switches\n", list.nr);
	fflush(stdout);
	if (list.nr == SWITCHES_MAX || !still_fails(e, &list, 0, 0)) {
		printf("#   which do not fail when they are played again as a list: use the seed\n");
		return;
	}
	shrink(e, &list);
	tell(e, &list);
}

/* True: nothing failed. */
static bool explore(const struct exploration *e)
{
	char how[64] = "replay";

	for (unsigned long i = 0; i < options.count; i++) {
		unsigned long seed = options.from + i;
		int pid;
		if (options.is_replay)
			send_switches(&options.list, 0, 0);
		else
			snprintf(how, sizeof(how), "seed %lu", seed);
		int result = run(e, how, false, &pid);
		if (result && is_explored)
			what_happened();
		end_run(pid, result);
		if (!result)
			continue;
		printf("not ok %s: seed %lu %s\n", e->name, seed, result == HANGS ? "hangs" : "fails");
		if (is_explored && !options.is_replay)
			explain(e);
		return false;
	}
	printf("ok %s: %lu schedules\n", e->name, options.count);
	return true;
}

/* --- what is asked for --- */

static bool set_option(char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		return false;
	*value++ = '\0';
	if (strcmp(word, "seeds") == 0) {
		options.from = strtoul(value, &value, 10);
		options.count = *value == ':' ? strtoul(value + 1, NULL, 10) : 1;
	} else if (strcmp(word, "break") == 0) {
		options.fault = value;
	} else if (strcmp(word, "at") == 0) {
		static char spaced[TEXT_BYTES];
		size_t n = 0;
		for (char *item = strtok(value, ","); item && n < sizeof(spaced) - 32; item = strtok(NULL, ","))
			n += snprintf(spaced + n, sizeof(spaced) - n, "at %s ", item);
		parse_switches(spaced, &options.list);
		options.is_replay = true;
		options.count = 1;
	}
	return true;
}

static bool is_wanted(const struct exploration *e, char **names, int nr)
{
	for (int i = 0; i < nr; i++)
		if (strcmp(names[i], e->name) == 0)
			return true;
	return nr == 0;
}

int main(int argc, char **argv)
{
	int nr_names = 0, nr_run = 0, nr_failed = 0;
	unsigned long child = 1ul << (SIGCHLD - 1);

	if (getpid() == 1)
		mount("proc", "/proc", "proc", 0, NULL);
	for (int i = 1; i < argc; i++)
		if (!set_option(argv[i]))
			argv[nr_names++] = argv[i];
	sys(SYS_rt_sigprocmask, SIG_BLOCK, &child, 0, KSIGSET);
	is_explored = control("off");
	if (options.fault && !control("break %s", options.fault)) {
		printf("explore: this kernel cannot break \"%s\"\n", options.fault);
		return 1;
	}
	const struct exploration *const *e = __start_explorations;
	for (; e < __stop_explorations; e++)
		if (is_wanted(*e, argv, nr_names)) {
			nr_run++;
			nr_failed += !explore(*e);
			fflush(stdout);
		}
	printf("explore: %d run, %d failed\n", nr_run, nr_failed);
	fflush(stdout);
	return nr_run == 0 || nr_failed != (options.fault ? nr_run : 0);
}
