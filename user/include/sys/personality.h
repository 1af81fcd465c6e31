// SPDX-License-Identifier: MIT
/*
 * sys/personality.h: execution domains.
 */
#pragma once
int personality(unsigned long persona);
