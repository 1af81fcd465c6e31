// SPDX-License-Identifier: MIT
/*
 * procfs: the tables of /proc and /sys, expanded from procfs.def, and the values that have no other owner.
 *
 * Promise   a row is all that a file needs. Numbers are written in decimal and read in any base that C knows;
 *           anything else is EINVAL and changes nothing.
 * Locks     settings are single words
 * Linux     proc_sys(5). Some settings that Linux lets root change cannot be changed here: they are 0444.
 */
#include "kernel/procfs.h"
#include "kernel/watch.h"
#include "fs/epoll.h"
#include "fs/filelock.h"
#include "fs/inotify.h"
#include "fs/mount.h"
#include "fs/procfs.h"
#include "fs/pty.h"
#include "fs/tty.h"
#include "ipc/memfd.h"
#include "ipc/pipe.h"
#include "kernel/core/explore.h"
#include "kernel/core/random.h"
#include "kernel/core/sched_set.h"
#include "kernel/core/trace.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/parse.h"
#include "kernel/proc/facts.h"
#include "kernel/strace.h"
#include "kernel/uapi/limits.h"
#include "mm/commit.h"
#include "mm/slab.h"
#include "mm/vma.h"
#include "net/unix.h"

enum {
	PID_MAX_LEAST = 301, THREADS_LEAST = 1,
	RANDOM_POOL_BITS = 256,
	OVERFLOW_ID = 65534,
	NR_OPEN = 1 << 20,
	DROP_CACHES_MAX = 4,
	UUID_BYTES = 16,
};
#define FILE_MAX INT64_MAX

/* --- links --- */

static int read_self(const struct procfs_node *n, char *buf, size_t size)
{
	fmt_snprintf(buf, size, "%d", current_tgid());
	return 0;
}

static int read_thread_self(const struct procfs_node *n, char *buf, size_t size)
{
	fmt_snprintf(buf, size, "%d/task/%d", current_tgid(), current->tid);
	return 0;
}

/* --- texts --- */

static void show_no_text(struct strbuf *sb)
{
}

static void show_ostype(struct strbuf *sb)
{
	strbuf_puts(sb, KERNEL_SYSNAME "\n");
}

static void show_osrelease(struct strbuf *sb)
{
	strbuf_puts(sb, KERNEL_RELEASE "\n");
}

static void show_version(struct strbuf *sb)
{
	strbuf_puts(sb, KERNEL_VERSION "\n");
}

static void show_file_nr(struct strbuf *sb)
{
	strbuf_printf(sb, "%lu\t0\t%ld\n", __atomic_load_n(&files_open, __ATOMIC_RELAXED), FILE_MAX);
}

/* A random UUID (RFC 9562, version 4) into 16 bytes. */
static void uuid_make(u8 id[UUID_BYTES])
{
	random_bytes(id, UUID_BYTES);
	id[6] = (id[6] & 0x0f) | 0x40;
	id[8] = (id[8] & 0x3f) | 0x80;
}

static void uuid_show(const u8 id[UUID_BYTES], struct strbuf *sb)
{
	for (unsigned i = 0; i < UUID_BYTES; i++)
		strbuf_printf(sb, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
	strbuf_putc(sb, '\n');
}

static void show_uuid(struct strbuf *sb)
{
	u8 id[UUID_BYTES];
	uuid_make(id);
	uuid_show(id, sb);
}

static void show_boot_id(struct strbuf *sb)
{
	static struct spinlock lock = SPINLOCK_INIT(RANK_OBJECT);
	static u8 id[UUID_BYTES]; /* [lock] */
	static bool is_made;	  /* [lock] */
	u8 fresh[UUID_BYTES];
	uuid_make(fresh);
	spin_lock(&lock);
	if (!is_made)
		__builtin_memcpy(id, fresh, sizeof(id));
	is_made = true;
	__builtin_memcpy(fresh, id, sizeof(fresh));
	spin_unlock(&lock);
	uuid_show(fresh, sb);
}

/* --- settings --- */

static int set_sysrq(u64 v)
{
	WRITE_ONCE(watch_keys_on, v != 0);
	return 0;
}

static int set_hung_warnings(u64 v)
{
	if (v > INT32_MAX)
		return -EINVAL;
	WRITE_ONCE(watch_hung_warnings, (u32)v);
	return 0;
}

static int set_pid_max(u64 v)
{
	if (v < PID_MAX_LEAST || v > PID_MAX_LIMIT)
		return -EINVAL;
	WRITE_ONCE(pid_max, (int)v);
	return 0;
}

static int set_threads_max(u64 v)
{
	if (v < THREADS_LEAST || v > PID_MAX_LIMIT)
		return -EINVAL;
	WRITE_ONCE(threads_max, (int)v);
	return 0;
}

static int set_pipe_max_size(u64 v)
{
	return pipe_set_max_size(max(v, (u64)1)); /* 0 becomes the least size */
}

/* A limit of sockets: a positive int. */
static int set_socket_limit(unsigned *limit, u64 v, unsigned least)
{
	if (v < least || v > INT32_MAX)
		return -EINVAL;
	WRITE_ONCE(*limit, (unsigned)v);
	return 0;
}

static int set_somaxconn(u64 v)
{
	return set_socket_limit(&sock_somaxconn, v, 0);
}

static int set_rmem_default(u64 v)
{
	return set_socket_limit(&sock_rmem_default, v, SOCK_RCVBUF_MIN);
}

static int set_wmem_default(u64 v)
{
	return set_socket_limit(&sock_wmem_default, v, SOCK_SNDBUF_MIN);
}

static int set_rmem_max(u64 v)
{
	return set_socket_limit(&sock_rmem_max, v, SOCK_RCVBUF_MIN);
}

static int set_wmem_max(u64 v)
{
	return set_socket_limit(&sock_wmem_max, v, SOCK_SNDBUF_MIN);
}

static int set_optmem_max(u64 v)
{
	return set_socket_limit(&sock_optmem_max, v, 0);
}

static int set_max_dgram_qlen(u64 v)
{
	return set_socket_limit(&unix_max_dgram_qlen, v, 0);
}

static int set_pipe_hard(u64 v)
{
	WRITE_ONCE(pipe_user_pages_hard, v);
	return 0;
}

static int set_pipe_soft(u64 v)
{
	WRITE_ONCE(pipe_user_pages_soft, v);
	return 0;
}

static int set_memfd_noexec(u64 v)
{
	if (v > MEMFD_NOEXEC_ENFORCED)
		return -EINVAL;
	WRITE_ONCE(memfd_noexec, (u32)v);
	return 0;
}

static int set_admin_reserve(u64 v)
{
	WRITE_ONCE(commit_admin_reserve_kbytes, v);
	return 0;
}

static int set_user_reserve(u64 v)
{
	WRITE_ONCE(commit_user_reserve_kbytes, v);
	return 0;
}

static int set_limit(u32 *limit, u64 v)
{
	if (v > INT32_MAX)
		return -EINVAL;
	WRITE_ONCE(*limit, (u32)v);
	return 0;
}

static int set_max_map_count(u64 v)
{
	return set_limit(&mm_max_vmas, v);
}

static int set_epoll_watches(u64 v)
{
	if (v > INT64_MAX)
		return -EINVAL;
	WRITE_ONCE(epoll_max_user_watches, v);
	return 0;
}

static int set_pty_max(u64 v)
{
	if (v > PTY_MAX_LIMIT)
		return -EINVAL;
	WRITE_ONCE(pty_max, (int)v);
	return 0;
}

static int set_legacy_tiocsti(u64 v)
{
	WRITE_ONCE(tty_legacy_tiocsti, v != 0);
	return 0;
}

static int set_inotify_queued(u64 v)
{
	return set_limit(&inotify_max_queued_events, v);
}

static int set_inotify_instances(u64 v)
{
	return set_limit(&inotify_max_user_instances, v);
}

static int set_inotify_watches(u64 v)
{
	return set_limit(&inotify_max_user_watches, v);
}

/* There is nothing to drop: the only files are memory. */
static int store_drop_caches(char *text)
{
	u64 v;
	return parse_u64(text, 0, &v) || v < 1 || v > DROP_CACHES_MAX ? -EINVAL : 0;
}

static int store_number(const char *text, int (*set)(u64 v))
{
	u64 v;
	return parse_u64(text, 0, &v) ? -EINVAL : set(v);
}

static void show_rt_runtime(struct strbuf *sb)
{
	strbuf_printf(sb, "%d\n", READ_ONCE(sched_rt_runtime_us));
}

static int store_rt_runtime(char *text)
{
	s64 v;
	if (parse_s64(text, 0, &v) || v < SCHED_RT_ALL || v > READ_ONCE(sched_rt_period_us))
		return -EINVAL;
	WRITE_ONCE(sched_rt_runtime_us, (int)v);
	return 0;
}

static int set_rt_period(u64 v)
{
	if (v < 1 || v > INT32_MAX || (s64)v < READ_ONCE(sched_rt_runtime_us))
		return -EINVAL;
	WRITE_ONCE(sched_rt_period_us, (int)v);
	return 0;
}

static int store_rr_timeslice(char *text)
{
	s64 v;
	if (parse_s64(text, 0, &v) || v != (int)v)
		return -EINVAL;
	WRITE_ONCE(sched_rr_slice_ms, v > 0 ? (int)v : SCHED_RR_SLICE_DEFAULT_MS);
	return 0;
}

static void show_rr_timeslice(struct strbuf *sb)
{
	strbuf_printf(sb, "%d\n", READ_ONCE(sched_rr_slice_ms));
}

/* --- /sys --- */

static void show_byteorder(struct strbuf *sb)
{
	strbuf_puts(sb, "little\n");
}

static void show_cpu_kernel_max(struct strbuf *sb)
{
	strbuf_printf(sb, "%d\n", MAX_CPUS - 1);
}

static void show_cpus(u64 mask, struct strbuf *sb)
{
	cpu_list_show(mask, sb);
	strbuf_putc(sb, '\n');
}

static void show_cpu_online(struct strbuf *sb)
{
	show_cpus(cpu_mask(nr_cpus), sb);
}

static void show_cpu_possible(struct strbuf *sb)
{
	show_cpus(cpu_mask(nr_possible_cpus), sb);
}

static void show_cpu_offline(struct strbuf *sb)
{
	show_cpus(cpu_mask(nr_possible_cpus) & ~cpu_mask(nr_cpus), sb);
}

/* --- the functions of the number rows --- */

#define NOTHING(...)
#define PROC NOTHING
#define PROC_LINK NOTHING
#define PROC_CALLER NOTHING
#define PROC_KIND NOTHING
#define PROC_FOLDER NOTHING
#define SYSCTL NOTHING
#define SYS NOTHING
#define SYS_FOLDER NOTHING
#define SYSCTL_NUMBER(path, mode, name, value)                                                     \
	static void number_show_##name(struct strbuf *sb)                                          \
	{                                                                                          \
		strbuf_printf(sb, "%ld\n", (long)(value));                                         \
	}
#define SYSCTL_SETTING(path, mode, name, value, set)                                               \
	SYSCTL_NUMBER(path, mode, name, value)                                                     \
	static int number_store_##name(char *text)                                                 \
	{                                                                                          \
		return store_number(text, set);                                                    \
	}
#include "kernel/procfs.def"

/* --- the table of /proc --- */

#define PROC(path, mode_, show_, store_)                                                           \
	{ .name = path, .mode = S_IFREG | (mode_), .show = show_, .store = store_ },
#define PROC_LINK(path, text) { .name = path, .mode = S_IFLNK | 0777, .target = text },
#define PROC_CALLER(path, function) { .name = path, .mode = S_IFLNK | 0777, .readlink = function },
#define PROC_KIND(path, mode_, ops) { .name = path, .mode = S_IFREG | (mode_), .fops = &ops },
#define PROC_FOLDER(path) { .name = path "/", .mode = S_IFDIR | 0555 },
#define SYSCTL(path, mode_, show_, store_)                                                         \
	{ .name = "sys/" path, .mode = S_IFREG | (mode_), .flags = PROCFS_SYSCTL,                  \
	  .show = show_, .store = store_ },
#define SYSCTL_NUMBER(path, mode_, name_, value) SYSCTL(path, mode_, number_show_##name_, NULL)
#define SYSCTL_SETTING(path, mode_, name_, value, set)                                             \
	SYSCTL(path, mode_, number_show_##name_, number_store_##name_)
#define SYS NOTHING
#define SYS_FOLDER NOTHING

const struct procfs_item procfs_rows[] = {
#include "kernel/procfs.def"
	{ .name = NULL },
};

/* --- the table of /sys --- */

#define PROC NOTHING
#define PROC_LINK NOTHING
#define PROC_CALLER NOTHING
#define PROC_KIND NOTHING
#define PROC_FOLDER NOTHING
#define SYSCTL NOTHING
#define SYSCTL_NUMBER NOTHING
#define SYSCTL_SETTING NOTHING
#define SYS(path, mode_, show_)                                                                    \
	{ .name = path, .mode = S_IFREG | (mode_), .flags = PROCFS_ATTRIBUTE, .show = show_ },
#define SYS_FOLDER(path) { .name = path "/", .mode = S_IFDIR | 0755, .flags = PROCFS_ATTRIBUTE },

const struct procfs_item sysfs_rows[] = {
#include "kernel/procfs.def"
	{ .name = NULL },
};
