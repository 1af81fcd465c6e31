// SPDX-License-Identifier: MIT
/*
 * uapi/signal: signal numbers, actions, masks, and what comes with a signal.
 *
 * Linux     signal(7), sigaction(2), sigaltstack(2), sigprocmask(2)
 */
#pragma once
#include "kernel/uapi/types.h"

enum {
#define SIGNAL(name, number, text) name = number,
#include "kernel/uapi/signal.def"
#undef SIGNAL
	SIGIOT = SIGABRT,
	SIGPOLL = SIGIO,
};
/* Programs test some of these names with #ifdef. */
#define SIGHUP SIGHUP
#define SIGQUIT SIGQUIT
#define SIGPWR SIGPWR
#define SIGWINCH SIGWINCH

#define _NSIG 64 /* signals are 1.._NSIG */
#define __SIGRTMIN 32 /* what the kernel treats as real-time; the C library keeps some */

typedef unsigned long ksigset_t; /* bit n-1 is signal n */

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO 0x00000004u
#define SA_UNSUPPORTED 0x00000400u
#define SA_EXPOSE_TAGBITS 0x00000800u
#define SA_RESTORER 0x04000000u
#define SA_ONSTACK 0x08000000u
#define SA_RESTART 0x10000000u
#define SA_NODEFER 0x40000000u
#define SA_RESETHAND 0x80000000u
#define SA_NOMASK SA_NODEFER
#define SA_ONESHOT SA_RESETHAND

#define __SIG_DFL 0l
#define __SIG_IGN 1l

#ifdef __KERNEL__
#include "kernel/uapi/ksigaction.h" /* not for programs, which have their own */
#endif

struct sigaltstack {
	__uptr(void) ss_sp;
	int ss_flags;
	size_t ss_size;
};
#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM (1u << 31)
#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192

/* The sixth argument of pselect6, which has no register left for the size. */
struct sigset_arg {
	__uptr(const ksigset_t) set;
	size_t size;
};

union sigval {
	int sival_int;
	__uptr(void) sival_ptr;
};

#define SI_MAX_SIZE 128
struct siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	int __pad;
	union {
		char __room[SI_MAX_SIZE - 16];
		struct {
			int pid;
			unsigned uid;
			union sigval value;
		} rt; /* kill, tgkill, sigqueue, mq_notify */
		struct {
			int timerid;
			int overrun;
			union sigval value;
			int sys_private;
		} timer;
		struct {
			int pid;
			unsigned uid;
			int status;
			long utime, stime;
		} chld;
		struct {
			__uptr(void) addr;
			short addr_lsb;
			__uptr(void) lower;
			__uptr(void) upper;
		} fault;
		struct {
			__uptr(void) addr;
			long __pad_pkey;
			unsigned pkey;
		} pkey;
		struct {
			long band;
			int fd;
		} poll;
		struct {
			__uptr(void) call_addr;
			int syscall;
			unsigned arch;
		} sys;
	} __si;
};
_Static_assert(sizeof(struct siginfo) == SI_MAX_SIZE, "the ABI's size");

#define si_pid __si.rt.pid
#define si_uid __si.rt.uid
#define si_value __si.rt.value
#define si_int __si.rt.value.sival_int
#define si_ptr __si.rt.value.sival_ptr
#define si_timerid __si.timer.timerid
#define si_overrun __si.timer.overrun
#define si_sys_private __si.timer.sys_private
#define si_status __si.chld.status
#define si_utime __si.chld.utime
#define si_stime __si.chld.stime
#define si_addr __si.fault.addr
#define si_addr_lsb __si.fault.addr_lsb
#define si_lower __si.fault.lower
#define si_upper __si.fault.upper
#define si_pkey __si.pkey.pkey
#define si_band __si.poll.band
#define si_fd __si.poll.fd
#define si_call_addr __si.sys.call_addr
#define si_syscall __si.sys.syscall
#define si_arch __si.sys.arch

#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE -1
#define SI_TIMER -2
#define SI_MESGQ -3
#define SI_ASYNCIO -4
#define SI_SIGIO -5
#define SI_TKILL -6
#define SI_DETHREAD -7
#define SI_ASYNCNL -60

#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define ILL_PRVREG 6
#define ILL_COPROC 7
#define ILL_BADSTK 8
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define FPE_FLTSUB 8
#define FPE_FLTUNK 14
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define SEGV_BNDERR 3
#define SEGV_PKUERR 4
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3
#define BUS_MCEERR_AR 4
#define BUS_MCEERR_AO 5
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define TRAP_BRANCH 3
#define TRAP_HWBKPT 4
#define TRAP_UNK 5
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6
#define POLL_IN 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6
#define SYS_SECCOMP 1
#define SYS_USER_DISPATCH 2

/* sigevent(7) */
#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2
#define SIGEV_THREAD_ID 4
struct sigevent {
	union sigval sigev_value;
	int sigev_signo;
	int sigev_notify;
	union {
		int __pad[12];
		int tid;
		struct {
			__uptr(void) function;
			__uptr(void) attribute;
		} thread;
	} __sev;
};
_Static_assert(sizeof(struct sigevent) == 64, "the ABI's size");
#define sigev_notify_thread_id __sev.tid
#define sigev_notify_function __sev.thread.function
#define sigev_notify_attributes __sev.thread.attribute
