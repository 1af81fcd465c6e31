// SPDX-License-Identifier: MIT
/*
 * options: see options.h.
 *
 * Locks     none: runs on the boot CPU before anything else
 * Linux     bootparam(7), kernel-command-line(7); the names are Linux's where Linux has the option
 */
#include "kernel/options.h"
#include "kernel/core/explore.h"
#include "kernel/core/kasan.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/trace.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "mm/fail.h"

struct options options = { .maxcpus = UINT32_MAX };
char boot_cmdline[BOOT_CMDLINE_MAX];

static char words[BOOT_CMDLINE_MAX]; /* the command line, cut up: options point into it */
static const char *bad_words[OPTION_WORDS_MAX];
static unsigned nr_bad;

static int set_number(const char *value, unsigned *to)
{
	u64 v;
	if (!value || parse_u64(value, 0, &v) || v > UINT32_MAX)
		return -EINVAL;
	*to = (unsigned)v;
	return 0;
}

static int opt_init(const char *v)
{
	options.init = v;
	return v && *v ? 0 : -EINVAL;
}

static int opt_console(const char *v)
{
	if (!v || !*v || options.nr_consoles == OPTION_CONSOLES_MAX)
		return -EINVAL;
	options.consoles[options.nr_consoles++] = v;
	return 0;
}

static int opt_quiet(const char *v)
{
	console_loglevel = LOG_CONSOLE_QUIET;
	return v ? -EINVAL : 0;
}

static int opt_loglevel(const char *v)
{
	return set_number(v, &console_loglevel);
}

static int opt_maxcpus(const char *v)
{
	int err = set_number(v, &options.maxcpus);
	if (!err && options.maxcpus == 0)
		options.maxcpus = 1;
	return err;
}

static int opt_nosmp(const char *v)
{
	options.maxcpus = 1;
	return v ? -EINVAL : 0;
}

static int opt_mem(const char *v)
{
	return v ? parse_size(v, &options.mem_bytes) : -EINVAL;
}

static int opt_panic(const char *v)
{
	s64 seconds;
	if (!v || parse_s64(v, 10, &seconds) || seconds != (int)seconds)
		return -EINVAL;
	panic_timeout = (int)seconds;
	return 0;
}

static int opt_exit(const char *v)
{
	static const char *const modes[] = {
		[EXIT_POWEROFF] = "poweroff", [EXIT_REBOOT] = "reboot", [EXIT_HALT] = "halt", [EXIT_DEBUG] = "debug",
	};
	for (unsigned i = 0; v && i < ARRAY_LEN(modes); i++)
		if (strcmp(v, modes[i]) == 0) {
			exit_mode = i;
			return 0;
		}
	return -EINVAL;
}

static int opt_strace(const char *v)
{
	return parse_bool(v, &options.strace);
}

static int opt_trace(const char *v)
{
	return trace_choose(v);
}

static int opt_ktest(const char *v)
{
	options.ktest = v ? v : "";
	return 0;
}

/* RATE[,SEED] */
static int opt_fail_alloc(const char *v)
{
	enum { DIGITS = 16 };
	char text[DIGITS];
	unsigned rate, seed = 0;
	const char *comma = v ? strchr(v, ',') : NULL;
	if (comma && (comma - v >= DIGITS || set_number(comma + 1, &seed)))
		return -EINVAL;
	if (comma)
		strlcpy(text, v, (size_t)(comma - v) + 1);
	if (set_number(comma ? text : v, &rate))
		return -EINVAL;
	return fail_alloc_setup(rate, seed);
}

#ifdef KASAN
static int opt_kasan(const char *v)
{
	static const char *const modes[] = {
		[KASAN_PANICS] = "panic", [KASAN_WARNS] = "warn", [KASAN_IS_OFF] = "off",
	};
	for (unsigned i = 0; v && i < ARRAY_LEN(modes); i++)
		if (strcmp(v, modes[i]) == 0) {
			kasan_mode = i;
			return 0;
		}
	return -EINVAL;
}
#endif

static int opt_help(const char *v)
{
	options.help = true;
	return v ? -EINVAL : 0;
}

static int opt_ignored(const char *v)
{
	return 0;
}

static const struct option {
	const char *name;
	int (*set)(const char *value); /* NULL: the word has no "=VALUE"; 0 or -EINVAL */
	const char *help;
} table[] = {
	{ "init", opt_init, "=PATH    the first program (else /init, /sbin/init, /bin/init, /bin/sh)" },
	{ "rdinit", opt_init, "=PATH  the same" },
	{ "console", opt_console, "=NAME what /dev/console is: ttyS0, ttyS1,9600, tty0; the last that exists" },
	{ "quiet", opt_quiet, "         only errors are printed while booting" },
	{ "loglevel", opt_loglevel, "=N   messages of a level below N are printed (0..8)" },
	{ "maxcpus", opt_maxcpus, "=N    at most N CPUs are started" },
	{ "nosmp", opt_nosmp, "         one CPU" },
	{ "mem", opt_mem, "=SIZE     memory above SIZE (K, M, G) is left alone" },
	{ "panic", opt_panic, "=SECONDS after a panic: reboot then; negative: at once; 0: halt" },
	{ "exit", opt_exit, "=HOW     when process 1 ends: poweroff, reboot, halt, debug (QEMU's exit device)" },
	{ "strace", opt_strace, "[=1]   prints every system call on the console" },
	{ "trace", opt_trace, "[=KINDS] records events, for panics and /proc/ipc/trace: all, none, switch,wake,.." },
	{ "ktest", opt_ktest, "[=NAME] runs the in-kernel tests (whose name contains NAME), then ends" },
#ifdef KASAN
	{ "kasan", opt_kasan, "=HOW    after a report of the address sanitizer: panic, warn; off: none come" },
#endif
#ifdef DEBUG
	{ "sched.seed", explore_set_seed, "=N   on one CPU the schedule is a function of N; so are random numbers" },
#endif
	{ "fail_alloc", opt_fail_alloc, "=RATE[,SEED] debug builds: one in RATE allocations of processes fails" },
	{ "test", opt_ignored, "=...     for the test runner, see tests/README.md" },
	{ "help", opt_help, "         prints this list" },
};

static void note_bad(const char *word)
{
	if (nr_bad < ARRAY_LEN(bad_words))
		bad_words[nr_bad++] = word;
}

/* `word` is whole again when its value was cut off: process 1 gets it as it was. */
static void pass_to_init(char *word, char *value)
{
	if (!value && options.nr_args < OPTION_WORDS_MAX) {
		options.args[++options.nr_args] = word;
	} else if (value && options.nr_env < OPTION_WORDS_MAX) {
		value[-1] = '=';
		options.env[options.nr_env++] = word;
	} else {
		note_bad(word);
	}
}

static void parse_one(char *word)
{
	static char original[OPTION_WORDS_MAX][64];
	unsigned slot = nr_bad < OPTION_WORDS_MAX ? nr_bad : OPTION_WORDS_MAX - 1;
	strlcpy(original[slot], word, sizeof(original[slot]));
	char *value = parse_value(word);
	for (unsigned i = 0; i < ARRAY_LEN(table); i++)
		if (strcmp(table[i].name, word) == 0) {
			if (table[i].set(value))
				note_bad(original[slot]);
			return;
		}
	if (!strchr(word, '.'))
		pass_to_init(word, value);
}

void options_parse(struct bootinfo *bi)
{
	strlcpy(boot_cmdline, bi->cmdline, sizeof(boot_cmdline));
	strlcpy(words, bi->cmdline, sizeof(words));
	options.env[options.nr_env++] = "HOME=/";
	options.env[options.nr_env++] = "TERM=linux";
	char *rest = words, *word;
	while ((word = parse_word(&rest))) {
		if (strcmp(word, "--") == 0) {
			while ((word = parse_word(&rest)))
				pass_to_init(word, NULL);
			break;
		}
		parse_one(word);
	}
}

void options_limit_memory(struct bootinfo *bi)
{
	if (options.mem_bytes)
		bootinfo_limit_ram(bi, options.mem_bytes);
}

void options_report(void)
{
	log_info("boot: command line: %s", boot_cmdline);
	for (unsigned i = 0; i < nr_bad; i++)
		log_err("boot: option \"%s\" is not understood and ignored; `help` lists the options", bad_words[i]);
	if (options.help)
		for (unsigned i = 0; i < ARRAY_LEN(table); i++)
			console_printf("  %s%s\n", table[i].name, table[i].help);
}
