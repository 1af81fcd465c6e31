// SPDX-License-Identifier: MIT
/*
 * libgen.h: the parts of a path.
 */
#pragma once
char *dirname(char *path); /* changes its argument */
char *__xpg_basename(char *path);
