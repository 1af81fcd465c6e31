// SPDX-License-Identifier: MIT
/*
 * prctl: the odd settings of threads and processes.
 *
 * Promise   one row per option of prctl(2); what has no row is EINVAL, which is also how programs probe
 *           (PR_CAPBSET_READ past the last capability)
 * Locks     task->lock for the name; credentials are replaced, never changed
 * Linux     prctl(2) and its pages, arch_prctl(2). Huge pages, memory errors and flushers of disks are settings that
 *           are told as they were set, and change nothing. Missing: seccomp, PR_SET_MM, PR_SET_VMA, PR_SET_MDWE,
 *           speculation control.
 */
#include "kernel/core/cred.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/prctl.h"
#include "kernel/uapi/securebits.h"
#include "mm/uaccess.h"

enum {
	TSC_ENABLED = 1,
	DUMPABLE_MAX = 1, /* 2, "by root only", cannot be asked for */
	SECURE_OPEN_BITS = SECBIT_EXEC_RESTRICT_FILE | SECBIT_EXEC_DENY_INTERACTIVE,
	SECURE_OPEN = SECURE_OPEN_BITS | SECURE_OPEN_BITS << 1, /* for everybody */
	SECURE_ALL_BITS = SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS | SECBIT_NO_CAP_AMBIENT_RAISE |
			  SECURE_OPEN_BITS,
	SECURE_ALL_LOCKS = SECURE_ALL_BITS << 1, /* each bit's lock is the next bit */
};

struct prctl_args {
	unsigned long a[4]; /* arg2 to arg5 */
};

static long put_int(int v, unsigned long to)
{
	return put_user(v, (int __user *)to);
}

static inline bool is_cap(unsigned long cap)
{
	return cap <= CAP_LAST_CAP;
}

static bool has_arguments_from(const struct prctl_args *x, unsigned first)
{
	for (unsigned i = first; i < ARRAY_LEN(x->a); i++)
		if (x->a[i])
			return true;
	return false;
}

/* --- the process --- */

static long set_pdeathsig(const struct prctl_args *x)
{
	if (x->a[0] > _NSIG)
		return -EINVAL;
	current->pdeath_signal = (int)x->a[0];
	return 0;
}

static long set_thp_disable(const struct prctl_args *x)
{
	unsigned long flags = x->a[1];
	if (has_arguments_from(x, 2) || flags & ~(unsigned long)PR_THP_DISABLE_EXCEPT_ADVISED || (flags && !x->a[0]))
		return -EINVAL;
	WRITE_ONCE(current->process->thp_disabled, x->a[0] ? 1 | (int)flags : 0);
	return 0;
}

static long get_thp_disable(const struct prctl_args *x)
{
	return has_arguments_from(x, 0) ? -EINVAL : READ_ONCE(current->process->thp_disabled);
}

/* As much of it as there is room for; how long it is. */
static long get_auxv(const struct prctl_args *x)
{
	struct process *p = current->process;
	u64 copy[ARRAY_LEN(p->auxv)];
	if (has_arguments_from(x, 2))
		return -EINVAL;
	spin_lock(&p->lock);
	memcpy(copy, p->auxv, sizeof(copy));
	spin_unlock(&p->lock);
	if (copy_to_user((void __user *)x->a[0], copy, min(x->a[1], sizeof(copy))))
		return -EFAULT;
	return sizeof(copy);
}

static long get_pdeathsig(const struct prctl_args *x)
{
	return put_int(current->pdeath_signal, x->a[0]);
}

static long get_dumpable(const struct prctl_args *x)
{
	return READ_ONCE(current->process->dumpable);
}

static long set_dumpable(const struct prctl_args *x)
{
	if (x->a[0] > DUMPABLE_MAX)
		return -EINVAL;
	WRITE_ONCE(current->process->dumpable, (int)x->a[0]);
	return 0;
}

static long set_subreaper(const struct prctl_args *x)
{
	guard(spin)(&proc_tree_lock);
	if (x->a[0])
		process_set(current->process, PROCESS_SUBREAPER);
	else
		process_clear(current->process, PROCESS_SUBREAPER);
	return 0;
}

static long get_subreaper(const struct prctl_args *x)
{
	return put_int(process_flags(current->process) & PROCESS_SUBREAPER ? 1 : 0, x->a[0]);
}

/* --- the thread --- */

static long set_name(const struct prctl_args *x)
{
	char comm[TASK_COMM_LEN];
	ssize_t n = strncpy_from_user(comm, (const char __user *)x->a[0], sizeof(comm) - 1);
	if (n < 0 && n != -ENAMETOOLONG)
		return n;
	if (n < 0) /* cut */
		n = sizeof(comm) - 1;
	memset(comm + n, 0, sizeof(comm) - (size_t)n); /* others see all of it, at once */
	spin_lock(&current->lock);
	memcpy(current->comm, comm, sizeof(comm));
	spin_unlock(&current->lock);
	return 0;
}

static long get_name(const struct prctl_args *x)
{
	return copy_to_user((void __user *)x->a[0], current->comm, sizeof(current->comm));
}

static long set_timerslack(const struct prctl_args *x)
{
	if (!is_rt_policy(current->se.policy))
		WRITE_ONCE(current->timer_slack_ns, x->a[0] ? x->a[0] : current->default_slack_ns);
	return 0;
}

static long get_timerslack(const struct prctl_args *x)
{
	return (long)READ_ONCE(current->timer_slack_ns);
}

static long change_mce_policy(const struct prctl_args *x)
{
	if (has_arguments_from(x, 2))
		return -EINVAL;
	if (x->a[0] == PR_MCE_KILL_CLEAR && x->a[1] == 0) {
		current->mce_policy = 0;
		return 0;
	}
	if (x->a[0] != PR_MCE_KILL_SET || x->a[1] > PR_MCE_KILL_DEFAULT)
		return -EINVAL;
	current->mce_policy = x->a[1] == PR_MCE_KILL_DEFAULT ? 0 : (u8)(x->a[1] + 1);
	return 0;
}

static long get_mce_policy(const struct prctl_args *x)
{
	u8 policy = current->mce_policy;
	return has_arguments_from(x, 0) ? -EINVAL : policy ? policy - 1 : PR_MCE_KILL_DEFAULT;
}

static long set_io_flusher(const struct prctl_args *x)
{
	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (x->a[0] > 1 || has_arguments_from(x, 1))
		return -EINVAL;
	current->is_io_flusher = x->a[0];
	return 0;
}

static long get_io_flusher(const struct prctl_args *x)
{
	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	return has_arguments_from(x, 0) ? -EINVAL : current->is_io_flusher;
}

static long no_counters(const struct prctl_args *x)
{
	return 0; /* there are none to be switched */
}

static long get_tid_address(const struct prctl_args *x)
{
	return put_user((u64)current->clear_child_tid, (u64 __user *)x->a[0]);
}

static long get_timing(const struct prctl_args *x)
{
	return 0; /* PR_TIMING_STATISTICAL */
}

static long set_timing(const struct prctl_args *x)
{
	return x->a[0] ? -EINVAL : 0;
}

static long get_seccomp(const struct prctl_args *x)
{
	return 0; /* SECCOMP_MODE_DISABLED */
}

static long get_tsc(const struct prctl_args *x)
{
	return put_int(TSC_ENABLED, x->a[0]);
}

static long set_tsc(const struct prctl_args *x)
{
	return x->a[0] == TSC_ENABLED ? 0 : -EINVAL;
}

/* --- credentials --- */

static long change_securebits(u32 bits)
{
	struct cred *c = cred_copy(current_cred());
	if (!c)
		return -ENOMEM;
	c->securebits = bits;
	cred_commit(c);
	return 0;
}

static long get_keepcaps(const struct prctl_args *x)
{
	return !!(current_cred()->securebits & SECBIT_KEEP_CAPS);
}

static long set_keepcaps(const struct prctl_args *x)
{
	u32 bits = current_cred()->securebits;
	if (x->a[0] > 1)
		return -EINVAL;
	if (bits & SECBIT_KEEP_CAPS_LOCKED)
		return -EPERM;
	return change_securebits(x->a[0] ? bits | SECBIT_KEEP_CAPS : bits & ~(u32)SECBIT_KEEP_CAPS);
}

static long get_securebits(const struct prctl_args *x)
{
	return current_cred()->securebits;
}

/* A locked bit stays, a lock stays, nobody invents bits; most changes need CAP_SETPCAP. */
static long set_securebits(const struct prctl_args *x)
{
	u32 old = current_cred()->securebits;
	unsigned long bits = x->a[0];
	u32 locked = (old & SECURE_ALL_LOCKS) >> 1;
	if (locked & (old ^ bits) || old & SECURE_ALL_LOCKS & ~bits ||
		bits & ~(unsigned long)(SECURE_ALL_LOCKS | SECURE_ALL_BITS) ||
		((old ^ bits) & ~(unsigned long)SECURE_OPEN && !capable(CAP_SETPCAP)))
		return -EPERM;
	return change_securebits((u32)bits);
}

static long capbset_read(const struct prctl_args *x)
{
	return is_cap(x->a[0]) ? (long)(current_cred()->cap_bounding >> x->a[0] & 1) : -EINVAL;
}

static long capbset_drop(const struct prctl_args *x)
{
	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (!is_cap(x->a[0]))
		return -EINVAL;
	struct cred *c = cred_copy(current_cred());
	if (!c)
		return -ENOMEM;
	c->cap_bounding &= ~(1ull << x->a[0]);
	cred_commit(c);
	return 0;
}

static long change_ambient(u64 set)
{
	struct cred *c = cred_copy(current_cred());
	if (!c)
		return -ENOMEM;
	c->cap_ambient = set;
	cred_commit(c);
	return 0;
}

static long cap_ambient(const struct prctl_args *x)
{
	const struct cred *c = current_cred();
	unsigned long op = x->a[0], cap = x->a[1];
	if (op == PR_CAP_AMBIENT_CLEAR_ALL)
		return has_arguments_from(x, 1) ? -EINVAL : change_ambient(0);
	if (!is_cap(cap) || has_arguments_from(x, 2))
		return -EINVAL;
	u64 bit = 1ull << cap;
	switch (op) {
	case PR_CAP_AMBIENT_IS_SET:
		return !!(c->cap_ambient & bit);
	case PR_CAP_AMBIENT_RAISE:
		if (!(c->cap_permitted & c->cap_inheritable & bit) || c->securebits & SECBIT_NO_CAP_AMBIENT_RAISE)
			return -EPERM;
		return change_ambient(c->cap_ambient | bit);
	case PR_CAP_AMBIENT_LOWER:
		return change_ambient(c->cap_ambient & ~bit);
	default:
		return -EINVAL;
	}
}

static long set_no_new_privs(const struct prctl_args *x)
{
	if (x->a[0] != 1 || has_arguments_from(x, 1))
		return -EINVAL;
	struct cred *c = cred_copy(current_cred());
	if (!c)
		return -ENOMEM;
	c->no_new_privs = true;
	cred_commit(c);
	return 0;
}

static long get_no_new_privs(const struct prctl_args *x)
{
	return has_arguments_from(x, 0) ? -EINVAL : current_cred()->no_new_privs;
}

static const struct {
	int option;
	long (*fn)(const struct prctl_args *x);
} options[] = {
	{ PR_SET_NAME, set_name }, { PR_GET_NAME, get_name },
	{ PR_SET_PDEATHSIG, set_pdeathsig }, { PR_GET_PDEATHSIG, get_pdeathsig },
	{ PR_SET_DUMPABLE, set_dumpable }, { PR_GET_DUMPABLE, get_dumpable },
	{ PR_SET_CHILD_SUBREAPER, set_subreaper }, { PR_GET_CHILD_SUBREAPER, get_subreaper },
	{ PR_CAPBSET_READ, capbset_read }, { PR_CAPBSET_DROP, capbset_drop },
	{ PR_CAP_AMBIENT, cap_ambient },
	{ PR_SET_NO_NEW_PRIVS, set_no_new_privs }, { PR_GET_NO_NEW_PRIVS, get_no_new_privs },
	{ PR_SET_KEEPCAPS, set_keepcaps }, { PR_GET_KEEPCAPS, get_keepcaps },
	{ PR_SET_SECUREBITS, set_securebits }, { PR_GET_SECUREBITS, get_securebits },
	{ PR_SET_TIMERSLACK, set_timerslack }, { PR_GET_TIMERSLACK, get_timerslack },
	{ PR_GET_TID_ADDRESS, get_tid_address },
	{ PR_SET_TIMING, set_timing }, { PR_GET_TIMING, get_timing },
	{ PR_SET_TSC, set_tsc }, { PR_GET_TSC, get_tsc },
	{ PR_GET_SECCOMP, get_seccomp },
	{ PR_SET_THP_DISABLE, set_thp_disable }, { PR_GET_THP_DISABLE, get_thp_disable },
	{ PR_MCE_KILL, change_mce_policy }, { PR_MCE_KILL_GET, get_mce_policy },
	{ PR_SET_IO_FLUSHER, set_io_flusher }, { PR_GET_IO_FLUSHER, get_io_flusher },
	{ PR_TASK_PERF_EVENTS_DISABLE, no_counters }, { PR_TASK_PERF_EVENTS_ENABLE, no_counters },
	{ PR_GET_AUXV, get_auxv },
};

long sys_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5)
{
	struct prctl_args x = { { arg2, arg3, arg4, arg5 } };
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (options[i].option == option)
			return options[i].fn(&x);
	return -EINVAL;
}

long sys_arch_prctl(int option, unsigned long addr)
{
	switch (option) {
	case ARCH_SET_FS:
		if (addr >= USER_TOP)
			return -EPERM;
		arch_set_fs_base(addr);
		return 0;
	case ARCH_GET_FS:
		return put_user(arch_get_fs_base(), (u64 __user *)addr);
	case ARCH_SET_GS:
		if (addr >= USER_TOP)
			return -EPERM;
		arch_set_gs_base(addr);
		return 0;
	case ARCH_GET_GS:
		return put_user(arch_get_gs_base(), (u64 __user *)addr);
	case ARCH_GET_CPUID:
		return 1; /* never faults */
	case ARCH_SET_CPUID:
		return -ENODEV;
	default:
		return -EINVAL;
	}
}
