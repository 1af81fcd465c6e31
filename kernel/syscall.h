// SPDX-License-Identifier: MIT
/*
 * syscall: prototypes of every system call, expanded from syscalls.def.
 *
 * Promise   a definition whose signature differs from the table does not compile. This header is visible
 *           to every layer, like uapi: it only declares.
 * Reading   SYSCALL(3, close, RESTART, FD, fd) becomes `long sys_close(int fd);` because T_FD is int.
 *           SC_MAP_k applies a macro to k (kind, name, register) triples; the registers are those in
 *           which the x86-64 ABI passes the arguments.
 */
#pragma once
#include "kernel/lib/types.h"
#include "kernel/uapi/types.h"

struct regs;

enum restart_policy { RESTART, NOHAND, NEVER, ALWAYS };
#define SYSCALL_NONE (~0ul) /* orig_rax of what is not, or no longer, a system call */

/* --- C types of the kinds --- */
#define T_FD int
#define T_PID int
#define T_INT int
#define T_SIG int
#define T_UINT unsigned
#define T_FLAGS unsigned
#define T_MODE unsigned
#define T_LONG long
#define T_ULONG unsigned long
#define T_ADDR unsigned long
#define T_DEV unsigned long
#define T_SIZE size_t
#define T_OFF off_t
#define T_PATH const char __user *
#define T_STR const char __user *
#define T_RBUF const void __user *
#define T_WBUF void __user *
#define T_PTR void __user *
#define T_IN(T) const T __user *
#define T_OUT(T) T __user *
#define T_INOUT(T) T __user *

/* --- applying a macro to the (kind, name) pairs of a line --- */
#define SC_COUNT_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, ...) n
#define SC_COUNT(...) SC_COUNT_(0, ##__VA_ARGS__, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0)
#define SC_CAT_(a, b) a##b
#define SC_CAT(a, b) SC_CAT_(a, b)
#define SC_MAP_0(F) void
#define SC_MAP_1(F, k, n) F(k, n, rdi)
#define SC_MAP_2(F, k, n, l, o) F(k, n, rdi), F(l, o, rsi)
#define SC_MAP_3(F, k, n, l, o, m, p) SC_MAP_2(F, k, n, l, o), F(m, p, rdx)
#define SC_MAP_4(F, k, n, l, o, m, p, q, r) SC_MAP_3(F, k, n, l, o, m, p), F(q, r, r10)
#define SC_MAP_5(F, k, n, l, o, m, p, q, r, s, t) SC_MAP_4(F, k, n, l, o, m, p, q, r), F(s, t, r8)
#define SC_MAP_6(F, k, n, l, o, m, p, q, r, s, t, u, v)                                            \
	SC_MAP_5(F, k, n, l, o, m, p, q, r, s, t), F(u, v, r9)
#define SC_MAP(F, ...) SC_CAT(SC_MAP_, SC_COUNT(__VA_ARGS__))(F, ##__VA_ARGS__)
#define SC_PARAM(kind, name, reg) T_##kind name

/* The structures that the prototypes point to; their definitions are in kernel/uapi. */
struct stat; struct pollfd; struct iovec; struct timeval; struct timespec; struct itimerval; struct rusage;
struct utsname; struct timezone; struct rlimit; struct sysinfo; struct tms; struct cap_header;
struct cap_data; struct siginfo; struct sigaltstack; struct utimbuf; struct statfs; struct sigset_arg;
struct itimerspec; struct statx; struct clone_args; struct open_how; struct ksigaction; struct sched_param;
struct epoll_event; struct sockaddr; struct msghdr; struct mmsghdr; struct futex_waitv; struct timex; struct sched_attr;
#include "kernel/uapi/select.h"
#include "kernel/uapi/signal.h"

#define SYSCALL(nr, name, policy, ...) long sys_##name(SC_MAP(SC_PARAM, ##__VA_ARGS__));
#include "kernel/syscalls.def"
#undef SYSCALL

/* For a call whose good results may look like -ERESTART: the result stands, whatever it is. */
void syscall_result_stands(void);
/* The restart policy of a call number; NEVER for numbers that are not in the table. */
enum restart_policy syscall_restart_policy(u64 nr);
const char *syscall_name(u64 nr); /* NULL: not in the table */
