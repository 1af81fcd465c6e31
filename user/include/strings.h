// SPDX-License-Identifier: MIT
/*
 * strings.h: comparison without case, and bits.
 */
#pragma once
#include <stddef.h>

int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
int ffs(int i);
void bzero(void *to, size_t n);
