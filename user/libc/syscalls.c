// SPDX-License-Identifier: MIT
/*
 * syscalls: a stub for every line of kernel/syscalls.def.
 *
 * Promise   for each call there are two functions: sys_NAME() answers what the kernel answers, and
 *           NAME() sets errno and answers -1, as C programs expect. The stubs are the same few
 *           instructions whatever the arguments are: a C call has them where the kernel wants
 *           them, but for the fourth. The headers give the types.
 *           Where the C function differs from the call, the stub's public name is changed below
 *           and the function is written out elsewhere (calls.c, time.c, wait.c, jump.S).
 * Linux     syscall(2)
 */
#include <sys/syscall.h>
#include "user/libc/libc.h"

#define SYSCALL(nr, name, ...) _Static_assert(SYS_##name == nr, "sys/syscall.h: " #name);
#include "kernel/syscalls.def"
#undef SYSCALL

#define FUNCTION(name)                                             \
	".section .text." name ",\"ax\",@progbits\n"               \
	".globl " name "\n"                                        \
	".type " name ",@function\n" name ":\n"
#define STUB(nr, name, end)                                        \
	__asm__(FUNCTION(name)                                     \
		"	mov $" #nr ",%eax\n"                       \
		"	mov %rcx,%r10\n"                           \
		"	syscall\n"                                 \
		"	" end "\n"                                 \
		"	.text\n")

#define SYSCALL(nr, name, ...) STUB(nr, "sys_" #name, "ret");
#include "kernel/syscalls.def"
#undef SYSCALL

/* The same call under the C library's name ... */
#define pread64	   pread
#define pwrite64   pwrite
#define newfstatat fstatat
#define exit	   _exit_thread
#define exit_group _exit
#define syslog	   klogctl
#define prlimit64  prlimit
/* ... and calls whose C function takes or answers something else. */
#define brk		  __raw_brk
#define clock_gettime	  __raw_clock_gettime
#define clock_nanosleep	  __raw_clock_nanosleep
#define clone		  __raw_clone
#define faccessat	  __raw_faccessat
#define fadvise64	  __raw_fadvise64
#define epoll_pwait	  __raw_epoll_pwait
#define epoll_pwait2	  __raw_epoll_pwait2
#define eventfd		  __raw_eventfd
#define fchmodat	  __raw_fchmodat
#define fork		  __raw_fork
#define getcpu		  __raw_getcpu
#define getcwd		  __raw_getcwd
#define getpriority	  __raw_getpriority
#define gettimeofday	  __raw_gettimeofday
#define ppoll		  __raw_ppoll
#define preadv		  __raw_preadv
#define preadv2		  __raw_preadv2
#define pwritev		  __raw_pwritev
#define pwritev2	  __raw_pwritev2
#define reboot		  __raw_reboot
#define sched_getaffinity __raw_sched_getaffinity
#define signalfd	  __raw_signalfd
#define time		  __raw_time
#define timer_create	  __raw_timer_create
#define vfork		  __raw_vfork
#define waitid		  __raw_waitid

#define PUBLIC(nr, name)       STUB(nr, #name, "mov %rax,%rdi\n	jmp __set_errno")
#define SYSCALL(nr, name, ...) PUBLIC(nr, name);
#include "kernel/syscalls.def"
#undef SYSCALL
