// SPDX-License-Identifier: MIT
/*
 * signal.h: signals: actions, masks, sending and waiting.
 */
#pragma once
#include <sys/types.h>
#include <time.h>
#include "kernel/uapi/signal.h"

#define NSIG (_NSIG + 1)
#define SIGRTMIN __SIGRTMIN
#define SIGRTMAX _NSIG

typedef ksigset_t sigset_t;
typedef struct siginfo siginfo_t;
typedef struct sigaltstack stack_t;
typedef volatile int sig_atomic_t;
typedef void (*sighandler_t)(int);

#define SIG_DFL ((sighandler_t)__SIG_DFL)
#define SIG_IGN ((sighandler_t)__SIG_IGN)
#define SIG_ERR ((sighandler_t)-1l)

struct sigaction {
	union {
		sighandler_t handler;
		void (*action)(int, siginfo_t *, void *);
	} __sa;
	sigset_t sa_mask;
	int sa_flags;
	void (*sa_restorer)(void);
};
#define sa_handler __sa.handler
#define sa_sigaction __sa.action

int sigaction(int sig, const struct sigaction *act, struct sigaction *old);
sighandler_t signal(int sig, sighandler_t handler);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigwait(const sigset_t *set, int *sig);
int sigwaitinfo(const sigset_t *set, siginfo_t *info);
int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout);
int sigaltstack(const stack_t *ss, stack_t *old);
int siginterrupt(int sig, int flag);
int kill(pid_t pid, int sig);
int killpg(pid_t pgrp, int sig);
int tkill(pid_t tid, int sig);
int tgkill(pid_t tgid, pid_t tid, int sig);
int raise(int sig);
int sigqueue(pid_t pid, int sig, union sigval value);
void psignal(int sig, const char *what);

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigisemptyset(const sigset_t *set);
int sigorset(sigset_t *to, const sigset_t *a, const sigset_t *b);
int sigandset(sigset_t *to, const sigset_t *a, const sigset_t *b);
int sigismember(const sigset_t *set, int sig);

#include <ucontext.h>
