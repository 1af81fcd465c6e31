// SPDX-License-Identifier: MIT
/*
 * procfs: the show functions of the whole system, which the rows of procfs.def name.
 *
 * Locks     each takes its own
 * Linux     proc(5); formats of 6.18
 */
#pragma once

struct strbuf;

/* procfacts.c */
void proc_show_buddyinfo(struct strbuf *sb);
void proc_show_cmdline(struct strbuf *sb);
void proc_show_consoles(struct strbuf *sb);
void proc_show_cpuinfo(struct strbuf *sb);
void proc_show_devices(struct strbuf *sb);
void proc_show_interrupts(struct strbuf *sb);
void proc_show_softirqs(struct strbuf *sb);
void proc_show_loadavg(struct strbuf *sb);
void proc_show_meminfo(struct strbuf *sb);
void proc_show_stat(struct strbuf *sb);
void proc_show_swaps(struct strbuf *sb);
void proc_show_uptime(struct strbuf *sb);
void proc_show_version(struct strbuf *sb);
void proc_show_vmstat(struct strbuf *sb);
/* procwaits.c */
void proc_show_waits(struct strbuf *sb);
