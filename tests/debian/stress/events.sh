#!/bin/sh
# SPDX-License-Identifier: MIT
# stress-ng on signals, processes, timers and descriptors, each stressor for a number of operations.
# epoll talks through sockets: it is in sockets.sh.
. /tests/stress
s signal 200
s sigq 200
s sigrt 200
s sigfd 200
s sigpending 200
s sigsuspend 50
s sigchld 50
s sigsegv 200
s sigpipe 20
s sigabrt 20
s kill 200
s timer 200
s timerfd 200
s itimer 200
s pidfd 20
s eventfd 200
s poll 200
s zombie 20
s fork 20
s vfork 20
s clone 20
s daemon 10
n exec 20 --exec-max 4
s dup 5
s pty 2 --pty-max 16
s switch 200
log
