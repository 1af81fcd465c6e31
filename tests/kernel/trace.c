// SPDX-License-Identifier: MIT
/*
 * trace: what is recorded is what was asked for, the newest of it is kept, and bad words change nothing.
 */
#include "kernel/core/alloc.h"
#include "kernel/core/ktest.h"
#include "kernel/core/sched.h"
#include "kernel/core/trace.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"

enum { TEXT_BYTES = 8192, WORDS_BYTES = 64, ROOM = 4, MARK = 0x7ac3 };

static int store(const char *words)
{
	char text[WORDS_BYTES];
	strlcpy(text, words, sizeof(text));
	return trace_store(text);
}

/* How often a text occurs in what the trace shows. */
static unsigned shown(const char *what)
{
	struct strbuf sb;
	unsigned n = 0;
	strbuf_init_growing(&sb, TEXT_BYTES);
	trace_show(&sb);
	for (const char *at = strbuf_text(&sb); (at = strstr(at, what)); at++)
		n++;
	strbuf_free(&sb);
	return n;
}

static void events(unsigned first, unsigned n)
{
	preempt_disable(); /* all on one CPU */
	for (unsigned i = first; i < first + n; i++)
		trace_event(TRACE_SIGNAL, i, MARK);
	preempt_enable();
}

KTEST(the_newest_events_are_kept)
{
	u32 before = trace_kinds;
	KEXPECT_EQ(store("signal 4"), 0);
	events(100, 3);
	trace_event(TRACE_EXEC, 1, MARK);
	KEXPECT_EQ(shown(" signal: number "), 3);
	KEXPECT_EQ(shown(" exec: "), 0);
	KEXPECT_EQ(shown("# 0 older events are lost\n"), 1);
	events(200, ROOM + 2); /* the first two go, on whichever CPU */
	KEXPECT_EQ(shown("number 201, ") + shown("number 206, "), 0);
	KEXPECT_EQ(shown("number 202, ") + shown("number 205, "), 2);
	KEXPECT_EQ(store("none"), 0);
	events(300, 1);
	KEXPECT_EQ(shown("number 300, "), 0);
	KEXPECT_EQ(shown("number 205, "), 1);
	KEXPECT_EQ(store("signal,exec 128"), 0);
	KEXPECT_EQ(shown(" signal: "), 0);
	WRITE_ONCE(trace_kinds, before);
}

KTEST(what_a_trace_cannot_be_changes_nothing)
{
	static const char *const bad[] = {
		"", " ", "no-such-kind", "switch,", ",switch", "switch,,wake", "switch wake", "switch 0", "switch -1",
		"switch 32769", "switch 99999999999999999999", "switch 128 more", "0", "no",
	};
	u32 before = trace_kinds;
	KEXPECT_EQ(trace_choose("exec,exit"), 0);
	u32 chosen = trace_kinds;
	for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
		KEXPECT_EQ(store(bad[i]), -EINVAL);
		KEXPECT_EQ(trace_kinds, chosen);
	}
	KEXPECT_EQ(trace_choose("exec,"), -EINVAL);
	KEXPECT_EQ(trace_kinds, chosen);
	KEXPECT_EQ(trace_choose("1"), 0);
	KEXPECT(trace_kinds & (1u << TRACE_SWITCH) && trace_kinds & (1u << TRACE_SIGNAL));
	WRITE_ONCE(trace_kinds, before);
}
