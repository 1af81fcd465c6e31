// SPDX-License-Identifier: MIT
/*
 * poll: waiting for many files at once. The theory is in poll.c.
 */
#pragma once
#include "fs/file.h"
