// SPDX-License-Identifier: MIT
/*
 * alloca.h: memory of the current function.
 */
#pragma once
#define alloca(n) __builtin_alloca(n)
