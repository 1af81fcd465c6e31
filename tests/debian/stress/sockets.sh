#!/bin/sh
# SPDX-License-Identifier: MIT
# stress-ng on AF_UNIX sockets: pairs, descriptors that are passed, and epoll, whose stressor talks through them.
# Left out: sock, which asks for a protocol that AF_UNIX never had and fails on any Linux.
. /tests/stress
s sockpair 200
s sockfd 200
s epoll 100 --epoll-domain unix
log
