// SPDX-License-Identifier: MIT
/*
 * sysinfo: what the machine is called, how much of it there is, and the calls that end it.
 *
 * Promise   uname(2), sysinfo(2), sethostname(2), getcpu(2), getrandom(2), personality(2), reboot(2)
 * Locks     names_lock (RANK_OBJECT) for the two names that may change
 * Blocking  getrandom never waits: random bytes are there from the start
 * Linux     reboot: HALT stops the machine where it is. kexec and suspend are EINVAL. A program that asks for
 *           PER_LINUX32 is told i686.
 */
#include "kernel/core/clock.h"
#include "kernel/core/cred.h"
#include "kernel/core/log.h"
#include "kernel/core/random.h"
#include "kernel/core/sched.h"
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"
#include "kernel/proc/facts.h"
#include "kernel/syscall.h"
#include "kernel/uapi/random.h"
#include "kernel/uapi/reboot.h"
#include "kernel/uapi/sysinfo.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "mm/uio.h"

enum {
	PER_MASK = 0xff, PER_LINUX32 = 8,
	LOAD_FRACTION_BITS = 11,	/* of sched_load_average() */
	RANDOM_CHUNK = 256, RANDOM_MAX = INT32_MAX,
	RESTART_NAME_MAX = 256,
};
#define PERSONALITY_QUERY 0xffffffffu

static struct spinlock names_lock = SPINLOCK_INIT(RANK_OBJECT);
static char host_name[__NEW_UTS_LEN + 1] = "parley";	  /* [names_lock] */
static char domain_name[__NEW_UTS_LEN + 1] = "(none)";  /* [names_lock] */

/* --- names --- */

static void read_name(const char *from, char *to)
{
	guard(spin)(&names_lock);
	memcpy(to, from, __NEW_UTS_LEN + 1);
}

static void write_name(char *to, const char *text, size_t n)
{
	guard(spin)(&names_lock);
	memset(to, 0, __NEW_UTS_LEN + 1);
	memcpy(to, text, n);
}

static void show_name(const char *name, struct strbuf *sb)
{
	char copy[__NEW_UTS_LEN + 1];
	read_name(name, copy);
	strbuf_printf(sb, "%s\n", copy);
}

/* As a sysctl: up to the end of the line, cut if too long. */
static int store_name(char *name, char *text)
{
	char *newline = strchr(text, '\n');
	size_t n = newline ? (size_t)(newline - text) : strlen(text);
	write_name(name, text, min(n, (size_t)__NEW_UTS_LEN));
	return 0;
}

void proc_show_hostname(struct strbuf *sb)
{
	show_name(host_name, sb);
}

void proc_show_domainname(struct strbuf *sb)
{
	show_name(domain_name, sb);
}

int proc_store_hostname(char *text)
{
	return store_name(host_name, text);
}

int proc_store_domainname(char *text)
{
	return store_name(domain_name, text);
}

static long set_name(char *name, const void __user *user, size_t length)
{
	char text[__NEW_UTS_LEN];
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((int)length < 0 || (int)length > __NEW_UTS_LEN)
		return -EINVAL;
	size_t n = (unsigned)length;
	if (copy_from_user(text, user, n))
		return -EFAULT;
	write_name(name, text, n);
	return 0;
}

long sys_sethostname(const void __user *name, size_t length)
{
	return set_name(host_name, name, length);
}

long sys_setdomainname(const void __user *name, size_t length)
{
	return set_name(domain_name, name, length);
}

long sys_uname(struct utsname __user *out)
{
	struct utsname u = {
		.sysname = KERNEL_SYSNAME, .release = KERNEL_RELEASE, .version = KERNEL_VERSION,
		.machine = KERNEL_MACHINE,
	};
	if ((current->personality & PER_MASK) == PER_LINUX32)
		strlcpy(u.machine, "i686", sizeof(u.machine));
	read_name(host_name, u.nodename);
	read_name(domain_name, u.domainname);
	return copy_to_user(out, &u, sizeof(u));
}

/* --- figures --- */

long sys_sysinfo(struct sysinfo __user *out)
{
	u32 load[3];
	u64 now = clock_now_ns();
	struct sysinfo s = {
		.uptime = (long)((now + NSEC_PER_SEC - 1) / NSEC_PER_SEC),
		.totalram = pages_total() * PAGE_SIZE, .freeram = pages_free() * PAGE_SIZE,
		.procs = (unsigned short)READ_ONCE(nr_tasks), .mem_unit = 1,
	};
	sched_load_average(load);
	for (unsigned i = 0; i < ARRAY_LEN(load); i++)
		s.loads[i] = (unsigned long)load[i] << (SI_LOAD_SHIFT - LOAD_FRACTION_BITS);
	return copy_to_user(out, &s, sizeof(s));
}

long sys_getcpu(unsigned __user *cpu, unsigned __user *node, void __user *unused)
{
	unsigned here = cpu_id();
	if ((cpu && put_user(here, cpu)) || (node && put_user(0, node)))
		return -EFAULT;
	return 0;
}

long sys_getrandom(void __user *buf, size_t count, unsigned flags)
{
	u8 bytes[RANDOM_CHUNK];
	struct uio u;
	size_t done = 0;
	bool fault = false;
	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	count = min(count, (size_t)RANDOM_MAX);
	if (!access_ok(buf, count))
		return -EFAULT;
	uio_init_user(&u, buf, count);
	while (done < count && !fault) {
		/* a large request gives way to signals, page by page */
		if (done && done % PAGE_SIZE == 0 &&
			READ_ONCE(current->work) & (TASK_WORK_SIGNAL | TASK_WORK_KILL))
			break;
		size_t n = min(count - done, sizeof(bytes));
		random_bytes(bytes, n);
		size_t put = uio_put(&u, bytes, n);
		done += put;
		fault = put < n;
	}
	memset(bytes, 0, sizeof(bytes));
	__asm__ volatile("" ::"r"(bytes) : "memory"); /* what was handed out stays nowhere */
	return done || !fault ? (long)done : -EFAULT;
}

long sys_personality(unsigned long persona)
{
	u32 old = current->personality;
	if ((u32)persona != PERSONALITY_QUERY)
		WRITE_ONCE(current->personality, (u32)persona);
	return old;
}

/* --- the end --- */

static bool is_reboot_magic(unsigned magic, unsigned magic2)
{
	return magic == LINUX_REBOOT_MAGIC1 &&
	       (magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A ||
		       magic2 == LINUX_REBOOT_MAGIC2B || magic2 == LINUX_REBOOT_MAGIC2C);
}

static __noreturn void halt(void)
{
	log_info("reboot: the system is halted");
	ipi_stop_others();
	irq_disable();
	cpu_halt_forever();
}

long sys_reboot(unsigned magic, unsigned magic2, unsigned cmd, void __user *arg)
{
	char command[RESTART_NAME_MAX];
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (!is_reboot_magic(magic, magic2))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;
	case LINUX_REBOOT_CMD_RESTART2:
		if (strncpy_from_user(command, arg, sizeof(command)) == -EFAULT)
			return -EFAULT;
		console_drain();
		arch_reboot();
	case LINUX_REBOOT_CMD_RESTART:
		console_drain();
		arch_reboot();
	case LINUX_REBOOT_CMD_HALT:
		halt();
	case LINUX_REBOOT_CMD_POWER_OFF:
		console_drain();
		arch_poweroff();
	default:
		return -EINVAL;
	}
}
