// SPDX-License-Identifier: MIT
/*
 * signal: actions, sets of signals, sending and waiting.
 *
 * Promise   every action has a restorer, which the x86-64 kernel insists on. signal() has the BSD
 *           meaning: the handler stays and calls are restarted.
 * Linux     sigaction(2), sigsetops(3), signal(2)
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "kernel/uapi/ksigaction.h"
#include "user/libc/libc.h"

void __sigreturn(void);

int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct ksigaction new, was;

	if (act)
		new = (struct ksigaction){
			.handler = (void *)act->sa_sigaction,
			.flags = (unsigned)act->sa_flags | SA_RESTORER,
			.restorer = (void *)__sigreturn,
			.mask = act->sa_mask,
		};
	if (ret(sys_rt_sigaction(sig, act ? &new : NULL, old ? &was : NULL, sizeof(ksigset_t))) < 0)
		return -1;
	if (old)
		*old = (struct sigaction){
			.__sa.handler = (sighandler_t)was.handler,
			.sa_mask = was.mask,
			.sa_flags = was.flags & ~(unsigned long)SA_RESTORER,
			.sa_restorer = (void (*)(void))was.restorer,
		};
	return 0;
}

sighandler_t signal(int sig, sighandler_t handler)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	return sigaction(sig, &act, &old) ? SIG_ERR : old.sa_handler;
}

int siginterrupt(int sig, int flag)
{
	struct sigaction act;

	if (sigaction(sig, NULL, &act))
		return -1;
	act.sa_flags = flag ? act.sa_flags & ~SA_RESTART : act.sa_flags | SA_RESTART;
	return sigaction(sig, &act, NULL);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	return ret(sys_rt_sigprocmask(how, set, old, sizeof(ksigset_t)));
}
int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return -sys_rt_sigprocmask(how, set, old, sizeof(ksigset_t));
}
int sigpending(sigset_t *set)
{
	return ret(sys_rt_sigpending(set, sizeof(ksigset_t)));
}
int sigsuspend(const sigset_t *mask)
{
	return ret(sys_rt_sigsuspend(mask, sizeof(ksigset_t)));
}
int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
	return ret(sys_rt_sigtimedwait(set, info, timeout, sizeof(ksigset_t)));
}
int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *set, int *sig)
{
	long r;

	do
		r = sys_rt_sigtimedwait(set, NULL, NULL, sizeof(ksigset_t));
	while (r == -EINTR);
	if (r < 0)
		return -r;
	*sig = r;
	return 0;
}

int killpg(pid_t pgrp, int sig)
{
	return kill(-pgrp, sig);
}
int raise(int sig)
{
	return tgkill(getpid(), gettid(), sig);
}

int sigqueue(pid_t pid, int sig, union sigval value)
{
	siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };

	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value = value;
	return ret(sys_rt_sigqueueinfo(pid, sig, &info));
}

int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}
int sigfillset(sigset_t *set)
{
	*set = ~0ul;
	return 0;
}

static bool is_signal(int sig)
{
	if (sig >= 1 && sig <= _NSIG)
		return true;
	errno = EINVAL;
	return false;
}

int sigaddset(sigset_t *set, int sig)
{
	if (!is_signal(sig))
		return -1;
	*set |= 1ul << (sig - 1);
	return 0;
}
int sigdelset(sigset_t *set, int sig)
{
	if (!is_signal(sig))
		return -1;
	*set &= ~(1ul << (sig - 1));
	return 0;
}
int sigismember(const sigset_t *set, int sig)
{
	return is_signal(sig) ? (int)(*set >> (sig - 1) & 1) : -1;
}

static const struct {
	const char *name, *text;
} signals[] = {
#define SIGNAL(name, number, text) [number] = { #name, text },
#include "kernel/uapi/signal.def"
#undef SIGNAL
};
enum { NR_NAMED = sizeof(signals) / sizeof(signals[0]), PREFIX_LEN = 3 };

char *strsignal(int sig)
{
	static char other[32];

	if (sig > 0 && sig < NR_NAMED)
		return (char *)signals[sig].text;
	snprintf(other, sizeof(other), sig >= SIGRTMIN && sig <= SIGRTMAX ? "Real-time signal %d" : "Unknown signal %d",
		sig >= SIGRTMIN && sig <= SIGRTMAX ? sig - SIGRTMIN : sig);
	return other;
}

const char *sigabbrev_np(int sig)
{
	return sig > 0 && sig < NR_NAMED ? signals[sig].name + PREFIX_LEN : NULL;
}

void psignal(int sig, const char *what)
{
	fprintf(stderr, "%s%s%s\n", what ? what : "", what && *what ? ": " : "", strsignal(sig));
}

int sigisemptyset(const sigset_t *set)
{
	return *set == 0;
}

int sigorset(sigset_t *to, const sigset_t *a, const sigset_t *b)
{
	*to = *a | *b;
	return 0;
}

int sigandset(sigset_t *to, const sigset_t *a, const sigset_t *b)
{
	*to = *a & *b;
	return 0;
}
