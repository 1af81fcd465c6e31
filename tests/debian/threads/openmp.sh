#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenMP: openmp.c by Debian's gcc with Debian's libgomp, its threads waiting in each way that there is.
# What spins gets few rounds: with fewer processors than threads each barrier lasts for time slices.
t() { echo "## $1"; }
cd /tmp || exit 1
t default; timeout 60 /tests/openmp 4 20; echo $?
t passive; OMP_WAIT_POLICY=passive timeout 60 /tests/openmp 4 100; echo $?
t active; OMP_WAIT_POLICY=active timeout 60 /tests/openmp 4 3; echo $?
t spin; GOMP_SPINCOUNT=1000 timeout 60 /tests/openmp 4 20; echo $?
t bound; OMP_PROC_BIND=true OMP_WAIT_POLICY=passive timeout 60 /tests/openmp 4 20 2>&1; echo $?
t places; OMP_PLACES='{0}' OMP_PROC_BIND=close OMP_WAIT_POLICY=passive timeout 60 /tests/openmp 4 20; echo $?
t stack; OMP_STACKSIZE=128k OMP_WAIT_POLICY=passive timeout 60 /tests/openmp 4 20; echo $?
t many; OMP_WAIT_POLICY=passive timeout 60 /tests/openmp 32 5; echo $?
t fifo; OMP_WAIT_POLICY=passive timeout 60 chrt -f 10 /tests/openmp 4 20; echo $?
t rr; OMP_WAIT_POLICY=passive timeout 60 chrt -r 10 /tests/openmp 4 20; echo $?
t idle; OMP_WAIT_POLICY=passive timeout 60 chrt -i 0 /tests/openmp 4 20; echo $?
t limited; OMP_THREAD_LIMIT=4 OMP_WAIT_POLICY=passive timeout 60 /tests/openmp 4 5 2>&1 | grep -v nested; echo $?
