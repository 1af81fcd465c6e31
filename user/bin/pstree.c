// SPDX-License-Identifier: MIT
/*
 * pstree: the processes as a tree; -p with their ids, -a with their arguments, PID only that branch.
 *
 * Linux     pstree(1), in its own layout: one process a line
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/proc.h"
#include "user/lib/tool.h"

enum { PREFIX_BYTES = 512 };

struct node {
	int pid, ppid;
	char *text;
};

static struct node *nodes;
static int nr_nodes;
static bool with_ids, with_args;

static void read_all(void)
{
	static struct proc p;
	int n, *pids = proc_list(&n);

	nodes = tool_must(calloc(n + 1, sizeof(*nodes)));
	for (int i = 0; i < n; i++) {
		if (!proc_read(&p, pids[i]))
			continue;
		nodes[nr_nodes++] = (struct node){ p.pid, p.ppid, tool_must(strdup(with_args ? p.args : p.comm)) };
	}
	free(pids);
}

static bool has_sibling_after(int i)
{
	for (int j = i + 1; j < nr_nodes; j++)
		if (nodes[j].ppid == nodes[i].ppid)
			return true;
	return false;
}

static void print(int i, char *prefix, size_t len, bool is_root, bool is_last)
{
	printf("%.*s%s%s", (int)len, prefix, is_root ? "" : is_last ? "`-" : "|-", nodes[i].text);
	if (with_ids)
		printf("(%d)", nodes[i].pid);
	putchar('\n');
	if (len + 3 > PREFIX_BYTES)
		return;
	if (!is_root) {
		memcpy(prefix + len, is_last ? "  " : "| ", 2);
		len += 2;
	}
	for (int j = 0; j < nr_nodes; j++)
		if (nodes[j].ppid == nodes[i].pid && j != i)
			print(j, prefix, len, false, !has_sibling_after(j));
}

int main(int argc, char **argv)
{
	char prefix[PREFIX_BYTES];
	int c, root = 0;

	tool_start(argc, argv, "pstree [-ap] [PID]");
	while ((c = getopt(argc, argv, "ap")) != -1) {
		if (c == '?')
			tool_usage();
		with_args |= c == 'a';
		with_ids |= c == 'p';
	}
	if (argv[optind])
		root = tool_number(argv[optind]);
	read_all();
	bool found = false;
	for (int i = 0; i < nr_nodes; i++) {
		if (root ? nodes[i].pid != root : nodes[i].ppid != 0)
			continue;
		print(i, prefix, 0, true, true);
		found = true;
	}
	if (!found)
		tool_status = 1;
	return tool_finish();
}
