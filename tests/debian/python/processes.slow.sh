#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests of processes, files and threads.
# Left out: attributes of files, which tmpfs has since Linux 6.6; splice.
t() { echo "## $1"; }
u() { t "$1"; python3 /tests/unit.py "$@"; }
cd /tmp || exit 1
u test_os -x '*.ExtendedAttributeTests.*' '*.FileTests.test_splice*'
u test_posix
u test_subprocess
u test_threading
