// SPDX-License-Identifier: MIT
/*
 * sys/klog.h: the log of the kernel.
 */
#pragma once
int klogctl(int type, char *buf, int length);
