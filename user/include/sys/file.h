// SPDX-License-Identifier: MIT
/*
 * sys/file.h: locks on whole files.
 */
#pragma once
#include <fcntl.h>

int flock(int fd, int operation);
