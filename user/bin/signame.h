// SPDX-License-Identifier: MIT
/*
 * signame: signals by name and number, for kill, trap and their like.
 */
#pragma once
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* TERM, SIGTERM or 15; -1: no signal. */
static inline int signal_number(const char *name)
{
	if (isdigit(*name)) {
		char *end;
		long n = strtol(name, &end, 10);
		return *end || n > SIGRTMAX ? -1 : (int)n;
	}
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		const char *known = sigabbrev_np(sig);
		if (known && strcasecmp(known, name) == 0)
			return sig;
	}
	return -1;
}

/* Without SIG; the number where there is no name. */
static inline const char *signal_name(int sig)
{
	static char number[8];
	const char *known = sigabbrev_np(sig);

	if (known)
		return known;
	number[0] = '0' + sig / 10 % 10;
	number[1] = '0' + sig % 10;
	number[2] = '\0';
	return number + (number[0] == '0');
}
