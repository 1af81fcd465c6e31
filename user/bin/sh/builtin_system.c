// SPDX-License-Identifier: MIT
/*
 * builtin_system: the commands that change or tell what the kernel keeps for the shell's process.
 *
 * Promise   cd and pwd follow the name that was walked (-L), so that `cd link; cd ..` leads back; -P has the
 *           true name. umask knows the symbolic form, kill knows jobs.
 * Linux     POSIX.1-2017, cd, pwd, umask, ulimit, times, kill; getrlimit(2)
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"
#include "user/bin/signame.h"
#include "user/lib/tool.h"

/* --- cd and pwd --- */

static bool is_same_directory(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* As it was walked to; NULL: nobody knows. PWD only tells it: what a script writes there changes nothing. */
static char *here;

static void set_here(const char *path)
{
	free(here);
	here = str_dup(path);
	var_set("PWD", path, V_EXPORT);
}

void pwd_init(void)
{
	const char *pwd = var_get("PWD");
	char buf[PATH_MAX];

	if (pwd && *pwd == '/' && is_same_directory(pwd, "."))
		set_here(mem_dup(pwd, strlen(pwd)));
	else if (getcwd(buf, sizeof(buf)))
		set_here(buf);
}

/* The name of the directory that `path` leads to from `pwd`, without . and .. in it. */
static char *logical_path(const char *pwd, const char *path)
{
	char *full = mem_alloc(strlen(pwd) + strlen(path) + 3), *out = full, *start;
	char *in = mem_alloc(strlen(pwd) + strlen(path) + 3);

	sprintf(in, "%s/%s", *path == '/' ? "" : pwd, path);
	for (char *part; (part = strsep(&in, "/"));) {
		if (!*part || strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0) {
			*out = '\0';
			start = strrchr(full, '/');
			out = start ? start : full;
			continue;
		}
		*out++ = '/';
		out = stpcpy(out, part);
	}
	if (out == full)
		*out++ = '/';
	*out = '\0';
	return full;
}

static bool change_directory(const char *path, bool physical)
{
	char *logical = logical_path(here ? here : "/", path), buf[PATH_MAX];

	if (chdir(physical || !here ? path : logical) != 0 && (physical || chdir(path) != 0))
		return false;
	if ((physical || !here) && getcwd(buf, sizeof(buf)))
		logical = mem_dup(buf, strlen(buf));
	var_set("OLDPWD", here ? here : "", V_EXPORT);
	set_here(logical);
	return true;
}

/* Tries the directories of CDPATH; the one that fits is told, if it is not the current one. */
static bool search_cdpath(const char *target, bool physical)
{
	const char *path = var_get("CDPATH");

	if (!path || *target == '/' || strcmp(target, ".") == 0 || strcmp(target, "..") == 0 ||
		strncmp(target, "./", 2) == 0 || strncmp(target, "../", 3) == 0)
		return false;
	for (const char *p = path;; p++) {
		size_t len = strcspn(p, ":");
		char *full = mem_alloc(len + strlen(target) + 2);

		sprintf(full, "%.*s%s%s", (int)len, p, len ? "/" : "", target);
		if (change_directory(full, physical)) {
			if (len)
				puts(var_get("PWD"));
			return true;
		}
		p += len;
		if (!*p)
			return false;
	}
}

int cmd_cd(int argc, char **argv)
{
	bool physical = false, tell = false;
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && strchr("LP-", argv[i][1]) && argv[i][1]; i++) {
		if (argv[i][1] == '-') {
			i++;
			break;
		}
		physical = argv[i][1] == 'P';
	}
	const char *target = i < argc ? argv[i] : var_get("HOME");
	if (!target || !*target)
		return 0;
	if (strcmp(target, "-") == 0) {
		target = var_get("OLDPWD");
		if (!target)
			fail("OLDPWD not set");
		tell = true;
	}
	if (!search_cdpath(target, physical) && !change_directory(target, physical)) {
		warn("can't cd to %s", target);
		return 2;
	}
	if (tell)
		puts(var_get("PWD"));
	return 0;
}

int cmd_pwd(int argc, char **argv)
{
	bool physical = argc > 1 && strcmp(argv[argc - 1], "-P") == 0;
	char buf[PATH_MAX];

	if (!physical && here) {
		puts(here);
		return 0;
	}
	if (!getcwd(buf, sizeof(buf))) {
		warn("getcwd() failed: %s", strerror(errno));
		return 1;
	}
	puts(buf);
	return 0;
}

/* --- umask --- */

static void print_symbolic(mode_t mask)
{
	static const char who[] = "ugo";

	for (int i = 0; i < 3; i++) {
		int allowed = ~mask >> (6 - 3 * i);
		printf("%s%c=%s%s%s", i ? "," : "", who[i], allowed & 4 ? "r" : "", allowed & 2 ? "w" : "",
			allowed & 1 ? "x" : "");
	}
	putchar('\n');
}

int cmd_umask(int argc, char **argv)
{
	mode_t mask = umask(0), mode;
	bool symbolic = argc > 1 && strcmp(argv[1], "-S") == 0;
	const char *arg = argv[1 + symbolic];

	umask(mask);
	if (!arg) {
		if (symbolic)
			print_symbolic(mask);
		else
			printf("%04o\n", mask);
		return 0;
	}
	if (isdigit(*arg)) {
		char *end;
		mode = strtoul(arg, &end, 8);
		if (*end)
			fail("Illegal number: %s", arg);
		umask(mode & 0777);
		return 0;
	}
	/* The symbolic form speaks of what is allowed. */
	if (!tool_parse_mode(arg, ~mask & 0777, 0, false, &mode))
		fail("Illegal mode: %s", arg);
	umask(~mode & 0777);
	return 0;
}

/* --- ulimit --- */

static const struct {
	char letter;
	const char *name;
	int resource, unit;
} limits[] = {
	{ 't', "time(seconds)", RLIMIT_CPU, 1 },
	{ 'f', "file(blocks)", RLIMIT_FSIZE, 512 },
	{ 'd', "data(kbytes)", RLIMIT_DATA, 1024 },
	{ 's', "stack(kbytes)", RLIMIT_STACK, 1024 },
	{ 'c', "coredump(blocks)", RLIMIT_CORE, 512 },
	{ 'm', "memory(kbytes)", RLIMIT_RSS, 1024 },
	{ 'l', "locked memory(kbytes)", RLIMIT_MEMLOCK, 1024 },
	{ 'p', "process", RLIMIT_NPROC, 1 },
	{ 'n', "nofiles", RLIMIT_NOFILE, 1 },
	{ 'v', "vmemory(kbytes)", RLIMIT_AS, 1024 },
	{ 'w', "locks", RLIMIT_LOCKS, 1 },
	{ 'r', "rtprio", RLIMIT_RTPRIO, 1 },
};
enum { NR_LIMITS = sizeof(limits) / sizeof(limits[0]), DEFAULT_LIMIT = 1 };

static void print_limit(int i, bool hard)
{
	struct rlimit r;

	getrlimit(limits[i].resource, &r);
	unsigned long value = hard ? r.rlim_max : r.rlim_cur;
	if (value == RLIM_INFINITY)
		puts("unlimited");
	else
		printf("%lu\n", value / limits[i].unit);
}

static int set_limit(int i, const char *text, bool soft, bool hard)
{
	unsigned long value = RLIM_INFINITY;
	struct rlimit r;

	if (strcmp(text, "unlimited") != 0)
		value = number_argument(text) * limits[i].unit;
	getrlimit(limits[i].resource, &r);
	if (soft)
		r.rlim_cur = value;
	if (hard)
		r.rlim_max = value;
	if (setrlimit(limits[i].resource, &r) == 0)
		return 0;
	fail("error setting limit (%s)", strerror(errno));
}

int cmd_ulimit(int argc, char **argv)
{
	bool soft = false, hard = false;
	int which = DEFAULT_LIMIT, i = 1;

	for (; i < argc && argv[i][0] == '-'; i++)
		for (const char *p = argv[i] + 1; *p; p++) {
			if (*p == 'S' || *p == 'H') {
				*(*p == 'S' ? &soft : &hard) = true;
			} else if (*p == 'a') {
				which = NR_LIMITS;
			} else {
				for (which = 0; which < NR_LIMITS && limits[which].letter != *p;)
					which++;
				if (which == NR_LIMITS)
					fail("Illegal option -%c", *p);
			}
		}
	if (which == NR_LIMITS) {
		for (int j = 0; j < NR_LIMITS; j++) {
			printf("%-20s ", limits[j].name);
			print_limit(j, hard);
		}
		return 0;
	}
	if (i < argc)
		return set_limit(which, argv[i], soft || !hard, hard || !soft);
	print_limit(which, hard && !soft);
	return 0;
}

/* --- times and kill --- */

int cmd_times(int argc, char **argv)
{
	struct tms t;
	long hz = sysconf(_SC_CLK_TCK);

	times(&t);
	clock_t all[] = { t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime };
	for (int i = 0; i < 4; i++)
		printf("%ldm%ld.%06lds%c", all[i] / hz / 60, all[i] / hz % 60, all[i] % hz * (1000000 / hz),
			i % 2 ? '\n' : ' ');
	return 0;
}

static int list_signals(char **argv)
{
	if (!*argv) {
		for (int sig = 0; sig < MAX_SIGNALS; sig++)
			puts(sig ? signal_name(sig) : "0");
		return 0;
	}
	long n = number_argument(*argv);
	int sig = n > 128 ? n - 128 : n;
	if (n >= 128 + MAX_SIGNALS || sig < 0 || sig >= MAX_SIGNALS) {
		warn("invalid signal number or exit status: %s", *argv);
		return 2;
	}
	puts(signal_name(sig));
	return 0;
}

static int kill_usage(void)
{
	warn("Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]");
	return 2;
}

static int signal_argument(const char *s)
{
	int sig = strcmp(s, "0") == 0 || strcmp(s, "EXIT") == 0 ? 0 : signal_number(s);

	if (sig < 0)
		warn("invalid signal number or name: %s", s);
	return sig;
}

int cmd_kill(int argc, char **argv)
{
	int sig = SIGTERM, i = 1, status = 0;

	if (argc < 2)
		return kill_usage();
	if (strcmp(argv[1], "-l") == 0)
		return list_signals(argv + 2);
	if (strcmp(argv[1], "-s") == 0 && argc > 2) {
		sig = signal_argument(argv[2]);
		i = 3;
	} else if (argv[1][0] == '-' && strcmp(argv[1], "--") != 0) {
		sig = signal_argument(argv[1] + 1);
		i = 2;
	}
	if (sig < 0)
		return 2;
	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	if (i == argc)
		return kill_usage();
	for (; i < argc; i++) {
		char *end;
		pid_t pid = *argv[i] == '%' ? job_leader(argv[i]) : strtol(argv[i], &end, 10);

		if (*argv[i] == '%' ? !pid : !*argv[i] || *end) {
			warn(*argv[i] == '%' ? "No such job: %s" : "Illegal number: %s", argv[i]);
			status = 2;
		} else if (kill(pid, sig) != 0) {
			warn("%s", strerror(errno));
			status = 1;
		} else if (*argv[i] == '%' && (sig == SIGTERM || sig == SIGHUP)) {
			kill(pid, SIGCONT); /* a stopped job is to notice */
		}
	}
	return status;
}
