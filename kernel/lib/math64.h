// SPDX-License-Identifier: MIT
/*
 * math64: 64-bit products that are divided at once, without losing the upper half in between.
 *
 * Promise   mul_div(a, b, d) is a * b / d, rounded down, for results below 2^64 (else the processor faults)
 */
#pragma once
#include "kernel/lib/types.h"

static inline u64 mul_div(u64 a, u64 b, u64 divisor)
{
	u64 low, high, quotient, rest;
	__asm__("mulq %3" : "=a"(low), "=d"(high) : "0"(a), "rm"(b) : "cc");
	__asm__("divq %4" : "=a"(quotient), "=d"(rest) : "0"(low), "1"(high), "rm"(divisor) : "cc");
	return quotient;
}
