#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests of processes, files and threads.
t() { echo "## $1"; }
u() { t "$1"; python3 /tests/unit.py "$@"; }
cd /tmp || exit 1
u test_os
u test_posix
u test_subprocess
u test_threading
