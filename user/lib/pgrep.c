// SPDX-License-Identifier: MIT
/*
 * pgrep: finds processes by name.
 *
 * Promise   the pattern is an extended regular expression and fits the name, or with -f the whole command line; -x all
 *           of it; -v the others; -n the newest and -o the oldest only; -P of this parent, -u of this user,
 *           -g of this process group, -s of this session.
 * Linux     pgrep(1)
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/pgrep.h"
#include "user/lib/proc.h"
#include "user/lib/tool.h"

enum { NAME_BYTES = 64 };

struct wanted {
	bool full, exact, inverse, newest, oldest;
	long parent, group, session; /* -1: any */
	uid_t user;
	bool has_user;
	regex_t pattern;
	bool has_pattern;
};

static bool fits(const struct wanted *w, const struct proc *p)
{
	const char *text = w->full ? p->args : p->comm;
	regmatch_t m;

	if ((w->parent >= 0 && p->ppid != w->parent) || (w->group >= 0 && p->pgid != w->group) ||
		(w->session >= 0 && p->sid != w->session) || (w->has_user && p->uid != w->user))
		return false;
	if (!w->has_pattern)
		return true;
	return regexec(&w->pattern, text, 1, &m, 0) == 0 &&
		(!w->exact || (m.rm_so == 0 && (size_t)m.rm_eo == strlen(text)));
}

static void take_option(struct wanted *w, int c)
{
	switch (c) {
	case 'f':
		w->full = true;
		break;
	case 'x':
		w->exact = true;
		break;
	case 'v':
		w->inverse = true;
		break;
	case 'n':
		w->newest = true;
		break;
	case 'o':
		w->oldest = true;
		break;
	case 'P':
		w->parent = tool_number(optarg);
		break;
	case 'g':
		w->group = tool_number(optarg);
		break;
	case 's':
		w->session = tool_number(optarg);
		break;
	case 'u':
		w->has_user = true;
		if (!tool_parse_user(optarg, &w->user))
			tool_die("invalid user name: %s", optarg);
		break;
	}
}

static int find(const struct wanted *w, void (*act)(int pid, const char *name))
{
	static struct proc p;
	char best_name[NAME_BYTES] = "";
	unsigned long best_start = 0;
	int n, *pids = proc_list(&n), best = 0, found = PGREP_NONE;

	for (int i = 0; i < n; i++) {
		if (pids[i] == getpid() || !proc_read(&p, pids[i]) || fits(w, &p) == w->inverse)
			continue;
		found = PGREP_FOUND;
		if (!w->newest && !w->oldest) {
			act(p.pid, w->full ? p.args : p.comm);
		} else if (!best || (w->newest ? p.start >= best_start : p.start < best_start)) {
			best = p.pid;
			best_start = p.start;
			strlcpy(best_name, p.comm, sizeof(best_name));
		}
	}
	if (best)
		act(best, best_name);
	free(pids);
	return found;
}

int pgrep_run(int argc, char **argv, const char *extra, void (*take)(int), void (*act)(int, const char *))
{
	struct wanted w = { .parent = -1, .group = -1, .session = -1 };
	char options[32];
	int c;

	snprintf(options, sizeof(options), "fxvnoP:g:s:u:%s", extra);
	while ((c = getopt(argc, argv, options)) != -1) {
		if (c == '?')
			tool_usage();
		if (strchr(extra, c))
			take(c);
		else
			take_option(&w, c);
	}
	w.has_pattern = argv[optind];
	if (argc - optind > 1 || (!w.has_pattern && w.parent < 0 && w.group < 0 && w.session < 0 && !w.has_user))
		tool_usage();
	if (w.has_pattern && regcomp(&w.pattern, argv[optind], REG_EXTENDED) != 0)
		tool_die("invalid pattern: %s", argv[optind]);
	int found = find(&w, act);
	return tool_finish() ? PGREP_USAGE : found;
}
