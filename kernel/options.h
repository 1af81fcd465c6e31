// SPDX-License-Identifier: MIT
/*
 * options: the boot options, read once from the loader's command line.
 *
 * Promise   every option is a row of the table in options.c, which `help` on the command line prints. A
 *           value that makes no sense is reported and the default stays. Words that are nobody's go to
 *           process 1: NAME=VALUE to its environment, others to its arguments, as bootparam(7) says; words
 *           with a dot in their name are for programs, which read them in /proc/cmdline.
 */
#pragma once
#include "boot/bootinfo.h"

enum { OPTION_WORDS_MAX = 16, OPTION_CONSOLES_MAX = 4 };

struct options {
	const char *init;	/* NULL: the usual places are tried */
	unsigned nr_consoles;
	const char *consoles[OPTION_CONSOLES_MAX]; /* the last one that exists becomes /dev/console */
	const char *ktest;	/* NULL: no in-kernel tests */
	unsigned maxcpus;
	u64 mem_bytes;		/* 0: all */
	bool strace;
	bool help;
	unsigned nr_args, nr_env;
	char *args[OPTION_WORDS_MAX + 2]; /* of process 1, with its name and the final NULL */
	char *env[OPTION_WORDS_MAX + 3];
};

extern struct options options;
extern char boot_cmdline[BOOT_CMDLINE_MAX]; /* [const] as given: /proc/cmdline */
void options_parse(struct bootinfo *bi);
/* mem=: cuts what lies above off the memory map. */
void options_limit_memory(struct bootinfo *bi);
/* Says what was wrong with the command line, once there is something to say it on. */
void options_report(void);
