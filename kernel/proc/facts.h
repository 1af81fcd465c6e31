// SPDX-License-Identifier: MIT
/*
 * facts: what calls and files of /proc report alike: names of the machine, CPUs as text, CPU time.
 *
 * Locks     host names: names_lock in sysinfo.c; readers copy
 */
#pragma once
#include "kernel/proc/process.h"
#include "kernel/uapi/utsname.h"

#define KERNEL_SYSNAME "Linux"
#define KERNEL_RELEASE "6.18.0-parley"
#define KERNEL_VERSION "#1 SMP PREEMPT"
#define KERNEL_MACHINE "x86_64"

struct strbuf;
struct file_ops;

static inline u64 cpu_mask(unsigned nr) /* the first nr CPUs */
{
	return nr >= 64 ? UINT64_MAX : (1ull << nr) - 1;
}
void cpu_list_show(u64 mask, struct strbuf *sb); /* "0-2,5" */
void cpu_mask_show(u64 mask, struct strbuf *sb); /* "27": as many digits as possible CPUs need, words of 32 bits */

/* sysinfo.c: sethostname(2), setdomainname(2), /proc/sys/kernel */
void proc_show_hostname(struct strbuf *sb);
void proc_show_domainname(struct strbuf *sb);
int proc_store_hostname(char *text);
int proc_store_domainname(char *text);

/* syslog.c: /proc/kmsg, /proc/sys/kernel/printk */
extern const struct file_ops proc_kmsg_ops;
void proc_show_printk(struct strbuf *sb);
int proc_store_printk(char *text);
