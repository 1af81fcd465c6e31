// SPDX-License-Identifier: MIT
/*
 * uapi/timex: how a program steers the clock.
 *
 * Linux     adjtimex(2)
 */
#pragma once
#include "kernel/uapi/time.h"

struct timex {
	unsigned modes; /* ADJ_*: what is to change */
	int __pad0;
	long offset; /* us, or ns with STA_NANO */
	long freq;   /* parts per million, 16 bits of them a fraction */
	long maxerror, esterror; /* us */
	int status; /* STA_* */
	int __pad1;
	long constant;
	long precision; /* us */
	long tolerance; /* as freq */
	struct timeval time; /* tv_usec holds ns with STA_NANO */
	long tick; /* us for each of USER_HZ ticks */
	long ppsfreq, jitter;
	int shift;
	int __pad2;
	long stabil, jitcnt, calcnt, errcnt, stbcnt;
	int tai;
	int __room[11];
};
_Static_assert(sizeof(struct timex) == 208, "the ABI's size");

#define ADJ_OFFSET 0x0001
#define ADJ_FREQUENCY 0x0002
#define ADJ_MAXERROR 0x0004
#define ADJ_ESTERROR 0x0008
#define ADJ_STATUS 0x0010
#define ADJ_TIMECONST 0x0020
#define ADJ_TAI 0x0080
#define ADJ_SETOFFSET 0x0100
#define ADJ_MICRO 0x1000
#define ADJ_NANO 0x2000
#define ADJ_TICK 0x4000
#define ADJ_ADJTIME 0x8000	 /* adjtime(3) and nothing else */
#define ADJ_OFFSET_READONLY 0x2000 /* with ADJ_ADJTIME: only asks */

#define STA_PLL 0x0001
#define STA_UNSYNC 0x0040
#define STA_CLOCKERR 0x1000
#define STA_NANO 0x2000
#define STA_RONLY 0xff00

#define TIME_OK 0
#define TIME_ERROR 5
