#!/bin/sh
# SPDX-License-Identifier: MIT
# socat between pipes and AF_UNIX sockets of all types: paths and abstract names, one client and many.
TRIES=100
t() { echo "## $1"; }
# listens PATH: until there is such a socket.
listens() {
	for i in $(seq $TRIES); do
		grep -q " $1\$" /proc/net/unix && break
		sleep 0.1
	done
}
cd /tmp || exit 1

t stream; socat UNIX-LISTEN:a - >out </dev/null & listens a; echo hello | socat - UNIX-CONNECT:a; wait; cat out; ls a 2>&1
t both-ways; socat -t 20 UNIX-LISTEN:b SYSTEM:'tr a-z A-Z' & listens b; echo shout | socat -t 20 - UNIX-CONNECT:b; wait
t large; seq 100000 | cksum; socat -u UNIX-LISTEN:c - >out & listens c; seq 100000 | socat -u - UNIX-CONNECT:c; wait; cksum <out
t many; socat -t 20 UNIX-LISTEN:d,fork SYSTEM:'read x; echo got $x' & server=$!; listens d
for i in 1 2 3 4 5 6; do echo "$i" | socat -t 20 - UNIX-CONNECT:d >"out.$i" & clients="$clients $!"; done
wait $clients; cat out.?; kill $server; wait $server 2>/dev/null; rm -f d
t abstract; socat -u ABSTRACT-LISTEN:parley - >out & listens @parley; echo by name | socat -u - ABSTRACT-CONNECT:parley; wait; cat out
t datagram; socat -u UNIX-RECVFROM:e - >out & listens e; echo one message | socat -u - UNIX-SENDTO:e; wait; cat out
t seqpacket; socat -u UNIX-LISTEN:f,type=5 - >out & listens f; echo packets | socat -u - UNIX-CONNECT:f,type=5; wait; cat out
t mode; socat -u UNIX-LISTEN:g,mode=0640 - >out & listens g; stat -c '%F %a' g; echo x | socat -u - UNIX-CONNECT:g; wait
t refused; socat - UNIX-CONNECT:nowhere </dev/null 2>&1 | sed 's/.*E //'
t in-use; touch h; socat -u UNIX-LISTEN:h - </dev/null 2>&1 | sed 's/.*E //'
t half-closed; socat -t 20 UNIX-LISTEN:i SYSTEM:'wc -c' & listens i; seq 1000 | socat -t 20 - UNIX-CONNECT:i; wait
