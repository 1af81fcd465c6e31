#!/bin/sh
# SPDX-License-Identifier: MIT
# stress-ng on memory, each stressor for a number of operations, what it wrote verified.
. /tests/stress
s memfd 4 --memfd-bytes 1m --memfd-fds 16
s mmap 2 --mmap-bytes 1m
s mmapfork 1
s mremap 20 --mremap-bytes 4m
s madvise 2
s mlock 2
s mincore 20
s msync 20 --msync-bytes 1m
s shm 4 --shm-bytes 1m --shm-objs 8
s vm-rw 20 --vm-rw-bytes 4m
s brk 20
s stack 3
s bigheap 20 --bigheap-growth 4m
s vm 500 --vm-bytes 16m
log
